/** A host of one test for containers: a folder, a network, and what clients find runtimes by. */
import { binimport, type Ended } from "../e2e/run.ts";
import { tool } from "../require.ts";
import { run } from "../run.ts";
import { makeNetwork, type Network, NETWORK_TOOLS } from "./network.ts";

/** A host. Disposing of it removes the folder and the network. */
export interface TestHost extends AsyncDisposable {
  /** A folder that anybody may enter. */
  readonly folder: string;
  /** What runs another program in its network, with its first arguments. */
  readonly enter: readonly [program: string, ...args: string[]];
  /** Variables for clients of the runtimes that were started. */
  readonly env: Record<string, string>;
  /** Makes a folder to be mounted, with a file `x` of its name in it; gives its path. */
  share(name: string): Promise<string>;
  /** Runs a client; gives its standard output, without the line feed at its end. */
  client(name: string, ...args: readonly string[]): Promise<string>;
  /** Runs binimport as a user of this host would. */
  binimport(...args: readonly string[]): Promise<Ended>;
  /** The same with clients of runtimes in these folders alone. */
  binimportWith(path: string, ...args: readonly string[]): Promise<Ended>;
  /** What a URL answers in this host's network; tried again for as long as nobody listens. */
  get(url: string): Promise<string>;
}

/** Programs that each such test needs, besides those of its runtime. */
export const HOST_TOOLS = [...NETWORK_TOOLS, "nginx", "busybox", "curl", "umount"];

/** What it has of its own. */
export interface HostOptions {
  /** Its network: one of its own, that of this process, whose ports it can reach, or another. */
  readonly network?: "own" | "ours" | Network;
}

/** Makes one. */
export async function makeHost({ network: kind = "own" }: HostOptions = {}): Promise<TestHost> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "binimport-host-" }));
  await Deno.chmod(folder, 0o755);
  const network = kind === "own" ? await makeNetwork() : kind === "ours" ? OURS : kind;
  const { enter } = network;
  const env: Record<string, string> = {};

  async function client(name: string, ...args: readonly string[]): Promise<string> {
    const [program, ...before] = enter;
    const output = await run(program, [...before, tool(name) ?? name, ...args], { env });
    return new TextDecoder().decode(output).trimEnd();
  }

  return {
    folder,
    enter,
    env,
    client,
    async share(name) {
      const path = `${folder}/${name}`;
      await Deno.mkdir(path, { recursive: true });
      await Deno.writeTextFile(`${path}/x`, name);
      return path;
    },
    binimport: (...args) => binimport(args, { env, under: enter }),
    binimportWith: (path, ...args) =>
      binimport(args, { env: { ...env, PATH: path }, under: enter }),
    get: (url) =>
      client(
        "curl",
        "-sS",
        "--fail",
        "--retry",
        "10",
        "--retry-delay",
        "1",
        "--retry-connrefused",
        "--retry-all-errors", // docker-proxy listens before nginx does
        url,
      ),
    async [Symbol.asyncDispose]() {
      await network[Symbol.asyncDispose]();
      await removeFolder(folder);
    },
  };
}

/** No network of its own. */
const OURS: Network = {
  enter: ["/usr/bin/env"],
  [Symbol.asyncDispose]: () => Promise.resolve(),
};

/** What a runtime runs behind a container's end may still write and mount: conmon calls `podman cleanup`. */
async function removeFolder(folder: string): Promise<void> {
  for (let tries = 0;; tries++) {
    await unmountBelow(folder);
    try {
      return await Deno.remove(folder, { recursive: true });
    } catch (error) {
      if (tries === 50) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** Runtimes leave mounts of their own behind. */
async function unmountBelow(folder: string): Promise<void> {
  const lines = (await Deno.readTextFile("/proc/self/mountinfo")).split("\n");
  const mounted = lines.map((line) => (line.split(" ")[4] ?? "").replaceAll("\\040", " "))
    .filter((path) => path.startsWith(`${folder}/`));
  for (const path of mounted.reverse()) await run(tool("umount") ?? "umount", ["-l", path]);
}
