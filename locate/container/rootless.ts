/** Containers of other users' podman, which each user sees alone. */
import { idsOf, processes, programName } from "../proc.ts";

/** The user whose podman runs a container of that name; neither we nor root. */
export function conmonOwner(name: string): number | undefined {
  for (const one of processes()) {
    // podman has a monitor for each container: conmon … -n NAME …
    if (programName(one) !== "conmon") continue;
    const isMeant = one.argv[one.argv.indexOf("-n") + 1] === name;
    const uid = isMeant ? idsOf(one)?.uid : undefined;
    if (uid !== undefined && uid !== 0 && uid !== Deno.uid()) return uid;
  }
  return undefined;
}
