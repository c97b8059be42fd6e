/** What is wrong between `--root` and `--url` is found before a package is read. */
import assert from "node:assert/strict";
import { binimport, type Ended } from "../support/e2e/run.ts";
import {
  apacheSites,
  caddySites,
  siteOf,
  type SiteStyle,
  siteStyles,
} from "../support/e2e/sites.ts";
import { digestsBelow, makeRoot, type Root } from "../support/e2e/targets.ts";
import { apache, startSite } from "../support/http_servers.ts";
import { freePort } from "../support/ports.ts";
import { testWithTools } from "../support/require.ts";

for (const style of siteStyles) {
  const { name, program } = style.kind;
  for (const wrong of wrongSites(style)) {
    testWithTools(
      `e2e: ${name}: ${wrong.name} is found before the package is read`,
      [program],
      () => assertFound(style, wrong),
    );
  }

  testWithTools(
    `e2e: ${name}: a folder that its user may not enter is named`,
    [program],
    async (t) => {
      const ignore = Deno.uid() !== 0;
      await t.step({ name: "before its 403", ignore, fn: () => assertClosedFolderNamed(style) });
    },
  );
}

/** Something wrong between `--root` and `--url`, and what is said of it. */
interface WrongSite {
  readonly name: string;
  /** The site, for an import into the folder `html` of `base`, which has a folder `html/below`. */
  site(base: string): string;
  readonly message: RegExp;
  readonly hint: RegExp;
}

function wrongSites(style: SiteStyle): WrongSite[] {
  const elsewhere = { message: / answers 404\n/, hint: /shows another place/ };
  return [
    { name: "a root one folder above", site: (base) => siteOf(style, base), ...elsewhere },
    {
      name: "a root one folder below",
      site: (base) => siteOf(style, `${base}/html/below`),
      ...elsewhere,
    },
    {
      name: "another virtual host",
      site: (base) =>
        style.otherHost(siteOf(style, `${base}/html`)).replaceAll("OTHER", `${base}/other`),
      ...(style === caddySites
        ? { message: / answers with something else\n/, hint: /virtual host/ }
        : elsewhere),
    },
    {
      name: "a page for everything",
      site: (base) => siteOf(style, `${base}/other`, style.fallback),
      message: / answers with something else of type "text\/html[^"]*"\n/,
      hint: /fallback page/,
    },
    {
      name: "a password",
      site: (base) =>
        siteOf(style, `${base}/html`, style.password).replaceAll("FILE", `${base}/password`),
      message: / answers 401\n/,
      hint: /Nodes have no credentials/,
    },
  ];
}

async function assertFound(
  { kind }: SiteStyle,
  { site, message, hint }: WrongSite,
): Promise<void> {
  await using base = await makeBase();
  await using server = await startSite(kind, site(base.path));
  await assertRefused(base, server.url, message, hint);
}

/** An import into `html` of a base fails, says why, and leaves nothing; its package is not read. */
async function assertRefused(
  base: Root,
  url: string,
  message: RegExp,
  hint: RegExp,
  ...options: string[]
): Promise<string> {
  const root = `${base.path}/html`;
  const refused = await importDamaged(base, ["--url", url, ...options]);
  assert.equal(refused.status, 4, "3 would mean that the package was read");
  assert.equal(refused.stdout, "");
  assert.match(refused.stderr, /^error: Cannot reach nginx-fs:.*\/html over its URL: /m);
  assert.match(refused.stderr, message);
  assert.match(refused.stderr.split("\n").at(-2) ?? "", hint);
  assert.deepEqual(await digestsBelow(root), {}, "nothing was published");
  const state = [...Deno.readDirSync(`${root}/.binimport`)].map(({ name }) => name);
  assert.deepEqual(state.sort(), ["lock", "tmp"], "nor is the probe left");
  return refused.stderr;
}

/** Imports a package that nobody can read into `html` of a base. */
async function importDamaged(base: Root, options: readonly string[]): Promise<Ended> {
  const damaged = `${base.path}/offline-files.tar.gz`;
  await Deno.writeTextFile(damaged, "this is no archive");
  return await binimport(["import", damaged, "--root", `${base.path}/html`, ...options]);
}

/** A folder with a root to import into, and another one that holds just a page. */
async function makeBase(): Promise<Root> {
  const base = await makeRoot();
  for (const folder of ["html", "html/below", "other"]) await Deno.mkdir(`${base.path}/${folder}`);
  await Deno.writeTextFile(
    `${base.path}/other/index.html`,
    "<!doctype html>\n<title>App</title>\n",
  );
  await Deno.writeTextFile(`${base.path}/password`, "user:secret\n");
  return base;
}

testWithTools("e2e: with a right mapping, the same package is read", ["apache2"], async () => {
  await using base = await makeBase();
  await using server = await startSite(apache, siteOf(apacheSites, `${base.path}/html`));
  const read = await importDamaged(base, ["--url", server.url]);
  assert.equal(read.status, 3, read.stderr);
});

Deno.test("e2e: a server that is down is found before the package is read", async () => {
  await using base = await makeBase();
  const url = `http://127.0.0.1:${freePort()}/`;
  await assertRefused(base, url, /ECONNREFUSED|refused/, /Check that the server runs/);
});

testWithTools(
  "e2e: bytes that are compressed unasked are found",
  [apache.program],
  () =>
    assertFound(apacheSites, {
      name: "",
      site: (base) =>
        siteOf(apacheSites, `${base}/html`, "SetOutputFilter DEFLATE\nSetEnv force-gzip 1"),
      message: / is sent with content-encoding gzip, which was not asked for\n/,
      hint: /switch compression off/,
    }),
);

/** Run by root; else the server runs as the owner of the folder, and may enter. */
async function assertClosedFolderNamed(style: SiteStyle): Promise<void> {
  await using base = await makeBase();
  await using server = await startSite(style.kind, siteOf(style, `${base.path}/html`));
  await Deno.chmod(base.path, 0o700);
  const user = ["--server-user", "www-data"];
  const said = await assertRefused(base, server.url, / answers 403\n/, /permissions/, ...user);
  const warning =
    `warning: The web server's user "www-data" may not enter "${base.path}" (mode 0700`;
  assert(said.startsWith(warning), said);
  assert(said.includes(`chmod o+x ${base.path}`), said);
}
