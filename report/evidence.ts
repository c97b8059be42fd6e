/** What an acceptance is based on: what was expected, who has fetched it, and where this was made. */
import {
  badge,
  cardRow,
  cardTable,
  counted,
  countStates,
  type Html,
  markup,
  said,
  shownDigest,
  stateBadge,
  stateBadges,
} from "../html/mod.ts";
import type { RunData } from "./record.ts";

/** The sections; nothing where nobody said what is expected, and no log was read. */
export function evidence(
  { expected, fetched, host, user, command, system, version }: RunData,
): Html {
  return markup`${expected.length > 0 && expectedSection(expected)}
${fetched.length > 0 && fetchedSection(fetched)}
<section aria-labelledby="made">
<h2 id="made">${said("About this run")}</h2>
<p class="facts">${said("on {0} as {1}", host, user)} · binimport ${version}, ${system}</p>
<p class="path mono">${command}</p>
</section>`;
}

function expectedSection(expected: RunData["expected"]): Html {
  const groups = Map.groupBy(expected, ({ state }) => state === "present");
  const [absent, present] = [groups.get(false) ?? [], groups.get(true) ?? []];
  const rows = [...absent, ...present].map(({ key, state, sha256, detail, nearest }) =>
    cardRow([
      ["path mono", key],
      ["", stateBadge(state)],
      ["", shownDigest(sha256)],
      ["path", state !== "present" && (nearest === undefined ? detail : `${nearest} is there`)],
    ], state === "present")
  );
  const title = said("What nodes will ask for");
  return markup`<section aria-labelledby="expected">
<h2 id="expected">${title}</h2>
<p class="facts">${stateBadges(countStates(expected.map(({ state }) => state)))}</p>
<details${absent.length > 0 && markup` open`}><summary>${counted(expected.length, "file")}</summary>
${cardTable(title, [], rows)}</details>
</section>`;
}

function fetchedSection(fetched: RunData["fetched"]): Html {
  const title = said("Who has fetched it");
  const rows = fetched.map(({ key, clients, of }) => {
    const nodes = said("{0} of {1} nodes, whole", clients, of);
    return cardRow([["path mono", key], ["", badge(clients === of ? "good" : "warn", nodes)]]);
  });
  return markup`<section aria-labelledby="fetched">
<h2 id="fetched">${title}</h2>
${cardTable(title, [], rows)}
</section>`;
}
