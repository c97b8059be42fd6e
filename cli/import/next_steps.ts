/** What comes after an import, as commands to copy. */
import { dirname } from "node:path";
import type { Package } from "../../core/packages/mod.ts";
import type { Repository, StorageAdapter } from "../../core/storage/mod.ts";
import { shellWord } from "../../core/util/hints.ts";

/** What is known when an import has ended well. */
interface Imported {
  /** Undefined where no URL of it is known. */
  readonly repository: Repository | undefined;
  readonly packages: readonly Pick<Package, "name" | "nextCommands">[];
  readonly config: string | undefined;
  /** Whether it names this target by now. */
  readonly isSet: boolean;
}

/** What kubean learns from which versions are there. */
const ARTIFACTS = "localartifactset.cr.yaml";

/** What to set, what to apply, and how to check from a node: a line each. */
export async function nextSteps(
  { publicUrl }: StorageAdapter,
  { repository, packages, config = "clusterConfig.yaml", isSet }: Imported,
): Promise<string> {
  const base = publicUrl?.("x")?.href.replace(/\/x$/, "") ?? "http://ADDRESS:PORT";
  const file = shellWord(config);
  const endpoint = (repository?.endpoint ?? base).replace(/\/+$/, "");
  const user = repository?.user === undefined
    ? ""
    : ` --username ${shellWord(repository.user.username)} --password-file FILE`;
  const steps = [
    ...(isSet ? [] : [`binimport config set ${file} --endpoint ${endpoint}${user}`]),
    `binimport config vars ${file}   # for kubespray or kubean by themselves`,
    ...(await kubeanSteps(packages, base)),
    `binimport node-check --url ${shellWord(base)} | ssh NODE sh`,
  ];
  return `Next:\n${steps.map((step) => `  ${step}\n`).join("")}`;
}

/** What tells kubean of the files: of a release what it holds, else what lies beside or above it. */
async function kubeanSteps(packages: Imported["packages"], base: string): Promise<string[]> {
  const commands = packages.flatMap((one) => one.nextCommands?.() ?? []);
  if (commands.length > 0) {
    const filesRepo = `localService: filesRepo: ${base}`;
    return [...commands, `# and in the ConfigMap kubean-localservice, under ${filesRepo}`];
  }
  const folders = new Set(packages.flatMap(({ name }) => [dirname(name), dirname(dirname(name))]));
  const found: string[] = [];
  for (const folder of folders) {
    const path = `${folder}/${ARTIFACTS}`;
    if (await Deno.stat(path).then(({ isFile }) => isFile, () => false)) found.push(path);
  }
  return (found.length > 0 ? found : [ARTIFACTS])
    .map((path) => `kubectl apply -f ${shellWord(path)}   # for kubean`);
}
