/** Edits that leave every other byte alone. */

export { setValues } from "./set_values.ts";
