/** What the program loads before it knows what to do. */
import { equal, match, notEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import project from "../../deno.json" with { type: "json" };

const PROGRAM = fileURLToPath(new URL("../../cli.ts", import.meta.url));

/** Runs the program where no package can be found but these. */
async function runWithOnly(
  packages: Readonly<Record<string, string>>,
  args: readonly string[],
): Promise<{ readonly status: number; readonly stdout: string; readonly stderr: string }> {
  const config = await Deno.makeTempFile({ prefix: "binimport-", suffix: ".json" });
  try {
    await Deno.writeTextFile(config, JSON.stringify({ imports: packages }));
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-lock", "--config", config, PROGRAM, ...args],
      stdin: "null",
    }).output();
    const decoder = new TextDecoder();
    return { status: code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
  } finally {
    await Deno.remove(config);
  }
}

const PARSER = { commander: project.imports.commander };

Deno.test("the version is told without any package", async () => {
  for (const flag of ["--version", "-V"]) {
    const { status, stdout, stderr } = await runWithOnly({}, [flag]);
    equal(status, 0, stderr);
    equal(stdout, `${project.version}\n`);
  }
});

Deno.test("help loads the parser of the command line, no S3 client and no YAML", async () => {
  const help = await runWithOnly(PARSER, ["--help"]);
  equal(help.status, 0, help.stderr);
  const [, verbs = ""] = /Commands:\n(.*?)\n\n/s.exec(help.stdout) ?? [];
  const named = [...verbs.matchAll(/^ {2}([a-z-]+)/gm)].map(([, verb = ""]) => verb);
  match(named.join(" "), /import.*config/);
  for (const verb of named.filter((verb) => verb !== "help")) {
    const { status, stdout, stderr } = await runWithOnly(PARSER, [verb, "--help"]);
    equal(status, 0, stderr);
    match(stdout, new RegExp(`^Usage: binimport ${verb}`));
  }
});

Deno.test("what is not loaded for help is missed by what needs it", async () => {
  const yaml = await runWithOnly(PARSER, ["config", "get", PROGRAM]);
  notEqual(yaml.status, 0);
  match(yaml.stderr, /"yaml"/);
  const endpoint = "http://127.0.0.1:9";
  const s3 = await runWithOnly(
    { ...PARSER, minimatch: project.imports.minimatch },
    ["import", "--endpoint", endpoint, "--username", "u", "--password-file", PROGRAM, PROGRAM],
  );
  notEqual(s3.status, 0);
  match(s3.stderr, /"minio"/);
});
