/** Where `--report` writes, beside files of others. */
import assert from "node:assert/strict";
import { runHere } from "../support/cli/test_context.ts";
import { webRoot } from "../support/web_root.ts";

/** Imports a folder with one file, with a page of it at a path. */
async function importWithReport(root: string, page: string): Promise<string> {
  const folder = `${root}-package`;
  Deno.mkdirSync(folder, { recursive: true });
  Deno.writeTextFileSync(`${folder}/file`, "x");
  const args = ["import", folder, "--strip-components", "0", "--root", root, "--report", page];
  const { status, stderr } = await runHere(args);
  assert.equal(status, 0, stderr);
  return stderr;
}

for (const kind of ["link", "hard link"] as const) {
  Deno.test(`a ${kind} under the report's name is replaced, and its file stays`, async () => {
    using root = webRoot();
    const [victim, page] = [`${root.outside}/victim`, `${root.path}/report.html`];
    Deno.writeTextFileSync(victim, "precious");
    if (kind === "link") Deno.symlinkSync(victim, page);
    else Deno.linkSync(victim, page);
    await importWithReport(root.path, page);
    assert.equal(Deno.readTextFileSync(victim), "precious");
    assert(Deno.lstatSync(page).isFile);
    assert.match(Deno.readTextFileSync(page), /^<!doctype html>/i);
    assert.deepEqual(root.tree().filter((name) => name.includes(".part")), []);
  });
}

Deno.test("the page is written under a name that nobody can foresee", async () => {
  using root = webRoot();
  const victim = `${root.outside}/victim`;
  const page = `${root.path}/report.html`;
  Deno.writeTextFileSync(victim, "precious");
  for (const name of ["part", "tmp", `${Deno.pid}.part`, `${Deno.pid}`]) {
    Deno.symlinkSync(victim, `${page}.${name}`);
  }
  await importWithReport(root.path, page);
  assert.equal(Deno.readTextFileSync(victim), "precious");
  assert(Deno.lstatSync(page).isFile);
});

Deno.test("a folder under the report's name stays, and the import counts", async () => {
  using root = webRoot();
  const page = `${root.path}/report.html`;
  Deno.mkdirSync(`${page}/kept`, { recursive: true });
  assert.match(
    await importWithReport(root.path, page),
    /Cannot write the report "[^"]*": a folder has that name\n/,
  );
  assert.deepEqual(root.tree().filter((name) => name.startsWith("report")), [
    "report.html/",
    "report.html/kept/",
  ]);
});

Deno.test("a device, pipe or the like under the report's name stays what it is", async () => {
  using root = webRoot();
  const pipe = `${root.outside}/pipe.html`;
  assert(new Deno.Command("mkfifo", { args: [pipe] }).outputSync().success);
  // As /dev/null and /dev/stdout are reached, without a risk for those of this host.
  const [device, stdout] = [`${root.outside}/null`, `${root.outside}/stdout`];
  Deno.symlinkSync("/dev/null", device);
  Deno.symlinkSync("/proc/self/fd/1", stdout);
  for (const page of [pipe, device, stdout]) {
    const before = Deno.lstatSync(page).ino;
    const told = await importWithReport(root.path, page);
    assert.match(told, /Cannot write the report ".*": a device or pipe has that name/);
    assert.equal(Deno.lstatSync(page).ino, before);
  }
});

Deno.test("a page of JSON holds nothing that a terminal obeys, and the same names", async () => {
  using root = webRoot();
  const page = `${root.outside}/page.json`;
  const name = "\u009b2J\u202e\x7f\u2028";
  Deno.mkdirSync(`${root.path}-package`);
  Deno.writeTextFileSync(`${root.path}-package/${name}`, "x");
  await importWithReport(root.path, page);
  const text = Deno.readTextFileSync(page);
  assert.doesNotMatch(text, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e]/);
  const { files } = JSON.parse(text);
  assert.deepEqual(files.map(({ key }: { key: string }) => key).sort(), ["file", name]);
});
