/** What requests of nodes say of their client; a condition that depends on it is `undefined`. */

/** What fetches on nodes calls itself: get_url of Ansible, curl, wget, Go, apt, dnf and yum. */
export const NODE_AGENTS: readonly string[] = [
  "ansible-httpget",
  "curl/8.5.0",
  "Wget/1.21.4",
  "Go-http-client/1.1",
  "Debian APT-HTTP/1.3 (2.6.1)",
  "libdnf (Rocky Linux 9.4; generic; Linux.x86_64)",
  "urlgrabber/3.10 yum/3.4.3",
];

/** Headers that some of them send and others do not, or in different ways. */
const VARYING =
  /^(?:accept|accept-encoding|accept-charset|cache-control|connection|pragma|range|if-.*|te)$/i;

/** The values of a header but `Host`; empty where it is not sent, undefined where not known. */
export function nodeHeader(name: string): readonly string[] | undefined {
  if (/^user-agent$/i.test(name)) return NODE_AGENTS;
  return VARYING.test(name) ? undefined : [""];
}

/** Whether something holds for all of some values, or for none. */
export function forAll(
  values: readonly string[] | undefined,
  test: (value: string) => boolean,
): boolean | undefined {
  const held = new Set(values?.map(test));
  return held.size === 1 ? held.has(true) : undefined;
}

export function allHold(held: readonly (boolean | undefined)[]): boolean | undefined {
  return held.includes(false) ? false : held.includes(undefined) ? undefined : true;
}

export function anyHolds(held: readonly (boolean | undefined)[]): boolean | undefined {
  return not(allHold(held.map(not)));
}

export function not(held: boolean | undefined): boolean | undefined {
  return held === undefined ? undefined : !held;
}
