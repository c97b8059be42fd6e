/** `binimport import`: packages into targets. */
import type { Command } from "commander";
import type { AdapterFactory } from "../core/adapter.ts";
import { BinimportError } from "../core/errors.ts";
import { type ImportOptions, importPackages, type ImportResult } from "../core/importer.ts";
import type { Trust } from "../core/known_digests.ts";
import type { Fetch, VerifyMode } from "../core/verify.ts";
import type { AdapterFlags } from "./adapter_flags.ts";
import type { Context } from "./context.ts";
import { exitStatus } from "./exit_status.ts";
import {
  addOutputFlags,
  addPackageFlags,
  type OutputFlags,
  outputOptions,
  type PackageFlags,
} from "./flags.ts";
import { errorEvent } from "./output/error_event.ts";
import { type Reporter, reporter } from "./output/reporter.ts";
import { choosePackages, keyFilter, packageOptions } from "./packages.ts";
import { addTargetFlags, addVerifyFlag, networkFetch, type NetworkFlags } from "./target_flags.ts";
import { openTargets, type TargetFlags } from "./targets.ts";

type ImportFlags =
  & TargetFlags
  & PackageFlags
  & OutputFlags
  & NetworkFlags
  & AdapterFlags
  & {
    readonly dryRun?: true;
    readonly checksum?: true;
    readonly force?: true;
    readonly verify: VerifyMode;
  };

const EXAMPLES = `
Examples:
  Both packages from this folder into a web root:
    binimport import --adapter nginx-fs --root /usr/share/nginx/html

  Into MinIO; the bucket is made and opened for download:
    export BINIMPORT_PASSWORD=…
    binimport import offline-files.tar.gz component-tools.tar.gz \\
      --adapter minio --endpoint http://10.0.1.1:9000 --bucket kubean --username rootuser

  Into both, with one reading; first only to see what would be written:
    binimport import dce5.tar --to nginx-fs:/srv/www --to minio:http://10.0.1.1:9000/kubean --dry-run
`;

/** Declares the command; what it is to exit with goes to `done`. */
export function declareImport(
  program: Command,
  context: Context,
  plugins: readonly AdapterFactory[],
  done: (status: number) => void,
): void {
  const command = program.command("import")
    .summary("packages into targets (also without a verb)")
    .description(
      "Puts the files of packages where a cluster's nodes will fetch them, and proves it. What is\nthere already is not written again; run it as often as you like.",
    )
    .argument(
      "[package...]",
      "archives, folders, http(s):// addresses, or - for standard input; default: what lies in the working directory",
    )
    .optionsGroup("Import:")
    .option("-n, --dry-run", "tell what would be written, and write nothing")
    .option("--checksum", "read the target again instead of trusting what is recorded of it")
    .option("--force", "write every file again");
  addVerifyFlag(command);
  addPackageFlags(command);
  addTargetFlags(command, plugins);
  addOutputFlags(command);
  command.addHelpText("after", EXAMPLES);
  command.action(async (packages: string[], flags: ImportFlags) => {
    done(await runImport(packages, flags, context));
  });
}

async function runImport(
  named: readonly string[],
  flags: ImportFlags,
  context: Context,
): Promise<number> {
  using report = reporter(context, outputOptions(flags));
  using fetch = await networkFetch(flags, context);
  const options = importOptions(flags, context, report, fetch);
  const dryRun = flags.dryRun ?? false;
  await using targets = await openTargets(flags, context, report, { dryRun });
  const packages = await choosePackages(named, context, fetch);
  return tell(await importPackages(packages, targets.adapters, options), report);
}

function importOptions(
  flags: ImportFlags,
  context: Context,
  report: Reporter,
  fetch: Fetch,
): ImportOptions {
  const keys = packageOptions(flags);
  return {
    packageOptions: keys,
    wanted: keyFilter(keys),
    trust: trust(flags),
    verify: flags.verify,
    fetch,
    dryRun: flags.dryRun ?? false,
    signal: context.signal,
    emit: report.emit,
  };
}

function trust({ checksum, force }: ImportFlags): Trust {
  if (checksum && force) {
    throw new BinimportError("usage", "Cannot use --checksum and --force together", {
      hint: "--force writes everything, --checksum only what differs.",
    });
  }
  return force ? "nothing" : checksum ? "bytes" : "record";
}

/** Tells how it ended; the exit status is that of the worst failure. */
function tell({ summary, failures }: ImportResult, report: Reporter): number {
  for (const { target, error } of failures) report.emit(errorEvent(error, target));
  report.emit(summary);
  return Math.max(0, ...failures.map(({ error }) => exitStatus(error)));
}
