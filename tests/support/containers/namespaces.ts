/**
 * Namespaces for a whole cluster: mounts, processes and network of its own. When their first process
 * ends, so does every other one, and with the last of them all mounts and interfaces are gone.
 */
import { tool } from "../require.ts";
import type { Network } from "./network.ts";

/** Programs that are needed for it; root is, too. */
export const NAMESPACE_TOOLS = ["unshare", "nsenter", "ip", "mount", "setpriv"];

/** The address of this host in there, besides the loopback's. */
export const ADDRESS = "10.77.0.1";

/** What kubelet would set for the whole machine; it gets files that only look like them. */
const SETTINGS = [
  "vm/overcommit_memory",
  "vm/panic_on_oom",
  "kernel/panic",
  "kernel/panic_on_oops",
  "kernel/keys/root_maxkeys",
  "kernel/keys/root_maxbytes",
];

/** The first process: prepares the namespaces, says so, and then reaps whoever is left to it. */
const FIRST = `
set -e
mount --make-rshared /
for folder in /run /var/log; do mount -t tmpfs tmpfs $folder; done
mkdir -p /run/lock
for name in ${SETTINGS.join(" ")}; do
  file=/run/\${name##*/}
  cat /proc/sys/$name >$file
  mount --bind $file /proc/sys/$name
done
ip link set lo up
ip link add node0 type veth peer name node1
ip link set node1 up
ip address add ${ADDRESS}/24 dev node0
ip link set node0 up
ip route add default dev node0
echo ready
while sleep 1; do :; done`;

/** Makes them. Disposing of them ends all that runs in there. */
export async function makeNamespaces(): Promise<Network> {
  const kinds = ["--mount", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"];
  const child = new Deno.Command(tool("unshare") ?? "unshare", {
    args: [...kinds, "/bin/sh", "-c", FIRST],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  if (value === undefined) throw new Error("Cannot make namespaces: see above");
  const children = await Deno.readTextFile(`/proc/${child.pid}/task/${child.pid}/children`);
  const target = `--target=${children.trim()}`;
  return {
    enter: [tool("nsenter") ?? "nsenter", target, "--mount", "--net", "--pid"],
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
      await reader.cancel();
    },
  };
}
