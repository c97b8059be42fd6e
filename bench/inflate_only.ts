/** Inflates a package in the way that binimport does, and drops what comes out. */
import { decompress } from "../core/packages/compression/mod.ts";
import { fileSource } from "../core/packages/file_source.ts";

const [path = ""] = Deno.args;
const { size } = await Deno.stat(path);
const { chunks } = await decompress(fileSource(path, path, { offset: 0, size }).chunks());
for await (const _ of chunks);
