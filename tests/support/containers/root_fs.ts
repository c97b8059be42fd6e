/** A root file system for containers: the real nginx, and a shell. */
import { dirname } from "node:path";
import { tool } from "../require.ts";
import { run } from "../run.ts";

/** What it holds besides nginx. */
export interface RootFsOptions {
  /** The configuration of nginx, by path. Default: none. */
  readonly files?: Readonly<Record<string, string>>;
  /** Links by path. */
  readonly links?: Readonly<Record<string, string>>;
  /** Programs of busybox in `/bin`. Default: `sh`, `cat`, `ls`, `readlink`. */
  readonly programs?: readonly string[];
}

/** Folders that nginx wants, and mount points. */
const FOLDERS = ["bin", "dev", "etc/nginx", "proc", "run", "sys", "tmp", "usr/sbin", "usr/share"];
const NGINX_FOLDERS = ["usr/share/nginx/html", "var/lib/nginx", "var/log/nginx"];

/** Makes one in a folder; 12 MB. */
export async function makeRootFs(
  folder: string,
  { files = {}, links = {}, programs = ["sh", "cat", "ls", "readlink"] }: RootFsOptions = {},
): Promise<void> {
  for (const name of [...FOLDERS, ...NGINX_FOLDERS]) {
    await Deno.mkdir(`${folder}/${name}`, { recursive: true });
  }
  const nginx = tool("nginx") ?? "nginx";
  await Deno.copyFile(nginx, `${folder}/usr/sbin/nginx`);
  for (const library of await librariesOf(nginx)) {
    await Deno.mkdir(dirname(folder + library), { recursive: true });
    await Deno.copyFile(library, folder + library);
  }
  if (programs.length > 0) await Deno.copyFile(tool("busybox") ?? "", `${folder}/bin/busybox`);
  for (const name of programs) await Deno.symlink("busybox", `${folder}/bin/${name}`);
  await Deno.writeTextFile(`${folder}/etc/passwd`, "root:x:0:0::/:\nweb:x:101:101::/:\n");
  await Deno.writeTextFile(`${folder}/etc/group`, "root:x:0:\nweb:x:101:\n");
  for (const [path, text] of Object.entries(files)) {
    await Deno.mkdir(dirname(folder + path), { recursive: true });
    await Deno.writeTextFile(folder + path, text);
  }
  for (const [path, target] of Object.entries(links)) {
    await Deno.mkdir(dirname(folder + path), { recursive: true });
    await Deno.symlink(target, folder + path);
  }
}

/** What `ldd` names by path, the program's interpreter included. */
async function librariesOf(program: string): Promise<string[]> {
  const text = new TextDecoder().decode(await run("ldd", [program]));
  return [...text.matchAll(/(?:=> )?(\/\S+) \(0x/g)].map(([, path = ""]) => path);
}

/** A configuration of nginx around what stands in its http block. */
export function nginxConf(http: string): string {
  return `user web;
daemon off;
events {}
http {
${http}
}
`;
}
