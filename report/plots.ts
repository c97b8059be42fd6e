/** How fast it was read, and where it comes from, as pictures. */
import { formatBytes, formatSeconds } from "../core/util/units.ts";
import { counted, type Html, markup, said } from "../html/mod.ts";
import type { RunFile, Sample } from "./record.ts";

/** Units of the picture; it is stretched to the width that there is. */
const WIDTH = 600;
const HEIGHT = 120;

/** The plot; `undefined` when there is too little to show. */
export function ratePlot(samples: readonly Sample[]): Html | undefined {
  const found = ratesOf(samples);
  if (found === undefined) return undefined;
  const { from, to, rates } = found;
  const most = Math.max(...rates);
  const read = (samples.at(-1)?.bytes ?? 0) - (samples[0]?.bytes ?? 0);
  const mean = read / (to - from);
  const points = rates.map((rate, i) => {
    const x = rates.length === 1 ? WIDTH / 2 : (i / (rates.length - 1)) * WIDTH;
    return `${x.toFixed(1)},${(HEIGHT - (rate / most) * (HEIGHT - 4)).toFixed(1)}`;
  });
  const told = said(
    "Reading: {0}/s on average, {1}/s at most",
    formatBytes(mean),
    formatBytes(most),
  );
  return markup`<figure class="plot">
<figcaption>${told}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" height="${HEIGHT}" width="100%" preserveAspectRatio="none" role="img" aria-label="${told}">
<path class="grid" d="M0 ${HEIGHT / 2}H${WIDTH}M0 ${HEIGHT - 0.5}H${WIDTH}"/>
<polygon class="area" points="0,${HEIGHT} ${points.join(" ")} ${WIDTH},${HEIGHT}"/>
<polyline class="line" points="${points.join(" ")}"/>
</svg>
<p class="axis"><span>${formatSeconds(from)}</span><span>${formatSeconds(to)}</span></p>
</figure>`;
}

/** How fast it went during one of several stretches of equal length. */
interface Rates {
  /** When the first stretch begins, in seconds since the run began. */
  readonly from: number;
  /** When the last one ends. */
  readonly to: number;
  /** Bytes a second, stretch by stretch. */
  readonly rates: readonly number[];
}

/** As many as a phone can show. */
const STRETCHES = 60;

/** Rates over time; `undefined` when too little was read for a picture to tell anything. */
export function ratesOf(samples: readonly Sample[]): Rates | undefined {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || samples.length < 8) return undefined;
  const span = last.seconds - first.seconds;
  if (span <= 0 || last.bytes <= first.bytes) return undefined;
  const count = Math.min(STRETCHES, Math.floor(samples.length / 4));
  const rates: number[] = [];
  let before = first.bytes;
  for (let i = 1, at = 0; i <= count; i++) {
    const end = first.seconds + (span * i) / count;
    while (at + 1 < samples.length && (samples[at + 1]?.seconds ?? Infinity) <= end) at++;
    const now = i === count ? last.bytes : samples[at]?.bytes ?? before;
    rates.push((now - before) / (span / count));
    before = now;
  }
  return { from: first.seconds, to: last.seconds, rates };
}

/** What comes from one host: the first folder of a key. */
interface Share {
  readonly host: string;
  readonly files: number;
  readonly bytes: number;
}

/** More would be lines that nobody reads. */
const BARS = 12;

/** A bar for each host, the largest first. */
export function sizePlot(files: readonly RunFile[]): Html | undefined {
  const shares = sharesOf(files);
  const most = shares[0]?.bytes ?? 0;
  if (most === 0) return undefined;
  return markup`<figure class="plot">
<figcaption>${said("Size by where it comes from")}</figcaption>
<table class="bars"><tbody>${
    shares.map(({ host, files, bytes }) =>
      markup`<tr>
<th scope="row" class="path">${host === "" ? said("(at the top)") : host}</th>
<td class="track"><svg width="100%" height="12" aria-hidden="true"><rect class="bar" width="${
        Math.max(0.5, (bytes / most) * 100).toFixed(1)
      }%" height="12" rx="2"/></svg></td>
<td class="num">${formatBytes(bytes)}</td>
<td class="num">${counted(files, "file")}</td>
</tr>
`
    )
  }</tbody></table>
</figure>`;
}

function sharesOf(files: readonly RunFile[]): Share[] {
  const shares = new Map<string, Share>();
  const sizes = new Map(files.map(({ key, size }) => [key, size ?? 0])); // once, not for each target
  for (const [key, size] of sizes) {
    const host = key.includes("/") ? key.slice(0, key.indexOf("/")) : "";
    const { files = 0, bytes = 0 } = shares.get(host) ?? {};
    shares.set(host, { host, files: files + 1, bytes: bytes + size });
  }
  const sorted = [...shares.values()].sort((a, b) => b.bytes - a.bytes);
  const rest = sorted.slice(BARS);
  if (rest.length < 2) return sorted;
  const others: Share = {
    host: `${rest.length} others`,
    files: rest.reduce((sum, { files }) => sum + files, 0),
    bytes: rest.reduce((sum, { bytes }) => sum + bytes, 0),
  };
  return [...sorted.slice(0, BARS), others];
}
