/** Configurations in memory, and what follows from them. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { type FileView, Unreadable } from "../../../locate/file_view.ts";
import { locateIn, type ServerAnswer } from "../../../locate/mod.ts";
import { newTrace, NoAnswer, type Obstacle, parseWebAddress } from "../../../locate/result.ts";
import {
  type Configuration,
  loadConfiguration,
} from "../../../locate/servers/nginx/installation.ts";

/** The main file of configurations in memory. */
export const MAIN = "/etc/nginx/nginx.conf";

/** Files in memory, by path; each character is a byte. Folders follow from their names. */
export function memoryView(files: Readonly<Record<string, string>>): FileView {
  const paths = Object.keys(files);
  return {
    read(path) {
      const content = files[path];
      if (content !== undefined) return Promise.resolve(Buffer.from(content, "latin1"));
      return Promise.reject(new Unreadable("no such file", "Check the path."));
    },
    names(folder) {
      const start = folder === "/" ? "/" : `${folder}/`;
      const below = paths.filter((path) => path.startsWith(start));
      return Promise.resolve([
        ...new Set(below.map((path) => path.slice(start.length).split("/", 1)[0] ?? "")),
      ]);
    },
    kind(path) {
      if (files[path] !== undefined) return Promise.resolve("file");
      const isFolder = paths.some((one) => one.startsWith(`${path.replace(/\/$/, "")}/`));
      return Promise.resolve(isFolder ? "folder" : undefined);
    },
    realpath: (path) => Promise.resolve(path),
  };
}

/** A configuration with `text` in its main file, beside other files. */
export async function configured(
  text: string,
  files: Readonly<Record<string, string>> = {},
): Promise<Configuration> {
  const view = memoryView({ ...files, [MAIN]: `events {} ${text}` });
  return await loadConfiguration({ view, confPath: MAIN, prefix: "/usr/share/nginx" });
}

/** What follows for a URL from the text of an http block. */
export async function answerFor(
  http: string,
  url: string,
  files: Readonly<Record<string, string>> = {},
): Promise<ServerAnswer> {
  const configuration = await configured(`http {\n${http}\n}`, files);
  return await locateIn(configuration, parseWebAddress(url), newTrace());
}

/** The path for a path on the one server that these directives describe. */
export async function pathFor(
  directives: string,
  path: string,
  files: Readonly<Record<string, string>> = {},
): Promise<string> {
  return (await answerFor(server(directives), `http://h${path}`, files)).containerPath;
}

/** A server on port 80. */
export function server(directives: string): string {
  return `server {\n${directives}\n}`;
}

/** No path follows, for this reason. */
export async function failsFor(
  obstacle: Obstacle,
  message: RegExp,
  run: Promise<unknown>,
): Promise<NoAnswer> {
  try {
    await run;
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    assert.equal(error.obstacle, obstacle, error.message);
    assert.match(error.message, message);
    return error;
  }
  assert.fail(`should have failed: ${message}`);
}
