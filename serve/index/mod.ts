/** The page that shows what is served. */

export { indexAnswerer } from "./page.ts";
