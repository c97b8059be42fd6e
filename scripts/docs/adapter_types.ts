/** What `adapter types` prints: the types of an adapter in one file, from those of the core. */

const CORE = new URL("../../core/", import.meta.url);

const BEGINNING = `/**
 * The types of an adapter for binimport, as \`binimport adapter types\` prints them. Import them with
 * \`import type { AdapterFactory } from "./binimport.d.ts"\`.
 */
`;

/** Types of other modules that the contract speaks of. */
const FURTHER = [
  ["util/errors.ts", "ErrorCode"],
  ["util/errors.ts", "ErrorDetails"],
  ["util/digest.ts", "BodyDigest"],
  ["storage/shard.ts", "Shard"],
] as const;

/** The declarations, each with its comment. */
export async function adapterTypes(): Promise<string> {
  const contract = await Deno.readTextFile(new URL("storage/adapter.ts", CORE));
  const [, body = ""] = /^\/\*\*[^]*?\*\/\n(?:import type .*\n)+([^]*)$/.exec(contract) ?? [];
  const further = FURTHER.map(async ([module, name]) =>
    declaration(await Deno.readTextFile(new URL(module, CORE)), name)
  );
  return [BEGINNING, body, ...await Promise.all(further)].map((part) => part.trim()).join("\n\n") +
    "\n";
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
