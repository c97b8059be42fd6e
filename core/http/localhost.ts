/** Names that stand for this host. */
import { lookup, type LookupAddress, type LookupOptions } from "node:dns";

type OnAddress = (
  error: NodeJS.ErrnoException | null,
  address: string | LookupAddress[],
  family?: number,
) => void;

/**
 * Looks names up as the system does, but for those under `localhost`, which are this host (RFC 6761,
 * 6.3): glibc asks name servers for them. A bucket of a server on this host has such a name.
 */
export function localhostLookup(name: string, options: LookupOptions, onAddress: OnAddress): void {
  const found = name.toLowerCase().endsWith(".localhost") ? "localhost" : name;
  lookup(found, options, onAddress);
}
