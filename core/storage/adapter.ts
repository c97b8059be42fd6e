/**
 * What a place must offer to take binaries. An {@linkcode AdapterFactory} makes a
 * {@linkcode StorageAdapter}, a plain object, and the {@linkcode AdapterHost} lends it whatever it
 * calls. An optional method that is absent means "unsupported", never a silent no-op.
 *
 * Keys are relative, `/`-separated, without empty, `.` or `..` components. The core checks them, and
 * so does an adapter ({@linkcode AdapterHost.checkKey}), which may be called without the core. Keys
 * that begin with `.binimport/` hold the core's own state.
 */
import type { BodyDigest } from "../util/digest.ts";
import type { ErrorCode, ErrorDetails } from "../util/errors.ts";
import type { Shard } from "./shard.ts";

/** Facts about an adapter. Wrappers may narrow them, never widen. */
export interface AdapterCapabilities {
  /** A reader sees the old object or the whole new one, never a part. */
  readonly atomicPut: boolean;
  /** Whether `put` and `stage` refuse bytes of another SHA-256 than {@linkcode PutOptions} tell. */
  readonly verifiesSha256: boolean;
  /** How many `put` and `stage` calls may run side by side; at least 1. */
  readonly maxConcurrency: number;
  /** Smaller ones, in bytes, cost less to `put` after the check than to `stage`. Default: 0. */
  readonly minStageSize?: number;
  /** It repeats failed requests itself, so that the core need not. Default: false. */
  readonly retriesInternally?: boolean;
  /** One `list` costs less than a `stat` for each key, as over a network. Default: false. */
  readonly prefersList?: boolean;
}

/** What is known of one stored object. */
export interface ObjectInfo {
  /** Its key. */
  readonly key: string;
  /** Its length in bytes. */
  readonly size: number;
  /** SHA-256 of its bytes in lower-case hex, if the place itself vouches for it. */
  readonly sha256?: string;
  /** Differs once anything has touched the object, as an ETag does; absent where that is not sure. */
  readonly etag?: string;
  /** It is there, but those that it is for may not read it: an import writes it again. */
  readonly isClosed?: boolean;
}

/** What an object is found to be when it is read. */
export type ObjectDigest = BodyDigest & Pick<ObjectInfo, "isClosed">;

/** Options that every call takes. */
export interface CallOptions {
  /** Aborts the call: it settles soon, and leaves nothing new behind. */
  readonly signal?: AbortSignal;
}

/** Options of `prepare`. */
export interface PrepareOptions extends CallOptions {
  /** Only this share of the files is to be written; matters where `withExclusiveLock` is. */
  readonly shard?: Shard;
}

/** Options of `put` and `stage`. */
export interface PutOptions extends CallOptions {
  /** SHA-256 that the bytes must have, in lower-case hex; known beforehand only at times. */
  readonly sha256?: string;
  /** Permission bits, such as `0o644`, where the place has such a thing. */
  readonly mode?: number;
}

/** Options of {@linkcode Staged.publish}. */
export interface PublishOptions extends CallOptions {
  /** SHA-256 of the staged bytes, in lower-case hex, to be kept beside the object. */
  readonly sha256?: string;
}

/** Where an object's bytes come from. */
export interface PutSource {
  /** How many bytes there will be, exactly. */
  readonly size: number;
  /** Whether `open` may be called again: true of bytes in memory, false of a live tar entry. */
  readonly replayable: boolean;
  /** The bytes, in chunks that are the reader's to keep. A live source may be opened once. */
  open(): ReadableStream<Uint8Array>;
  /** The same bytes, faster. A chunk is valid until the next one is asked for: who keeps it copies it. */
  chunks?(): AsyncIterable<Uint8Array>;
  /**
   * The same bytes in one piece, where all are in memory. Valid until the caller waits for anything;
   * of a replayable source, until the call that it was given to has settled.
   */
  bytes?(): Uint8Array;
  /** SHA-256 of the bytes in lower-case hex; `undefined` until all of them have been read. */
  sha256?(): string | undefined;
}

/** Options of `clearStaged`. */
export interface ClearOptions extends CallOptions {
  /** Only count what would go. */
  readonly dryRun?: boolean;
}

