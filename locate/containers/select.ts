/** The container that was named, of those that the runtimes tell of. */
import { BinimportError } from "../../core/util/errors.ts";
import type { WebAddress } from "../result.ts";
import type { Choice, Target } from "./options.ts";
import { reachOf } from "./port_mapping.ts";
import { conmonOwner, listensIn, pidOf } from "./processes.ts";
import { allSilent, type Answers, type FoundContainer, heard, saidBy } from "./query.ts";
import { type Container, listedText, type RuntimeName, type Wanted } from "./runtime.ts";

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
export function chooseNamed({ target }: Choice, answers: Answers): FoundContainer {
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

function notFound(
  target: Target,
  inPod: readonly FoundContainer[],
  answers: Answers,
): BinimportError {
  const what = `find ${targetText(target)}`;
  if (inPod.length > 0) {
    const names = inPod.map(({ container }) => container.pod?.container ?? container.name);
    const state = `it has ${[...new Set(names)].join(", ")}`;
    return new BinimportError("not-found", `Cannot ${what}: ${state}`, {
      hint: "Give one of these with -c NAME.",
    });
  }
  const { asked, silent } = answers;
  if (silent.length === asked.length) return allSilent(what, silent);
  const owner = target.kind === "container" ? conmonOwner(target.name) : undefined;
  const names = heard(answers);
  return new BinimportError(
    "not-found",
    `Cannot ${what}: ${names.join(", ")} ${names.length > 1 ? "have" : "has"} none of that name${
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

function several(target: Target, found: readonly FoundContainer[]): BinimportError {
  const { what, option } = difference(target, found.map(({ container }) => container));
  return new BinimportError(
    "target",
    `Cannot choose ${targetText(target)}: there are ${what.join(", ")}`,
    { hint: `Add ${option}.` },
  );
}

/** By what they differ, and the option that tells them apart. */
function difference(
  target: Target,
  found: readonly Container[],
): { readonly what: readonly string[]; readonly option: string } {
  const distinct = (of: (one: Container) => string | undefined) => [...new Set(found.map(of))];
  const places = distinct(({ pod }) => pod && `${pod.namespace}/${pod.pod}`);
  if (places.length > 1) {
    const option = target.kind === "pod" ? "-n NS" : "--pod NAME -n NS";
    return { what: found.map(listedText), option };
  }
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
  return { what: found.map(listedText), option };
}

/**
 * The one that serves a URL; throws when there is none, or when there are several: guessing would
 * write into the wrong one.
 */
export function chooseServing(answers: Answers, address: WebAddress): FoundContainer {
  const reached = answers.found.flatMap(({ others, ...first }) => {
    const tellings = [first, ...others];
    const [reaching] = tellings.flatMap((telling) => {
      const pid = pidOf(telling.container);
      const reach = reachOf(telling.container, address, pid);
      const port = reach?.arrival?.port ?? address.port;
      return reach === undefined ? [] : [{ telling, pid, port }];
    });
    if (reaching === undefined) return [];
    const { telling, pid, port } = reaching;
    return [{ ...telling, others: tellings.filter((one) => one !== telling), pid, port }];
  });
  const serving = holdersOfPort(reached);
  const [first, ...others] = serving;
  const what = `find the container that serves ${JSON.stringify(address.url)}`;
  if (first === undefined) {
    if (answers.silent.length === answers.asked.length) throw allSilent(what, answers.silent);
    throw nobodyServes(what, answers, address);
  }
  if (others.length === 0) return first;
  const names = serving.map(({ container }) => listedText(container)).join(", ");
  throw new BinimportError("target", `Cannot ${what}: it may be any of ${names}`, {
    hint: "Name it with --container RUNTIME/NAME, or --pod NAME.",
  });
}

function nobodyServes(
  what: string,
  answers: Answers,
  { port }: WebAddress,
): BinimportError {
  return new BinimportError(
    "not-found",
    `Cannot ${what}: no running container of ${
      heard(answers).join(", ")
    } publishes port ${port}, has that address, or listens there in this host's network${
      saidBy(answers.silent)
    }`,
    {
      hint:
        "Name it with --container NAME or --pod NAME. An nginx of this host itself is found without --adapter container.",
    },
  );
}

/** A container that requests for a URL may come into. */
export interface Claimant extends FoundContainer {
  /** Its first process, where it is known. */
  readonly pid: number | undefined;
  /** The port at which they arrive. */
  readonly port: number;
}

/**
 * Containers of a pod share one network, and many share this host's: only one of them listens.
 * Those for which /proc shows that they do not are left out; where it shows one that does, so are
 * those for which it shows nothing.
 */
function holdersOfPort(claimants: readonly Claimant[]): Claimant[] {
  const judged = claimants.map((one) => ({ one, holds: holds(one) }));
  const sure = judged.filter(({ holds }) => holds === true);
  return (sure.length > 0 ? sure : judged.filter(({ holds }) => holds === undefined))
    .map(({ one }) => one);
}

/** Undefined when it cannot be told. */
function holds({ container, pid, port }: Claimant): boolean | undefined {
  const listens = pid === undefined ? undefined : listensIn(pid, port);
  if (listens !== undefined) return listens;
  // In the host's network all of them are reached, so that it is worth a guess by the program.
  const isNginx = container.argv.some((word) =>
    /(?:^|\/)(?:nginx|openresty|angie|tengine)$/.test(word)
  );
  return container.network.isHosts === true && !isNginx ? false : undefined;
}
