/** Where nginx and its kin are most often installed. */
import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { basename, dirname } from "node:path";
import { hostView } from "../file_view.ts";
import { type Build, buildOf } from "./build.ts";
import type { Installation } from "./configuration.ts";
import { pathsOf } from "./running.ts";

const PROGRAMS = [
  "/usr/sbin/nginx",
  "/usr/local/sbin/nginx",
  "/usr/local/nginx/sbin/nginx",
  "/usr/local/openresty/nginx/sbin/nginx",
  "/usr/local/tengine/sbin/nginx",
  "/usr/sbin/angie",
  "/opt/nginx/sbin/nginx",
  "/usr/bin/nginx",
];

/** Main configuration files that are there where no program is, such as one copied by hand. */
const CONFIGURATIONS = [
  "/etc/nginx/nginx.conf",
  "/usr/local/nginx/conf/nginx.conf",
  "/usr/local/openresty/nginx/conf/nginx.conf",
  "/usr/local/etc/nginx/nginx.conf",
  "/opt/nginx/conf/nginx.conf",
];

/** What nginx is built with when nothing is said. */
const DEFAULT_PREFIX = "/usr/local/nginx";

/** The programs installed here, with what they were built with. */
export function installedBuilds(): Build[] {
  return PROGRAMS.map(buildOf).filter((build) => build !== undefined);
}

/** Installations at usual places whose main configuration file exists. */
export function usualInstallations(): Installation[] {
  const builds = installedBuilds();
  const built = builds.map((build) => pathsOf({}, build, "/").confPath);
  const paths = [...new Set([...built, ...CONFIGURATIONS])].filter((path) => existsSync(path));
  return paths.map((confPath) => installationFor(confPath, builds));
}

/** The installation that a main configuration file belongs to, as far as it can be guessed. */
export function installationFor(confPath: string, builds: readonly Build[]): Installation {
  const paths = { view: hostView, confPath, hostname: hostname() };
  const own = builds.find((build) => pathsOf({}, build, "/").confPath === confPath);
  if (own !== undefined) return { ...paths, prefix: own.prefix };
  const folder = dirname(confPath);
  const prefix = basename(folder) === "conf" ? dirname(folder) : builds[0]?.prefix;
  return { ...paths, prefix: prefix ?? DEFAULT_PREFIX, prefixAssumed: true };
}
