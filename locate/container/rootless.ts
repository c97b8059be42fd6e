/** Containers of other users' podman, which each user sees alone. */
import { idsOf, processes, programName } from "../proc.ts";

/** `uid 1000` of the user whose podman runs a container of that name; not ours, nor root's. */
export function conmonOwner(name: string): string | undefined {
  for (const one of processes()) {
    // podman has a monitor for each container: conmon … -n NAME …
    if (programName(one) !== "conmon") continue;
    const isMeant = one.argv[one.argv.indexOf("-n") + 1] === name;
    const uid = isMeant ? idsOf(one)?.uid : undefined;
    if (uid !== undefined && uid !== 0 && uid !== Deno.uid()) return `with uid ${uid}`;
  }
  return undefined;
}
