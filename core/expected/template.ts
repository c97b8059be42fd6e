/** Fills in `{{ name }}`, as far as lists of addresses use it. */
import { machineOf } from "../packages/mod.ts";

/** A template with its values put in, or why that cannot be done. */
export type Filled =
  | { readonly text: string }
  /** The variable that nobody set; or `expression`, which only Jinja could tell. */
  | { readonly unset: string }
  | { readonly expression: string };

/** Variables within variables go no deeper; a loop would. */
const MAX_DEPTH = 10;

/** What holds of every node that runs the files, and what follows from other variables. */
const GIVEN: Readonly<Record<string, string>> = {
  ansible_system: "Linux",
  host_os: "linux",
  kubeadm_version: "{{ kube_version }}",
  calico_ctl_version: "{{ calico_version }}",
  github_url: "https://github.com",
  dl_k8s_io_url: "https://dl.k8s.io",
  storage_googleapis_url: "https://storage.googleapis.com",
  get_helm_url: "https://get.helm.sh",
};

const PLACE = /\{\{-?\s*(.*?)\s*-?\}\}/g;
const NAME = /^(\w+)(?:\s*\|\s*(lower|upper|(?:default|d)\(\s*(?:'([^']*)'|"([^"]*)")[^)]*\)))?$/;

export function fill(
  template: string,
  variables: ReadonlyMap<string, string>,
  depth = 0,
): Filled {
  let problem: Filled | undefined;
  const text = template.replaceAll(PLACE, (whole, inner: string) => {
    const [, name, filter = "", single, double] = NAME.exec(inner) ?? [];
    if (name === undefined || depth > MAX_DEPTH) {
      problem ??= { expression: whole };
      return "";
    }
    const value = valueOf(name, variables) ?? single ?? double;
    const filled: Filled = value === undefined
      ? { unset: name }
      : fill(value, variables, depth + 1);
    if (!("text" in filled)) {
      problem ??= filled;
      return "";
    }
    if (filter === "lower") return filled.text.toLowerCase();
    return filter === "upper" ? filled.text.toUpperCase() : filled.text;
  });
  if (problem !== undefined) return problem;
  return /\{[{%]/.test(text) ? { expression: template } : { text };
}

/** The value of a variable, filled in; undefined when nobody set it, or part of it. */
export function variable(name: string, variables: ReadonlyMap<string, string>): string | undefined {
  const filled = fill(`{{ ${name} }}`, variables);
  return "text" in filled ? filled.text : undefined;
}

function valueOf(name: string, variables: ReadonlyMap<string, string>): string | undefined {
  const set = variables.get(name);
  if (set !== undefined || name !== "ansible_architecture") return set ?? GIVEN[name];
  const arch = variables.get("image_arch");
  return arch === undefined ? undefined : machineOf(arch);
}
