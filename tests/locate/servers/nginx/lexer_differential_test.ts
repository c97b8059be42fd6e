/** Words as nginx reads them, and configurations that nobody wrote. */
import fc from "../../../support/property.ts";
import assert from "node:assert/strict";
import { BinimportError } from "../../../../core/util/errors.ts";
import { sourceOf } from "../../../../locate/config_text.ts";
import { locateIn } from "../../../../locate/mod.ts";
import { newTrace, NoAnswer, parseWebAddress } from "../../../../locate/result.ts";
import { mainBlock } from "../../../../locate/servers/nginx/read/block.ts";
import { NGINX, parse as parseFile } from "../../../../locate/servers/nginx/read/parser.ts";
import { configured } from "../../../support/locate/configured.ts";
import { get, startNginx } from "../../../support/nginx_process.ts";
import { freePort } from "../../../support/ports.ts";
import { testWithTools } from "../../../support/require.ts";

const escape = fc.constantFrom(..."\"'\\trn a;{}#dx\n").map((char) => `\\${char}`);

function inner(chars: string): fc.Arbitrary<string> {
  const piece = fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...chars) },
    { weight: 1, arbitrary: escape },
  );
  return fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join(""));
}

/** A word as it is written. No `$`: nginx would put in a variable's value. */
const words = fc.oneof(
  inner("ab ;{}#'\t\r\n\xe9").map((text) => `"${text}"`),
  inner('ab ;{}#"\t\r\n\xe9').map((text) => `'${text}'`),
  inner("ab}#\"'\xe9").map((text) => `x${text}`),
  fc.tuple(escape, inner("ab")).map((parts) => parts.join("")),
);

testWithTools("words are what nginx reads", ["nginx"], async () => {
  const folder = await Deno.makeTempDir();
  try {
    const port = freePort();
    const sample = fc.sample(words, 300);
    const locations = sample.map((word, i) => `location = /${i} { return 200 ${word} ; }`);
    const http = `server { listen 127.0.0.1:${port};\n${locations.join("\n")}\n}`;
    await using _nginx = await startNginx(folder, http, port);
    const text = `http { server {${locations.join("\n")}} }`;
    const main = await parseFile(
      sourceOf("f", text, NGINX),
      mainBlock(),
      () => Promise.resolve([]),
    );
    const read = main[0]?.block?.[0]?.block ?? [];
    for (const [i, word] of sample.entries()) {
      const { body } = await get(port, `/${i}`, "h");
      assert.equal(read[i]?.block?.[0]?.args[1], body, JSON.stringify(word));
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

const soup = fc.array(
  fc.constantFrom(
    ..."http server location listen root alias if try_files return rewrite include set deny { } ; \" ' # \\ ( ) $uri ~ ~* = ^~ / /a [ ( * \n \0 80 all -f"
      .split(" "),
    " ",
    " { ",
    " } ",
    "; ",
  ),
  { maxLength: 60 },
).map((pieces) => pieces.join(" "));

Deno.test("whatever stands in a configuration, there is an answer or a reason", async () => {
  const url = parseWebAddress("http://h/a/b.gz");
  await fc.assert(
    fc.asyncProperty(soup, fc.boolean(), async (text, wrapped) => {
      try {
        const whole = wrapped ? `http { server { ${text} } }` : text;
        await locateIn(await configured(whole), url, newTrace());
      } catch (error) {
        if (!(error instanceof NoAnswer) && !(error instanceof BinimportError)) throw error;
      }
    }),
    { numRuns: 2000 },
  );
});
