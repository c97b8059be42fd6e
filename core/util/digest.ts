/** SHA-256 over streams. Digests are lower-case hex everywhere. */
import process from "node:process";

let loaded: ReturnType<typeof process.getBuiltinModule<"node:crypto">> | undefined;

/** Loaded when something is hashed: it takes an eighth of what `--help` takes. */
const crypto = () => loaded ??= process.getBuiltinModule("node:crypto");

/** What bytes are. */
export interface BodyDigest {
  /** In lower-case hex. */
  readonly sha256: string;
  /** In bytes. */
  readonly size: number;
}

/** A running digest; its own type, since authors may lack those of Node. */
interface RunningDigest {
  update(data: Uint8Array | string): RunningDigest;
  /** Ends it. */
  digest(encoding: "hex"): string;
}

/** A running SHA-256. */
export function sha256(): RunningDigest {
  return crypto().createHash("sha256");
}

/** SHA-256 of bytes in memory. */
export function sha256Of(bytes: Uint8Array): string {
  return crypto().hash("sha256", bytes);
}

/** Passes chunks on and adds them to a digest on the way. */
export async function* hashing(
  chunks: AsyncIterable<Uint8Array>,
  hash: RunningDigest,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
}

/** Chunks that are hashed on the way; `digest` gives their SHA-256 once they have ended. */
export function hashed(
  chunks: AsyncIterable<Uint8Array>,
): { chunks: AsyncGenerator<Uint8Array>; digest: () => string | undefined } {
  const hash = sha256();
  let digest: string | undefined;
  async function* passOn(): AsyncGenerator<Uint8Array> {
    yield* hashing(chunks, hash);
    digest = hash.digest("hex");
  }
  return { chunks: passOn(), digest: () => digest };
}

/** What a stream has; of one that has more than `most` bytes, what its beginning has. */
export async function digestOf(
  chunks: AsyncIterable<Uint8Array>,
  signal?: AbortSignal,
  most: number = Infinity,
): Promise<BodyDigest> {
  const hash = sha256();
  let size = 0;
  for await (const chunk of chunks) {
    signal?.throwIfAborted();
    hash.update(chunk);
    size += chunk.length;
    if (size > most) break;
  }
  return { sha256: hash.digest("hex"), size };
}

/** A line as `sha256sum` writes and `sha256sum -c` reads it. */
export function checksumLine(sha256: string, path: string): string {
  const escapes: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r" };
  const escaped = path.replace(/[\\\n\r]/g, (character) => escapes[character] ?? character);
  return `${escaped === path ? "" : "\\"}${sha256}  ${escaped}\n`;
}
