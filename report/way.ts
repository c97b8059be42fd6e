/** The way from the address that nodes use to where files lie. */
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

/** Finds the way; what cannot be found is left out. */
export async function findWay(
  target: string,
  url: string | undefined,
  asked: boolean,
  nginxConf: string | undefined,
): Promise<Way> {
  if (url === undefined) return { target, asked: false, stations: [] };
  // Only a folder of this host has a web server's configuration in front of it.
  const stations = target.startsWith("nginx-fs:") ? await stationsOf(url, nginxConf) : [];
  return { target, url, asked, stations };
}

async function stationsOf(url: string, nginxConf: string | undefined): Promise<Station[]> {
  try {
    const { steps } = await locateFolder(url, nginxConf === undefined ? {} : { nginxConf });
    return steps.map(({ text, file, line }) =>
      file === undefined ? { text } : { text, source: `${file}:${line}` }
    );
  } catch {
    return []; // another server, or one elsewhere: its URL was proved, not its configuration
  }
}
