/** A network of the test's own: two name spaces, a cable between them, and what breaks it. */
import assert from "node:assert/strict";
import { startDaemon } from "../support/daemon.ts";
import { outcome, start } from "../support/e2e/run.ts";
import { uploadBegun } from "../support/minio_server.ts";
import { makeReleases, PARTS } from "../support/reliability/releases.ts";
import { reliabilityTest } from "../support/reliability/trials.ts";
import { tool } from "../support/require.ts";
import { run } from "../support/run.ts";
import { succeeds } from "../support/succeeds.ts";

const USER = "test-admin";
const PASSWORD = "test-password";
const ENDPOINT = "http://10.231.7.1:9000";

/** Two name spaces with a cable; MinIO runs in one. Needs root. */
interface Network extends AsyncDisposable {
  /** Prefixes of commands that run on the client's, or on the server's side. */
  readonly client: readonly string[];
  readonly server: readonly string[];
  /** Where MinIO keeps everything. */
  readonly folder: string;
}

async function ip(...args: string[]): Promise<void> {
  await run(tool("ip") ?? "ip", args);
}

async function makeNetwork(): Promise<Network> {
  const id = crypto.randomUUID().slice(0, 6);
  const [near, far] = [`bi-c-${id}`, `bi-s-${id}`];
  const folder = await Deno.makeTempDir({ prefix: "binimport-minio-" });
  await ip("netns", "add", near);
  await ip("netns", "add", far);
  await ip("link", "add", "v0", "netns", near, "type", "veth", "peer", "v1", "netns", far);
  for (const [space, device, host] of [[near, "v0", "2"], [far, "v1", "1"]] as const) {
    await ip("-n", space, "addr", "add", `10.231.7.${host}/24`, "dev", device);
    await ip("-n", space, "link", "set", device, "up");
    await ip("-n", space, "link", "set", "lo", "up");
  }
  const within = (space: string) => [tool("ip") ?? "ip", "netns", "exec", space] as const;
  const [enter, ...entering] = within(near);
  const asking = [...entering, "curl", "-sf", `${ENDPOINT}/minio/health/cluster`];
  const minio = await startDaemon({
    argv: [
      ...within(far),
      tool("minio") ?? "minio",
      ...["server", folder, "--address", "10.231.7.1:9000", "--quiet"],
    ],
    env: { MINIO_ROOT_USER: USER, MINIO_ROOT_PASSWORD: PASSWORD, MINIO_BROWSER: "off" },
    stop: "SIGKILL",
  }, () => succeeds(enter, asking, {}));
  return {
    client: within(near),
    server: within(far),
    folder,
    async [Symbol.asyncDispose]() {
      await minio.stop();
      await ip("netns", "del", near);
      await ip("netns", "del", far);
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Runs a command on one side of the cable. */
async function on(side: readonly string[], ...command: string[]): Promise<void> {
  const [program = "", ...args] = [...side, ...command];
  await run(program, args);
}

const NEEDED = ["tar", "minio", "ip", "tc", "iptables", "curl"];

reliabilityTest({
  fault: "the network is cut between client and MinIO for good (iptables, both ways silent)",
  outcome: "is given up within a minute, status 4; mended by the next run",
  needs: NEEDED,
  file: import.meta.url,
}, async (tried) => {
  await using releases = await makeReleases();
  await using network = await makeNetwork();
  // A slow cable, so that the cut comes in the middle of a body.
  await on(network.client, "tc", "qdisc", "add", "dev", "v0", "root", ...SLOW);
  const child = start(args(releases.old.archive, "--retries", "1"), options(network));
  const ended = outcome(child);
  await uploadBegun(network);
  await on(network.server, "iptables", "-A", "INPUT", "-i", "v1", "-j", "DROP");
  await on(network.server, "iptables", "-A", "OUTPUT", "-o", "v1", "-j", "DROP");
  const { status, stderr } = await ended;
  assert.equal(status, 4, stderr);
  assert.match(stderr, /silent for|no connection within/);
  await on(network.server, "iptables", "-F");
  await on(network.client, "tc", "qdisc", "del", "dev", "v0", "root");
  const again = await outcome(
    start(args(releases.old.archive, "--verify", "url"), options(network)),
  );
  assert.equal(again.status, 0, again.stderr);
  tried();
});

reliabilityTest({
  fault: "the network is cut between client and MinIO for 5 s, on a slow link (tc)",
  outcome: "the import waits and ends well",
  needs: NEEDED,
  file: import.meta.url,
}, async (tried) => {
  await using releases = await makeReleases();
  await using network = await makeNetwork();
  await on(network.client, "tc", "qdisc", "add", "dev", "v0", "root", ...SLOW);
  const child = start(args(releases.old.archive), options(network));
  const ended = outcome(child);
  await uploadBegun(network);
  await on(network.server, "iptables", "-A", "INPUT", "-i", "v1", "-j", "DROP");
  await new Promise((resolve) => setTimeout(resolve, 5000));
  await on(network.server, "iptables", "-F");
  const { status, stderr } = await ended;
  assert.equal(status, 0, stderr);
  tried();
});

/** 2 MB a second: the packages take some seconds. */
const SLOW = ["tbf", "rate", "16mbit", "burst", "64kb", "latency", "200ms"];

function args(archive: string, ...flags: string[]): string[] {
  return ["import", archive, "--endpoint", ENDPOINT, "--username", USER, ...PARTS, ...flags];
}

function options({ client }: Network) {
  return { env: { BINIMPORT_PASSWORD: PASSWORD }, under: client };
}
