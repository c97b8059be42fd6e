/** The report of a run: one page in one file, that can be mailed and archived. */
import { formatBytes, formatNumber, formatSeconds } from "../core/util/units.ts";
import {
  badge,
  cardRow,
  cardTable,
  counted,
  countStates,
  type Html,
  inLanguage,
  languageOf,
  markup,
  page,
  said,
  shownDigest,
  shownTime,
  stateBadge,
  stateBadges,
} from "../html/mod.ts";
import { advice } from "./advice.ts";
import { ratePlot, sizePlot } from "./plots.ts";
import type { RunData } from "./record.ts";
import { targetSections } from "./targets.ts";

/** Makes the page, in the language of the run. */
export function reportPage(data: RunData): string {
  const title = said(data.verb === "import" ? "Import report" : "Verification report");
  const language = languageOf(data.language);
  const { markup: text } = page({
    lang: language,
    title: markup`${title}, ${data.started.toISOString().slice(0, 10)}`,
    body: markup`<div class="wrap">
<header>
<p class="brand">binimport ${data.version}</p>
<h1>${title}</h1>
<p class="facts">${verdict(data)} <span>${shownTime(data.started)} UTC</span></p>
</header>
<main>
${tiles(data)}
${advice(data)}
${evidence(data)}
${plots(data)}
${targetSections(data)}
</main>
<footer>${said("Made by binimport {0}. This page loads nothing and runs no script.", data.version)}
</footer>
</div>`,
  });
  return inLanguage(text, language);
}

function verdict({ ok, dryRun, warnings, verb, files }: RunData): Html {
  if (!ok) return badge("bad", failure(verb, files));
  if (dryRun) return badge("warn", said("dry run: nothing was written"));
  return warnings.length > 0
    ? badge("warn", said("passed, with {0}", counted(warnings.length, "warning")))
    : badge("good", said("passed"));
}

/** Why follows below: errors come first. */
function failure(verb: RunData["verb"], files: RunData["files"]): Html {
  if (verb === "verify") return said("Failed: not everything could be verified");
  const done = files.filter(({ outcome }) => outcome === "written" || outcome === "unchanged");
  if (done.length === 0) return said("Failed: nothing was imported");
  return said("Failed: {0} of {1} were imported", done.length, counted(files.length, "file"));
}

function tiles({ files, seconds, samples }: RunData): Html {
  const sizes = new Map(files.map(({ key, size }) => [key, size ?? 0]));
  const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  const read = samples.at(-1)?.bytes ?? 0;
  const facts: [string, string][] = [
    ["Files", formatNumber(sizes.size)],
    ["Size", formatBytes(bytes)],
    ["Time", formatSeconds(seconds)],
    ["Read", read === 0 ? "–" : formatBytes(read)],
  ];
  return markup`<dl class="tiles">${
    facts.map(([name, value]) => markup`<div><dt>${said(name)}</dt><dd>${value}</dd></div>`)
  }</dl>`;
}

/** What was expected, who has fetched it, where known; and where this was made. */
function evidence(
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

function plots({ files, samples }: RunData): Html | false {
  const [sizes, rates] = [sizePlot(files), ratePlot(samples)];
  return (sizes !== undefined || rates !== undefined) &&
    markup`<section aria-labelledby="plots">
<h2 id="plots">${said("Sizes and rates")}</h2>
${sizes}
${rates}
</section>`;
}
