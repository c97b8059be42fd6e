/** Lists with a line for each file: of addresses, of keys, of digests and names. */
import { digestLines } from "../packages/mod.ts";
import { parseAddress, shownAddress } from "../util/address.ts";
import { BinimportError } from "../util/errors.ts";
import { type Expectation, fill, variable, type Variables } from "./expectation.ts";
import { mirrorBases, mirrorKey } from "./mirror.ts";

const PATH = /^[\w.~+@%:,=!()-]+(?:\/[\w.~+@%:,=!()-]+)*$/;

/** `registry.k8s.io/pause:3.9`. */
const IMAGE = /\/[^/]*:[^/]+$/;

/** Reads one. Code `package-unreadable` for what is none, with the line that shows it. */
export function readList(name: string, text: string, variables: Variables): Expectation[] {
  const bases = mirrorBases((name) => variable(name, variables));
  const noList = (state: string) => {
    const message = `Cannot tell from ${JSON.stringify(name)} what nodes will ask for: ${state}`;
    const hint =
      "Give a list of addresses or keys, one a line, a SHA256SUMS, or kubespray's checksums.yml.";
    return new BinimportError("package-unreadable", message, { hint });
  };

  function readLine(line: string, nth: number): Expectation {
    const source = `${name}:${nth}`;
    const sum = sumOf(line);
    const written = sum?.file ?? line;
    const filled = fill(written, variables);
    if (typeof filled !== "string") {
      const safe = written.replace(/[?#].*$/, "").replace(/^(https?:\/\/)[^/]*@/i, "$1");
      return { key: safe, ...filled, source };
    }
    const url = /^https?:\/\/\S+$/i.test(filled) ? parseAddress(filled) : undefined;
    const isPath = sum !== undefined || PATH.test(filled.replace(/^\.?\//, ""));
    if (url === undefined && (!isPath || /:\/\/|\0/.test(filled))) {
      throw noList(`line ${nth} is neither an address nor a path nor a digest with a name`);
    }
    if (url === undefined && sum === undefined && IMAGE.test(filled)) {
      throw noList(`line ${nth} names an image, not a file`);
    }
    const key = mirrorKey(filled, bases);
    if (key === undefined) throw noList(`line ${nth} names no file`);
    const [address, digest] = [url && { url: shownAddress(url) }, sum && { sha256: sum.digest }];
    return { key, ...address, ...digest, source };
  }

  const lines = text.split(/\r?\n/).map((line, i) => ({ line: line.trim(), nth: i + 1 }))
    .filter(({ line }) => line !== "" && !line.startsWith("#"));
  const wanted = lines.map(({ line, nth }) => readLine(line, nth));
  const isList = wanted.some(({ key }) => key.includes("/")) ||
    lines.some(({ line }) => sumOf(line));
  if (isList) return wanted;
  throw noList(wanted.length === 0 ? "it is empty" : "no line of it names a path");
}

/** A digest with the name of what it is of. */
function sumOf(line: string): ReturnType<typeof digestLines>[number] | undefined {
  const [sum] = digestLines(line);
  return sum?.file === "" ? undefined : sum;
}
