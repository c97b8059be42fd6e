/** Which of a socket's servers has a name, as `ngx_http_find_virtual_server` decides it. */

interface Named {
  /** In lower case; regular expressions as they are, with their `~`. */
  readonly names: readonly string[];
}

/** The names of a socket's servers. */
export interface ServerNames<Server extends Named> {
  /** By `example.com`, `*.example.com` and `www.*`; `.example.com` means the first two. */
  readonly plain: ReadonlyMap<string, Server>;
  readonly regexes: readonly { readonly server: Server; readonly source: string }[];
}

/** Collects names: of equal ones the first counts, and of `.example.com` and `example.com`, too. */
export function namesOf<Server extends Named>(servers: readonly Server[]): ServerNames<Server> {
  const plain = new Map<string, Server>();
  const regexes: { readonly server: Server; readonly source: string }[] = [];
  const taken = new Set<string>();
  for (const server of servers) {
    for (const name of server.names) {
      if (name.startsWith("~")) regexes.push({ server, source: name.slice(1) });
      else if (name.endsWith(".*") || name.startsWith("*.")) {
        if (!plain.has(name)) plain.set(name, server);
      } else {
        const isBoth = name.startsWith(".") && name !== ".";
        const exact = isBoth ? name.slice(1) : name;
        if (taken.has(exact)) continue;
        taken.add(exact);
        if (!isBoth) plain.set(name, server);
        else if (!plain.has(`*${name}`)) plain.set(exact, server).set(`*${name}`, server);
      }
    }
  }
  return { plain, regexes };
}

/**
 * The server with the exact name; else with the longest `*.suffix`; else with the longest
 * `prefix.*`; else with the first regular expression that matches.
 */
export function serverByName<Server extends Named>(
  { plain, regexes }: ServerNames<Server>,
  host: string,
  matches: (source: string, server: Server) => boolean,
): Server | undefined {
  const dots = [...host.matchAll(/\./g)].map(({ index }) => index);
  const names = [
    host,
    ...dots.map((dot) => `*${host.slice(dot)}`),
    ...dots.reverse().map((dot) => `${host.slice(0, dot)}.*`),
  ];
  const known = names.find((name) => plain.has(name));
  return known === undefined
    ? regexes.find(({ source, server }) => matches(source, server))?.server
    : plain.get(known);
}
