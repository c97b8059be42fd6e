/** Other root folders to run the packed file in. */
import { tool } from "../require.ts";
import { ARM64_FILE, FILE, type FileOptions } from "./file.ts";

/** A place to run in, and how folders of it are called from there. */
export interface System {
  /** The folder that it sees as `/`; empty for that of this system. */
  readonly root: string;
  readonly options: FileOptions;
  /** Whether TLS works there. Default: yes. */
  readonly tls?: boolean;
}

/** In another root, with nothing of this system but its kernel; `under` is started before. */
export function inRoot(root: string, ...under: string[]): System {
  return entering(root, [], under);
}

/** The same for arm64, where qemu runs every program. */
export function inArm64Root(root: string): System {
  return entering(root, [
    `mount -t binfmt_misc none ${BINFMT}`,
    `printf %s '${ARM64_PROGRAMS}' >${BINFMT}/register`,
  ], []);
}

function entering(root: string, before: readonly string[], under: readonly string[]): System {
  const script = [
    "set -e",
    ...before,
    `mount --rbind /proc ${root}/proc`,
    `mount --bind /dev/null ${root}/dev/null`,
    `exec chroot ${root} /bin/env -i PATH=/bin:/usr/bin "$@"`,
  ].join("\n");
  return {
    root,
    options: {
      file: "/binimport",
      under: [...under, ...NAMESPACE, "sh", "-c", script, "sh"],
    },
  };
}

const NAMESPACE = ["unshare", "--user", "--mount", "--map-root-user"];
const BINFMT = "/proc/sys/fs/binfmt_misc";

/**
 * How the kernel knows them, and what it starts for them: from the kernel's
 * admin-guide/binfmt-misc.rst and qemu's scripts/qemu-binfmt-conf.sh. F: the interpreter is opened
 * here, outside of the root; P: the program is told the name that it was called by.
 */
const ARM64_PROGRAMS = ":aarch64:M::" +
  String.raw`\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\xb7\x00:` +
  String.raw`\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff\xfe\xff\xff\xff:` +
  `${tool("qemu-aarch64-static")}:PF`;

/** Whether a namespace of users can say what runs which programs; from Linux 6.7 on it can. */
export function canEmulate(): boolean {
  const [command = "", ...args] = [...NAMESPACE, "mount", "-t", "binfmt_misc", "none", BINFMT];
  try {
    return new Deno.Command(command, { args, stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
}

/** Fills a folder: the file, busybox, and nothing else. */
export async function busyboxRoot(root: string): Promise<void> {
  await fillRoot(root, FILE, "busybox");
}

/** The same for arm64. */
export async function arm64BusyboxRoot(root: string): Promise<void> {
  await fillRoot(root, ARM64_FILE, "busybox-aarch64");
}

async function fillRoot(root: string, file: string, busybox: string): Promise<void> {
  for (const name of ["bin", "proc", "dev", "tmp", "srv", "lib"]) {
    await Deno.mkdir(`${root}/${name}`);
  }
  await Deno.writeFile(`${root}/dev/null`, new Uint8Array());
  await Deno.copyFile(tool(busybox) ?? "", `${root}/bin/busybox`);
  // Both are of one version; this one can be asked here.
  const { stdout } = await new Deno.Command(tool("busybox") ?? "", { args: ["--list"] }).output();
  for (const name of new TextDecoder().decode(stdout).trim().split("\n")) {
    if (name !== "busybox") await Deno.symlink("busybox", `${root}/bin/${name}`);
  }
  await Deno.copyFile(file, `${root}/binimport`);
}
