/** Installing packages of servers without having the servers run. */
import { $ } from "zx";

/** What Debian's maintainer scripts ask before they start anything (invoke-rc.d(8)). */
const POLICY = "/usr/sbin/policy-rc.d";

/** 101: it is forbidden by policy. */
const REFUSE_ALL = "#!/bin/sh\nexit 101\n";

/**
 * Runs an installation during which no package starts its daemon: nothing is to listen on port 80
 * because tests want a program. A policy that the host has already is left to it.
 */
export async function withoutDaemons<T>(install: () => Promise<T>): Promise<T> {
  if (!await makePolicy()) return await install();
  try {
    return await install();
  } finally {
    await Deno.remove(POLICY);
  }
}

/** False when there is one. */
async function makePolicy(): Promise<boolean> {
  try {
    await Deno.writeTextFile(POLICY, REFUSE_ALL, { createNew: true, mode: 0o755 });
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return false;
    throw error;
  }
}

/** Services of packages that have one. */
const SERVICES: Readonly<Record<string, string>> = {
  "nginx-light": "nginx",
  "lighttpd": "lighttpd",
  "caddy": "caddy",
  "docker-registry": "docker-registry",
  "openssh-server": "ssh",
  "docker.io": "docker",
  "containerd": "containerd",
  "rsync": "rsync",
};

/** Has packages that were just installed not start their daemons at the next boot either. */
export async function keepFromBoot(packages: readonly string[]): Promise<void> {
  // Whether there is a unit, an init script or both is up to the package.
  const quietly = $({ quiet: true, nothrow: true });
  for (const service of packages.map((name) => SERVICES[name])) {
    if (service === undefined) continue;
    await quietly`systemctl disable ${service}`;
    await quietly`update-rc.d ${service} disable`;
  }
}
