/** Pages of HTML: documents, their parts and their style. */

export {
  badge,
  type Fragment,
  Html,
  markup,
  note,
  type Page,
  page,
  shownTime,
  type Tone,
} from "./document.ts";
export { acceptedLanguage, counted, inLanguage, type Language, languageOf, said } from "./words.ts";
