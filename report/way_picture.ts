/** The way from URL to files, as a picture. */
import { type Html, markup } from "../pages/html.ts";
import type { Station, Way } from "./way.ts";

/** Pixels of the fixed-width letters in a box, which the style sheet sets at 12 pixels. */
const LETTER = 7.4;
const LINE = 18;
const PADDING = 12;
const ARROW = 22;

/** Letters a line: for a desk, and for a phone. Text in a picture cannot wrap by itself. */
const WIDE = 84;
const NARROW = 34;

/** The picture, in two widths of which the page shows one. */
export function wayPicture(way: Way): Html {
  return markup`<figure class="way" role="img" aria-label="${spoken(way)}">
${drawing(way, WIDE, "wide")}
${drawing(way, NARROW, "narrow")}
</figure>`;
}

/** What stands in the boxes, from top to bottom. */
function boxesOf({ target, url, stations }: Way): Station[] {
  const top = url === undefined ? [] : [{ text: `nodes fetch from ${url}` }];
  return [...top, ...stations, { text: `files lie in ${target}` }];
}

function spoken(way: Way): string {
  return boxesOf(way).map(({ text, source }) => source === undefined ? text : `${text} (${source})`)
    .join(", then ");
}

function drawing(way: Way, columns: number, name: "wide" | "narrow"): Html {
  const width = Math.ceil(columns * LETTER + 2 * PADDING);
  const boxes = boxesOf(way);
  let top = 1;
  const parts = boxes.map((station, i) => {
    const lines = [
      ...wrap(station.text, columns).map((text) => ({ text, style: "mono" })),
      ...wrap(station.source ?? "", columns).map((text) => ({ text, style: "mono soft" })),
    ];
    const height = lines.length * LINE + 12;
    const end = i === 0 || i === boxes.length - 1;
    const box = markup`<rect class="box${end && " end"}" x="1" y="${top}" width="${
      width - 2
    }" height="${height}" rx="6"/>
${
      lines.map(({ text, style }, line) =>
        markup`<text class="${style}" x="${PADDING}" y="${
          top + 6 + 13 + line * LINE
        }">${text}</text>`
      )
    }`;
    top += height;
    if (i === boxes.length - 1) return box;
    const middle = width / 2;
    const arrow = markup`<path class="arrow" d="M${middle} ${top + 2}v${
      ARROW - 6
    }m-4 -5l4 5l4 -5"/>`;
    top += ARROW;
    return markup`${box}${arrow}`;
  });
  return markup`<svg class="${name}" width="${width}" height="${top + 1}" viewBox="0 0 ${width} ${
    top + 1
  }" aria-hidden="true">${parts}</svg>`;
}

/** Breaks at spaces and behind slashes where it can. */
function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const piece of text.split(/(?<=[\s/])/)) {
    if (line !== "" && line.length + piece.trimEnd().length > columns) {
      lines.push(line.trimEnd());
      line = "";
    }
    line += piece;
    for (; line.trimEnd().length > columns; line = line.slice(columns)) {
      lines.push(line.slice(0, columns));
    }
  }
  return line === "" ? lines : [...lines, line.trimEnd()];
}
