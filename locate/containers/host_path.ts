/** Links of a container, followed as it would itself. */
import { realpathSync, statSync } from "node:fs";
import { BinimportError } from "../../core/util/errors.ts";
import type { FileKind, FileView } from "../file_view.ts";
import { noteStep, noteWarning, type Trace } from "../result.ts";
import { ToolFailure } from "./client.ts";
import { kernelMounts } from "./kernel_mounts.ts";
import { isWithin, type Mount, outerFirst, resolveMount } from "./mounts.ts";
import { type Container, containerText } from "./runtime.ts";

/** What stands under a path of which only the last part may be a link. */
export type Entry =
  | { readonly kind: FileKind }
  | { readonly kind: "link"; readonly target: string };

/** As many as Linux follows in one path. */
export const MAX_LINKS = 40;

/**
 * Follows links inside of a tree: `/proc/PID/root/a` would lead to this host's files where `a` is a
 * link to an absolute path.
 *
 * @param look what stands there; undefined for nothing, or when that cannot be told
 */
export function followLinks(
  look: (path: string) => Promise<Entry | undefined>,
): Pick<FileView, "kind" | "realpath"> {
  return {
    async kind(path) {
      const real = await realPathIn(path, look);
      if (real === undefined || real === "/") return real && "folder";
      const entry = await look(real);
      return entry?.kind === "link" ? undefined : entry?.kind;
    },
    realpath: (path) => realPathIn(path, look),
  };
}

async function realPathIn(
  path: string,
  look: (path: string) => Promise<Entry | undefined>,
): Promise<string | undefined> {
  let rest = parts(path);
  let real = "";
  let links = 0;
  while (rest.length > 0) {
    const [name = "", ...behind] = rest;
    rest = behind;
    if (name === "..") {
      real = real.slice(0, Math.max(0, real.lastIndexOf("/")));
      continue;
    }
    const entry = await look(`${real}/${name}`);
    if (entry === undefined) return undefined;
    if (entry.kind !== "link") real = `${real}/${name}`;
    else {
      if (++links > MAX_LINKS) return undefined;
      rest = [...parts(entry.target), ...rest];
      if (entry.target.startsWith("/")) real = "";
    }
  }
  return real || "/";
}

function parts(path: string): string[] {
  return path.split("/").filter((part) => part !== "" && part !== ".");
}

/** A path of a container on this host. */
export interface HostPlace {
  readonly hostPath: string;
  readonly mount: MountPlace;
}

/** A mount, for an answer. */
export interface MountPlace {
  /** What it is, as people call it. */
  readonly what: string;
  readonly destination: string;
  readonly source: string;
}

/** What is known of a container for this. */
export interface PlaceOptions {
  readonly container: Container;
  readonly pid: number | undefined;
  /** The container's files, for its links. */
  readonly view: FileView;
  /** Ends in a path that the URL adds to, for a hint. */
  readonly isFolder: boolean;
}

/**
 * Follows the links as the container sees them, and its mounts. Steps and warnings are added to the
 * trace. Throws code `unsupported` where no folder of this host is behind it.
 *
 * @param path as nginx opens it, absolute
 */
export async function hostPlace(
  path: string,
  { container, pid, view, isFolder }: PlaceOptions,
  trace: Trace,
): Promise<HostPlace> {
  const real = await realPath(path, view, trace);
  if (real !== path) noteStep(trace, `links lead to ${real} in the container`);
  const mounts = await mountsOf(container, pid, view);
  const resolved = resolveMount(real, mounts);
  if (resolved.kind === "image") throw inImage(real, resolved.inner, mounts, container);
  const { mount } = resolved;
  if (resolved.kind === "unusable") {
    throw new BinimportError(
      "unsupported",
      `Cannot write to ${JSON.stringify(real)} of ${
        containerText(container)
      }: the ${mount.what} at ${mount.destination} ${resolved.reason}`,
      { hint: resolved.hint },
    );
  }
  const { hostPath, source, hiding } = resolved;
  const { what, destination, readOnly, warning } = mount;
  const how = readOnly ? `${what}, read-only in the container` : what;
  noteStep(trace, `${destination} is mounted from ${source} (${how})`);
  if (warning !== undefined) noteWarning(trace, warning);
  if (isFolder) { for (const inner of hiding) warnOfHidden(real, inner, trace); }
  requireInside(hostPath, source, container);
  requireSame(real, hostPath, pid, container);
  return { hostPath, mount: { what, destination, source } };
}

