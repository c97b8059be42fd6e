/** Plug-ins on the command line: how they are found, and that their options are like built-in ones. */
import { equal, match } from "node:assert/strict";
import { runHere } from "../support/cli/test_context.ts";
import { tarGz } from "../support/packages.ts";
import { type PluginChanges, pluginOnDisk } from "../support/plugin_files.ts";

/** A plug-in with an option of each kind, which its target shows. */
const OPTIONS: PluginChanges = {
  factory: `
    options: {
      place: { summary: "where to", kind: "text", placeholder: "WHERE", location: true, required: true },
      mode: { summary: "how", kind: "text", choices: ["fast", "slow"], default: "slow", env: ["MY_MODE"] },
      deepSea: { summary: "wet", kind: "flag" },
      pinCode: { summary: "who", kind: "secret" },
    },
    parse: (input) => input,
    open: async (config, host) => ({
      target: "mine:" + [config.place, config.mode, config.deepSea, config.pinCode?.length].join(","),
      capabilities: { atomicPut: true, verifiesSha256: false, maxConcurrency: 1 },
      stat: async (key) => objects.has(key) ? info(key) : undefined,
      async put(key, source, options) {
        objects.set(key, await collect(key, source, options, host));
        return info(key);
      },
      async get(key) {
        if (!objects.has(key)) throw host.error("not-found", "Cannot read: no such object");
        return new Blob([objects.get(key)]).stream();
      },
      [Symbol.asyncDispose]: async () => {},
    }),`,
};

interface Site extends Disposable {
  readonly path: string;
  readonly folder: string;
  readonly package: string;
}

function site(changes: PluginChanges = OPTIONS): Site {
  const plugin = pluginOnDisk(changes, "mine.ts");
  const archive = `${plugin.folder}/offline-files.tar.gz`;
  Deno.writeFileSync(archive, tarGz({ "a": "A" }));
  Deno.writeTextFileSync(`${plugin.folder}/secret`, "hush\n");
  return { ...plugin, package: archive, [Symbol.dispose]: () => plugin[Symbol.dispose]() };
}

/** The target that an import named. */
function targetIn(stdout: string): string | undefined {
  return /mine:[^:\n]*/.exec(stdout)?.[0];
}

Deno.test("a plug-in's options are given as flags, variables and location", async () => {
  using here = site();
  const run = async (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    const { status, stdout, stderr } = await runHere(["import", here.package, ...args], env);
    equal(status, 0, stderr);
    return targetIn(stdout);
  };
  const adapter = ["--adapter", here.path];
  equal(await run([...adapter, "--place", "x"]), "mine:x,slow,,");
  equal(
    await run([
      ...adapter,
      "--place=x",
      "--mode",
      "fast",
      "--deep-sea",
      "--pin-code-file",
      `${here.folder}/secret`,
    ]),
    "mine:x,fast,true,4",
  );
  equal(
    await run(adapter, { BINIMPORT_PLACE: "y", MY_MODE: "fast", BINIMPORT_PIN_CODE: "abc" }),
    "mine:y,fast,,3",
  );
  const file = { BINIMPORT_PLACE: "y", BINIMPORT_PIN_CODE_FILE: `${here.folder}/secret` };
  equal(await run(adapter, file), "mine:y,slow,,4");
  equal(await run(["--to", `${here.path}:there`]), "mine:there,slow,,");
  equal(await run([], { BINIMPORT_ADAPTER: here.path, BINIMPORT_PLACE: "z" }), "mine:z,slow,,");
});

Deno.test("a plug-in is found by its name in $BINIMPORT_ADAPTERS and in the user's folder", async () => {
  using here = site();
  const args = ["import", here.package, "--to", "mine:there"];
  const named = await runHere(args, { BINIMPORT_ADAPTERS: `/nowhere:${here.folder}` });
  equal(targetIn(named.stdout), "mine:there,slow,,", named.stderr);
  Deno.mkdirSync(`${here.folder}/.config/binimport/adapters`, { recursive: true });
  Deno.renameSync(here.path, `${here.folder}/.config/binimport/adapters/mine.ts`);
  const home = await runHere(args, { HOME: here.folder });
  equal(targetIn(home.stdout), "mine:there,slow,,", home.stderr);
  const list = await runHere(["adapter", "list"], { HOME: here.folder });
  match(list.stdout, /^nginx-fs {2}/m);
  match(list.stdout, /^mine {2}a map \(.*mine\.ts\)\n {4}--place /m);
  const { status, stderr } = await runHere(args);
  equal(status, 2);
  match(stderr, /Cannot find an adapter named "mine"\n.*adapters\/mine\.ts/);
});

