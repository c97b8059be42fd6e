/** The way from the address that nodes use to where files lie. */
import { type Fragment, type Html, markup, said } from "../html/mod.ts";
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

/**
 * The stations from top to bottom, as wide as the page; a screen reader reads a list. Where no URL is
 * known there is nothing between it and the folder to show.
 */
export function routeDiagram({ target, url, stations }: Route): Html | false {
  if (url === undefined) return false;
  const boxes: readonly { readonly text: Fragment; readonly source?: string }[] = [
    { text: said("nodes fetch from {0}", url) },
    ...stations,
    { text: said("files lie in {0}", target) },
  ];
  return markup`<ol class="way">${
    boxes.map(({ text, source }) =>
      markup`<li>${text}${source !== undefined && markup` <small>${source}</small>`}</li>`
    )
  }</ol>`;
}
