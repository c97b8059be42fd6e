// deno-lint-ignore-file no-console -- it tells what it did
/**
 * Tries what can go wrong, as often as it takes to believe it, and writes what was tried into
 * docs/reliability.md. Takes about half an hour; `--ci` tries as often as CI does.
 *
 * Without FILE it runs all but the soak, which takes as long and all cores: `deno task soak` names
 * its file. Lines of files that are not run stay as they are.
 *
 *     deno task reliability [--ci] [FILE…]
 */
import { basename } from "node:path";
import { linesOf, trialTable } from "./reliability/table.ts";

const DOCUMENT = "docs/reliability.md";
const BEGIN = "<!-- written by deno task reliability -->\n";
const END = "<!-- end -->\n";

const FOLDER = "tests/reliability";
const all = [...Deno.readDirSync(FOLDER)]
  .map(({ name }) => `${FOLDER}/${name}`)
  .filter((path) => path.endsWith("_test.ts"));
const named = Deno.args.filter((arg) => arg !== "--ci");
const files = named.length > 0
  ? named
  : all.filter((path) => !path.endsWith("/soak_server_test.ts"));
const counts = await Deno.makeTempFile({ prefix: "binimport-trials-" });
try {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "test",
      "--allow-all",
      "--no-check",
      "--parallel",
      ...files,
    ],
    env: {
      BINIMPORT_TRIAL_COUNTS: counts,
      ...(Deno.args.includes("--ci") ? {} : { BINIMPORT_TRIALS: "all" }),
    },
  }).spawn();
  const { success } = await child.status;
  const text = await Deno.readTextFile(DOCUMENT);
  const before = text.slice(0, text.indexOf(BEGIN) + BEGIN.length);
  const after = text.slice(text.indexOf(END));
  const old = text.slice(before.length, text.indexOf(END));
  const run = files.map((file) => basename(file));
  const kept = linesOf(
    old,
    all.map((file) => basename(file)).filter((name) => !run.includes(name)),
  );
  const table = trialTable(await Deno.readTextFile(counts), kept);
  await Deno.writeTextFile(DOCUMENT, `${before}\n${table}\n${after}`);
  await new Deno.Command(Deno.execPath(), { args: ["fmt", "--quiet", DOCUMENT] }).spawn().status;
  console.log(`Wrote ${DOCUMENT}${success ? "" : "; some tests FAILED and are not in it"}`);
  Deno.exitCode = success ? 0 : 1;
} finally {
  await Deno.remove(counts);
}
