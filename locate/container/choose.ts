/** The container that is meant, of those that the runtimes tell of. */
import { BinimportError } from "../../core/errors.ts";
import { holdersOfPort } from "./claimants.ts";
import type { Answers, Found, Silent } from "./asked.ts";
import type { Choice, Target } from "./choice.ts";
import { type Container, containerText, type RuntimeName } from "./container.ts";
import { conmonOwner } from "./rootless.ts";
import type { Wanted } from "./runtime.ts";
import { reachOf } from "./reach.ts";
import { pidOf } from "./processes.ts";
import type { WebAddress } from "../web_address.ts";

/** What a runtime is asked for a target. */
export function wantedFor(target: Target): Wanted {
  switch (target.kind) {
    case "url":
      return { kind: "running" };
    case "container":
      return target;
    case "pod": {
      const { kind, pod, namespace } = target;
      return { kind, pod, ...(namespace === undefined ? {} : { namespace }) };
    }
  }
}

/** The one that was named; throws code `not-found` or `target` when it is not just one. */
export function chooseNamed({ target }: Choice, answers: Answers): Found {
  const wanted = target.kind === "pod" ? target.container : undefined;
  const inPod = answers.found;
  const named = wanted === undefined
    ? inPod
    : inPod.filter(({ container: { pod } }) => pod?.container === wanted);
  // Of one that was restarted, a runtime keeps the ended ones, too.
  const running = named.filter(({ container }) => container.state === "running");
  const [first, ...others] = running.length > 0 ? running : named;
  if (first === undefined) throw notFound(target, inPod, answers);
  if (others.length > 0) throw several(target, [first, ...others]);
  return first;
}

/** What a user calls the target. */
function targetText(target: Target): string {
  if (target.kind === "container") return `the container ${JSON.stringify(target.name)}`;
  if (target.kind === "url") return "the container";
  const of = `the pod ${JSON.stringify(target.pod)}`;
  return target.container === undefined
    ? of
    : `the container ${JSON.stringify(target.container)} of ${of}`;
}

function notFound(target: Target, inPod: readonly Found[], answers: Answers): BinimportError {
  const what = `find ${targetText(target)}`;
  if (inPod.length > 0) {
    const names = inPod.map(({ container }) => container.pod?.container ?? container.name);
    const state = `it has ${[...new Set(names)].join(", ")}`;
    return new BinimportError("not-found", `Cannot ${what}: ${state}`, {
      hint: "Give one of these with -c NAME.",
    });
  }
  const { asked, silent } = answers;
  const [only] = silent;
  if (only !== undefined && silent.length === asked.length) return allSilent(what, silent);
  const owner = target.kind === "container" ? conmonOwner(target.name) : undefined;
  const heard = asked.filter((name) => !silent.some(({ runtime }) => runtime === name));
  return new BinimportError(
    "not-found",
    `Cannot ${what}: ${heard.join(", ")} ${heard.length > 1 ? "have" : "has"} none of that name${
      saidBy(silent)
    }`,
    { hint: owner === undefined ? hintFor(target) : rootlessHint(owner) },
  );
}

function hintFor(target: Target): string {
  return target.kind === "pod"
    ? "Give its namespace with -n NS; kubectl get pods --all-namespaces shows all."
    : "docker ps -a, or the same of another runtime, shows all. A pod is named by --pod NAME.";
}

/** podman shows each user only the own containers. */
function rootlessHint(owner: number): string {
  return `podman of the user ${owner} has a container of that name, which other users do not see: run this as that user.`;
}

/** Nobody answered: that is not the same as having no such container. */
export function allSilent(what: string, silent: readonly Silent[]): BinimportError {
  const [first] = silent;
  const { code, hint } = first?.failure ?? {};
  const states = silent.map(({ runtime, failure }) => `${runtime}: ${failure.message}`);
  return new BinimportError(code ?? "unavailable", `Cannot ${what}: ${states.join("; ")}`, {
    ...(hint === undefined ? {} : { hint }),
  });
}

