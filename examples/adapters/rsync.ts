/**
 * Stores objects on another host with rsync over ssh: for a web server that is filled from elsewhere.
 *
 *     binimport import offline-files.tar.gz --adapter ./rsync.ts \
 *       --destination deploy@10.0.1.5:/srv/www --identity ~/.ssh/deploy
 *
 * Needed: rsync ≥ 3.2.4 on both hosts, and ssh. rsync writes a file under another name and renames it
 * when it is whole, so readers see the old one or the new one.
 */
import type { AdapterFactory, AdapterHost, StorageAdapter } from "binimport";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

interface Config {
  /** As ssh takes it: `user@host`. */
  readonly login: string;
  /** The folder there; absolute, without a slash at the end. */
  readonly folder: string;
  /** Arguments of ssh, before the host. */
  readonly ssh: readonly string[];
}

const factory: AdapterFactory<Config> = {
  apiVersion: 1,
  name: "rsync",
  summary: "a folder on another host, by rsync over ssh",
  options: {
    destination: {
      summary: "where to",
      kind: "text",
      placeholder: "USER@HOST:DIR",
      required: true,
      location: true,
    },
    sshPort: { summary: "the port of ssh there", kind: "text", placeholder: "N", default: "22" },
    identity: { summary: "the private key's file", kind: "text", placeholder: "FILE" },
    knownHosts: { summary: "host keys to trust", kind: "text", placeholder: "FILE" },
  },

  parse({ destination, sshPort = "22", identity, knownHosts }, host) {
    const [, login, folder] = /^([^:/-][^:/]*):(\/.*[^/])$/.exec(String(destination)) ?? [];
    if (login === undefined || folder === undefined) {
      throw host.error("usage", `Cannot use "${destination}" as a destination`, {
        hint: "Write USER@HOST:/absolute/folder.",
      });
    }
    if (!/^\d+$/.test(String(sshPort))) throw host.error("usage", `Cannot use port "${sshPort}"`);
    const ssh = ["-p", String(sshPort), "-o", "BatchMode=yes"];
    if (typeof identity === "string") ssh.push("-i", identity, "-o", "IdentitiesOnly=yes");
    if (typeof knownHosts === "string") ssh.push("-o", `UserKnownHostsFile=${knownHosts}`);
    return { login, folder, ssh };
  },

  async open(config, host) {
    // One connection for all calls: each would take a handshake otherwise.
    const own = await mkdtemp(join(tmpdir(), "binimport-rsync-"));
    const control = ["-o", "ControlMaster=auto", "-o", `ControlPath=${own}/%C`];
    const ssh = [...config.ssh, ...control, "-o", "ControlPersist=60"];
    return adapterOn({ ...config, ssh }, own, host);
  },
};
export default factory;

function adapterOn({ login, folder, ssh }: Config, own: string, host: AdapterHost): StorageAdapter {
  function pathOf(key: string): string {
    host.checkKey(key);
    return `${folder}/${key}`;
  }

  /** Runs a command there. ssh hands one line to the shell there, so every word is quoted. */
  function remote(words: readonly string[], signal?: AbortSignal) {
    return run("ssh", [...ssh, login, "--", words.map(quote).join(" ")], host, signal);
  }

  async function sizeOf(key: string, signal?: AbortSignal): Promise<number | undefined> {
    const script = '[ -f "$1" ] && stat -c %s -- "$1" || true';
    const told = await remote(["sh", "-c", script, "sh", pathOf(key)], signal).text();
    return told.trim() === "" ? undefined : Number(told);
  }

  return {
    target: `rsync:${login}:${folder}`,
    capabilities: { atomicPut: true, verifiesSha256: true, maxConcurrency: 4 },

    async prepare(options) {
      await remote(["mkdir", "-p", "--", folder], options?.signal).text();
    },

    async stat(key, options) {
      const size = await sizeOf(key, options?.signal);
      return size === undefined ? undefined : { key, size };
    },

    async put(key, source, options) {
      const path = pathOf(key);
      const local = join(own, crypto.randomUUID());
      try {
        const file = await open(local, "wx");
        try {
          for await (const chunk of host.read(key, source, options)) await file.writeFile(chunk);
        } finally {
          await file.close();
        }
        const shell = ["ssh", ...ssh].map(quote).join(" ");
        const flags = ["--secluded-args", "--mkpath", "--chmod=F644,D755", "--ignore-times"];
        const args = [...flags, "-e", shell, "--", local, `${login}:${path}`];
        await run("rsync", args, host, options?.signal).text();
      } finally {
        await rm(local, { force: true });
      }
      return { key, size: source.size };
    },

    async get(key, options) {
      if (await sizeOf(key, options?.signal) === undefined) {
        throw host.error("not-found", `Cannot read "${key}": no such object`, { key });
      }
      return ReadableStream.from(remote(["cat", "--", pathOf(key)], options?.signal).chunks());
    },

    async remove(key, options) {
      if (await sizeOf(key, options?.signal) === undefined) return;
      await remote(["rm", "-f", "--", pathOf(key)], options?.signal).text();
    },

    async [Symbol.asyncDispose]() {
      await run("ssh", [...ssh, "-O", "exit", login], host).text().catch(() => {}); // none was open
      await rm(own, { recursive: true, force: true });
    },
  };
}

/** One word of a command line of sh, whatever is in it. */
function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A program under way: what it prints, as text or in chunks; its failure is an error. */
function run(program: string, args: readonly string[], host: AdapterHost, signal?: AbortSignal) {
  async function* chunks(): AsyncGenerator<Uint8Array> {
    signal?.throwIfAborted();
    const child = spawn(program, [...args], { stdio: ["ignore", "pipe", "pipe"] });
    const stop = () => void child.kill();
    signal?.addEventListener("abort", stop, { once: true });
    const ended = once(child, "close");
    let said = "";
    child.stderr.on("data", (text) => said = (said + text).slice(-500));
    try {
      yield* child.stdout;
      const [code] = await ended;
      signal?.throwIfAborted();
      if (code !== 0) throw failure(program, code, said.trim(), host);
    } finally {
      signal?.removeEventListener("abort", stop);
      child.kill();
    }
  }
  async function text(): Promise<string> {
    const decoder = new TextDecoder();
    let all = "";
    for await (const chunk of chunks()) all += decoder.decode(chunk, { stream: true });
    return all;
  }
  return { chunks, text };
}

/** ssh ends with 255 when there is no connection; rsync has numbers of its own (rsync(1)). */
function failure(program: string, code: unknown, said: string, host: AdapterHost): Error {
  const message = `Cannot run ${program}: it ended with ${code}: ${said}`;
  if (/no space left/i.test(said)) return host.error("no-space", message);
  if (/permission denied \(/i.test(said)) {
    return host.error("unauthorized", message, { hint: "Check --identity and the user's name." });
  }
  if (/permission denied/i.test(said)) return host.error("forbidden", message);
  const isPassing = code === 255 || code === 12 || code === 30;
  return host.error(isPassing ? "unavailable" : "target", message, { retryable: isPassing });
}
