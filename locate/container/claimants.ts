/** Which of several containers that a port leads to is behind it. */
import type { Found } from "./asked.ts";
import { listensIn } from "./processes.ts";

/** A container that requests for a URL may come into. */
export interface Claimant extends Found {
  /** Its first process, where it is known. */
  readonly pid: number | undefined;
  /** The port at which they arrive. */
  readonly port: number;
}

/**
 * Containers of a pod share one network, and many share this host's: only one of them listens.
 * Those for which /proc shows that they do not are left out; where it shows one that does, so are
 * those for which it shows nothing.
 */
export function holdersOfPort(claimants: readonly Claimant[]): Claimant[] {
  const judged = claimants.map((one) => ({ one, holds: holds(one) }));
  const sure = judged.filter(({ holds }) => holds === true);
  return (sure.length > 0 ? sure : judged.filter(({ holds }) => holds === undefined))
    .map(({ one }) => one);
}

/** Undefined when it cannot be told. */
function holds({ container, pid, port }: Claimant): boolean | undefined {
  const listens = pid === undefined ? undefined : listensIn(pid, port);
  if (listens !== undefined) return listens;
  // In the host's network all of them are reached, so that it is worth a guess by the program.
  const isNginx = container.argv.some((word) =>
    /(?:^|\/)(?:nginx|openresty|angie|tengine)$/.test(word)
  );
  return container.network.isHosts === true && !isNginx ? false : undefined;
}
