/** The container that serves a URL, of all that run. */
import { BinimportError } from "../../core/errors.ts";
import type { WebAddress } from "../web_address.ts";
import type { Answers, Found } from "./asked.ts";
import { holdersOfPort } from "./claimants.ts";
import { listedText } from "./container.ts";
import { pidOf } from "./processes.ts";
import { reachOf } from "./reach.ts";
import { allSilent, heard, saidBy } from "./silent.ts";

/**
 * The one that serves a URL; throws when there is none, or when there are several: guessing would
 * write into the wrong one.
 */
export function chooseServing(answers: Answers, address: WebAddress): Found {
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
