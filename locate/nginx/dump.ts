/** A configuration as `nginx -T` prints it: all its files in one, with their names. */
import { Buffer } from "node:buffer";
import { type FileView, Unreadable } from "../file_view.ts";

/** A printed configuration. */
export interface Dump {
  /** The main file, which is printed first. */
  readonly confPath: string;
  /** The files in it. Nothing is known of others. */
  readonly view: FileView;
}

const HEADER = /^# configuration file (\/.*):$/gm;

/** What nginx says besides, where its standard error went into the same file. */
const CHATTER = /^(?:nginx: .*\n)*$/;

/** Reads what `nginx -T` printed; undefined for a configuration file of the usual kind. */
export function parseDump(bytes: Uint8Array): Dump | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
  const headers = [...text.matchAll(HEADER)];
  const [first] = headers;
  if (first === undefined || !CHATTER.test(text.slice(0, first.index))) return undefined;
  const files = new Map(headers.map((header, i) => {
    // nginx adds a line feed behind each file.
    const end = headers[i + 1]?.index ?? text.length;
    const content = text.slice(header.index + header[0].length + 1, end).replace(/\n$/, "");
    return [Buffer.from(header[1] ?? "", "latin1").toString("utf8"), content];
  }));
  const [confPath = ""] = files.keys();
  return { confPath, view: viewOf(files) };
}

function viewOf(files: ReadonlyMap<string, string>): FileView {
  return {
    read(path) {
      const content = files.get(path);
      if (content !== undefined) return Promise.resolve(Buffer.from(content, "latin1"));
      return Promise.reject(
        new Unreadable("the printed configuration does not hold it", "Print all of nginx -T."),
      );
    },
    names(folder) {
      const start = folder === "/" ? "/" : `${folder}/`;
      const below = [...files.keys()].filter((path) => path.startsWith(start));
      return Promise.resolve([
        ...new Set(below.map((path) => path.slice(start.length).replace(/\/.*$/s, ""))),
      ]);
    },
    kind: (path) => Promise.resolve(files.has(path) ? "file" : undefined),
    realpath: () => Promise.resolve(undefined),
  };
}
