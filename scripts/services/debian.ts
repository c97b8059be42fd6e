/** Programs that Debian brings. */
import { $ } from "zx";
import { findProgram } from "./cache.ts";
import type { Part } from "./part.ts";
import { keepFromBoot, withoutDaemons } from "./without_daemons.ts";

/** Program → package of Debian 12; the release is the pin. */
const PACKAGES: Readonly<Record<string, string>> = {
  nginx: "nginx-light",
  apache2: "apache2-bin", // the program and its modules, without a service
  lighttpd: "lighttpd",
  caddy: "caddy",
  "docker-registry": "docker-registry",
  bsdtar: "libarchive-tools",
  xz: "xz-utils",
  zstd: "zstd",
  pigz: "pigz",
  python3: "python3",
  pip3: "python3-pip",
  curl: "curl",
  openssl: "openssl",
  faketime: "faketime",
  strace: "strace",
  ip: "iproute2",
  tc: "iproute2",
  iptables: "iptables",
  sshd: "openssh-server",
  ssh: "openssh-client",
  sshfs: "sshfs",
  bindfs: "bindfs",
  rsync: "rsync",
  chromium: "chromium",
  "systemd-analyze": "systemd",
  xorriso: "xorriso",
  genisoimage: "genisoimage",
  busybox: "busybox-static",
  "ld-musl-config": "musl",
  "qemu-aarch64-static": "qemu-user-static",
  debootstrap: "debootstrap",
  dockerd: "docker.io", // with docker, its client
  podman: "podman",
  runc: "runc", // what podman is told to use: crun is not asked for
  containerd: "containerd", // with ctr, its client
  kubectl: "kubernetes-client",
  ptp: "containernetworking-plugins",
  etcd: "etcd-server", // what a cluster keeps its objects in
  tmux: "tmux",
  zsh: "zsh",
  fish: "fish",
  man: "man-db",
  mandoc: "mandoc",
  "dh_bash-completion": "bash-completion", // what it brings is no program, but for this
  groff: "groff-base",
};

/** Installs those that are missing, with apt-get; only that needs root. */
export async function provideDebianPrograms(): Promise<Part[]> {
  const programs = Object.keys(PACKAGES);
  const missing = programs.filter((program) => findProgram(program) === undefined);
  const refusal = missing.length === 0 ? undefined : await install(missing.map(packageOf));
  const versions = await installedVersions();
  return programs.map((program): Part => {
    if (findProgram(program) === undefined) {
      return { program, state: "MISSING", detail: refusal ?? `not in ${packageOf(program)}` };
    }
    const state = missing.includes(program) ? "installed" : "present";
    const detail = versions.get(packageOf(program)) ?? findProgram(program) ?? "";
    return { program, state, detail };
  });
}

function packageOf(program: string): string {
  return PACKAGES[program] ?? program;
}

/** Why it could not; undefined when it could. */
async function install(packages: readonly string[]): Promise<string | undefined> {
  const command = `apt-get install -y --no-install-recommends ${packages.join(" ")}`;
  if (findProgram("apt-get") === undefined) return "needs apt-get: this is no Debian";
  if (Deno.uid() !== 0) return `needs root: sudo ${command}`;
  const apt = $({ quiet: true, nothrow: true, env: aptEnvironment() });
  const updated = await apt`apt-get update`;
  const done = updated.ok
    ? await withoutDaemons(() => apt`apt-get install -y --no-install-recommends ${packages}`)
    : updated;
  await keepFromBoot(packages);
  return done.ok ? undefined : `apt-get failed: ${done.stderr.trim() || done.stdout.trim()}`;
}

function aptEnvironment(): Record<string, string> {
  return { ...Deno.env.toObject(), DEBIAN_FRONTEND: "noninteractive" };
}

/** Versions by package, of those that are installed. */
async function installedVersions(): Promise<Map<string, string>> {
  if (findProgram("dpkg-query") === undefined) return new Map();
  const format = "${Package} ${Version}\n";
  const query = $({ quiet: true, nothrow: true }); // it fails when one of them is not installed
  const { stdout } = await query`dpkg-query -W -f ${format} ${Object.values(PACKAGES)}`;
  return new Map(
    stdout.trim().split("\n").map((line) => {
      const [name = "", version = ""] = line.split(" ");
      return [name, version];
    }),
  );
}
