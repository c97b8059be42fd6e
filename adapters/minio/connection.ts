/** Requests to one server: in the form that it understands, and again where that may help. */
import { Agent as HttpAgent, request as sendHttp } from "node:http";
import { Agent as HttpsAgent, request as sendHttps } from "node:https";
import { localhostLookup } from "../../core/http/mod.ts";
import type { AdapterHost } from "../../core/storage/mod.ts";
import { isRetryable, messageOf } from "../../core/util/errors.ts";
import { retry, sleep } from "../../core/util/retry.ts";
import { failure, networkError, refusalError } from "./errors.ts";
import { openExchange, type Patience, SilenceError } from "./exchange.ts";
import type { MinioConfig } from "./options.ts";
import { expectedRegion, type QuirkName, QUIRKS, shownBy } from "./quirks.ts";
import type { Refusal } from "./refusal.ts";
import { type Answer, type BucketRequest, type Call, send } from "./requests.ts";

/** How requests are made, as far as answers have told. */
export interface Dialect {
  readonly region: string;
  readonly isVirtual: boolean;
  /** How the server was found to differ; requests are to do without. */
  readonly quirks: ReadonlySet<QuirkName>;
}

/** A request, or how it is made for a server that is understood so far. */
export type Compose = BucketRequest | ((dialect: Dialect) => BucketRequest);

export interface Connection {
  readonly spoken: Dialect;
  /** Notes a quirk that no refusal shows. */
  note(quirk: QuirkName): void;
  request(call: Call, compose: Compose): Promise<Answer>;
  close(): void;
}

interface Trial {
  readonly patience: Patience;
  silences: number;
  /** Of the last attempt. */
  refusal: Refusal | undefined;
}

/** Prepares a connection; nothing is sent yet. Loads the `minio` package. `ca` is in PEM. */
export async function connect(
  config: MinioConfig,
  ca: string | undefined,
  host: AdapterHost,
): Promise<Connection> {
  const { Client } = await import("minio");
  const { server, addressing, credentials, insecure } = config;
  const useSSL = server.protocol === "https:";
  const pool = { keepAlive: true, scheduling: "lifo", lookup: localhostLookup } as const;
  const agent = useSSL
    ? new HttpsAgent({ ...pool, rejectUnauthorized: !insecure, ...(ca && { ca }) })
    : new HttpAgent(pool);
  const settings = {
    endPoint: server.hostname.replace(/^\[|\]$/g, ""),
    port: Number(server.port) || (useSSL ? 443 : 80),
    useSSL,
    ...credentials,
    retryOptions: { disableRetry: true }, // It would print to the console.
    transportAgent: agent,
  };
  new Client(settings); // Throws here, not at the first request, what it has against them.
  const { region } = config;
  let spoken: Dialect = { region, isVirtual: addressing === "virtual", quirks: new Set() };
  let restUntil = 0; // by performance.now(); an overloaded server is left alone by all calls

  const place = spoken.isVirtual ? "in the host's name" : "in the path";
  host.debug(`${server.origin}: the bucket stands ${place} (--addressing ${addressing})`);

  function note(quirk: QuirkName, region?: string): void {
    if (spoken.quirks.has(quirk)) return;
    spoken = {
      region: region ?? spoken.region,
      isVirtual: spoken.isVirtual || quirk === "virtual-hosts",
      quirks: new Set([...spoken.quirks, quirk]),
    };
    const words = `${server.origin}: ${QUIRKS[quirk].says}`;
    host.note(region === undefined ? words : `${words}: ${region}`);
  }

  async function attempt(call: Call, compose: Compose, trial: Trial): Promise<Answer> {
    const { region, isVirtual, quirks } = spoken;
    const request = typeof compose === "function" ? compose(spoken) : compose;
    const { unless, expects, streams } = request;
    if (unless !== undefined && quirks.has(unless)) {
      const state = `the server differs: ${QUIRKS[unless].says}`;
      const unexpected = () => failure(call, { code: "unsupported", state });
      return { code: unless, headers: {}, text: "", unexpected };
    }
    const exchange = openExchange(useSSL ? sendHttps : sendHttp, trial.patience, call.signal);
    let received: Answer | Refusal;
    try {
      // A client of its own for each request costs 2 µs, and tells whose the signal is.
      const { transport } = exchange;
      const client = new Client({ ...settings, region, pathStyle: !isVirtual, transport });
      received = await exchange.waitFor(send(client, exchange, call, request));
    } catch (error) {
      exchange.close();
      call.signal?.throwIfAborted();
      if (error instanceof SilenceError && error.connected) trial.silences++;
      trial.refusal = undefined;
      throw networkError(error, call);
    }
    if (!streams || "status" in received) exchange.close();
    if (!("status" in received)) return received;
    call.signal?.throwIfAborted();
    const quirk = shownBy(received, quirks);
    if (quirk !== undefined && (quirk !== "virtual-hosts" || addressing === "auto")) {
      note(quirk, quirk === "other-region" ? expectedRegion(received) : undefined);
      return await attempt(call, compose, trial); // in other form
    }
    const { code, message } = received;
    const unexpected = () => refusalError(received, call);
    if (expects?.(received)) return { code, headers: {}, text: message, unexpected };
    trial.refusal = received;
    throw unexpected();
  }

  function request(call: Call, compose: Compose): Promise<Answer> {
    const patience = { ...config.patience, ...call.patience };
    const trial: Trial = { patience, silences: 0, refusal: undefined };
    const rested = async () => {
      for (let left; (left = restUntil - performance.now()) > 0;) await sleep(left, call.signal);
      return await attempt(call, compose, trial);
    };
    return retry(rested, {
      retries: patience.retries,
      signal: call.signal,
      worthIt: (error) => isRetryable(error) && trial.silences < patience.silences,
      retryAfter: () => trial.refusal?.retryAfter,
      onRetry(error, delay) {
        host.debug(`${messageOf(error)}; trying again in ${Math.round(delay)} ms`);
        const isOverloaded = trial.refusal?.status === 503 || trial.refusal?.status === 429;
        if (isOverloaded) restUntil = Math.max(restUntil, performance.now() + delay);
      },
    });
  }

  return {
    get spoken() {
      return spoken;
    },
    note,
    request,
    close: () => agent.destroy(),
  };
}
