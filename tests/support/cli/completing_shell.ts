/** Shells in a real terminal, that complete command lines of the program. */
import { fileURLToPath } from "node:url";
import { openTerminal, type Terminal } from "../terminal.ts";
import { runHere } from "./test_context.ts";

const PROGRAM = fileURLToPath(new URL("../../../cli.ts", import.meta.url));

/** A folder with a program `binimport`, the shells' scripts, and files to complete. */
export async function makeFolder(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "binimport-shell-" });
  const script = `#!/bin/sh\nexec '${Deno.execPath()}' run -A --no-check '${PROGRAM}' "$@"\n`;
  await Deno.mkdir(`${folder}/bin`);
  await Deno.writeTextFile(`${folder}/bin/binimport`, script, { mode: 0o755 });
  await Deno.mkdir(`${folder}/html-folder`);
  await Deno.writeTextFile(`${folder}/html-file.tar.gz`, "");
  for (const shell of ["bash", "zsh", "fish"]) {
    const { stdout } = await runHere(["completions", shell]);
    await Deno.writeTextFile(`${folder}/${shell}-script`, stdout);
  }
  return folder;
}

/** Starts a shell in that folder and types `setUp`, which tells it of its script. */
export async function openShell(
  folder: string,
  command: readonly string[],
  setUp: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<Terminal> {
  const cache = Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`;
  const path = `${folder}/bin:${Deno.env.get("PATH")}`;
  const own = {
    PATH: path,
    HOME: folder,
    DENO_DIR: cache,
    HISTFILE: "/dev/null",
    TMPDIR: folder,
    PS1: "$ ",
  };
  const terminal = await openTerminal(command, { cwd: folder, env: { ...own, ...variables } });
  await terminal.type(setUp);
  await terminal.type("echo re''ady\r");
  await terminal.shows(/^ready/m);
  await terminal.type("clear\r");
  return terminal;
}
