import { equal, match } from "node:assert/strict";
import { programDeclaration } from "../../cli/program.ts";
import { manPage } from "../../scripts/man/page.ts";
import { roff } from "../../scripts/man/roff.ts";
import { testWithTools } from "../support/require.ts";

/** What a program says of the page, on both outputs. */
async function said(program: string, ...args: string[]): Promise<string> {
  const file = await Deno.makeTempFile({ suffix: ".1" });
  try {
    await Deno.writeTextFile(file, manPage(programDeclaration(), "1.2.3", "2026-08-01"));
    const { stdout, stderr } = await new Deno.Command(program, {
      args: [...args, file],
      env: { MANWIDTH: "100", LC_ALL: "C", MANROFFOPT: "" },
    }).output();
    return new TextDecoder().decode(stderr) + new TextDecoder().decode(stdout);
  } finally {
    await Deno.remove(file);
  }
}

testWithTools("the manual page is without faults to mandoc", ["mandoc"], async () => {
  equal(await said("mandoc", "-Tlint", "-Wwarning"), "");
});

testWithTools("the manual page is without faults to groff", ["groff"], async () => {
  equal(await said("groff", "-ww", "-man", "-z"), "");
});

testWithTools("the manual page shows every verb and option", ["man"], async () => {
  const text = await said("man");
  match(text, /BINIMPORT\(1\) .* User Commands/);
  for (const verb of programDeclaration().commands) {
    match(text, new RegExp(`binimport ${verb.name()}\\b`));
    for (const { long } of verb.options) {
      match(text.replace(/-\n\s+/g, "-"), new RegExp(`${long}\\b`));
    }
  }
  match(text, /BINIMPORT_PASSWORD/);
});

Deno.test("no text is taken for a request", () => {
  equal(roff(".TH evil\n'br \\fB"), "\\&.TH evil\n\\(aqbr \\efB");
});
