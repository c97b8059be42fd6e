// deno-lint-ignore-file no-console -- it tells what it made
/**
 * Makes one file that runs on any Linux of one kind of machine: a shell script with Deno, its
 * libraries and the program behind it. Two runs on one commit give the same bytes. Takes Debian 12
 * (apt-get and dpkg-deb, no root) and npm; what they fetch is kept outside the tree.
 *
 *     deno task pack [--target x86_64|aarch64]     dist/binimport, dist/binimport-arm64
 */
import { parseArgs } from "node:util";
import project from "../deno.json" with { type: "json" };
import { pack } from "./pack/pack.ts";
import { DENO_VERSION, TARGETS } from "./pack/targets.ts";

const machines = TARGETS.map(({ machine }) => machine).join(" or ");
try {
  console.log(await run());
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : error}`);
  Deno.exit(1);
}

async function run(): Promise<string> {
  const { values } = parseArgs({
    args: [...Deno.args],
    options: { target: { type: "string", default: "x86_64" } },
  });
  const target = TARGETS.find(({ machine }) => machine === values.target);
  if (target === undefined) throw new Error(`Cannot pack for "${values.target}": say ${machines}`);
  if (Deno.version.deno !== DENO_VERSION) {
    throw new Error(
      `Cannot pack with Deno ${Deno.version.deno}: other compressors give other bytes. ` +
        `Run: npx --yes deno@${DENO_VERSION} task pack`,
    );
  }
  return await pack(target, project.version);
}
