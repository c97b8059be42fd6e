/** Reads ISO 9660 images, with Rock Ridge and Joliet, as packages. */

export { imageItems } from "./read.ts";
