/** How fast it was read, as a picture. */
import { formatBytes, formatSeconds } from "../core/format.ts";
import { type Html, markup } from "../pages/html.ts";
import { ratesOf, type Sample } from "./rates.ts";

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
  const told = `${formatBytes(mean)}/s on average, ${formatBytes(most)}/s at most`;
  return markup`<figure class="plot">
<figcaption>Reading: ${told}</figcaption>
<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" height="${HEIGHT}" width="100%" preserveAspectRatio="none" role="img" aria-label="Rate over time: ${told}">
<path class="grid" d="M0 ${HEIGHT / 2}H${WIDTH}M0 ${HEIGHT - 0.5}H${WIDTH}"/>
<polygon class="area" points="0,${HEIGHT} ${points.join(" ")} ${WIDTH},${HEIGHT}"/>
<polyline class="line" points="${points.join(" ")}"/>
</svg>
<p class="axis"><span>${formatSeconds(from)}</span><span>${formatSeconds(to)}</span></p>
</figure>`;
}
