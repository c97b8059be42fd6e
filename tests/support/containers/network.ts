/** A network namespace of a test's own: what is published in it is published nowhere else. */
import { tool } from "../require.ts";
import { run } from "../run.ts";

/** A network with nothing but its loopback. Disposing of it takes it away. */
export interface Network extends AsyncDisposable {
  /** A program and its first arguments, to run another one in it. */
  readonly enter: readonly [program: string, ...args: string[]];
}

/** Programs that are needed for it; root is, too. */
export const NETWORK_TOOLS = ["ip", "nsenter"];

/** Makes one. */
export async function makeNetwork(): Promise<Network> {
  const name = `binimport-${crypto.randomUUID().slice(0, 8)}`;
  const ip = tool("ip") ?? "ip";
  await run(ip, ["netns", "add", name]);
  await run(ip, ["-netns", name, "link", "set", "lo", "up"]);
  return {
    // `ip netns exec` would hide the control groups, which container runtimes need.
    enter: [tool("nsenter") ?? "nsenter", `--net=/run/netns/${name}`],
    async [Symbol.asyncDispose]() {
      await run(ip, ["netns", "del", name]);
    },
  };
}
