/** What `adapter types` prints: the types of an adapter in one file, from those of the core. */

const CORE = new URL("../../core/", import.meta.url);

const BEGINNING = `/**
 * The types of an adapter for binimport, and of its test, as \`binimport adapter types\` prints them.
 * Import them with \`import type { AdapterFactory } from "./binimport.d.ts"\`.
 */
`;

/** Types of other modules that the contract speaks of. */
const FURTHER = [
  ["util/errors.ts", "ErrorDetails"],
  ["util/digest.ts", "BodyDigest"],
  ["storage/shard.ts", "Shard"],
  ["storage/host.ts", "PlainHostOptions"],
  ["storage/conformance/case.ts", "ConformanceContext"],
  ["storage/conformance/case.ts", "ConformanceCase"],
] as const;

/** What the test that `adapter new` writes takes from the library at run time. */
const VALUES = `/** A host that reads nothing from the process it runs in. */
export declare function plainHost(options?: PlainHostOptions): AdapterHost;

/** Every case, the simple ones first. */
export declare const conformanceCases: readonly ConformanceCase[];
`;

/** The declarations, each with its comment. */
export async function adapterTypes(): Promise<string> {
  const contract = await Deno.readTextFile(new URL("storage/adapter.ts", CORE));
  const [, body = ""] = /^\/\*\*[^]*?\*\/\n(?:import type .*\n)+([^]*)$/.exec(contract) ?? [];
  const further = FURTHER.map(async ([module, name]) =>
    declaration(await Deno.readTextFile(new URL(module, CORE)), name)
  );
  const errors = await Deno.readTextFile(new URL("util/errors.ts", CORE));
  return [BEGINNING, body, errorCodes(errors), ...await Promise.all(further), VALUES].map((part) =>
    part.trim()
  ).join(
    "\n\n",
  ) +
    "\n";
}

/** A list of codes, each with its comment, as a union. */
function errorCodes(source: string): string {
  const [, codes = ""] = /^export const ERROR_CODES = \[\n([^\]]*)\] as const;$/m.exec(source) ??
    [];
  const union = codes.replace(/^ {2}("[a-z-]+"),$/gm, "  | $1").trimEnd();
  return `/** What kind of failure it was. */\nexport type ErrorCode =\n${union};`;
}

function declaration(source: string, name: string): string {
  const begins = source.search(new RegExp(`^export (?:interface|type) ${name}\\b`, "m"));
  if (begins < 0) throw new Error(`No type ${name} is exported`);
  const rest = source.slice(begins);
  const end = rest.startsWith("export type") ? /;\n\n/ : /^}\n/m;
  const [last = ""] = end.exec(rest) ?? [];
  const comment = source.lastIndexOf("/**", begins);
  return source.slice(comment, begins + rest.search(end) + last.length);
}