/** An object that is stored whole, but not under its key yet. */
export interface Staged {
  /** Gives it its key, replacing what was there in one step. Called at most once. */
  publish(options?: PublishOptions): Promise<ObjectInfo>;
  /** Takes it away. Safe to call again, and after a failed `publish`. */
  discard(): Promise<void>;
}

/** A staged object that gets its key without waiting. */
export interface ImmediateStaged extends Staged {
  /** As `publish`, done when it returns. */
  publishAtOnce(options?: PublishOptions): ObjectInfo;
}

/** Calls that wait for nothing, as of a folder. They throw what those of the same names reject with. */
export interface ImmediateCalls {
  /** What is stored under a key. */
  stat(key: string): ObjectInfo | undefined;
  /** Stages bytes, which are the caller's again then. */
  stage(key: string, bytes: Uint8Array, mode: number): ImmediateStaged;
}

/**
 * A place that takes binaries. The core calls `prepare` once before it writes, may call the other
 * methods side by side up to `maxConcurrency`, and disposes of the adapter once at the end. The core
 * retries; an adapter retries only what the core cannot, such as one part of a large object.
 */
export interface StorageAdapter extends AsyncDisposable {
  /** Where it stores, as `name:location`. Fit to print: never holds a credential. */
  readonly target: string;
  /** The folder on this host that it writes below, if it is one; of a package it is no part. */
  readonly folder?: string;
  /** Facts about it. */
  readonly capabilities: AdapterCapabilities;
  /** What is stored under a key; `undefined` when nothing is. */
  stat(key: string, options?: CallOptions): Promise<ObjectInfo | undefined>;
  /**
   * Stores all of the source under the key, or rejects and leaves nothing new there: with code
   * `integrity` where its bytes are not as `size` and `sha256` say.
   */
  put(key: string, source: PutSource, options?: PutOptions): Promise<ObjectInfo>;
  /** The bytes under a key; rejects with code `not-found` when there are none. */
  get(key: string, options?: CallOptions): Promise<ReadableStream<Uint8Array>>;
  /** What `get` would give, never from a record; `undefined` where there is no faster way to it. */
  digest?(key: string, options?: CallOptions): Promise<ObjectDigest | undefined>;
  /** As `put`, but leaves the key alone until `publish`. */
  stage?(key: string, source: PutSource, options?: PutOptions): Promise<Staged>;
  /** What it can do at once after `prepare`; `undefined` where it has to be waited for all the same. */
  immediate?(): ImmediateCalls | undefined;
  /** Makes the bucket or folder ready, clears what a killed run left; safe to repeat. */
  prepare?(options?: PrepareOptions): Promise<void>;
  /** Changes nothing, and rejects where `prepare` would, as far as can be told: for a dry run. */
  checkReady?(options?: CallOptions): Promise<void>;
  /** Changes nothing, and rejects where `put` under this key would, as far as can be told. */
  checkPut?(key: string, options?: CallOptions): Promise<void>;
  /** How many bytes more it can take, changing nothing: for a dry run. */
  freeSpace?(options?: CallOptions): Promise<number>;
  /** Does work while no other share does: absent where `prepare` lets no two imports in at once. */
  withExclusiveLock?(work: () => Promise<void>, options?: CallOptions): Promise<void>;
  /** Takes away what runs before this one left unpublished, where `prepare` cannot find it. */
  discardStale?(keys: readonly string[], options?: CallOptions): Promise<void>;
  /** Has what is staged outlive a stopped run, for the next one; `discard` is not called then. */
  keepStaged?(): void;
  /** Removes all that was left unpublished, under these keys if need be; tells how many objects. */
  clearStaged?(keys: readonly string[], options?: ClearOptions): Promise<number>;
  /** Every object whose key begins with the prefix, in any order, as `stat` tells of it. */
  list?(prefix: string, options?: CallOptions): AsyncIterable<ObjectInfo>;
  /** Takes an object away; no error when there is none. */
  remove?(key: string, options?: CallOptions): Promise<void>;
  /** Where a node without credentials fetches it; `undefined` where that is not known. */
  publicUrl?(key: string): URL | undefined;
}

