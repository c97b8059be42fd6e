/** The way from the address that nodes use to where files lie. */
import type { Step } from "../locate/answer.ts";
import { parseChoice } from "../locate/container/choice.ts";
import {
  locateFolderInContainer,
  type SearchHost,
} from "../locate/container/locate_in_container.ts";
import { locateFolder } from "../locate/locate.ts";

/** One station on the way. */
export interface Station {
  readonly text: string;
  /** `FILE:LINE` that says so. */
  readonly source?: string;
}

/** The way for one target. */
export interface Way {
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
export interface WaySearch extends SearchHost {
  /** Whether files were asked for over the URL. */
  readonly asked: boolean;
  /** The configuration that the user named. */
  readonly nginxConf: string | undefined;
}

/** Finds the way; what cannot be found is left out. */
export async function findWay(
  target: string,
  url: string | undefined,
  search: WaySearch,
): Promise<Way> {
  if (url === undefined) return { target, asked: false, stations: [] };
  return { target, url, asked: search.asked, stations: await stationsOf(target, url, search) };
}

async function stationsOf(target: string, url: string, search: WaySearch): Promise<Station[]> {
  try {
    return (await stepsTo(target, url, search)).map(({ text, file, line }) =>
      file === undefined ? { text } : { text, source: `${file}:${line}` }
    );
  } catch {
    return []; // another server, or one elsewhere: its URL was proved, not its configuration
  }
}

/** Only a folder of this host has a web server's configuration in front of it. */
async function stepsTo(target: string, url: string, search: WaySearch): Promise<readonly Step[]> {
  const [, container] = /^container:(\S+)/.exec(target) ?? [];
  if (container !== undefined) {
    return (await locateFolderInContainer(url, parseChoice({ container }), search)).steps;
  }
  if (!target.startsWith("nginx-fs:")) return [];
  const { nginxConf } = search;
  return (await locateFolder(url, nginxConf === undefined ? {} : { nginxConf })).steps;
}
