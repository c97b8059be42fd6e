/** What is worth a warning beside an answer. */
import { networkInterfaces } from "node:os";
import { fromBuffer, toText } from "./bytes.ts";
import { placeText } from "./config_text.ts";
import { type FileView, hostView } from "./file_view.ts";
import { ipOf, noteWarning, type Trace, type WebAddress } from "./result.ts";
import type { Configuration } from "./servers/nginx/mod.ts";

/** Warns where the `user` of the configuration is not known where nginx runs. */
export async function checkUser(
  { main, view, ownUser }: Configuration,
  trace: Trace,
): Promise<void> {
  const directive = ownUser ? undefined : main.find(({ name }) => name === "user");
  const user = directive?.args[0];
  const known = await usersOf(view);
  if (directive === undefined || user === undefined || known === undefined) return;
  if (known.includes(user)) return;
  noteWarning(trace, {
    code: "unknown-user",
    message: `The user "${toText(user)}" at ${placeText(directive)} is not in /etc/passwd`,
    hint: "nginx does not start without its user, unless a directory service knows it.",
  });
}

async function usersOf(view: FileView): Promise<string[] | undefined> {
  try {
    const lines = fromBuffer(await view.read("/etc/passwd")).split("\n");
    return lines.map((line) => line.split(":", 1)[0] ?? "");
  } catch {
    return undefined;
  }
}

/** Warns where a folder is not there, or a folder stands where a file is asked for. */
export async function checkPath(path: string, isFolder: boolean, trace: Trace): Promise<void> {
  const kind = await hostView.kind(path);
  if (isFolder && kind !== "folder") {
    noteWarning(trace, {
      code: "missing-folder",
      message: `${JSON.stringify(path)} ${
        kind === undefined ? "does not exist here" : "is no folder"
      }`,
      hint: "Create it with mkdir -p before an import.",
    });
  }
  if (!isFolder && kind === "folder") {
    noteWarning(trace, {
      code: "folder",
      message: `${
        JSON.stringify(path)
      } is a folder: the server redirects to the URL with a slash at its end`,
      hint: "For a base URL, put a slash at its end.",
    });
  }
}

/** Warns where the URL's address is none of this host's. */
export function checkAddress({ host }: WebAddress, trace: Trace): void {
  const ip = ipOf(host);
  if (ip === undefined || ip.startsWith("127.") || ip === "::1") return;
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
    .map(({ address }) => address);
  if (own.length === 0 || own.includes(ip)) return;
  noteWarning(trace, {
    code: "not-local",
    message: `${ip} is no address of this host`,
    hint: "Run this on the host that serves the files; a forwarded address is fine.",
  });
}

/**
 * The same path without doubled slashes, `.` and a slash at the end. `..` is resolved only as the
 * kernel does it, through links; where that cannot be told it stays.
 */
export async function plainPath(view: FileView, path: string): Promise<string> {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  const climb = parts.lastIndexOf("..");
  const joined = `/${parts.join("/")}`;
  if (climb < 0) return joined;
  const real = await view.realpath(`/${parts.slice(0, climb + 1).join("/")}`);
  if (real === undefined) return joined;
  return [real === "/" ? "" : real, ...parts.slice(climb + 1)].join("/") || "/";
}
