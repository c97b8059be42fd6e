/** Signed requests to one server, by minio-js: with time limits, errors explained, and retries. */
import type { Client } from "minio";
import { Agent as HttpAgent, request as sendHttp } from "node:http";
import { Agent as HttpsAgent, request as sendHttps } from "node:https";
import { localhostLookup } from "../../core/http/mod.ts";
import type { AdapterHost } from "../../core/storage/mod.ts";
import { isRetryable, messageOf } from "../../core/util/errors.ts";
import { retry, sleep } from "../../core/util/retry.ts";
import { Refused } from "./refusal.ts";
import { type Exchange, openExchange, type Patience, SilenceError } from "./exchange.ts";
import type { MinioConfig } from "./options.ts";
import { expectedRegion, type QuirkName, QUIRKS, shownBy } from "./quirks.ts";
import { type Doing, toBinimportError } from "./errors.ts";

/** What a request is for, and how long it may take. */
export interface Call extends Doing {
  readonly signal?: AbortSignal | undefined;
  readonly patience?: Partial<Patience>;
  /** The answer's body is read later: whoever does that closes the exchange. */
  readonly streams?: boolean;
}

/** How requests are made, as far as answers have told. */
interface Dialect {
  readonly region: string;
  readonly isVirtual: boolean;
  /** How the server was found to differ; requests are to do without. */
  readonly quirks: ReadonlySet<QuirkName>;
}

/** What one attempt works with. */
export interface Attempt extends Dialect {
  readonly client: Client;
  readonly exchange: Exchange;
}

type Work<T> = (attempt: Attempt) => Promise<T>;

/** A server that requests go to. */
export interface Connection {
  /** Whether payloads are signed, as they are without TLS: then the server checks their SHA-256. */
  readonly signsPayload: boolean;
  readonly spoken: Dialect;
  /** Notes a quirk that no refusal shows. */
  note(quirk: QuirkName): void;
  /** Makes one request, again where that may help, and gives what `work` makes of the answer. */
  call<T>(call: Call, work: Work<T>): Promise<T>;
  /** Closes all connections. Safe to call again. */
  close(): void;
}

/** Prepares a connection; nothing is sent yet. Loads the `minio` package. `ca` is in PEM. */
export async function connect(
  config: MinioConfig,
  ca: string | undefined,
  host: AdapterHost,
): Promise<Connection> {
  const { Client } = await import("minio");
  const { server, addressing, credentials } = config;
  const useSSL = server.protocol === "https:";
  const agent = newAgent(config, ca);
  const settings = {
    endPoint: server.hostname.replace(/^\[|\]$/g, ""),
    port: Number(server.port) || (useSSL ? 443 : 80),
    useSSL,
    ...credentials,
    retryOptions: { disableRetry: true }, // It would print to the console.
    transportAgent: agent,
  };
  new Client(settings); // Throws here, not at the first request, what it has against them.
  let spoken: Dialect = {
    region: config.region,
    isVirtual: addressing === "virtual",
    quirks: new Set(),
  };

  const place = spoken.isVirtual ? "in the host's name" : "in the path";
  host.debug(`${server.origin}: the bucket stands ${place} (--addressing ${addressing})`);

  function note(quirk: QuirkName, changes: Partial<Dialect> = {}): void {
    if (spoken.quirks.has(quirk)) return;
    spoken = { ...spoken, ...changes, quirks: new Set([...spoken.quirks, quirk]) };
    const more = changes.region === undefined ? "" : `: ${changes.region}`;
    host.note(`${server.origin}: ${QUIRKS[quirk].says}${more}`);
  }

  /** Whether a failure shows how the server differs: the same call then goes out in other form. */
  function learn(error: unknown, known: Dialect): boolean {
    if (!(error instanceof Refused)) return false;
    const { refusal } = error;
    const quirk = shownBy(refusal, known.quirks);
    if (quirk === undefined || (quirk === "virtual-hosts" && addressing !== "auto")) return false;
    const region = quirk === "other-region" ? expectedRegion(refusal) : undefined;
    note(quirk, {
      ...(quirk === "virtual-hosts" && { isVirtual: true }),
      ...(region !== undefined && { region }),
    });
    return true;
  }

  async function attempt<T>(
    call: Call,
    patience: Patience,
    work: Work<T>,
    onFailure: (error: unknown) => void,
  ): Promise<T> {
    const exchange = openExchange(useSSL ? sendHttps : sendHttp, patience, call.signal);
    const dialect = spoken;
    const { region, isVirtual } = dialect;
    try {
      // A client of its own for each request costs 2 µs, and tells whose the signal is.
      const { transport } = exchange;
      const client = new Client({ ...settings, region, pathStyle: !isVirtual, transport });
      const result = await exchange.waitFor(work({ client, exchange, ...dialect }));
      if (!call.streams) exchange.close();
      return result;
    } catch (error) {
      exchange.close();
      call.signal?.throwIfAborted();
      if (learn(error, dialect)) {
        return await attempt(call, patience, work, onFailure);
      }
      onFailure(error);
      throw toBinimportError(error, call);
    }
  }

  let restUntil = 0; // by performance.now(); an overloaded server is left alone by all calls

  async function rest(signal: AbortSignal | undefined): Promise<void> {
    for (let left; (left = restUntil - performance.now()) > 0;) await sleep(left, signal);
  }

  function callWithRetries<T>(call: Call, work: Work<T>): Promise<T> {
    const patience = { ...config.patience, ...call.patience };
    let asked: number | undefined;
    let silences = 0;
    let overloaded = false;
    const onFailure = (error: unknown) => {
      const refusal = error instanceof Refused ? error.refusal : undefined;
      asked = refusal?.retryAfter;
      overloaded = refusal?.status === 503 || refusal?.status === 429;
      if (error instanceof SilenceError && error.connected) silences++;
    };
    const rested = async () => {
      await rest(call.signal);
      return await attempt(call, patience, work, onFailure);
    };
    return retry(rested, {
      retries: patience.retries,
      signal: call.signal,
      worthIt: (error) => isRetryable(error) && silences < patience.silences,
      retryAfter: () => asked,
      onRetry(error, delay) {
        host.debug(`${messageOf(error)}; trying again in ${Math.round(delay)} ms`);
        if (overloaded) restUntil = Math.max(restUntil, performance.now() + delay);
      },
    });
  }

  return {
    signsPayload: !useSSL,
    get spoken() {
      return spoken;
    },
    note: (quirk) => note(quirk),
    call: callWithRetries,
    close: () => agent.destroy(),
  };
}

function newAgent({ server, insecure }: MinioConfig, ca: string | undefined): HttpAgent {
  const options = { keepAlive: true, scheduling: "lifo", lookup: localhostLookup } as const;
  if (server.protocol === "http:") return new HttpAgent(options);
  return new HttpsAgent({ ...options, rejectUnauthorized: !insecure, ...(ca && { ca }) });
}
