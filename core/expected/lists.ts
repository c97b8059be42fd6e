/** Lists with a line for each file: of addresses, of keys, of digests and names. */
import { digestLines } from "../packages/mod.ts";
import { parseAddress, shownAddress } from "../util/address.ts";
import { BinimportError } from "../util/errors.ts";
import { type Expectation, fill, type Variables } from "./expectation.ts";
import { mirrorBases, mirrorKey } from "./mirror.ts";

const PATH = /^[\w.~+@%:,=!()-]+(?:\/[\w.~+@%:,=!()-]+)*$/;

/** `registry.k8s.io/pause:3.9`. */
const IMAGE = /\/[^/]*:[^/]+$/;

/** Reads one. Code `package-unreadable` for what is none, with the line that shows it. */
export function readList(name: string, text: string, variables: Variables): Expectation[] {
  const bases = mirrorBases(variables);
  const noList = (state: string) =>
    new BinimportError(
      "package-unreadable",
      `Cannot tell from ${JSON.stringify(name)} what nodes will ask for: ${state}`,
      {
        hint:
          "Give a list of addresses or keys, one a line, a SHA256SUMS, or kubespray's checksums.yml.",
      },
    );

  function readLine(line: string, nth: number): Expectation {
    const source = `${name}:${nth}`;
    const sum = sumOf(line);
    const written = sum?.file ?? line;
    const filled = fill(written, variables);
    if (typeof filled !== "string") return { key: withoutSecrets(written), ...filled, source };
    const url = /^https?:\/\//i.test(filled) ? parseAddress(filled) : undefined;
    if (url === undefined) {
      const isPath = sum !== undefined || PATH.test(filled.replace(/^\.?\//, ""));
      if (!isPath || filled.includes("://") || filled.includes("\0")) {
        throw noList(`line ${nth} is neither an address nor a path nor a digest with a name`);
      }
      if (sum === undefined && IMAGE.test(filled)) {
        throw noList(`line ${nth} names an image, not a file`);
      }
    }
    const key = mirrorKey(filled, bases);
    if (key === undefined) throw noList(`line ${nth} names no file`);
    return {
      key,
      ...(url && { url: shownAddress(url) }),
      ...(sum && { sha256: sum.digest }),
      source,
    };
  }

  const lines = text.split(/\r?\n/).map((line, i) => ({ line: line.trim(), nth: i + 1 }))
    .filter(({ line }) => line !== "" && !line.startsWith("#"));
  const wanted = lines.map(({ line, nth }) => readLine(line, nth));
  const isList = wanted.some(({ key }) => key.includes("/")) ||
    lines.some(({ line }) => sumOf(line));
  if (isList) return wanted;
  throw noList(wanted.length === 0 ? "it is empty" : "no line of it names a path");
}

/** A template without user, password and query. */
function withoutSecrets(template: string): string {
  return template.replace(/[?#].*$/, "").replace(/^(https?:\/\/)[^/]*@/i, "$1");
}

/** A digest with the name of what it is of. */
function sumOf(line: string): ReturnType<typeof digestLines>[number] | undefined {
  const [sum] = digestLines(line);
  return sum?.file === "" ? undefined : sum;
}