/** One option of an adapter. Flag, environment name, help and docs follow from it. */
export interface OptionSpec {
  /** What it is for, in half a sentence. */
  readonly summary: string;
  /**
   * `text` takes a value; `flag` takes none; `secret` never stands on the command line: option
   * `password` is given by `--password-file FILE|-` or `$BINIMPORT_PASSWORD`.
   */
  readonly kind: "text" | "flag" | "secret";
  /** The value's name in the help, such as `DIR`. */
  readonly placeholder?: string;
  /** The values allowed. */
  readonly choices?: readonly string[];
  /** The value when none is given. */
  readonly default?: string;
  /** Whether it must be given. */
  readonly required?: boolean;
  /** Environment variables besides `BINIMPORT_<OPTION>`, first one first. */
  readonly env?: readonly string[];
  /** One letter that stands for the flag, such as `n` for `-n`. */
  readonly short?: string;
  /** Whether LOCATION of `--to ADAPTER:LOCATION` is its value. At most one option. */
  readonly location?: boolean;
}

/** Option values by name, as given: text, or true for a flag. */
export type AdapterInput = Readonly<Record<string, string | true | undefined>>;

/** What the core lends to an adapter. */
export interface AdapterHost {
  /** An environment variable; `undefined` when unset or empty. */
  env(name: string): string | undefined;
  /** How often an adapter with `retriesInternally` repeats a request that may succeed. Default: 3. */
  readonly retries?: number;
  /** Aborted when the user asks to stop. */
  readonly signal?: AbortSignal;
  /** A line for `--verbose`. */
  debug(message: string): void;
  /** How the place differs from what is usual, told once: for `--verbose`, and for `doctor`. */
  note(message: string): void;
  /** Something the user should know that does not stop the work. */
  warn(code: string, message: string, hint?: string): void;
  /** Makes an error that the core understands; the caller throws it. */
  error(code: ErrorCode, message: string, details?: ErrorDetails): Error;
  /** Throws code `invalid-key` for what is no key: empty, absolute, with a `..` component… */
  checkKey(key: string): void;
  /**
   * The chunks of a source, each valid until the next one is asked for, with all checks that `put` and
   * `stage` owe: of key, size, `sha256`, and `signal`. The last one comes when all was found right.
   */
  read(key: string, source: PutSource, options?: PutOptions): AsyncIterable<Uint8Array>;
}

/** Makes adapters: the default export of an adapter's file. */
export interface AdapterFactory<Config = unknown> {
  /** The version of this contract. */
  readonly apiVersion: 1;
  /** What `--adapter` calls it. */
  readonly name: string;
  /** What it stores into, in half a sentence. */
  readonly summary: string;
  /** Its options by name in camelCase; `{}` when it has none. */
  readonly options: Readonly<Record<string, OptionSpec>>;
  /** Turns option values into a configuration; throws code `usage` when they are wrong. */
  parse(input: AdapterInput, host: AdapterHost): Config;
  /** Opens the place. Writes nothing: that is for `prepare`. */
  open(config: Config, host: AdapterHost): Promise<StorageAdapter>;
  /** How it stands in a cluster's configuration; absent where nodes cannot fetch from it. */
  readonly cluster?: ClusterSide<Config>;
}

/** Between an adapter's options and the repository that a cluster's configuration names. */
export interface ClusterSide<Config = unknown> {
  /** Adds to option values what the repository tells; credentials only for its own server. */
  fillOptions(input: AdapterInput, repository: Repository): AdapterInput;
  /** What nodes are to fetch from; throws code `usage` where they would not find it there. */
  repository(config: Config, host: AdapterHost): Repository;
}

/** A user of an S3 server. */
export interface RepositoryUser {
  /** The user, or access key. */
  readonly username: string;
  /** The password, or secret key. */
  readonly password: string;
}

/** A place that nodes fetch from. It may hold a password: never to be shown. */
export interface Repository {
  /** An http(s) URL without a slash at its end; of an S3 server without a bucket. */
  readonly endpoint: string;
  /** Of an S3 server, if it is another one than `kubean`. */
  readonly bucket?: string;
  /** Given for an S3 server, absent for a plain HTTP server. */
  readonly user?: RepositoryUser;
}
