/** `map` and `geo`: what their variable holds for a request. */
import type { Directive } from "./directive.ts";
import { type Request, testRegex } from "./request.ts";
import { evaluate, type Lookup } from "./template.ts";

/** Words of a block that are no entries. */
const OPTIONS = new Set(["hostnames", "volatile", "ranges", "delete", "proxy", "proxy_recursive"]);

/** Maps that are being evaluated: one that needs itself has no value. */
const under = new WeakMap<Request, Set<Directive>>();

/**
 * The value that a `map` or `geo` gives; undefined when it cannot be told. Where its source cannot
 * be told, or is an address of a client, it can if all entries say the same.
 */
export function mapped(map: Directive, request: Request, lookup: Lookup): string | undefined {
  const open = under.get(request) ?? new Set();
  under.set(request, open);
  if (open.has(map)) return undefined;
  open.add(map);
  try {
    return valueIn(map, request, lookup);
  } finally {
    open.delete(map);
  }
}

function valueIn(map: Directive, request: Request, lookup: Lookup): string | undefined {
  const entries = (map.block ?? []).filter(({ name }) => !OPTIONS.has(name));
  if (entries.length === 0) return undefined; // too long to be kept
  const value = ({ args: [text = ""] }: Directive) => textOf(text, lookup);
  const fallback = entries.find(({ name }) => name === "default");
  const source = map.name === "map" ? textOf(map.args[0] ?? "", lookup) : undefined;
  if (source === undefined) {
    const values = new Set(entries.map(value)).add(fallback === undefined ? "" : value(fallback));
    return values.size === 1 ? [...values][0] : undefined;
  }
  const found = entryFor(map, entries, source, request) ?? fallback;
  return found === undefined ? "" : value(found);
}

/** As `ngx_http_map_find`: names without regard to case, then expressions in their order. */
function entryFor(
  { block }: Directive,
  entries: readonly Directive[],
  source: string,
  request: Request,
): Directive | undefined {
  const wanted = source.toLowerCase();
  const isHost = block?.some(({ name }) => name === "hostnames") === true;
  const plain = entries.filter(({ name }) => !name.startsWith("~") && name !== "default");
  const names = plain.map((one) => ({ one, name: one.name.replace(/^\\/, "").toLowerCase() }));
  const exact = names.find(({ name }) => name === wanted);
  if (exact !== undefined) return exact.one;
  const wild = isHost
    ? names.filter(({ name }) => matchesHost(name, wanted))
      .toSorted((a, b) =>
        Number(a.name.endsWith("*")) - Number(b.name.endsWith("*")) ||
        b.name.length - a.name.length
      )
    : [];
  return wild[0]?.one ?? entries.find((one) => {
    const [, caseless = "", expression] = /^~(\*?)(.*)$/s.exec(one.name) ?? [];
    if (expression === undefined || source === "") return false;
    return testRegex(
      request,
      { source: expression, caseless: caseless === "*", place: one },
      source,
    );
  });
}

/** `*.example.com`, `.example.com`, `www.example.*`. */
function matchesHost(name: string, host: string): boolean {
  if (name.endsWith(".*")) return host.startsWith(name.slice(0, -1));
  if (name.startsWith("*.")) return host.endsWith(name.slice(1));
  return name.startsWith(".") && (host.endsWith(name) || host === name.slice(1));
}

function textOf(text: string, lookup: Lookup): string | undefined {
  const evaluated = evaluate(text, lookup);
  return "unknown" in evaluated ? undefined : evaluated.value;
}
