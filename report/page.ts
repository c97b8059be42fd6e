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
import { advice } from "./advice.ts";
import { evidence } from "./evidence.ts";
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

function plots({ files, samples }: RunData): Html | false {
  const [sizes, rates] = [sizePlot(files), ratePlot(samples)];
  return (sizes !== undefined || rates !== undefined) &&
    markup`<section aria-labelledby="plots">
<h2 id="plots">${said("Sizes and rates")}</h2>
${sizes}
${rates}
</section>`;
}
