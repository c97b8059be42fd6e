import assert from "node:assert/strict";
import { binimport, type RunOptions } from "../support/e2e/run.ts";

/** What is wrong with a command line, and what is said of it. */
interface Mistake {
  readonly args: readonly string[];
  readonly message: RegExp;
  readonly options?: RunOptions;
}

const NO_PACKAGES = { cwd: "/" };

const MISTAKES: readonly Mistake[] = [
  { args: ["import", "--rot", "/srv"], message: /'--rot'\n {2}.*--root/ },
  { args: ["import", "--dryrun"], message: /'--dryrun'\n {2}.*--dry-run/ },
  { args: ["improt", "x.tar.gz"], message: /'improt'\n {2}.*import/ },
  { args: ["verfy"], message: /'verfy'\n {2}.*verify/ },
  { args: ["pakage"], message: /unknown command 'pakage'/i },
  { args: ["import", "--root"], message: /'--root <dir>' argument missing/ },
  { args: ["import", "--verify", "all", "--root", "/srv"], message: /auto, url, target, off/ },
  { args: ["import", "--concurrency", "0", "--root", "/srv"], message: /at least 1/ },
  { args: ["import", "--password", "x"], message: /'--password'\n {2}.*--password-file/ },
  { args: ["import", "-", "--adapter", "nginx"], message: /"nginx"\n {2}.*nginx-fs/ },
  { args: ["import", "-", "--root", "/srv", "--bucket", "b"], message: /--bucket|--root/ },
  { args: ["import", "-", "--root", "/srv", "--url", "ftp://h/"], message: /"ftp:\/\/h\/"/ },
  { args: ["import", "-", "-", "--root", "/srv"], message: /standard input twice/ },
  { args: ["import", "-"], message: /--root DIR/ },
  { args: ["import", "--root", "/srv"], message: /Cannot find packages/, options: NO_PACKAGES },
  { args: ["import", "-", "--endpoint", "not a url", "--username", "u"], message: /not a url/ },
  { args: ["verify", "--root", "/srv", "--verify", "url"], message: /no URL is known/ },
  { args: ["import", "-", "--to", "nginx-fs:/srv", "--adapter", "minio"], message: /together/ },
  { args: ["import", "-", "--root", "/srv", "--checksum", "--force"], message: /together/ },
  { args: ["import", "-", "--to", "nginx-fs:/srv", "--root", "/var"], message: /--root and --to/ },
  {
    args: ["locate", "http://u:p/w@h/"],
    message: /1: http:\/\/h\/?\.\n {2}An address .* --url URL/,
  },
];

for (const { args, message, options } of MISTAKES) {
  Deno.test(`e2e: usage: binimport ${args.join(" ")}`, async () => {
    const { status, stdout, stderr } = await binimport(args, options);
    assert.equal(status, 2, stderr);
    assert.equal(stdout, "");
    assert.match(stderr, /^error: /);
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /^\s+at /m);
  });
}

Deno.test("e2e: help and version go to standard output", async () => {
  const help = await binimport(["import", "--help"]);
  assert.equal(help.status, 0);
  assert.match(help.stdout, /^Usage: binimport import/);
  assert.match(help.stdout, /^Examples:/m);
  assert.equal(help.stderr, "");
  const version = await binimport(["--version"]);
  assert.match(version.stdout, /^\d+\.\d+\.\d+\n$/);
  assert.equal(version.status, 0);
});

Deno.test("e2e: a variable that is not in UTF-8 is named, if it gives an option", async () => {
  const script = 'LANG=$BAD NO_COLOR=$BAD MAPPING_PATH=$BAD exec "$@"';
  const under = ["sh", "-c", `BAD=$(printf '\\377'); ${script}`, "sh"];
  const { status, stderr } = await binimport(["import", "-"], { under });
  assert.equal(status, 2);
  assert.match(stderr, /^error: Cannot use \$MAPPING_PATH: it is not in UTF-8\n {2}Unset it\.\n$/);
});

Deno.test("e2e: usage errors in JSON are events as well", async () => {
  const { status, events } = await binimport(["import", "--rot", "/srv", "--json"]);
  assert.equal(status, 2);
  const [{ event, code, retryable } = {}, ...more] = events();
  assert.deepEqual({ event, code, retryable }, { event: "error", code: "usage", retryable: false });
  assert.deepEqual(more, []);
});

Deno.test("e2e: help that lies ready is the help that is rendered", async () => {
  // With a variable that may bring options of its own, none that lies ready is taken.
  const rendering = { env: { BINIMPORT_ADAPTER: "nginx-fs" } };
  for (const verb of [[], ["import"], ["ls"], ["config", "set"], ["constructor"]]) {
    const args = [...verb, "--help"];
    const [ready, rendered] = [await binimport(args), await binimport(args, rendering)];
    assert.equal(ready.stdout, rendered.stdout);
    assert.equal(ready.status, rendered.status);
    assert.match(ready.stdout, /^Usage: binimport/);
  }
});

Deno.test("e2e: completion that lies ready knows what is declared", async () => {
  const complete = async (...words: string[]) => {
    const { status, stdout, stderr } = await binimport(["__complete", ...words]);
    assert.deepEqual({ status, stderr }, { status: 0, stderr: "" });
    return stdout.split("\n").map((line) => line.split("\t")[0]).slice(0, -1);
  };
  assert.deepEqual(await complete("import", "--anon"), ["--anonymous-download", ":none"]);
  assert.deepEqual(await complete("--max-f"), ["--max-files", ":none"]);
  assert.deepEqual(await complete("--licen"), ["--licenses", ":none"]);
  assert.deepEqual(await complete("import", "--verify=ta"), ["--verify=target", ":none"]);
  assert.deepEqual(await complete("import", "--root", "x"), [":dirs"]);
  assert.deepEqual(await complete("import", "--to", "x", "--to"), [
    "--to",
    "--token-file",
    ":none",
  ]);
  assert.deepEqual(await complete("import", "--root", "x", "--roo"), [":none"]);
  assert.deepEqual(await complete("--adapter", "mini"), ["minio", ":files"]);
  assert.deepEqual(await complete("--to", "http-p"), ["http-put:", ":none"]);
  assert.deepEqual(await complete("config", "va"), ["vars", ":none"]);
  assert.deepEqual(await complete("completions", "fi"), ["fish", ":none"]);
  assert.deepEqual(await complete("ls", "x"), [":files"]);
});
