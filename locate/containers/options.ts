/** Which container is meant, as options say it. */
import type { AdapterInput, OptionSpec } from "../../core/storage/mod.ts";
import type { Runtime, Target } from "./container.ts";
import { cannot } from "./refusal.ts";
import { runtimeNamed, runtimeNames } from "./runtimes/mod.ts";

/** A container to be found. */
export interface Choice {
  /** The runtime to ask; all that are there when it is not given. */
  readonly runtime?: string;
  /** containerd's, not Kubernetes'. */
  readonly runtimeNamespace?: string;
  readonly target: Target;
}

function text<T extends Partial<OptionSpec>>(summary: string, placeholder: string, more?: T) {
  return { summary, kind: "text", placeholder, ...more } as const;
}

/** The options that name a container. */
export const choiceOptions = {
  container: text(
    "the container, by id or name, or RUNTIME/NAME; with --pod the one in it",
    "NAME",
    { short: "c", location: true },
  ),
  pod: text("a pod of Kubernetes that runs on this host", "NAME"),
  namespace: text("the pod's namespace", "NS", { short: "n" }),
  runtime: text("whom to ask (default: all that are on PATH)", "NAME", { choices: runtimeNames() }),
  runtimeNamespace: text(
    "containerd's namespace, for nerdctl and ctr (default: their own, then k8s.io)",
    "NS",
  ),
} satisfies Record<string, OptionSpec>;

/** Reads the option values; throws code `usage` when they are wrong. */
export function parseChoice(input: AdapterInput): Choice {
  const given = (name: keyof typeof choiceOptions) =>
    typeof input[name] === "string" && input[name] !== "" ? input[name] : undefined;
  // `docker/web`, and of any runtime `kubectl/NS/POD` and `kubectl/NS/POD/NAME`, as `--to` has them.
  // `docker inspect` shows a name as `/web`, `kubectl describe pod` an id as `containerd://ID`.
  const words = given("container")?.replace(/^(?:[a-z-]+:\/)?\//, "").split("/") ?? [];
  const runtime = runtimeOf(given("runtime"), words.length > 1 ? words.shift() : undefined);
  let [pod, namespace] = [given("pod"), given("namespace")];
  if (pod === undefined && (words.length === 2 || words.length === 3)) {
    [namespace, pod] = words.splice(0, 2);
  }
  const name = words.length === 0 ? undefined : named("container", words.join("/"));
  if (pod === undefined && namespace !== undefined) {
    throw cannot("usage", "use --namespace without --pod", "Name the pod with --pod NAME.");
  }
  if (pod === undefined && name !== undefined && runtime?.podsOnly) {
    const what = `find a container by its name alone with ${runtime.name}`;
    throw cannot("usage", what, "Give --pod NAME, and its namespace with -n NS.");
  }
  const target: Target = pod !== undefined
    ? {
      kind: "pod",
      pod: named("pod", pod),
      ...(namespace !== undefined && { namespace: named("namespace", namespace) }),
      ...(name !== undefined && { container: name }),
    }
    : name !== undefined
    ? { kind: "container", name }
    : { kind: "running" };
  const runtimeNamespace = given("runtimeNamespace");
  if (runtimeNamespace !== undefined && runtime !== undefined && !runtime.hasNamespaces) {
    const others = runtimeNames(({ hasNamespaces }) => hasNamespaces === true).join(" and ");
    const hint = `It is for ${others}. A pod's own namespace is --namespace.`;
    throw cannot("usage", `use --runtime-namespace with ${runtime.name}: it has none`, hint);
  }
  return {
    ...(runtime && { runtime: runtime.name }),
    ...(runtimeNamespace && { runtimeNamespace: named("runtime namespace", runtimeNamespace) }),
    target,
  };
}

function runtimeOf(given: string | undefined, first: string | undefined): Runtime | undefined {
  if (given !== undefined && first !== undefined && given !== first) {
    throw cannot("usage", `use --runtime ${given} with "${first}/…"`, "Name the runtime once.");
  }
  const wanted = given ?? first;
  const known = runtimeNamed(wanted);
  // `kubelet/NS/POD/NAME`, as a target is called that no client knows: /proc is asked behind them.
  if (wanted === undefined || known !== undefined || first === "kubelet") return known;
  const state = `use the runtime ${JSON.stringify(wanted)}: it is not known`;
  throw cannot("usage", state, `There are ${runtimeNames().join(", ")}.`);
}

/** A name of a container, pod or namespace, whichever runtime has it. None begins with `-`. */
function named(what: string, name: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9_.-]{0,252}$/.test(name)) return name;
  const state = `use the ${what} ${JSON.stringify(name)}: no runtime gives such a name`;
  const hint =
    "Names have letters, digits, '.', '_' and '-', and begin with a letter or digit. A container may be RUNTIME/NAME, or kubectl/NAMESPACE/POD.";
  throw cannot("usage", state, hint);
}
