/** Pages of HTML: documents, their parts and their style. */

export { type Fragment, Html, markup, type Page, page } from "./document.ts";
export {
  badge,
  cardRow,
  cardTable,
  isProblem,
  note,
  shownDigest,
  shownTime,
  type State,
  stateBadge,
  stateBadges,
} from "./parts.ts";
export { acceptedLanguage, counted, inLanguage, type Language, languageOf, said } from "./words.ts";
