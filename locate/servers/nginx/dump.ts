/** A configuration as `nginx -T` prints it: all its files in one, among whatever else was printed. */
import { Buffer } from "node:buffer";
import { BinimportError } from "../../../core/util/errors.ts";
import { fromBuffer, toBytes, toText } from "../../bytes.ts";
import { sourceOf } from "../../config_text.ts";
import { type FileView, Unreadable } from "../../file_view.ts";
import { COMMANDS, nextStatement, NGINX, skipLua, startOf } from "./read/mod.ts";
import { type Build, buildIn } from "./processes.ts";

/** The main file, which is printed first, all files, and the build where `-V` was printed too. */
export interface Dump {
  readonly confPath: string;
  readonly view: FileView;
  readonly build: Build | undefined;
}

const HEADER = /^# configuration file (\/.*):$/gm;

/** What nginx and its kin say on standard error, which ends up between any two lines. */
const LOGGED =
  /^(?:\w+: (?:the )?configuration file .*|\w+: \[\w+\] .*|\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d \[\w+\] .*)\n/gm;

/** Reads what `nginx -T` printed among other lines; undefined for a file of the usual kind. */
export function parseDump(bytes: Uint8Array): Dump | undefined {
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe; // from a console of Windows
  const raw = isUtf16 ? toBytes(new TextDecoder("utf-16le").decode(bytes)) : fromBuffer(bytes);
  const plain = raw.replaceAll("\r\n", "\n").replace(/^\xef\xbb\xbf/, "");
  const [, margin] = /^(.*)# configuration file \//m.exec(plain) ?? [];
  if (margin === undefined) return refuseFailed(plain); // most often
  // What stands before the first header stands before every line: blanks, or `web-1  | `.
  const text = `\n${plain}`.replaceAll(`\n${margin}`, "\n").slice(1).replace(LOGGED, "");
  const headers = [...text.matchAll(HEADER)];
  const [first] = headers;
  if (first === undefined) return undefined;
  const before = text.slice(0, first.index);
  // Where any line is a directive of nginx, a header behind it is only a comment.
  const names = [...before.matchAll(/^[ \t]*(\w+)\b.*[;{][ \t]*$/gm)].map(([, name = ""]) => name);
  if (names.some((name) => COMMANDS.has(name))) return undefined;
  const dumps: Map<string, string>[] = [];
  for (const [i, header] of headers.entries()) {
    // nginx adds a line feed behind each file.
    const end = headers[i + 1]?.index ?? text.length;
    const content = text.slice(header.index + header[0].length + 1, end).replace(/\n$/, "");
    const path = toText(header[1] ?? "");
    const current = dumps.at(-1);
    // Only a main file has an http block of its own.
    const begins = current === undefined || current.has(path) || /^[ \t]*http\s*\{/m.test(content);
    if (begins) dumps.push(new Map([[path, content]]));
    else current.set(path, content);
  }
  for (const files of dumps) endWell(files);
  const [files = new Map<string, string>()] = dumps;
  if (new Set(dumps.map((one) => JSON.stringify([...one].sort()))).size > 1) {
    const state = `there are ${dumps.length}, and they differ`;
    throw unreadable(state, "Give the one of the server that the URL leads to.");
  }
  const [confPath = ""] = files.keys();
  return { confPath, view: viewOf(files), build: buildIn(before) };
}

/** Throws what nginx said where it printed no configuration, as it refused it. */
function refuseFailed(text: string): undefined {
  if (!/^\w+: configuration file .* test failed$/m.test(text)) return undefined;
  const [said = ""] = /\[emerg\].{1,200}/.exec(text) ?? [];
  throw unreadable(`nginx refused it: ${toText(said)}`, "Mend that, and print it again.");
}

/** Takes off what was printed behind the last file; throws where that file lacks its end. */
function endWell(files: Map<string, string>): void {
  const [path, text] = [...files].at(-1) ?? ["", ""];
  const cursor = startOf(sourceOf(path, text, NGINX));
  let depth = 0;
  let end = 0; // of what is whole outside of all blocks
  try {
    for (let one = nextStatement(cursor); one.end !== "eof"; one = nextStatement(cursor)) {
      if (one.end === "}") depth--;
      else if (one.end === "{") {
        if (one.words[0]?.endsWith("_by_lua_block")) skipLua(cursor);
        else depth++;
      }
      if (depth === 0) end = cursor.pos;
    }
    if (depth === 0) end = text.length;
  } catch (error) {
    if (!(error instanceof BinimportError)) throw error;
  }
  const [rest = ""] = text.slice(end).trim().split(/\s/, 1);
  const isCut = rest !== "" && COMMANDS.keys().some((name) => name.startsWith(rest));
  if (depth > 0 || isCut) {
    const state = `it is cut off in ${JSON.stringify(path)}`;
    throw unreadable(state, "Print all of nginx -T again, into a file.");
  }
  files.set(path, text.slice(0, end));
}

function unreadable(state: string, hint: string): BinimportError {
  const message = `Cannot read the printed configuration: ${state}`;
  return new BinimportError("nginx-conf", message, { hint });
}

function viewOf(files: ReadonlyMap<string, string>): FileView {
  return {
    read: (path) =>
      Promise.try(() => {
        const content = files.get(path);
        if (content !== undefined) return Buffer.from(content, "latin1");
        const state = "the printed configuration does not hold it";
        throw new Unreadable(state, "Print all of nginx -T.");
      }),
    names(folder) {
      const start = folder.replace(/\/?$/, "/");
      const below = files.keys().filter((path) => path.startsWith(start));
      const names = below.map((path) => path.slice(start.length).replace(/\/.*$/s, ""));
      return Promise.resolve([...new Set(names)]);
    },
    kind: (path) => Promise.resolve(files.has(path) ? "file" : undefined),
    realpath: () => Promise.resolve(undefined),
  };
}
