/** What a person sees in a terminal. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { makeRelease, type Release } from "../support/e2e/packages.ts";
import { digestsBelow, makeRoot } from "../support/e2e/targets.ts";
import { testWithTools } from "../support/require.ts";
import { openTerminal } from "../support/terminal.ts";

const PROGRAM = fileURLToPath(new URL("../../cli.ts", import.meta.url));
const NEEDED = ["tar", "tmux"];

/** Bytes of the package that come at once; the rest comes when there is a file `go`. */
const FIRST = 5_000_000;

/**
 * What `sh` runs: an import from a pipe that stalls, and then its exit status into a file. Deno is told
 * to be quiet: a progress bar of its own would clear our line.
 */
function script(root: string, { folder, offlineFiles }: Release): string {
  const feed = `head -c ${FIRST} ${offlineFiles}; until [ -e ${folder}/go ]; do sleep 0.1; done`;
  const rest = `tail -c +${FIRST + 1} ${offlineFiles}`;
  const program = `${Deno.execPath()} run -A --quiet --no-check ${PROGRAM}`;
  return `trap : HUP; { ${feed}; ${rest}; } | ${program} import - --root ${root}; echo $? > ${folder}/status; read _ < /dev/tty`;
}

/** What the terminal's program finds in its environment. */
function environment(): Record<string, string> {
  return { LC_ALL: "C", PATH: Deno.env.get("PATH") ?? "", HOME: Deno.env.get("HOME") ?? "/" };
}

testWithTools("e2e: progress in a narrow terminal that knows no UTF-8", NEEDED, async () => {
  await using release = await makeRelease();
  await using root = await makeRoot();
  const command = ["sh", "-c", script(root.path, release)];
  const size = { columns: 34, rows: 20 };
  await using terminal = await openTerminal(command, { ...size, env: environment() });
  const seen = await terminal.shows(/^Importing +[\d.]+ [KM]?B/m);
  assert.equal(seen.match(/^Importing/gm)?.length, 1, `it is drawn in place:\n${seen}`);
  assert.match(seen, /(?:^|\n)Importing[^\n]*\s*$/, `it stays on one line:\n${seen}`);
  await Deno.writeTextFile(`${release.folder}/go`, "");
  const end = await terminal.shows(/6 written, 0 unchanged/);
  assert.doesNotMatch(end, /^Importing +\d/m, "the progress is taken away");
});

testWithTools("e2e: an import that outlives its terminal goes on", NEEDED, async () => {
  await using release = await makeRelease();
  await using root = await makeRoot();
  const command = ["sh", "-c", script(root.path, release)];
  await using terminal = await openTerminal(command, { env: environment() });
  await terminal.shows(/Importing/);
  // The shell leads the session and does not mind, so nobody but it is told: as under nohup(1).
  await terminal.close();
  await Deno.writeTextFile(`${release.folder}/go`, "");
  assert.equal(await statusIn(release.folder), "0");
  assert.equal(Object.keys(await digestsBelow(root.path)).length, 6);
});

/** The exit status that the script noted. */
async function statusIn(folder: string): Promise<string> {
  for (let tries = 0; tries < 1000; tries++) {
    const text = await Deno.readTextFile(`${folder}/status`).catch(() => "");
    if (text.endsWith("\n")) return text.trim();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return "none";
}
