// deno-lint-ignore-file no-console -- it is there to be read
/**
 * Shows what binimport does, with real packages, the real program and a real web server, on this
 * machine alone: makes two packages, imports both, fetches every file as a node would, imports
 * again, and tries a damaged package. Exits with 1 when anything is not as it says.
 */
import { makePackages, sha256 } from "./demo/packages.ts";
import { serveFolder } from "./demo/web_server.ts";

const PROJECT = new URL("..", import.meta.url).pathname.replace(/\/$/, "");
const folder = await Deno.makeTempDir({ prefix: "binimport-demo-" });
await Deno.chmod(folder, 0o755); // else binimport warns that servers of other users may not enter
const started = performance.now();
let wrong = 0;
try {
  await story();
} finally {
  await Deno.remove(folder, { recursive: true });
}
const seconds = ((performance.now() - started) / 1000).toFixed(0);
console.log(
  wrong === 0
    ? `\nEvery check passed, in ${seconds} s; ${folder} was removed.`
    : `\n${wrong} of the claims above did not hold.`,
);
Deno.exit(wrong === 0 ? 0 : 1);

async function story(): Promise<void> {
  console.log(`Everything happens in ${folder} and on loopback.`);
  console.log(`binimport stands for: deno run -A ${PROJECT}/cli.ts`);

  title("Two packages, as a release ships them; this Deno's executable plays the kubelet");
  const files = await makePackages(folder, PROJECT);
  await Deno.mkdir(`${folder}/www`);
  const both = ["offline-files.tar.gz", "component-tools.tar.gz"];
  claim("both can be read", await binimport("list", ...both) === 0);

  await using server = serveFolder(`${folder}/www`);
  const target = ["--adapter", "nginx-fs", "--root", "www", "--url", server.url];

  title("Both into the folder that a web server serves");
  claim("imported and verified", await binimport("import", ...both, ...target) === 0);

  title("A node fetches every file");
  for (const file of files) await fetchBack(server.url, file);
  claim("all is served as it should be", await binimport("verify", ...target) === 0);

  title("The same import again: nothing is written that is there already");
  const before = await identities(files);
  const again = await binimport("import", ...both, ...target);
  claim("no file was touched", again === 0 && await identities(files) === before);

  title("A package with one flipped byte");
  await flipByte(`${folder}/offline-files.tar.gz`, `${folder}/damaged.tar.gz`);
  const refused = await binimport("import", "damaged.tar.gz", ...target);
  console.log(`(exit status ${refused})`);
  claim(
    "refused, and what was there is untouched",
    refused === 3 &&
      await identities(files) === before,
  );
  for (const file of files) await fetchBack(server.url, file);
}

function title(text: string): void {
  console.log(`\n# ${text}`);
}

function claim(text: string, holds: boolean): void {
  if (!holds) wrong++;
  console.log(`${holds ? "ok   " : "WRONG"}  ${text}`);
}

/** Runs the program as a user would; what it prints goes straight through. */
async function binimport(...args: readonly string[]): Promise<number> {
  console.log(`$ binimport ${args.join(" ")}`);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", `${PROJECT}/cli.ts`, ...args],
    cwd: folder,
    stdin: "null",
    stdout: "inherit",
    stderr: "inherit",
  }).spawn();
  return (await child.status).code;
}

async function fetchBack(
  base: string,
  { key, size, sha256: expected }: { key: string; size: number; sha256: string },
): Promise<void> {
  const answer = await fetch(new URL(key, base));
  const bytes = new Uint8Array(await answer.arrayBuffer());
  const same = answer.status === 200 && await sha256(bytes) === expected;
  claim(`${answer.status}, ${size} bytes, SHA-256 ${expected.slice(0, 8)}…  GET /${key}`, same);
}

/** What changes when a file is written again. */
async function identities(files: readonly { key: string }[]): Promise<string> {
  const facts = await Promise.all(files.map(async ({ key }) => {
    const { ino, mtime, ctime, size } = await Deno.stat(`${folder}/www/${key}`);
    return [key, ino, mtime, ctime, size];
  }));
  return JSON.stringify(facts);
}

async function flipByte(from: string, to: string): Promise<void> {
  const bytes = await Deno.readFile(from);
  const middle = bytes.length >> 1;
  bytes[middle] = (bytes[middle] ?? 0) ^ 1;
  await Deno.writeFile(to, bytes);
}
