/** The report of a run: one page in one file, that can be mailed and archived. */
import { formatBytes, formatCount, formatSeconds } from "../core/util/units.ts";
import { badge, type Html, markup, page, shownTime } from "../html/mod.ts";
import { evidence } from "./evidence.ts";
import { ratePlot, sizePlot } from "./plots.ts";
import { outcomeCounts, type RunData } from "./record.ts";
import { routeDiagram } from "./route.ts";
import { advice, fileLists } from "./sections.ts";

export function reportPage(data: RunData): string {
  const title = `${data.verb === "import" ? "Import" : "Verification"} report`;
  const { markup: text } = page({
    title: `${title}, ${data.started.toISOString().slice(0, 10)}`,
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
<footer>Made by binimport ${data.version}. One file: it loads nothing, runs nothing and tells nobody.</footer>
</div>`,
  });
  return text;
}

function verdict({ ok, dryRun, warnings }: RunData): Html {
  if (!ok) return badge("bad", "not all as it should be");
  if (dryRun) return badge("warn", "dry run: nothing was written");
  return warnings.length > 0
    ? badge("warn", `done, with ${formatCount(warnings.length, "warning")}`)
    : badge("good", "all as it should be");
}

function tiles({ files, seconds, samples }: RunData): Html {
  const sizes = new Map(files.map(({ key, size }) => [key, size ?? 0]));
  const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0);
  const read = samples.at(-1)?.bytes ?? 0;
  const facts: [string, string][] = [
    ["Files", sizes.size.toLocaleString("en-US")],
    ["Size", formatBytes(bytes)],
    ["Time", formatSeconds(seconds)],
    ["Read", read === 0 ? "–" : formatBytes(read)],
  ];
  return markup`<dl class="tiles">${
    facts.map(([name, value]) => markup`<div><dt>${name}</dt><dd>${value}</dd></div>`)
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
<h2 id="plots">Sizes and rates</h2>
${sizes}
${rates}
</section>`;
}
