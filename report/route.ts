/** The way from the address that nodes use to where files lie. */
import { type Html, markup } from "../html/mod.ts";
import { locateFolderInContainer, parseChoice, type SearchHost } from "../locate/containers/mod.ts";
import { locateFolder, type Step } from "../locate/mod.ts";

/** One station on the way. */
export interface Station {
  readonly text: string;
  /** `FILE:LINE` that says so. */
  readonly source?: string;
}

/** The way for one target. */
export interface Route {
  /** As the adapter calls itself. */
  readonly target: string;
  /** Where nodes fetch; absent when that is not known. */
  readonly url?: string;
  /** Whether files were asked for there. */
  readonly asked: boolean;
  /** What lies between both, where a web server's configuration tells it. */
  readonly stations: readonly Station[];
}

/** What is known for the search. */
export interface RouteSearch extends SearchHost {
  /** Whether files were asked for over the URL. */
  readonly asked: boolean;
  /** The configuration that the user named. */
  readonly nginxConf: string | undefined;
}

/** Finds the way; what cannot be found is left out. */
export async function findRoute(
  target: string,
  url: string | undefined,
  search: RouteSearch,
): Promise<Route> {
  if (url === undefined) return { target, asked: false, stations: [] };
  return { target, url, asked: search.asked, stations: await stationsOf(target, url, search) };
}

async function stationsOf(target: string, url: string, search: RouteSearch): Promise<Station[]> {
  try {
    return (await stepsTo(target, url, search)).map(({ text, file, line }) =>
      file === undefined ? { text } : { text, source: `${file}:${line}` }
    );
  } catch {
    return []; // another server, or one elsewhere: its URL was proved, not its configuration
  }
}

/** Only a folder of this host has a web server's configuration in front of it. */
async function stepsTo(target: string, url: string, search: RouteSearch): Promise<readonly Step[]> {
  const [, container] = /^container:(\S+)/.exec(target) ?? [];
  if (container !== undefined) {
    return (await locateFolderInContainer(url, parseChoice({ container }), search)).steps;
  }
  if (!target.startsWith("nginx-fs:")) return [];
  const { nginxConf } = search;
  return (await locateFolder(url, nginxConf === undefined ? {} : { nginxConf })).steps;
}

/** Pixels of the fixed-width letters in a box, which the style sheet sets at 12 pixels. */
const LETTER = 7.4;
const LINE = 18;
const PADDING = 12;
const ARROW = 22;

/** Letters a line: for a desk, and for a phone. Text in a picture cannot wrap by itself. */
const WIDE = 84;
const NARROW = 34;

/** The picture, in two widths of which the page shows one. */
export function routeDiagram(way: Route): Html {
  return markup`<figure class="way" role="img" aria-label="${spoken(way)}">
${drawing(way, WIDE, "wide")}
${drawing(way, NARROW, "narrow")}
</figure>`;
}

/** What stands in the boxes, from top to bottom. */
function boxesOf({ target, url, stations }: Route): Station[] {
  const top = url === undefined ? [] : [{ text: `nodes fetch from ${url}` }];
  return [...top, ...stations, { text: `files lie in ${target}` }];
}

function spoken(way: Route): string {
  return boxesOf(way).map(({ text, source }) => source === undefined ? text : `${text} (${source})`)
    .join(", then ");
}

function drawing(way: Route, columns: number, name: "wide" | "narrow"): Html {
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
