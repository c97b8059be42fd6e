/** Which of a socket's servers has a name, as `ngx_http_find_virtual_server` decides it. */

interface Named {
  /** In lower case; regular expressions as they are, with their `~`. */
  readonly names: readonly string[];
}

/** The names of a socket's servers. */
export interface ServerNames<Server extends Named> {
  readonly exact: ReadonlyMap<string, Server>;
  /** By what stands behind `*`; `bare` for `.example.com`, which means `example.com` too. */
  readonly suffixes: ReadonlyMap<string, { readonly server: Server; readonly bare: boolean }>;
  /** By what stands before `.*`. */
  readonly prefixes: ReadonlyMap<string, Server>;
  readonly regexes: readonly { readonly server: Server; readonly source: string }[];
}

/**
 * Collects names. Of equal ones the first counts; `.example.com` and `example.com` exclude each
 * other, and so do `.example.com` and `*.example.com`.
 */
export function namesOf<Server extends Named>(servers: readonly Server[]): ServerNames<Server> {
  const exact = new Map<string, Server>();
  const suffixes = new Map<string, { readonly server: Server; readonly bare: boolean }>();
  const prefixes = new Map<string, Server>();
  const regexes: { readonly server: Server; readonly source: string }[] = [];
  const bares = new Set<string>();
  for (const server of servers) {
    for (const name of server.names) {
      const bare = name.startsWith(".") && name.length > 1;
      if (name.startsWith("~")) regexes.push({ server, source: name.slice(1) });
      else if (name.endsWith(".*")) {
        const prefix = name.slice(0, -2);
        if (!prefixes.has(prefix)) prefixes.set(prefix, server);
      } else if (bare || name.startsWith("*.")) {
        const suffix = name.slice(bare ? 1 : 2);
        if (bare && (exact.has(suffix) || bares.has(suffix))) continue;
        if (bare) bares.add(suffix);
        if (!suffixes.has(suffix)) suffixes.set(suffix, { server, bare });
      } else if (!exact.has(name) && !bares.has(name)) exact.set(name, server);
    }
  }
  return { exact, suffixes, prefixes, regexes };
}

/**
 * The server with the exact name; else with the longest `*.suffix`; else with the longest
 * `prefix.*`; else with the first regular expression that matches.
 */
export function serverByName<Server extends Named>(
  { exact, suffixes, prefixes, regexes }: ServerNames<Server>,
  host: string,
  matches: (source: string, server: Server) => boolean,
): Server | undefined {
  const known = exact.get(host);
  if (known !== undefined) return known;
  const whole = suffixes.get(host);
  if (whole?.bare) return whole.server;
  const dots = [...host.matchAll(/\./g)].map(({ index }) => index);
  for (const dot of dots) {
    const found = suffixes.get(host.slice(dot + 1));
    if (found !== undefined) return found.server;
  }
  for (const dot of dots.reverse()) {
    const found = dot > 0 ? prefixes.get(host.slice(0, dot)) : undefined;
    if (found !== undefined) return found;
  }
  return regexes.find(({ source, server }) => matches(source, server))?.server;
}
