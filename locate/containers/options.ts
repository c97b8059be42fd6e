/** Which container is meant, as options say it. */
import type { AdapterInput, OptionSpec } from "../../core/storage/mod.ts";
import type { Runtime, RuntimeName, RuntimeOptions, Target } from "./container.ts";
import { cannot } from "./refusal.ts";
import { runtimeNamed, runtimeNames } from "./runtimes/mod.ts";

/** A container to be found. */
export interface Choice extends RuntimeOptions {
  /** The runtime to ask; all that are there when it is not given. */
  readonly runtime?: RuntimeName;
  readonly target: Target;
}

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
  const text = (name: keyof typeof choiceOptions) => {
    const value = input[name];
    return typeof value === "string" && value !== "" ? value : undefined;
  };
  // `docker/web`, `kubectl/NS/POD` and `kubectl/NS/POD/NAME`, as `--to` has them.
  const words = text("container")?.split("/") ?? [];
  const names = words.length > 1 ? words.slice(1) : words;
  const runtime = runtimeOf(text("runtime"), words.length > 1 ? words[0] : undefined);
  const pod = text("pod");
  const namespace = text("namespace");
  if (pod === undefined && namespace !== undefined) {
    throw cannot("usage", "use --namespace without --pod", "Name the pod with --pod NAME.");
  }
  const target = pod === undefined
    ? parseTarget(names, runtime)
    : podTarget({ pod, namespace, container: names[0] });
  const choice = { ...(runtime === undefined ? {} : { runtime: runtime.name }), target };
  const runtimeNamespace = text("runtimeNamespace");
  if (runtimeNamespace === undefined) return choice;
  if (runtime !== undefined && runtime.hasNamespaces !== true) {
    const others = runtimeNames(({ hasNamespaces }) => hasNamespaces === true).join(" and ");
    throw cannot(
      "usage",
      `use --runtime-namespace with ${runtime.name}: it has none`,
      `It is for ${others}. A pod's own namespace is --namespace.`,
    );
  }
  return { ...choice, runtimeNamespace: named("runtime namespace", runtimeNamespace) };
}

function runtimeOf(given: string | undefined, first: string | undefined): Runtime | undefined {
  if (given !== undefined && first !== undefined && given !== first) {
    throw cannot("usage", `use --runtime ${given} with "${first}/…"`, "Name the runtime once.");
  }
  const wanted = given ?? first;
  if (wanted === undefined) return undefined;
  const known = runtimeNamed(wanted);
  if (known !== undefined) return known;
  throw cannot(
    "usage",
    `use the runtime ${JSON.stringify(wanted)}: it is not known`,
    `There are ${runtimeNames().join(", ")}.`,
  );
}

function parseTarget(names: readonly string[], runtime: Runtime | undefined): Target {
  const [first, second, container] = names;
  if (first === undefined) return { kind: "running" };
  const podsOnly = runtime?.podsOnly === true;
  if (podsOnly && second !== undefined && names.length <= 3) {
    return podTarget({ namespace: first, pod: second, container });
  }
  if (second !== undefined) {
    throw cannot(
      "usage",
      `use the container ${JSON.stringify(names.join("/"))}: no runtime gives such a name`,
      "Write RUNTIME/NAME, or kubectl/NAMESPACE/POD.",
    );
  }
  if (podsOnly) {
    throw cannot(
      "usage",
      `find a container by its name alone with ${runtime.name}`,
      "Give --pod NAME, and its namespace with -n NS.",
    );
  }
  return { kind: "container", name: named("container", first) };
}

function podTarget(
  { pod, namespace, container }:
    & Record<"pod", string>
    & Record<"namespace" | "container", string | undefined>,
): Target {
  return {
    kind: "pod",
    pod: named("pod", pod),
    ...(namespace === undefined ? {} : { namespace: named("namespace", namespace) }),
    ...(container === undefined ? {} : { container: named("container", container) }),
  };
}

function named(what: string, name: string): string {
  if (NAME.test(name)) return name;
  throw cannot(
    "usage",
    `use the ${what} ${JSON.stringify(name)}: no runtime gives such a name`,
    "Names have letters, digits, '.', '_' and '-', and begin with a letter or digit.",
  );
}