function saidBy(silent: readonly Silent[]): string {
  return silent.map(({ runtime, failure }) => `; ${runtime}: ${failure.message}`).join("");
}

function several(target: Target, found: readonly Found[]): BinimportError {
  const { what, option } = difference(found.map(({ container }) => container));
  return new BinimportError(
    "target",
    `Cannot choose ${targetText(target)}: there are ${what.join(", ")}`,
    { hint: `Add ${option}.` },
  );
}

/** By what they differ, and the option that tells them apart. */
function difference(
  found: readonly Container[],
): { readonly what: readonly string[]; readonly option: string } {
  const distinct = (of: (one: Container) => string | undefined) => [...new Set(found.map(of))];
  const places = distinct(({ pod }) => pod && `${pod.namespace}/${pod.pod}`);
  if (places.length > 1) return { what: found.map(describe), option: "-n NS" };
  const inPod = distinct(({ pod }) => pod?.container).filter((name) => name !== undefined);
  if (inPod.length > 1) {
    return {
      what: inPod,
      option: inPod.map((one) => `-c ${one}`).join(" or "),
    };
  }
  const runtimes: RuntimeName[] = [...new Set(found.map(({ runtime }) => runtime))];
  const option = runtimes.length > 1
    ? runtimes.map((one) => `--runtime ${one}`).join(" or ")
    : "the id instead of the name, or --runtime-namespace";
  return { what: found.map(describe), option };
}

/** One of several, for a list. */
function describe({ runtime, name, id, pod }: Container): string {
  const place = pod === undefined ? name : `${pod.namespace}/${pod.pod}/${pod.container}`;
  return `${place} (${runtime}, ${id.slice(0, 12)})`;
}

/**
 * The one that serves a URL; throws when there is none, or when there are several: guessing would
 * write into the wrong one.
 */
export function chooseServing(answers: Answers, address: WebAddress): Found {
  const reached = answers.found.flatMap((found) => {
    const pid = pidOf(found.container);
    const reach = reachOf(found.container, address, pid);
    return reach === undefined
      ? []
      : [{ ...found, pid, port: reach.arrival?.port ?? address.port }];
  });
  const serving = holdersOfPort(reached);
  const [first, ...others] = serving;
  const what = `find the container that serves ${JSON.stringify(address.url)}`;
  if (first === undefined) {
    if (answers.silent.length === answers.asked.length) throw allSilent(what, answers.silent);
    throw nobodyServes(what, answers, address);
  }
  if (others.length === 0) return first;
  const names = serving.map(({ container }) => describe(container)).join(", ");
  throw new BinimportError("target", `Cannot ${what}: it may be any of ${names}`, {
    hint: "Name it with --container RUNTIME/NAME, or --pod NAME.",
  });
}

function nobodyServes(
  what: string,
  { asked, silent }: Answers,
  { port }: WebAddress,
): BinimportError {
  const heard = asked.filter((name) => !silent.some(({ runtime }) => runtime === name));
  return new BinimportError(
    "not-found",
    `Cannot ${what}: no running container of ${
      heard.join(", ")
    } publishes port ${port}, has that address, or listens there in this host's network${
      saidBy(silent)
    }`,
    {
      hint:
        "Name it with --container NAME or --pod NAME. An nginx of this host itself is found without --adapter container.",
    },
  );
}

/** For the case that it was stopped meanwhile, or always was. */
export function requireRunning(container: Container): void {
  const { state, runtime, name } = container;
  if (["running", "paused"].includes(state)) return;
  const hint = runtime === "kubectl"
    ? "See kubectl describe pod."
    : `Start it, such as with ${runtime} start ${name}, and try again.`;
  throw new BinimportError(
    "unavailable",
    `Cannot use ${containerText(container)}: it is ${state}`,
    {
      hint,
    },
  );
}
