/** The way from the address that nodes use to where files lie. */
import { type Html, markup, said } from "../html/mod.ts";
import { locateInContainer, parseChoice, type SearchHost } from "../locate/containers/mod.ts";
import { locate, parseBaseAddress, type Step } from "../locate/mod.ts";

/** The way for one target. */
export interface Route {
  /** As the adapter calls itself. */
  readonly target: string;
  /** Where nodes fetch; absent when that is not known. */
  readonly url?: string;
  /** Whether files were asked for there. */
  readonly asked: boolean;
  /** What lies between both, where a web server's configuration tells it. */
  readonly steps: readonly Step[];
}

interface Search extends SearchHost {
  /** Whether files were asked for over the URL. */
  readonly asked: boolean;
  /** The configuration that the user named. */
  readonly nginxConf: string | undefined;
}

/** Finds the way; what cannot be found is left out. */
export async function findRoute(
  target: string,
  url: string | undefined,
  search: Search,
): Promise<Route> {
  if (url === undefined) return { target, asked: false, steps: [] };
  // None to another server, or one elsewhere: its URL was proved, not its configuration.
  const steps = await stepsTo(target, url, search).catch(() => []);
  return { target, url, asked: search.asked, steps };
}

/** Only a folder of this host has a web server's configuration in front of it. */
async function stepsTo(target: string, url: string, search: Search): Promise<readonly Step[]> {
  const [, container] = /^container:(\S+)/.exec(target) ?? [];
  const address = parseBaseAddress(url);
  if (container !== undefined) {
    return (await locateInContainer(address, parseChoice({ container }), search)).steps;
  }
  return target.startsWith("nginx-fs:") ? (await locate(address, search)).steps : [];
}

/** The steps from top to bottom, as wide as the page; nothing where no URL is known. */
export function routeDiagram({ target, url, steps }: Route): Html | false {
  if (url === undefined) return false;
  const shown = steps.map(({ text, file, line }) =>
    markup`<li>${text}${file !== undefined && markup` <small>${file}:${line}</small>`}</li>`
  );
  return markup`<ol class="way"><li>${said("nodes fetch from {0}", url)}</li>${shown}<li>${
    said("files lie in {0}", target)
  }</li></ol>`;
}
