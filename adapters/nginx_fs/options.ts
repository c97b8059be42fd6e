/** From option values to a configuration. */
import { resolve } from "node:path";
import {
  type AdapterInput,
  type ClusterSide,
  LOCK_WAIT,
  type OptionSpec,
} from "../../core/storage/mod.ts";
import { parseDuration } from "../../core/util/units.ts";
import { chosen, parseBaseUrl, SERVED, text, usage } from "../option_values.ts";
import { type Owner, parseOwner, parseServerUser, type ServerUser } from "./accounts.ts";

export interface Writing {
  /** Whether every file and folder is on the disk before the next step. */
  readonly fsync: boolean;
  /** Permission bits: 0644 for every file, or those in the package. */
  readonly mode: "0644" | "keep";
  /** Whom new files and folders belong to. Default: whoever runs the import. */
  readonly owner?: Owner;
  /** How long to wait for another import to end, in milliseconds. */
  readonly lockWait: number;
}

export const writingOptions = {
  fsync: { summary: "have every file on the disk before it gets its name", kind: "flag" },
  mode: {
    summary: "permissions of files: all alike, or as in the package and readable",
    kind: "text",
    choices: ["0644", "keep"],
    default: "0644",
  },
  owner: text("USER[:GROUP]", "owner of new files and folders; needs root"),
  lockWait: LOCK_WAIT,
} as const satisfies Record<string, OptionSpec>;

/** Reads the option values; throws code `usage` when they are wrong. */
export function parseWriting({ fsync, mode, owner, lockWait = "0s" }: AdapterInput): Writing {
  return {
    fsync: fsync !== undefined,
    mode: chosen("mode", writingOptions.mode.choices, mode),
    ...(typeof owner === "string" && { owner: parseOwner(owner) }),
    lockWait: parseDuration(String(lockWait)),
  };
}

/** A folder, and how it is written to. */
export interface NginxFsConfig extends Writing {
  /** The folder that the server serves, absolute. */
  readonly root: string;
  /** The outermost folder that the server has to enter: a mount, in a container. Default: `/`. */
  readonly entrance?: string;
  /** Where nodes fetch the root from; ends in `/`. */
  readonly url?: string;
  /** The user of the web server's workers, where it is known. */
  readonly serverUser?: ServerUser;
  /** Whether SELinux types are looked at, and set where that is safe. */
  readonly selinux: "auto" | "off";
}

/** A configuration whose root the web server's, by default of who listens there, is to tell. */
export interface SoughtConfig extends Omit<NginxFsConfig, "root"> {
  readonly root?: undefined;
  readonly url: string;
  readonly nginxConf?: string;
}

export const options = {
  root: text("DIR", "folder that nginx serves", { env: ["MAPPING_PATH"], location: true }),
  url: text("URL", "where nodes fetch that folder from; without --root the folder is found by it"),
  nginxConf: text(
    "FILE",
    "nginx.conf to find the folder in, or what nginx -T printed; - for stdin",
  ),
  ...writingOptions,
  serverUser: text(
    "USER[:GROUP]",
    "user of the web server's workers, to find folders that it may not enter",
  ),
  selinux: {
    summary: "whether SELinux types are looked at and set, where it is enforcing",
    kind: "text",
    choices: ["auto", "off"],
    default: "auto",
  },
} as const satisfies Record<string, OptionSpec>;

/** Reads the option values; throws code `usage` when they are wrong. */
export function parseConfig(input: AdapterInput): NginxFsConfig | SoughtConfig {
  const { root, url, nginxConf, serverUser, selinux } = input;
  const served = typeof url === "string"
    ? { url: parseBaseUrl("url", url, SERVED).href }
    : undefined;
  const rest = {
    ...parseWriting(input),
    ...(typeof serverUser === "string" && { serverUser: parseServerUser(serverUser) }),
    selinux: chosen("selinux", options.selinux.choices, selinux),
  };
  if (typeof root === "string" && root !== "") {
    if (root.includes("\0")) throw usage("use the root: it holds a NUL byte", "Give --root DIR.");
    if (nginxConf === undefined) return { root: resolve(root), ...served, ...rest };
    const hint = "Give --root DIR, or --url URL --nginx-conf FILE to find it.";
    throw usage("use --nginx-conf and --root together", hint);
  }
  if (served !== undefined) {
    return { ...served, ...rest, ...(typeof nginxConf === "string" && { nginxConf }) };
  }
  throw usage(
    "tell which folder is meant: neither --root nor --url was given",
    "Give --root DIR; or --url URL, and it is found in the configuration of the web server.",
  );
}

/** In the form of a plain HTTP server. */
export const clusterSide: ClusterSide<{ readonly url?: string }> = {
  fillOptions(input, { endpoint, user }) {
    return user === undefined ? { ...input, url: input["url"] ?? endpoint } : input;
  },
  repository({ url }, host) {
    if (url !== undefined) return { endpoint: url.replace(/\/+$/, "") };
    throw host.error("usage", "Cannot tell where nodes fetch the folder from: no URL is known", {
      hint: "Give --url, too.",
    });
  },
};
