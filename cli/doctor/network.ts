/** The way to a server: certificates, the clock, and proxies that would catch it. */
import type { Fetch } from "../../core/http/mod.ts";
import { isExempt } from "../../core/util/address.ts";
import type { Context } from "../context.ts";
import { findingOf, type HostFinding } from "./finding.ts";

/** S3 servers refuse requests whose clock is 15 minutes off. */
const SKEW_LIMIT_S = 900;

/** A clock that is so far off will be further off soon. */
const SKEW_WARNING_S = 60;

/** Whether the server answers, is trusted, and has the same time. */
export async function checkServer(
  url: URL,
  fetch: Fetch,
  signal: AbortSignal,
  now: () => number = Date.now,
): Promise<HostFinding[]> {
  const check = url.protocol === "https:" ? "tls" : "server";
  try {
    const answer = await fetch(url, { method: "HEAD", signal });
    answer.close();
    const { origin } = url;
    return [
      { check, state: "ok", message: `${origin} answers` },
      ...clockFindings(origin, answer.header("date"), now()),
    ];
  } catch (error) {
    signal.throwIfAborted();
    const finding = findingOf(check, error);
    const untrusted = /certificate|issuer|self.signed/i.test(finding.message);
    const hint = untrusted
      ? "Give the authority's certificate: --ca-file ca.crt"
      : `See what listens there: curl -v ${url.origin}`;
    return [{ ...finding, hint }];
  }
}

function clockFindings(origin: string, date: string | undefined, now: number): HostFinding[] {
  const theirs = Date.parse(date ?? "");
  if (Number.isNaN(theirs)) return [];
  const skew = Math.round((now - theirs) / 1000);
  const off = Math.abs(skew);
  const where = `this clock is ${off} s ${skew < 0 ? "behind" : "ahead of"} that of ${origin}`;
  if (off < SKEW_WARNING_S) return [{ check: "clock", state: "ok", message: where }];
  return [{
    check: "clock",
    state: off < SKEW_LIMIT_S ? "warning" : "problem",
    message: `${where}; S3 refuses more than ${SKEW_LIMIT_S} s`,
    hint: "timedatectl set-ntp true, or chronyc makestep",
  }];
}

/** Whether a proxy of the environment would be asked for a host of the site's own network. */
export function checkProxies(host: string, { env }: Pick<Context, "env">): HostFinding {
  const names = ["http_proxy", "https_proxy", "all_proxy"].flatMap((
    one,
  ) => [one, one.toUpperCase()]);
  const set = names.filter((name) => env(name) !== undefined);
  const check = "proxy";
  if (set.length === 0) return { check, state: "ok", message: "no proxy is set" };
  const exempt = (env("no_proxy") ?? env("NO_PROXY") ?? "").split(",").map((one) => one.trim());
  if (isExempt(host, exempt.join(","))) {
    return { check, state: "ok", message: `NO_PROXY keeps ${host} from the proxy` };
  }
  return {
    check,
    state: "warning",
    message: `$${
      set[0]
    } is set, and NO_PROXY does not name ${host}: curl and the nodes' tools would ask the proxy for it`,
    hint: `export NO_PROXY=${[...exempt.filter((one) => one !== ""), host].join(",")}`,
  };
}
