/** `binimport config`: the clusterConfig.yaml that tells an installer where binaries are. */
import { type Command, Option } from "commander";
import { addExpectFlags } from "../options/mod.ts";
import type { Verb } from "../verb.ts";

const VERBS: readonly Verb[] = [{
  name: "get",
  summary: "show where the cluster fetches binaries from",
  description: "Shows spec.binaries, without the password, and the form it amounts to.",
  options: addFile,
  run: async (session, file: string) => (await import("./run.ts")).runGet(session, file),
}, {
  name: "check",
  summary: "find problems",
  description:
    "Finds known problems with spec.binaries, without the network. Exits with 5 when there is an error;\nwarnings may be intended.",
  options(command) {
    addFile(command).optionsGroup("Online:").option(
      "--online",
      "also ask the server as a node would: does it serve kubelet, kubeadm, kubectl of k8sVersion, and what --expect names; can the user read and write the bucket",
    );
    addBucketFlag(command)
      .option("--ca-file <file>", "certificates of authorities to trust, in PEM")
      .option("--insecure-skip-tls-verify", "trust any TLS certificate");
    addExpectFlags(command);
  },
  run: async (session, file: string) => (await import("./run.ts")).runCheck(session, file),
}, {
  name: "set",
  summary: "set an external repository",
  description:
    "Sets type, endpoint and credentials of spec.binaries, and leaves every other byte unchanged.\nWithout --username the server is plain HTTP: existing credentials are removed. The old file is kept\nas FILE.bak.",
  notes: `
Examples:
  Nodes fetch from nginx:
    binimport config set clusterConfig.yaml --endpoint http://10.0.1.1:8080

  Nodes fetch from MinIO, bucket kubean:
    binimport config set clusterConfig.yaml --endpoint http://10.0.1.1:9000 \\
      --username rootuser --password-file secret.txt
`,
  options: (command) =>
    addFile(command)
      .option("--endpoint <url>", "where nodes fetch from; of an S3 server without a bucket")
      .option("--username <user>", "the user of an S3 server")
      .option("--password-file <file|->", "that user's password ($BINIMPORT_PASSWORD)")
      .addOption(new Option("--password [value]").hideHelp())
      .option("-n, --dry-run", "show what would change, and change nothing"),
  run: async (session, file: string) => (await import("./run.ts")).runSet(session, file),
}, {
  name: "vars",
  summary: "print the matching variables of kubespray and kubean",
  description:
    "Prints the variables that have kubespray fetch from there, as YAML: of hosts, which it reads from\nv2.25 on, or for older releases of each file.",
  options: (command) =>
    addBucketFlag(addFile(command)).option(
      "--kubespray <release>",
      "the release that reads them, such as v2.24.3 (default: newest)",
    ),
  run: async (session, file: string) => (await import("./run.ts")).runVars(session, file),
}, {
  name: "hosts",
  summary: "print its nodes as an Ansible inventory",
  description:
    "Prints masterNodes and workerNodes as an Ansible inventory in YAML, without passwords: give\nansible-playbook a key, or --ask-pass.",
  options: addFile,
  run: async (session, file: string) => (await import("./run.ts")).runHosts(session, file),
}];

function addFile(command: Command): Command {
  return command.argument("<file>", "the clusterConfig.yaml");
}

function addBucketFlag(command: Command): Command {
  return command.option("--bucket <name>", "the bucket of an S3 server (default: kubean)");
}

export const config: Verb = {
  name: "config",
  summary: "read, check and edit spec.binaries of a clusterConfig.yaml",
  description:
    "Reads, checks and edits spec.binaries of a clusterConfig.yaml. Edits change the four keys of an\nexternal repository and no other byte. Only check --online touches the network.",
  verbs: VERBS,
};
