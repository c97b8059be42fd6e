/** What is worth a warning beside an answer. */
import { networkInterfaces } from "node:os";
import { fromBuffer, toText } from "./bytes.ts";
import { placeText } from "./config_text.ts";
import { type FileView, hostView } from "./file_view.ts";
import { ipOf, noteWarning, type Trace, type WebAddress } from "./result.ts";
import type { Configuration } from "./servers/nginx/mod.ts";

/** The `user` of a configuration, `USER` or `USER:GROUP`; none for a master that is not root's. */
export async function userOf(nginx: Configuration, trace: Trace): Promise<string | undefined> {
  const { main, view, ownUser } = nginx;
  const directive = main.find(({ name }) => name === "user");
  const user = directive?.args[0];
  if (directive === undefined || user === undefined || ownUser) return undefined;
  const known = await view.read("/etc/passwd").then(fromBuffer, () => undefined);
  if (known !== undefined && !`\n${known}`.includes(`\n${user}:`)) {
    const message = `The user "${toText(user)}" at ${placeText(directive)} is not in /etc/passwd`;
    const hint = "nginx does not start without its user, unless a directory service knows it.";
    noteWarning(trace, { code: "unknown-user", message, hint });
  }
  return toText(directive.args.join(":"));
}

/** Warns where a folder is not there, or a folder stands where a file is asked for. */
export async function checkPath(path: string, isFolder: boolean, trace: Trace): Promise<void> {
  const kind = await hostView.kind(path);
  const shown = JSON.stringify(path);
  if (isFolder && kind !== "folder") {
    const message = `${shown} ${kind === undefined ? "does not exist here" : "is no folder"}`;
    const hint = "Create it with mkdir -p before an import.";
    noteWarning(trace, { code: "missing-folder", message, hint });
  }
  if (!isFolder && kind === "folder") {
    const message = `${shown} is a folder: the server redirects to the URL with a slash at its end`;
    const hint = "For a base URL, put a slash at its end.";
    noteWarning(trace, { code: "folder", message, hint });
  }
}

/** Warns where the URL's address is none of this host's. */
export function checkAddress({ host }: WebAddress, trace: Trace): void {
  const ip = ipOf(host);
  if (ip === undefined || ip.startsWith("127.") || ip === "::1") return;
  const own = Object.values(networkInterfaces()).flat().map((one) => one?.address);
  if (own.length === 0 || own.includes(ip)) return;
  const message = `${ip} is no address of this host`;
  const hint = "Run this on the host that serves the files; a forwarded address is fine.";
  noteWarning(trace, { code: "not-local", message, hint });
}

/** Without doubled slashes, `.`, a slash at the end, and `..` where the kernel can resolve it. */
export async function plainPath(view: FileView, path: string): Promise<string> {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  const climb = parts.lastIndexOf("..");
  const joined = `/${parts.join("/")}`;
  if (climb < 0) return joined;
  const real = await view.realpath(`/${parts.slice(0, climb + 1).join("/")}`);
  if (real === undefined) return joined;
  return [real === "/" ? "" : real, ...parts.slice(climb + 1)].join("/") || "/";
}
