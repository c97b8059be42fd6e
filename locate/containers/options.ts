/** Which container is meant, as options say it. */
import type { AdapterInput, OptionSpec } from "../../core/storage/mod.ts";
import { BinimportError } from "../../core/util/errors.ts";
import type { Runtime, RuntimeName } from "./runtime.ts";
import { runtimeNamed, runtimeNames } from "./runtimes/mod.ts";

/** A container to be found. */
export interface Choice {
  /** The runtime to ask; all that are there when it is not given. */
  readonly runtime?: RuntimeName;
  readonly runtimeNamespace?: string;
  readonly target: Target;
}

/** What is known of the container. */
export type Target =
  | { readonly kind: "container"; readonly name: string }
  | {
    readonly kind: "pod";
    readonly pod: string;
    readonly namespace?: string;
    /** The one in the pod; a pod most often has just one. */
    readonly container?: string;
  }
  /** Nothing but the URL that it serves. */
  | { readonly kind: "url" };

/** The options that name a container. */
export const choiceOptions = {
  container: {
    summary: "the container, by id or name, or RUNTIME/NAME; with --pod the one in it",
    kind: "text",
    placeholder: "NAME",
    short: "c",
    location: true,
  },
  pod: {
    summary: "a pod of Kubernetes that runs on this host",
    kind: "text",
    placeholder: "NAME",
  },
  namespace: {
    summary: "the pod's namespace",
    kind: "text",
    placeholder: "NS",
    short: "n",
  },
  runtime: {
    summary: "whom to ask (default: all that are on PATH)",
    kind: "text",
    choices: runtimeNames(),
    placeholder: "NAME",
  },
  runtimeNamespace: {
    summary: "containerd's namespace, for nerdctl and ctr (default: their own, then k8s.io)",
    kind: "text",
    placeholder: "NS",
  },
} as const satisfies Record<string, OptionSpec>;

/** Names of containers, pods and namespaces, whichever runtime has them. None begins with `-`. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,252}$/;

/** Reads the option values; throws code `usage` when they are wrong. */
export function parseChoice(input: AdapterInput): Choice {
  const { runtimeNamespace } = input;
  const named = splitRuntime(text(input, "container"));
  const runtime = runtimeOf(text(input, "runtime"), named.runtime);
  const target = parseTarget(input, named.names, runtime);
  const choice = { ...(runtime === undefined ? {} : { runtime: runtime.name }), target };
  if (typeof runtimeNamespace !== "string") return choice;
  requireName("runtime namespace", runtimeNamespace);
  if (runtime !== undefined && runtime.hasNamespaces !== true) {
    const others = runtimeNames(({ hasNamespaces }) => hasNamespaces === true).join(" and ");
    throw usage(
      `use --runtime-namespace with ${runtime.name}: it has none`,
      `It is for ${others}. A pod's own namespace is --namespace.`,
    );
  }
  return { ...choice, runtimeNamespace };
}

function text(input: AdapterInput, name: string): string | undefined {
  const value = input[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** `docker/web`, `kubectl/NS/POD` and `kubectl/NS/POD/NAME`, as `--to` has them. */
function splitRuntime(
  container: string | undefined,
): { readonly runtime?: string; readonly names: readonly string[] } {
  const [first, ...names] = container?.split("/") ?? [];
  if (first === undefined) return { names: [] };
  return names.length === 0 ? { names: [first] } : { runtime: first, names };
}

function runtimeOf(given: string | undefined, named: string | undefined): Runtime | undefined {
  if (given !== undefined && named !== undefined && given !== named) {
    throw usage(`use --runtime ${given} with "${named}/…"`, "Name the runtime once.");
  }
  const wanted = given ?? named;
  if (wanted === undefined) return undefined;
  const known = runtimeNamed(wanted);
  if (known !== undefined) return known;
  throw usage(
    `use the runtime ${JSON.stringify(wanted)}: it is not known`,
    `There are ${runtimeNames().join(", ")}.`,
  );
}

function parseTarget(
  input: AdapterInput,
  names: readonly string[],
  runtime: Runtime | undefined,
): Target {
  const [pod, namespace] = [text(input, "pod"), text(input, "namespace")];
  if (pod !== undefined) return podTarget(pod, namespace, names);
  if (namespace !== undefined) {
    throw usage("use --namespace without --pod", "Name the pod with --pod NAME.");
  }
  const [first, second, third, ...rest] = names;
  if (first === undefined) return { kind: "url" };
  if (runtime?.podsOnly === true && second !== undefined && rest.length === 0) {
    return podTarget(second, first, third === undefined ? [] : [third]);
  }
  if (second !== undefined) {
    throw usage(
      `use the container ${JSON.stringify(names.join("/"))}: no runtime gives such a name`,
      "Write RUNTIME/NAME, or kubectl/NAMESPACE/POD.",
    );
  }
  if (runtime?.podsOnly === true) {
    throw usage(
      `find a container by its name alone with ${runtime.name}`,
      "Give --pod NAME, and its namespace with -n NS.",
    );
  }
  return { kind: "container", name: requireName("container", first) };
}

function podTarget(pod: string, namespace: string | undefined, names: readonly string[]): Target {
  const [container] = names;
  return {
    kind: "pod",
    pod: requireName("pod", pod),
    ...(namespace === undefined ? {} : { namespace: requireName("namespace", namespace) }),
    ...(container === undefined ? {} : { container: requireName("container", container) }),
  };
}

function requireName(what: string, name: string): string {
  if (NAME.test(name)) return name;
  throw usage(
    `use the ${what} ${JSON.stringify(name)}: no runtime gives such a name`,
    "Names have letters, digits, '.', '_' and '-', and begin with a letter or digit.",
  );
}

function usage(what: string, hint: string): BinimportError {
  return new BinimportError("usage", `Cannot ${what}`, { hint });
}
