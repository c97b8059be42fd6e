/** What an acceptance is based on: what was expected, who has fetched it, and where this was made. */
import { formatNumber } from "../core/util/units.ts";
import { badge, counted, type Html, markup, said, type Tone } from "../html/mod.ts";
import type { RunData } from "./record.ts";

type State = RunData["expected"][number]["state"];

/** Worst first. */
const SHOWN: Readonly<Record<State, { readonly tone: Tone; readonly text: string }>> = {
  missing: { tone: "bad", text: "missing" },
  different: { tone: "bad", text: "differs" },
  undecided: { tone: "warn", text: "undecided" },
  present: { tone: "good", text: "there" },
};

/** The sections; nothing where nobody said what is expected, and no log was read. */
export function evidence(
  { expected, fetched, host, user, command, system, version }: RunData,
): Html {
  return markup`${expected.length > 0 && expectedSection(expected)}
${fetched.length > 0 && fetchedSection(fetched)}
<section aria-labelledby="made">
<h2 id="made">${said("How this was made")}</h2>
<p class="facts"><span>${
    said("on {0} as {1}", host, user)
  }</span> <span>binimport ${version}, ${system}</span></p>
<p class="path mono">${command}</p>
</section>`;
}

function expectedSection(expected: RunData["expected"]): Html {
  const states = Object.keys(SHOWN) as State[];
  const counts = states.flatMap((state) => {
    const count = expected.filter((one) => one.state === state).length;
    const { tone, text } = SHOWN[state];
    return count === 0 ? [] : [badge(tone, markup`${formatNumber(count)} ${said(text)}`)];
  });
  const sorted = expected.toSorted((a, b) =>
    states.indexOf(a.state) - states.indexOf(b.state) || (a.key < b.key ? -1 : 1)
  );
  const allWell = expected.every(({ state }) => state === "present");
  return markup`<section aria-labelledby="expected">
<h2 id="expected">${said("What nodes will ask for")}</h2>
<p class="facts">${counts}</p>
<details${!allWell && markup` open`}><summary>${counted(expected.length, "file")}</summary>
<table class="cards" role="table" aria-labelledby="expected"><tbody role="rowgroup">${
    sorted.map(({ key, state, sha256, detail, nearest }) => {
      const seen = nearest === undefined ? detail : `${nearest} is there`;
      const { tone, text } = SHOWN[state];
      return markup`<tr role="row"${state === "present" && markup` class="well"`}>
<td role="cell" class="path mono">${key}</td>
<td role="cell">${badge(tone, said(text))}</td>
<td role="cell">${
        sha256 === undefined ? "–" : markup`<code class="sum" title="${sha256}">${sha256}</code>`
      }</td>
<td role="cell" class="path">${state !== "present" && seen}</td>
</tr>
`;
    })
  }</tbody></table></details>
</section>`;
}

function fetchedSection(fetched: RunData["fetched"]): Html {
  return markup`<section aria-labelledby="fetched">
<h2 id="fetched">${said("Who has fetched it")}</h2>
<table class="cards" role="table" aria-labelledby="fetched"><tbody role="rowgroup">${
    fetched.map(({ key, clients, of }) =>
      markup`<tr role="row">
<td role="cell" class="path mono">${key}</td>
<td role="cell">${
        badge(clients === of ? "good" : "warn", said("{0} of {1} nodes, whole", clients, of))
      }</td>
</tr>
`
    )
  }</tbody></table>
</section>`;
}
