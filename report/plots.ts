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
  const speeds = [formatBytes(mean), formatBytes(most)];
  const told = said("Reading: {0}/s on average, {1}/s at most", ...speeds);
  return markup`<figure>
<figcaption>${told}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" height="${HEIGHT}" width="100%" preserveAspectRatio="none" role="img" aria-label="${told}">
<path class="grid" d="M0 ${HEIGHT / 2}H${WIDTH}M0 ${HEIGHT - 0.5}H${WIDTH}"/>
<polygon class="area" points="0,${HEIGHT} ${points.join(" ")} ${WIDTH},${HEIGHT}"/>
<polyline class="line" points="${points.join(" ")}"/>
</svg>
<p class="axis"><span>${formatSeconds(from)}</span><span>${formatSeconds(to)}</span></p>
</figure>`;
}

/** As many as a phone can show. */
const STRETCHES = 60;

/** Bytes a second, in stretches of equal length; `undefined` when too little was read to show. */
export function ratesOf(
  samples: readonly Sample[],
): { from: number; to: number; rates: number[] } | undefined {
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

/** More would be lines that nobody reads. */
const BARS = 12;

/** A bar for each host, the largest first. */
export function sizePlot(files: readonly RunFile[]): Html | undefined {
  const shares = sharesOf(files);
  const most = shares[0]?.bytes ?? 0;
  if (most === 0) return undefined;
  const rows = shares.map(({ from, files, bytes }) => {
    const width = Math.max(0.5, (bytes / most) * 100).toFixed(1);
    return markup`<tr>
<th scope="row" class="path">${from}</th>
<td class="track"><svg width="100%" height="12" aria-hidden="true"><rect class="bar" width="${width}%" height="12" rx="2"/></svg></td>
<td class="num">${formatBytes(bytes)}</td>
<td class="num">${counted(files, "file")}</td>
</tr>
`;
  });
  return markup`<figure>
<figcaption>${said("Size by where it comes from")}</figcaption>
<table class="bars"><tbody>${rows}</tbody></table>
</figure>`;
}

/** What comes from each host, which is the first folder of a key. */
function sharesOf(files: readonly RunFile[]) {
  const sizes = new Map(files.map(({ key, size }) => [key, size ?? 0])); // once, not for each target
  const byHost = Map.groupBy(sizes, ([key]) => /^([^/]*)\//.exec(key)?.[1] ?? "");
  const shares = [...byHost].map(([host, own]) => ({
    from: host === "" ? said("(at the top)") : host,
    files: own.length,
    bytes: sum(own.map(([, size]) => size)),
  })).sort((a, b) => b.bytes - a.bytes);
  const rest = shares.slice(BARS);
  if (rest.length < 2) return shares;
  const others = {
    from: said("{0} others", rest.length),
    files: sum(rest.map(({ files }) => files)),
    bytes: sum(rest.map(({ bytes }) => bytes)),
  };
  return [...shares.slice(0, BARS), others];
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0);
