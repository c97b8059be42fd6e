/** What a file says that nodes will ask for, with the variables in it filled in. */
import { machineOf, type WantedFile as File } from "../packages/mod.ts";
import { HOSTS } from "./mirror.ts";

/** A file that nodes will ask for, by its key in a mirror. */
export interface WantedFile extends File {
  /** The address that was named, without what may be a secret in it. */
  readonly url?: string;
  /** `FILE:LINE`, or the file and what in it. */
  readonly source: string;
}

/** Something of which it cannot be told which file it is. */
interface UndecidedFile {
  /** As it stands there, or what it would be. */
  readonly key: string;
  readonly reason: string;
  readonly hint: string;
  readonly source: string;
}

export type Expectation = WantedFile | UndecidedFile;

/** Whether it cannot be told which file it is. */
export function isUndecided(expectation: Expectation): expectation is UndecidedFile {
  return "reason" in expectation;
}

export type Variables = ReadonlyMap<string, string>;

/** Why it cannot be told what a template stands for. */
type Doubt = Pick<UndecidedFile, "reason" | "hint">;

const ONLY_ANSIBLE: Doubt = {
  reason: "only Ansible can tell it",
  hint: "Give the list that kubespray makes of it: contrib/offline/generate_list.sh",
};

/** A variable that nobody set. */
export function notSet(name: string): Doubt {
  return { reason: `${name} is not set`, hint: `Set it: --set ${name}=VALUE` };
}

/** What holds of every node that runs the files, and what follows from other variables. */
const GIVEN: ReadonlyMap<string, string> = new Map([
  ["ansible_system", "Linux"],
  ["host_os", "linux"],
  ["kubeadm_version", "{{ kube_version }}"],
  ["calico_ctl_version", "{{ calico_version }}"],
  ["containerd_static_binary", "false"],
  ...HOSTS.map(([variable, host]) => [variable, `https://${host}`] as const),
]);

/** Variables within variables go no deeper; a loop would. */
const MAX_DEPTH = 10;

const PLACE = /\{\{-?\s*(.*?)\s*-?\}\}/g;
/** `name`, filtered; or, as in `offline.yml` from v2.28 on, `'static-' if containerd_static_binary`. */
const NAME =
  /^(?:'([^']*)' if )?(\w+)(?:\s*\|\s*(lower|upper|(?:default|d)\(\s*(?:'([^']*)'|"([^"]*)")[^)]*\)))?$/;
/** What Ansible takes for true. */
export const TRUE: RegExp = /^(?:true|yes|on|1)$/i;

/** Fills in `{{ name }}`, as far as lists of addresses use it. */
export function fill(template: string, variables: Variables, depth = 0): string | Doubt {
  let doubt: Doubt | undefined;
  const text = template.replaceAll(PLACE, (_, inner: string) => {
    const plain = inner.replace(/^ansible_facts\[(['"])(\w+)\1\]/, "ansible_$2");
    const [, onlyIf, name, filter, single, double] = NAME.exec(plain) ?? [];
    const filled = name === undefined || depth > MAX_DEPTH
      ? ONLY_ANSIBLE
      : fillVariable(name, variables, depth, single ?? double);
    if (typeof filled !== "string") doubt ??= filled;
    else if (onlyIf !== undefined) return TRUE.test(filled) ? onlyIf : "";
    else if (filter === "lower") return filled.toLowerCase();
    else return filter === "upper" ? filled.toUpperCase() : filled;
    return "";
  });
  return doubt ?? (/\{[{%]/.test(text) ? ONLY_ANSIBLE : text);
}

function fillVariable(name: string, variables: Variables, depth: number, or?: string) {
  const arch = name === "ansible_architecture" ? variables.get("image_arch") : undefined;
  const value = variables.get(name) ?? (arch && machineOf(arch)) ?? GIVEN.get(name) ?? or;
  return value === undefined ? notSet(name) : fill(value, variables, depth + 1);
}

/** The value of a variable, filled in; undefined when nobody set it, or part of it. */
export function variable(name: string, variables: Variables): string | undefined {
  const filled = fillVariable(name, variables, 0);
  return typeof filled === "string" ? filled : undefined;
}
