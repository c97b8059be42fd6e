/** `--expect` and `--set`: what nodes will ask for. */
import type { Command } from "commander";
import { builtinAdapters } from "../adapters/mod.ts";
import type { Expectation } from "../core/expected/mod.ts";
import { parseAddress } from "../core/util/address.ts";
import { BinimportError } from "../core/util/errors.ts";
import { loadConfig } from "./cluster_config.ts";
import { type AdapterFlags, append, foreignFlags, type TargetFlags } from "./options/mod.ts";

/** Values of the flags as the parser gives them. */
export interface ExpectFlags {
  readonly expect?: readonly string[];
  readonly set?: readonly string[];
}

export function addExpectFlags(command: Command): Command {
  return command
    .optionsGroup("What nodes will ask for:")
    .option(
      "--expect <file>",
      "a list of it: addresses or keys (files-amd64.list, files.list), SHA256SUMS, kubespray's checksums.yml; all of it has to be there",
      append,
    )
    .option(
      "--set <name=value|file>",
      "a variable of kubespray for --expect, such as kube_version=1.32.4 or image_arch=amd64; or a file of them: group_vars, clusterConfig.yaml, kubean's ConfigMap",
      append,
    );
}

/** What the files expect; undefined when none is given. */
export async function readExpected(
  { expect, set = [] }: ExpectFlags,
  more: ReadonlyMap<string, string> = new Map(),
): Promise<Expectation[] | undefined> {
  if (expect === undefined) return undefined;
  const { readExpectations } = await import("../core/expected/mod.ts");
  return await readExpectations(expect, await variablesOf(set, more));
}

/** The variables that are given; one given on the command line counts more than one of a file. */
export async function variablesOf(
  set: readonly string[],
  more: ReadonlyMap<string, string> = new Map(),
): Promise<Map<string, string>> {
  const variables = new Map(more);
  const pairs: (readonly [string, string])[] = [];
  for (const one of set) {
    const [, name, value] = /^(\w+)=(.*)$/s.exec(one) ?? [];
    if (name !== undefined && value !== undefined) pairs.push([name, value]);
    else if (one.includes("=")) throw noVariable(one);
    else {for (const [key, text] of await (await loadConfig()).readVariables(one)) {
        variables.set(key, text);
      }}
  }
  for (const [name, value] of pairs) variables.set(name, value);
  return variables;
}

/**
 * The address that nodes fetch from, where the flags say nothing else of the target: it is then asked
 * over HTTP alone. Code `usage` for one that is no http(s) address, or holds credentials.
 */
export function urlAlone(flags: TargetFlags & AdapterFlags): URL | undefined {
  const given = foreignFlags(flags, [], builtinAdapters).map(({ flag }) => flag);
  const isAlone = flags.adapter === undefined && flags.to === undefined &&
    given.length > 0 && given.every((flag) => flag === "--url");
  if (!isAlone) return undefined;
  const url = parseAddress(String(flags["url"]));
  if (url !== undefined && `${url.username}${url.password}` === "") return url;
  throw new BinimportError(
    "usage",
    "Cannot use --url: it is no http(s) address without credentials",
    {
      hint: "Give the address below which nodes fetch, such as http://10.0.1.1:8080.",
    },
  );
}

function noVariable(text: string): BinimportError {
  return new BinimportError(
    "usage",
    `Cannot use ${JSON.stringify(text)} as --set: it is no NAME=VALUE`,
    {
      hint: "For example --set kube_version=1.32.4, or --set group_vars/all.yml for a file.",
    },
  );
}
