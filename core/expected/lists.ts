/** Lists with a line for each file: of addresses, of keys, of digests and names. */
import { digestLines } from "../packages/mod.ts";
import { parseAddress } from "../util/address.ts";
import { BinimportError } from "../util/errors.ts";
import { type Expectation, notSet } from "./expectation.ts";
import { mirrorKey } from "./mirror.ts";
import { fill } from "./template.ts";

/** What a list is read with. */
export interface ListOptions {
  readonly variables: ReadonlyMap<string, string>;
  /** See `mirrorBases`. */
  readonly bases: ReadonlyMap<string, string>;
}

const PATH = /^[\w.~+@%:,=!()-]+(?:\/[\w.~+@%:,=!()-]+)*$/;

/** `registry.k8s.io/pause:3.9`. */
const IMAGE = /\/[^/]*:[^/]+$/;

/** Reads one. Code `package-unreadable` for what is none, with the line that shows it. */
export function readList(name: string, text: string, options: ListOptions): Expectation[] {
  const lines = text.split(/\r?\n/).map((line, i) => ({ line: line.trim(), nth: i + 1 }))
    .filter(({ line }) => line !== "" && !line.startsWith("#"));
  const wanted = lines.map(({ line, nth }) => readLine(line, name, nth, options));
  const isList = wanted.some(({ key }) => key.includes("/")) ||
    lines.some(({ line }) => sumOf(line) !== undefined);
  if (isList) return wanted;
  throw noList(name, wanted.length === 0 ? "it is empty" : "no line of it names a path");
}

function readLine(line: string, name: string, nth: number, options: ListOptions): Expectation {
  const source = `${name}:${nth}`;
  const sum = sumOf(line);
  const written = sum?.file ?? line;
  const filled = fill(written, options.variables);
  if ("unset" in filled) return { key: withoutSecrets(written), ...notSet(filled.unset), source };
  if ("expression" in filled) {
    const hint = "Give the list that kubespray makes of it: contrib/offline/generate_list.sh";
    return { key: withoutSecrets(written), reason: "only Ansible can tell it", hint, source };
  }
  const { text } = filled;
  const url = /^https?:\/\//i.test(text) && parseAddress(text) !== undefined
    ? withoutSecrets(text)
    : undefined;
  const isPath = sum !== undefined || PATH.test(text.replace(/^\.?\//, ""));
  if (url === undefined && (!isPath || text.includes("://") || text.includes("\0"))) {
    throw noList(name, `line ${nth} is neither an address nor a path nor a digest with a name`);
  }
  if (url === undefined && sum === undefined && IMAGE.test(text)) {
    throw noList(name, `line ${nth} names an image, not a file`);
  }
  const key = mirrorKey(url ?? text, options.bases);
  if (key === undefined) throw noList(name, `line ${nth} names no file`);
  return {
    key,
    ...(url === undefined ? {} : { url }),
    ...(sum === undefined ? {} : { sha256: sum.digest }),
    source,
  };
}

/** A digest with the name of what it is of. */
function sumOf(line: string): ReturnType<typeof digestLines>[number] | undefined {
  const [sum] = digestLines(line);
  return sum?.file === "" ? undefined : sum;
}

/** An address as it may be shown: no user, password or query. */
function withoutSecrets(text: string): string {
  return text.replace(/[?#].*$/, "").replace(/^(https?:\/\/)[^/]*@/i, "$1");
}

function noList(name: string, state: string): BinimportError {
  return new BinimportError(
    "package-unreadable",
    `Cannot tell from ${JSON.stringify(name)} what nodes will ask for: ${state}`,
    {
      hint:
        "Give a list of addresses or keys, one a line, a SHA256SUMS, or kubespray's checksums.yml.",
    },
  );
}
