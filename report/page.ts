/** The report of a run: one page in one file, that can be mailed and archived. */
import { formatBytes, formatNumber, formatSeconds } from "../core/util/units.ts";
import {
  badge,
  counted,
  type Html,
  inLanguage,
  languageOf,
  markup,
  page,
  said,
  shownTime,
} from "../html/mod.ts";
import { evidence } from "./evidence.ts";
import { ratePlot, sizePlot } from "./plots.ts";
import { outcomeCounts, type RunData } from "./record.ts";
import { routeDiagram } from "./route.ts";
import { advice, fileLists } from "./sections.ts";

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
${targets(data)}
${plots(data)}
${fileLists(data.files)}
</main>
<footer>${said(MADE, data.version)}</footer>
</div>`,
  });
  return inLanguage(text, language);
}

const MADE = "Made by binimport {0}. One file: it loads nothing, runs nothing and tells nobody.";

function verdict({ ok, dryRun, warnings, verb, files }: RunData): Html {
  if (!ok) return badge("bad", failure(verb, files));
  if (dryRun) return badge("warn", said("dry run: nothing was written"));
  return warnings.length > 0
    ? badge("warn", said("done, with {0}", counted(warnings.length, "warning")))
    : badge("good", said("all as it should be"));
}

/** Why follows below: errors come first. */
function failure(verb: RunData["verb"], files: RunData["files"]): Html {
  if (verb === "verify") return said("Failed: not all is as it should be");
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

function targets({ packages, ways, files }: RunData): Html[] {
  const from = packages.map(({ name, size }) =>
    markup`<li><code>${name}</code>${size !== undefined && ` (${formatBytes(size)})`}</li>`
  );
  return ways.map((way, i) =>
    markup`<section aria-labelledby="way-${i}">
<h2 id="way-${i}">${way.target}</h2>
${from.length > 0 && markup`<ul class="from">${from}</ul>`}
<p class="facts">${outcomeCounts(files.filter(({ target }) => target === way.target))}</p>
${routeDiagram(way)}
</section>
`
  );
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
