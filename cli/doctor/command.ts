/** `binimport doctor`: what stands in the way of an import, and what to do about it. */
import type { Command } from "commander";
import type { AdapterFactory } from "../../core/storage/mod.ts";
import type { Context } from "../context.ts";
import { addExpectFlags } from "../expect_options.ts";
import { addOutputFlags, addTargetFlags } from "../options/mod.ts";
import type { DoctorFlags } from "./run.ts";

const EXAMPLES = `
Examples:
  Does the nginx of this host serve a folder that can be written to?
    binimport doctor --url http://10.0.1.1:8080/

  Does the nginx in a container serve a folder of this host, and which?
    binimport doctor --url http://10.0.1.1:8080/ --adapter container

  Can this user write into that bucket, and nodes fetch from it?
    binimport doctor --adapter minio --endpoint http://10.0.1.1:9000 --username rootuser --probe
`;

/** Declares the command; what it is to exit with goes to `done`. */
export function declareDoctor(
  program: Command,
  context: Context,
  plugins: readonly AdapterFactory[],
  done: (status: number) => void,
): void {
  const command = program.command("doctor")
    .summary("what on this host stands in the way, and what to do about it")
    .description(
      "Looks at this host, and at the target that the options name: web server, rights, space, clock,\nproxies, certificates, container runtimes. Changes nothing. Exits with 5 when something stands in\nthe way.",
    )
    .optionsGroup("Doctor:")
    .option(
      "--probe",
      "write a small file into the target, fetch it as a node would, and remove it",
    );
  addExpectFlags(command);
  addTargetFlags(command, plugins);
  addOutputFlags(command);
  command.addHelpText("after", EXAMPLES);
  command.action(async (flags: DoctorFlags) => {
    const { runDoctor } = await import("./run.ts");
    done(await runDoctor(flags, context));
  });
}
