/** `binimport config`: the clusterConfig.yaml that tells an installer where binaries are. */
import { type Command, Option } from "commander";
import { BinimportError } from "../../core/util/errors.ts";
import { PASSWORD_WAYS } from "../cluster_config.ts";
import { addBucketFlag, addExpectFlags, addOutputFlags, type Flags } from "../options/mod.ts";
import type { Declaring } from "../verb.ts";
import type { SetFlags } from "./set.ts";
import type { CheckFlags, VarsFlags } from "./show.ts";

const SET_EXAMPLES = `
Examples:
  Nodes fetch from nginx:
    binimport config set clusterConfig.yaml --endpoint http://10.0.1.1:8080

  Nodes fetch from MinIO, bucket kubean:
    binimport config set clusterConfig.yaml --endpoint http://10.0.1.1:9000 \\
      --username rootuser --password-file secret.txt
`;

/** Declares the verb and its own verbs. */
export function declareConfig(program: Command, { context, exits }: Declaring): void {
  const config = program.command("config")
    .summary("read, check and edit spec.binaries of a clusterConfig.yaml")
    .description(
      "Reads, checks and edits spec.binaries of a clusterConfig.yaml. Edits change the four keys of an\nexternal repository and no other byte. Only check --online touches the network.",
    );

  /** Adds a verb about one file; its options come before those of the output. */
  function verb<F extends Flags>(
    name: string,
    summary: string,
    description: string,
    run: (file: string, flags: F) => Promise<number | void>,
    addOptions: (command: Command) => unknown = () => {},
  ): Command {
    const command = config.command(name).summary(summary).description(description)
      .argument("<file>", "the clusterConfig.yaml");
    addOptions(command);
    return addOutputFlags(command).action(exits(run));
  }

  verb(
    "get",
    "where the cluster fetches binaries from",
    "Shows spec.binaries, without the password, and the form it amounts to.",
    async (file, flags) => (await import("./show.ts")).runGet(file, flags, context),
  );
  verb(
    "check",
    "find problems",
    "Finds known problems with spec.binaries, without the network. Exits with 5 when there is an error;\nwarnings may be intended.",
    async (file, flags: CheckFlags) => (await import("./show.ts")).runCheck(file, flags, context),
    (command) => {
      command.optionsGroup("Online:").option(
        "--online",
        "also ask the server as a node would: does it serve kubelet, kubeadm, kubectl of k8sVersion, and what --expect names; can the user read and write the bucket",
      );
      addBucketFlag(command)
        .option("--ca-file <file>", "certificates of authorities to trust, in PEM")
        .option("--insecure-skip-tls-verify", "trust any TLS certificate");
      addExpectFlags(command);
    },
  );
  const set = verb(
    "set",
    "set an external repository",
    "Sets type, endpoint and credentials of spec.binaries, and leaves every other byte unchanged.\nWithout --username the server is plain HTTP: existing credentials are removed. The old file is kept\nas FILE.bak.",
    async (file, flags: SetFlags) => {
      if (set.getOptionValueSource("password") === "cli") {
        const message = "Cannot take a password from the command line: ps shows it";
        throw new BinimportError("usage", message, { hint: PASSWORD_WAYS });
      }
      await (await import("./set.ts")).runSet(file, flags, context);
    },
    (command) =>
      command
        .option("--endpoint <url>", "where nodes fetch from; of an S3 server without a bucket")
        .option("--username <user>", "the user of an S3 server")
        .option("--password-file <file|->", "that user's password ($BINIMPORT_PASSWORD)")
        .addOption(new Option("--password [value]").hideHelp())
        .option("-n, --dry-run", "show what would change, and change nothing"),
  ).addHelpText("after", SET_EXAMPLES);
  verb(
    "vars",
    "print the matching variables of kubespray and kubean",
    "Prints the variables that have kubespray fetch from there, as YAML: of hosts, which it reads from\nv2.25 on, or for older releases of each file.",
    async (file, flags: VarsFlags) => (await import("./show.ts")).runVars(file, flags, context),
    (command) =>
      addBucketFlag(command).option(
        "--kubespray <release>",
        "the release that reads them, such as v2.24.3 (default: newest)",
      ),
  );
  verb(
    "hosts",
    "print its nodes as an Ansible inventory",
    "Prints masterNodes and workerNodes as an Ansible inventory in YAML, without passwords: give\nansible-playbook a key, or --ask-pass.",
    async (file, flags) => (await import("./show.ts")).runHosts(file, flags, context),
  );
}
