/** The way to a server: certificates, the clock, proxies, and whether it lets nodes have files. */
import type { Fetch } from "../../core/http/mod.ts";
import { isExempt } from "../../core/util/no_proxy.ts";
import { messageOf } from "../../core/util/errors.ts";
import { SAMPLE_KEYS } from "../../locate/mod.ts";
import type { Context } from "../context.ts";
import type { HostFinding } from "./host.ts";

const SKEW_LIMIT_S = 900; // S3 servers refuse requests whose clock is 15 minutes off
const SKEW_WARNING_S = 60; // a clock that is so far off will be further off soon

/** Whether the server answers, is trusted, and has the same time. */
export async function checkServer(
  url: URL,
  fetch: Fetch,
  signal: AbortSignal,
  now: () => number = Date.now,
): Promise<HostFinding[]> {
  const check = url.protocol === "https:" ? "tls" : "server";
  const { origin } = url;
  try {
    const answer = await fetch(url, { method: "HEAD", signal });
    answer.close();
    const skew = Math.round((now() - Date.parse(answer.header("date") ?? "")) / 1000);
    const answers: HostFinding = { check, state: "ok", message: `${origin} answers` };
    return Number.isNaN(skew) ? [answers] : [answers, clockFinding(origin, skew)];
  } catch (error) {
    signal.throwIfAborted();
    const message = messageOf(error);
    const hint = /certificate|issuer|self.signed/i.test(message)
      ? "Give the authority's certificate: --ca-file ca.crt"
      : `See what listens there: curl -v ${origin}`;
    return [{ check, state: "problem", message, hint }];
  }
}

function clockFinding(origin: string, skew: number): HostFinding {
  const check = "clock";
  const off = Math.abs(skew);
  const order = skew < 0 ? "behind" : "ahead of";
  const where = `this host's clock is ${off} s ${order} that of ${origin}`;
  if (off < SKEW_WARNING_S) return { check, state: "ok", message: where };
  const message = `${where}; S3 refuses more than ${SKEW_LIMIT_S} s`;
  const hint = "timedatectl set-ntp true, or chronyc makestep";
  return { check, state: off < SKEW_LIMIT_S ? "warning" : "problem", message, hint };
}

/** Whether a proxy of the environment would be asked for a host of the site's own network. */
export function checkProxies(host: string, { env }: Pick<Context, "env">): HostFinding {
  const check = "proxy";
  const set = ["http_proxy", "https_proxy", "all_proxy"]
    .flatMap((name) => [name, name.toUpperCase()])
    .find((name) => env(name) !== undefined);
  if (set === undefined) return { check, state: "ok", message: "no proxy is set" };
  const exempt = (env("no_proxy") ?? env("NO_PROXY") ?? "").split(",").map((one) => one.trim());
  if (isExempt(host, exempt.join(","))) {
    return { check, state: "ok", message: `NO_PROXY keeps ${host} from the proxy` };
  }
  const message =
    `$${set} is set and NO_PROXY does not name ${host}: curl and the nodes' tools would go through the proxy`;
  const hint = `export NO_PROXY=${[...exempt.filter((one) => one !== ""), host].join(",")}`;
  return { check, state: "warning", message, hint };
}

/** Whether a server looks for what it is asked for, or refuses it; unknown if nobody answers. */
export type Serving = "open" | "unknown" | { readonly url: string; readonly status: number };

/** Asks for each kind of file by its head, without credentials, as nodes do. */
export async function askSamples(
  base: string,
  fetch: Fetch,
  signal: AbortSignal,
): Promise<Serving> {
  const folder = base.endsWith("/") ? base : `${base}/`;
  try {
    for (const key of SAMPLE_KEYS) {
      const url = folder + key;
      const { status, close } = await fetch(new URL(url), { method: "HEAD", signal });
      close();
      // Not there yet is what is to be expected; some programs answer with a page of their own.
      if (status >= 400 && status !== 404 && status !== 410) return { url, status };
    }
    return "open";
  } catch {
    signal.throwIfAborted();
    return "unknown"; // that nobody answers is told by itself
  }
}

/** Warnings that an import fails by unless the server turns out to let nodes in. */
const FATAL_IF_REFUSED = new Set(["auth-basic", "folder-closed", "disable-symlinks"]);

/** The finding for a warning, by whether an import to a URL would fail of it. */
export function findingFor(
  check: string,
  { code, message, hint }: Pick<HostFinding, "message" | "hint"> & { readonly code: string },
  serving: Serving,
): HostFinding {
  const isFatal = code === "elsewhere" || // files are read from there
    (FATAL_IF_REFUSED.has(code) && serving !== "open");
  return { check, state: isFatal ? "problem" : "warning", message, hint };
}

/** The finding for a server that refuses. */
export function servingFindings(serving: Serving): HostFinding[] {
  if (typeof serving === "string") return [];
  const { url, status } = serving;
  const message = `${url} returns ${status} although nothing is there yet: nodes would be refused`;
  const hint = status === 401 || status === 403
    ? "Allow anonymous access: look for allow, deny and auth_basic, and for folders that the server's user cannot enter."
    : `See what answers: curl -I ${url}`;
  return [{ check: "nodes", state: "problem", message, hint }];
}
