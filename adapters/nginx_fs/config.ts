/** From option values to a configuration. */
import { resolve } from "node:path";
import type { AdapterInput, OptionSpec } from "../../core/adapter.ts";
import { parseDuration } from "../../core/duration.ts";
import { BinimportError } from "../../core/errors.ts";
import { LOCK_WAIT } from "../../core/lock_holder.ts";
import { type Owner, parseOwner } from "./owner.ts";
import { parseServerUser, type ServerUser } from "./server_user.ts";

/** How a folder is written to. */
export interface NginxFsConfig {
  /** The folder that the server serves, absolute. */
  readonly root: string;
  /** Where nodes fetch the root from; ends in `/`. */
  readonly url?: string;
  /** Whether every file and folder is on the disk before the next step. */
  readonly fsync: boolean;
  /** Permission bits: 0644 for every file, or those in the package. */
  readonly mode: "0644" | "keep";
  /** Whom new files and folders belong to. Default: whoever runs the import. */
  readonly owner?: Owner;
  /** The user of the web server's workers, where it is known. */
  readonly serverUser?: ServerUser;
  /** Whether SELinux types are looked at, and set where that is safe. */
  readonly selinux: "auto" | "off";
  /** How long to wait for another import to end, in milliseconds. */
  readonly lockWait: number;
}

/** A configuration whose root may still have to be found. */
export type ParsedConfig = Omit<NginxFsConfig, "root" | "url"> & (KnownRoot | SoughtRoot);

/** The root was given. */
type KnownRoot = Pick<NginxFsConfig, "root" | "url">;

/** The web server's configuration tells which folder is behind the URL. */
export interface SoughtRoot {
  /** Not known yet. */
  readonly root?: undefined;
  /** Where nodes fetch the root from; ends in `/`. */
  readonly url: string;
  /** The configuration of nginx; default: that of the one that listens there. */
  readonly nginxConf?: string;
}

/** The options of `nginx-fs`. */
export const options = {
  root: {
    summary: "folder that nginx serves",
    kind: "text",
    placeholder: "DIR",
    env: ["MAPPING_PATH"],
    location: true,
  },
  url: {
    summary: "where nodes fetch that folder from; without --root the folder is found by it",
    kind: "text",
    placeholder: "URL",
  },
  nginxConf: {
    summary: "nginx.conf to find the folder in, or what nginx -T printed",
    kind: "text",
    placeholder: "FILE",
  },
  fsync: { summary: "have every file on the disk before it gets its name", kind: "flag" },
  mode: {
    summary: "permissions of files: all alike, or as in the package and readable",
    kind: "text",
    choices: ["0644", "keep"],
    default: "0644",
  },
  owner: {
    summary: "owner of new files and folders; needs root",
    kind: "text",
    placeholder: "USER[:GROUP]",
  },
  serverUser: {
    summary: "user of the web server's workers, to find folders that it may not enter",
    kind: "text",
    placeholder: "USER[:GROUP]",
  },
  selinux: {
    summary: "whether SELinux types are looked at and set, where it is enforcing",
    kind: "text",
    choices: ["auto", "off"],
    default: "auto",
  },
  lockWait: LOCK_WAIT,
} as const satisfies Record<string, OptionSpec>;

/** Reads the option values; throws code `usage` when they are wrong. */
export function parseConfig(input: AdapterInput): ParsedConfig {
  const { fsync, mode = "0644", owner, serverUser } = input;
  const { selinux = "auto", lockWait = "0s" } = input;
  const place = parsePlace(input);
  if (mode !== "0644" && mode !== "keep") {
    throw usage(`use the mode "${mode}": no such choice`, "Give --mode 0644 or --mode keep.");
  }
  if (selinux !== "auto" && selinux !== "off") {
    throw usage(
      `use "${selinux}" for SELinux: no such choice`,
      "Give --selinux auto or --selinux off.",
    );
  }
  return {
    ...place,
    fsync: fsync !== undefined,
    mode,
    ...(typeof owner === "string" && { owner: parseOwner(owner) }),
    ...(typeof serverUser === "string" && { serverUser: parseServerUser(serverUser) }),
    selinux,
    lockWait: parseDuration(String(lockWait)),
  };
}

function parsePlace({ root, url, nginxConf }: AdapterInput): KnownRoot | SoughtRoot {
  const served = typeof url === "string" ? { url: parseUrl(url) } : undefined;
  if (typeof root === "string" && root !== "") {
    if (root.includes("\0")) throw usage("use the root: it holds a NUL byte", "Give --root DIR.");
    if (nginxConf === undefined) return { root: resolve(root), ...served };
    throw usage(
      "use --nginx-conf and --root together",
      "Give --root DIR, or --url URL --nginx-conf FILE to find it.",
    );
  }
  if (served !== undefined) {
    return { ...served, ...(typeof nginxConf === "string" && { nginxConf }) };
  }
  throw usage(
    "find the folder to write into: no root was given",
    "Give --root DIR; or --url URL, and it is found in the configuration of the web server.",
  );
}

function parseUrl(text: string): string {
  const hint = "Give the address that nodes use, such as http://10.6.170.10:8080.";
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw usage(`use the URL "${text}": it is no http or https address`, hint);
  }
  // Not shown: it would be printed with whatever links it gives.
  if (url.username || url.password) throw usage("use the URL: it holds credentials", hint);
  if (url.search || url.hash) {
    throw usage(`use the URL "${text}": it has a query or fragment`, hint);
  }
  return url.href.endsWith("/") ? url.href : `${url.href}/`;
}

function usage(what: string, hint: string): BinimportError {
  return new BinimportError("usage", `Cannot ${what}`, { hint });
}
