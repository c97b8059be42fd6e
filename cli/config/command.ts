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
export function declareConfig(program: Command, declaring: Declaring): void {
  const config = program.command("config")
    .summary("read, check and edit spec.binaries of a clusterConfig.yaml")
    .description(
      "Reads, checks and edits spec.binaries of a clusterConfig.yaml. Edits change the four keys of an\nexternal repository and no other byte. Only check --online touches the network.",
    );
  declareGet(config, declaring);
  declareCheck(config, declaring);
  declareSet(config, declaring);
  declareVars(config, declaring);
  declareHosts(config, declaring);
}

function declareHosts(config: Command, { context, exits }: Declaring): void {
  const command = config.command("hosts")
    .summary("its nodes as an inventory of Ansible")
    .description(
      "Prints masterNodes and workerNodes as an inventory of Ansible, in YAML, without passwords: give\nansible-playbook a key, or --ask-pass.",
    )
    .argument("<file>", "the clusterConfig.yaml");
  addOutputFlags(command);
  command.action(exits(async (file: string, flags: Flags) => {
    const { runHosts } = await import("./show.ts");
    await runHosts(file, flags, context);
  }));
}

function declareGet(config: Command, { context, exits }: Declaring): void {
  const command = config.command("get")
    .summary("where the cluster fetches binaries from")
    .description("Shows spec.binaries, without the password, and what it comes to (form).")
    .argument("<file>", "the clusterConfig.yaml");
  addOutputFlags(command);
  command.action(exits(async (file: string, flags: Flags) => {
    const { runGet } = await import("./show.ts");
    await runGet(file, flags, context);
  }));
}

function declareCheck(config: Command, { context, exits }: Declaring): void {
  const command = config.command("check")
    .summary("find what will go wrong")
    .description(
      "Finds what is known to go wrong with spec.binaries, without the network. Exits with 5 when there\nis an error; warnings may be meant so.",
    )
    .argument("<file>", "the clusterConfig.yaml")
    .optionsGroup("Online:")
    .option(
      "--online",
      "also ask the server as a node would: does it serve kubelet, kubeadm, kubectl of k8sVersion, and what --expect names; can the user read and write the bucket",
    );
  addBucketFlag(command)
    .option("--ca-file <file>", "certificates of authorities to trust, in PEM")
    .option("--insecure-skip-tls-verify", "trust any TLS certificate");
  addExpectFlags(command);
  addOutputFlags(command);
  command.action(exits(async (file: string, flags: CheckFlags) => {
    const { runCheck } = await import("./show.ts");
    return await runCheck(file, flags, context);
  }));
}

function declareSet(config: Command, { context, exits }: Declaring): void {
  const command = config.command("set")
    .summary("set an external repository")
    .description(
      "Sets type, endpoint and credentials of spec.binaries, and leaves every other byte as it is.\nWithout --username it is a plain HTTP server: credentials that are there are taken away. The old\nfile stays beside it as FILE.bak.",
    )
    .argument("<file>", "the clusterConfig.yaml")
    .option("--endpoint <url>", "where nodes fetch from; of an S3 server without a bucket")
    .option("--username <user>", "the user of an S3 server")
    .option("--password-file <file|->", "that user's password ($BINIMPORT_PASSWORD)")
    .addOption(new Option("--password [value]").hideHelp())
    .option("-n, --dry-run", "tell what would change, and change nothing");
  addOutputFlags(command);
  command.addHelpText("after", SET_EXAMPLES);
  command.action(exits(async (file: string, flags: SetFlags) => {
    if (command.getOptionValueSource("password") === "cli") {
      const message = "Cannot take a password from the command line: ps shows it";
      throw new BinimportError("usage", message, { hint: PASSWORD_WAYS });
    }
    const { runSet } = await import("./set.ts");
    await runSet(file, flags, context);
  }));
}

function declareVars(config: Command, { context, exits }: Declaring): void {
  const command = config.command("vars")
    .summary("the variables of kubespray and kubean that follow")
    .description(
      "Prints the variables that have kubespray fetch from there, as YAML: of hosts, which it reads from\nv2.25 on, or for older releases of each file.",
    )
    .argument("<file>", "the clusterConfig.yaml");
  addBucketFlag(command)
    .option(
      "--kubespray <release>",
      "the release that reads them, such as v2.24.3 (default: newest)",
    );
  addOutputFlags(command);
  command.action(exits(async (file: string, flags: VarsFlags) => {
    const { runVars } = await import("./show.ts");
    await runVars(file, flags, context);
  }));
}
