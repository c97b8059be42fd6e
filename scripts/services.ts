// deno-lint-ignore-file no-console -- it tells what it did
/**
 * Provides what the tests need besides Deno, pinned, in a cache outside the tree. A second run
 * builds nothing. Needs root for what apt-get has to install, and Go for MinIO.
 *
 *     deno task services           nginx and other web servers, MinIO, mc, archivers, Ansible, …
 *     deno task services --bench   also the peers that benchmarks run
 */
import { provideDebianPrograms } from "./services/debian.ts";
import { BENCH_PROGRAMS, type GoProgram, provideGoProgram, TEST_PROGRAMS } from "./services/go.ts";
import { provideBun } from "./services/npm.ts";
import { provideOtherSystems } from "./services/other_systems.ts";
import { type Part, partLine } from "./services/part.ts";
import { providePythonPrograms } from "./services/python.ts";

const unknown = Deno.args.filter((argument) => argument !== "--bench");
if (unknown.length > 0) {
  console.error(`Unknown argument ${unknown.join(" ")}; there is only --bench`);
  Deno.exit(2);
}

const parts: Part[] = [];
for (const part of await provideDebianPrograms()) tell(part);
for (const part of await provideOtherSystems()) tell(part);
tell(await provideBun());
for (const part of await providePythonPrograms()) tell(part);
const programs = Deno.args.includes("--bench")
  ? [...TEST_PROGRAMS, ...BENCH_PROGRAMS]
  : TEST_PROGRAMS;
for (const program of programs) tell(await provideGoProgram(program, onBuild));
Deno.exit(parts.some(({ state }) => state === "MISSING") ? 1 : 0);

function tell(part: Part): void {
  parts.push(part);
  console.log(partLine(part));
}

/** On standard error, since it is no part of the answer. */
function onBuild({ program, version }: GoProgram): void {
  console.error(`building ${program} ${version}: this takes some minutes, once`);
}
