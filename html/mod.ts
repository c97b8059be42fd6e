/** Pages of HTML: documents, their parts and their style. */

export { type Fragment, Html, markup, type Page, page } from "./document.ts";
export {
  badge,
  cardRow,
  cardTable,
  countStates,
  isProblem,
  note,
  shownDigest,
  shownTime,
  type State,
  stateBadge,
  stateBadges,
  type StateCounts,
} from "./parts.ts";
export { acceptedLanguage, counted, inLanguage, type Language, languageOf, said } from "./words.ts";