Deno.test("adapter list tells of a broken plug-in, and of one that is hidden", async () => {
  using here = site({ text: "export default 1;" });
  Deno.writeTextFileSync(`${here.folder}/minio.ts`, "");
  const { status, stdout, stderr } = await runHere(["adapter", "list", "--json"], {
    BINIMPORT_ADAPTERS: here.folder,
  });
  equal(status, 0);
  match(stdout, /"event":"warning","code":"plugin","message":"Cannot use adapter .*mine\.ts/);
  match(stderr, /minio\.ts\\?" is not found by its name: minio is built in/);
});

Deno.test("the help shows a plug-in's options", async () => {
  using here = site();
  const { stdout } = await runHere(["import", "--help", "--adapter", here.path]);
  match(stdout, /Options of mine:\n {2}--place <where> +where to\n/);
  match(stdout, /--deep-sea +wet\n {2}--pin-code-file <file\|-> +who/);
});

const wrong: Readonly<Record<string, readonly [args: readonly string[], message: RegExp]>> = {
  "leaves out what is required": [
    [],
    /Cannot use mine: --place is not given\n.*--place WHERE, or set \$BINIMPORT_PLACE/,
  ],
  "has a value that is no choice": [
    ["--place", "x", "--mode", "0644"],
    /Cannot use "0644" as --mode of mine: it is not a valid value\n.*fast, slow/,
  ],
  "has another adapter's flag": [
    ["--place", "x", "--bucket", "b"],
    /Cannot use --bucket with mine\n.*minio/,
  ],
  "has a secret": [
    ["--place", "x", "--pin-code=hush"],
    /Unknown option '--pin-code'\n +pinCode is a secret .*use --pin-code-file FILE or \$BINIMPORT_PIN_CODE\.\n$/,
  ],
  "has a flag of nobody": [["--plce", "x"], /Unknown option '--plce'\n.*--place/],
};

for (const [what, [args, message]] of Object.entries(wrong)) {
  Deno.test(`a command line with a plug-in that ${what} is refused`, async () => {
    using here = site();
    const { status, stderr } = await runHere([
      "import",
      here.package,
      "--adapter",
      here.path,
      ...args,
    ]);
    equal(status, 2);
    match(stderr, message);
  });
}

Deno.test("a secret that is missing is asked for as a file, or a variable that is not empty", async () => {
  using here = site({
    factory: `options: { token: { summary: "x", kind: "secret", required: true } },`,
  });
  const args = ["import", here.package, "--adapter", here.path];
  const { status, stderr } = await runHere(args, { BINIMPORT_TOKEN: "" });
  equal(status, 2);
  match(
    stderr,
    /--token-file is not given\n +Give --token-file FILE, or set \$BINIMPORT_TOKEN\. .*empty variable counts as unset\.\n/,
  );
});

Deno.test("a choice that a variable gives is checked as well", async () => {
  using here = site();
  const args = ["import", here.package, "--adapter", here.path, "--place", "x"];
  match((await runHere(args, { MY_MODE: "odd" })).stderr, /Cannot use "odd" as --mode of mine/);
});

const clashes: Readonly<Record<string, readonly [option: string, message: RegExp]>> = {
  "a flag of the program": [
    `json: { summary: "x", kind: "flag" }`,
    /Cannot use adapter ".*mine\.ts": options\.json cannot be given, for --json is a flag of binimport itself/,
  ],
  "a flag of import": [
    `force: { summary: "x", kind: "flag" }`,
    /options\.force .* of binimport itself/,
  ],
  "a letter of the program": [
    `quick: { summary: "x", kind: "flag", short: "q" }`,
    /options\.quick cannot be given, for -q is a flag of binimport itself/,
  ],
  "a letter of another adapter": [
    `name: { summary: "x", kind: "text", short: "c" }`,
    /options\.name cannot be given, for -c is a flag of binimport itself/,
  ],
  "a word for a letter": [
    `quick: { summary: "x", kind: "flag", short: "quick" }`,
    /options\.quick\.short is not one letter/,
  ],
  "a flag that takes a value elsewhere": [
    `root: { summary: "x", kind: "flag" }`,
    /options\.root cannot be given, for --root of nginx-fs takes a value/,
  ],
};

for (const [what, [option, message]] of Object.entries(clashes)) {
  Deno.test(`a plug-in whose option would be ${what} is refused`, async () => {
    using here = site({ factory: `options: { ${option} }` });
    const { status, stderr } = await runHere(["import", here.package, "--adapter", here.path]);
    equal(status, 2);
    match(stderr, message);
  });
}
