/** `binimport doctor`: what stands in the way of an import, and what to do about it. */
import { addExpectFlags, addTargetFlags } from "../options/mod.ts";
import type { Verb } from "../verb.ts";

export const doctor: Verb = {
  name: "doctor",
  summary: "find problems on this host, and how to fix them",
  description:
    "Checks this host, and the target that the options name: web server, permissions, space, clock,\nproxies, certificates, container runtimes. Changes nothing. Exits with 5 when it finds a problem.",
  notes: `
Examples:
  Does the nginx of this host serve a folder that can be written to?
    binimport doctor --url http://10.0.1.1:8080/

  Does the nginx in a container serve a folder of this host, and which?
    binimport doctor --url http://10.0.1.1:8080/ --adapter container

  Can this user write into that bucket, and nodes fetch from it?
    binimport doctor --adapter minio --endpoint http://10.0.1.1:9000 --username rootuser --probe
`,
  options(command, { plugins }) {
    command.optionsGroup("Doctor:").option(
      "--probe",
      "write a small file into the target, fetch it as a node would, and remove it",
    );
    addExpectFlags(command);
    addTargetFlags(command, plugins);
  },
  run: async (session) => (await import("./run.ts")).runDoctor(session),
};