/** What is mounted, by the kernel where it may be asked; without it by the runtime alone. */
async function mountsOf(
  container: Container,
  pid: number | undefined,
  view: FileView,
): Promise<readonly Mount[]> {
  const told = await container.mounts().catch((error: unknown) => {
    if (error instanceof ToolFailure) return error;
    throw error;
  });
  const known = told instanceof ToolFailure ? [] : told;
  const seen = pid === undefined ? undefined : kernelMounts(pid, known);
  if (seen !== undefined) return seen;
  if (told instanceof ToolFailure) throw told;
  // Runtimes show the path that was asked for, and mount at the end of its links.
  const followed = await Promise.all(told.map(async (mount) => ({
    ...mount,
    destination: await view.realpath(mount.destination) ?? mount.destination,
  })));
  return outerFirst(followed);
}

/** The path without links, as far as it exists. */
async function realPath(path: string, view: FileView, trace: Trace): Promise<string> {
  const names = path.split("/").filter((name) => name !== "");
  for (let kept = names.length; kept >= 0; kept--) {
    const real = await view.realpath(`/${names.slice(0, kept).join("/")}`);
    if (real === undefined) continue;
    return [real === "/" ? "" : real, ...names.slice(kept)].join("/") || "/";
  }
  noteWarning(trace, {
    code: "links-unseen",
    message: `Whether ${JSON.stringify(path)} leads through links in the container cannot be told`,
    hint: "Run as root to be sure, and prove the mapping by fetching a file.",
  });
  return path;
}

/** What runtimes mount into every container, nobody's folder for files to serve. */
const SYSTEM = /^\/(?:dev|etc|proc|run|sys)(?:\/|$)/;

function inImage(
  path: string,
  inner: readonly Mount[],
  mounts: readonly Mount[],
  container: Container,
): BinimportError {
  const [first] = inner.filter(({ destination }) => !SYSTEM.test(destination));
  const others = mounts.flatMap(({ destination, source }) =>
    typeof source === "string" && !SYSTEM.test(destination) ? [`${source} at ${destination}`] : []
  );
  const hint = first !== undefined
    ? `Below it ${first.destination} is mounted: give the URL of that folder, which ends in ${
      first.destination.slice(path.length)
    }/.`
    : others.length === 0
    ? `Start the container anew with a folder of this host there, such as -v /srv/www:${path}.`
    : `Mounted are ${
      others.slice(0, 8).join(", ")
    }. Mount a folder of this host at ${path}, or have nginx serve one of these.`;
  return new BinimportError(
    "unsupported",
    `Cannot write to ${JSON.stringify(path)} of ${
      containerText(container)
    }: nothing is mounted there, so the files are in the image's layer`,
    { hint },
  );
}

function warnOfHidden(path: string, { destination, what }: Mount, trace: Trace): void {
  if (!isWithin(destination, path)) return;
  const rest = path === "/" ? destination.slice(1) : destination.slice(path.length + 1);
  noteWarning(trace, {
    code: "mount-below",
    message: `The ${what} at ${destination} hides what is written to "${rest}/…" here`,
    hint: `Import keys that begin with "${rest}/" by the URL of that folder.`,
  });
}

/** Whoever writes in the container could put a link there that leads to another place of this host. */
function requireInside(hostPath: string, source: string, container: Container): void {
  const [path, folder] = [realOf(hostPath), realOf(source)];
  if (path === undefined || folder === undefined || isWithin(path, folder)) return;
  throw new BinimportError(
    "target",
    `Cannot use ${JSON.stringify(hostPath)}: on this host its links lead to ${
      JSON.stringify(path)
    }, out of what is mounted into ${containerText(container)}`,
    { hint: "Remove the link." },
  );
}

/** Undefined for what is not there, or may not be looked at. */
function realOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/**
 * What the container has there must be what this host has: a folder that was removed and made anew
 * is another one, and a runtime may see other files than this process does.
 */
function requireSame(
  path: string,
  hostPath: string,
  pid: number | undefined,
  container: Container,
): void {
  const inside = pid === undefined ? undefined : identity(`/proc/${pid}/root${path}`);
  if (inside === undefined || inside === identity(hostPath)) return;
  throw new BinimportError(
    "target",
    `Cannot use ${JSON.stringify(hostPath)}: it is not what ${
      containerText(container)
    } has at ${path}`,
    {
      hint:
        "It was replaced since the container started, or the runtime sees other files than this host: restart the container.",
    },
  );
}

/** Device and inode; undefined for what is not there, or may not be looked at. */
function identity(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return undefined;
  }
}
