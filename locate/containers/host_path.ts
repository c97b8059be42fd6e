/** From a path of a container to the path on this host: by its links, and by what is mounted. */
import { realpathSync, statSync } from "node:fs";
import { errno } from "../../core/util/errno.ts";
import type { BinimportError, ErrorCode } from "../../core/util/errors.ts";
import type { FileView } from "../file_view.ts";
import { attempt } from "../proc.ts";
import { noteStep, noteWarning, type Trace } from "../result.ts";
import { type Container, containerText } from "./container.ts";
import type { Inside } from "./files.ts";
import { kernelMounts } from "./kernel_mounts.ts";
import { isKubelets } from "./kubelet/mod.ts";
import { below, isWithin, type Mount, outerFirst, resolveMount, restBelow } from "./mounts.ts";
import { cannot, ToolFailure } from "./refusal.ts";

/** A path of a container on this host. */
export interface HostPlace {
  readonly hostPath: string;
  /** What is mounted there, and from where. */
  readonly mount: Pick<Mount, "what" | "destination"> & { readonly source: string };
}

/**
 * Follows the links as the container sees them, and its mounts. Steps and warnings are added to the
 * trace. Throws code `unsupported` where no folder of this host is behind it.
 *
 * @param path as nginx opens it, absolute
 * @param isFolder whether keys are added to it
 */
export async function hostPlace(
  path: string,
  isFolder: boolean,
  { container, view }: Inside,
  trace: Trace,
): Promise<HostPlace> {
  const real = await realPath(path, view, trace);
  if (real !== path) noteStep(trace, `links lead to ${real} in the container`);
  const mounts = await mountsOf(container, view);
  const { mount, inner } = resolveMount(real, mounts);
  if (mount === undefined) throw inImage(real, inner, mounts, container);
  const { what, destination, source, readOnly, warning } = mount;
  if (typeof source !== "string") {
    const target = `write to ${JSON.stringify(real)} of ${containerText(container)}`;
    const state = `the ${what} at ${destination} ${source.reason}`;
    throw cannot("unsupported", `${target}: ${state}`, source.hint);
  }
  const hostPath = below(source, restBelow(destination, real));
  const how = readOnly ? `${what}, read-only in the container` : what;
  noteStep(trace, `${destination} is mounted from ${source} (${how})`);
  if (warning !== undefined) noteWarning(trace, warning);
  if (isFolder) { for (const one of inner) warnOfHidden(real, hostPath, one, trace); }
  const fault = faultOf(hostPath, source, real, container);
  if (fault !== undefined) {
    const [code, state, hint] = fault;
    throw cannot(code, `use ${JSON.stringify(hostPath)}: ${state}`, hint);
  }
  return { hostPath, mount: { what, destination, source } };
}

/** What is mounted, by the kernel where it may be asked; without it by the runtime alone. */
async function mountsOf(container: Container, view: FileView): Promise<readonly Mount[]> {
  const { pid } = container;
  const reported = await container.mounts().catch((error: unknown) => {
    if (error instanceof ToolFailure) return error;
    throw error;
  });
  const seen = pid === undefined
    ? undefined
    : kernelMounts(pid, reported instanceof ToolFailure ? [] : reported);
  if (seen !== undefined) return seen;
  if (reported instanceof ToolFailure) throw reported;
  // Runtimes show the path that was asked for, and mount at the end of its links.
  const followed = await Promise.all(reported.map(async (mount) => ({
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
      restBelow(path, first.destination)
    }/.`
    : others.length === 0
    ? `Start the container anew with a folder of this host there, such as -v /srv/www:${path}.`
    : `Mounted are ${
      others.slice(0, 8).join(", ")
    }. Mount a folder of this host at ${path}, or have nginx serve one of these.`;
  const what = `write to ${JSON.stringify(path)} of ${containerText(container)}`;
  const state = "nothing is mounted there, so the files are in the image's layer";
  return cannot("unsupported", `${what}: ${state}`, hint);
}

/** What this host has there itself, such as another disk, comes with the folder. */
function warnOfHidden(
  path: string,
  hostPath: string,
  { destination, source, what }: Mount,
  trace: Trace,
): void {
  const rest = restBelow(path, destination);
  if (source === below(hostPath, rest)) return;
  const name = rest.slice(1);
  noteWarning(trace, {
    code: "mount-below",
    message: `The ${what} at ${destination} hides what is written to "${name}/…" here`,
    hint: `Import keys that begin with "${name}/" by the URL of that folder.`,
  });
}

/**
 * Why a folder is not to be written to although it is mounted. kubelet's folders are root's. Whoever
 * writes in the container could put a link there that leads to another place of this host. A folder
 * that was removed and made anew is another one than the container's, and a runtime may see other
 * files than this process does.
 */
function faultOf(
  hostPath: string,
  source: string,
  inside: string,
  container: Container,
): [ErrorCode, state: string, hint: string] | undefined {
  const here = statOf(hostPath);
  if (here === "EACCES" && isKubelets(hostPath)) {
    return ["forbidden", "permission denied in kubelet's folders", "Run as root."];
  }
  const [path, folder] = [hostPath, source].map((one) => attempt(() => realpathSync(one)));
  if (path !== undefined && folder !== undefined && !isWithin(path, folder)) {
    const state = `on this host its links lead to ${
      JSON.stringify(path)
    }, out of what is mounted into`;
    return ["target", `${state} ${containerText(container)}`, "Remove the link."];
  }
  // Device and inode.
  const there = statOf(`/proc/${container.pid}/root${inside}`);
  if (!there?.includes(":") || there === here) return undefined;
  return [
    "target",
    `it is not what ${containerText(container)} has at ${inside}`,
    "It was replaced since the container started, or the runtime sees other files than this host: restart the container.",
  ];
}

/** `DEVICE:INODE`, else why it cannot be told. */
function statOf(path: string): string | undefined {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch (error) {
    return errno(error);
  }
}
