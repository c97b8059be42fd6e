/** A real terminal for tests: tmux, with a server of its own. */
import { run } from "./run.ts";

/** A program in a terminal. Disposing of it ends both. */
export interface Terminal extends AsyncDisposable {
  /** Types text, as it stands; `\t` is Tab, `\r` Enter. */
  type(text: string): Promise<void>;
  /** What is on the screen. */
  screen(): Promise<string>;
  /** Waits until the screen shows something; fails after a long time, with what it shows instead. */
  shows(what: RegExp): Promise<string>;
  /** Closes the terminal under the program, as a lost connection does. */
  close(): Promise<void>;
}

/** How a terminal is opened. */
export interface TerminalOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly cwd?: string;
  /** What the program has besides PATH, HOME and TERM. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Long enough for any machine; no test waits for it unless it fails. */
const GIVE_UP_MS = 60_000;

/** Runs a program in a terminal. */
export async function openTerminal(
  command: readonly string[],
  { columns = 100, rows = 30, cwd = "/", env = {} }: TerminalOptions = {},
): Promise<Terminal> {
  const folder = await Deno.makeTempDir({ prefix: "binimport-tmux-" });
  const tmux = (...args: string[]) =>
    run("tmux", ["-S", `${folder}/socket`, "-f", "/dev/null", ...args]);
  // A stray BINIMPORT_… of the tests' own surroundings would be warned of on the screen.
  const stray = Object.keys(Deno.env.toObject()).filter((name) => name.startsWith("BINIMPORT_"));
  const variables = [
    ...stray.flatMap((name) => ["-u", name]),
    ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
  ];
  const size = ["-x", String(columns), "-y", String(rows)];
  await tmux("-u", "new-session", "-d", ...size, "-c", cwd, "env", ...variables, ...command);
  await tmux("set-option", "remain-on-exit", "on");
  const pid = new TextDecoder().decode(await tmux("display-message", "-p", "#{pane_pid}")).trim();

  async function screen(): Promise<string> {
    return new TextDecoder().decode(await tmux("capture-pane", "-p", "-J"));
  }

  async function close(): Promise<void> {
    await tmux("kill-server").catch(() => {}); // it may have been closed before
  }

  return {
    async type(text) {
      await tmux("send-keys", "-l", text);
    },
    screen,
    async shows(what) {
      const end = Date.now() + GIVE_UP_MS;
      for (;;) {
        const seen = await screen();
        if (what.test(seen)) return seen;
        if (Date.now() > end) throw new Error(`The terminal never showed ${what}, but:\n${seen}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    close,
    async [Symbol.asyncDispose]() {
      await close();
      // What does not mind that its terminal is gone.
      await run("kill", ["-KILL", "--", `-${pid}`]).catch(() => {});
      while (await Deno.stat(`/proc/${pid}`).then(() => true, () => false)) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      await Deno.remove(folder, { recursive: true });
    },
  };
}
