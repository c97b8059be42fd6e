/** From option values to a configuration. */
import { resolve } from "node:path";
import type { AdapterInput, OptionSpec } from "../../core/adapter.ts";
import { parseUrl } from "./public_url.ts";
import { parseServerUser, type ServerUser } from "./server_user.ts";
import { usage } from "./usage.ts";
import { parseWriting, type Writing, writingOptions } from "./writing_options.ts";

/** A folder, and how it is written to. */
export interface NginxFsConfig extends Writing {
  /** The folder that the server serves, absolute. */
  readonly root: string;
  /**
   * The outermost folder that the server needs to enter on its way to the root. Default: `/`. What is
   * mounted into a container is reached without the folders above it.
   */
  readonly entrance?: string;
  /** Where nodes fetch the root from; ends in `/`. */
  readonly url?: string;
  /** The user of the web server's workers, where it is known. */
  readonly serverUser?: ServerUser;
  /** Whether SELinux types are looked at, and set where that is safe. */
  readonly selinux: "auto" | "off";
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
  ...writingOptions,
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
} as const satisfies Record<string, OptionSpec>;

/** Reads the option values; throws code `usage` when they are wrong. */
export function parseConfig(input: AdapterInput): ParsedConfig {
  const { serverUser, selinux = "auto" } = input;
  const place = parsePlace(input);
  const writing = parseWriting(input);
  if (selinux !== "auto" && selinux !== "off") {
    throw usage(
      `use "${selinux}" for SELinux: no such choice`,
      "Give --selinux auto or --selinux off.",
    );
  }
  return {
    ...place,
    ...writing,
    ...(typeof serverUser === "string" && { serverUser: parseServerUser(serverUser) }),
    selinux,
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
    "tell which folder is meant: neither --root nor --url was given",
    "Give --root DIR; or --url URL, and it is found in the configuration of the web server.",
  );
}
