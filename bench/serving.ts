/** What is served, and where from. */
import { binimport, type Contender, filesBelow, run } from "./contender.ts";
import type { Command } from "./measure.ts";
import { LAST_SERVER } from "./servers.ts";

/** This program, which compares every body with the digest on record. */
export const verifyUrl: Contender = {
  label: "binimport verify --verify url",
  needs: ["nginx"],
  commands: ({ folder, url = "" }) => [
    binimport(["verify", "--root", folder, "--url", url, "--verify", "url"]),
  ],
};

/** Fetches every body from nginx and looks at none. */
export const curlAll: Contender = {
  label: "curl -o /dev/null",
  needs: ["curl", "nginx"],
  commands: ({ folder, url }) => [curlFrom(urlsOf(folder, url))],
};

/** Fetches every body and keeps it, as a node does; what it has got, nobody looks at. */
export const curlKept: Contender = {
  label: "curl -o FILE",
  needs: ["curl", "nginx"],
  commands: ({ folder, url }) => [
    curlFrom(urlsOf(folder, url), [], (nth) => `${folder}/.binimport/fetched-${nth}`),
  ],
};

/** Fetches every body and hashes it. */
export const curlAndHash: Contender = {
  label: "curl and sha256sum, file by file",
  needs: ["curl", "nginx"],
  commands: ({ folder, url }) => [
    run([
      "sh",
      "-c",
      'for url; do curl -sSf "$url" | sha256sum; done',
      "sh",
      ...urlsOf(folder, url),
    ]),
  ],
};

/** What a client takes of `binimport serve`; its memory is the client's. */
export const curlOwn: Contender = {
  label: "curl from binimport serve",
  needs: ["curl", "nginx"],
  commands: ({ folder, ownUrl }) => [curlFrom(urlsOf(folder, ownUrl))],
};

/** What many clients take of `binimport serve`. */
export const manyOwn: Contender = {
  label: "curl --parallel from binimport serve",
  needs: ["curl", "nginx"],
  commands: ({ folder, ownUrl }) => [curlFrom(urlsOf(folder, ownUrl), PARALLEL)],
};

/** What as many take of nginx. */
export const manyNginx: Contender = {
  label: "curl --parallel from nginx",
  needs: ["curl", "nginx"],
  commands: ({ folder, url }) => [curlFrom(urlsOf(folder, url), PARALLEL)],
};

const PARALLEL = ["--parallel", "--parallel-max", "16"];

function curlFrom(
  urls: readonly string[],
  flags: readonly string[] = [],
  fileOf: (nth: number) => string = () => "/dev/null",
): Command {
  const targets = urls.flatMap((one, nth) => ["-o", fileOf(nth), one]);
  return run(["curl", "-sSf", ...flags, ...targets]);
}

/** This program, from the configuration to the folder of its last server. */
export const locateServer: Contender = {
  label: "binimport locate",
  needs: ["nginx"],
  commands: ({ folder }) => [
    binimport(["locate", "--url", LAST_SERVER, "--nginx-conf", `${folder}/nginx.conf`]),
  ],
};

/** nginx reading the same configuration. */
export const nginxTest: Contender = {
  label: "nginx -t",
  needs: ["nginx"],
  commands: ({ folder }) => [run(["nginx", "-q", "-t", "-p", folder, "-c", "nginx.conf"])],
};

/** Of every file that an import brought. */
function urlsOf(folder: string, url = ""): string[] {
  return filesBelow(folder).map((key) => url + key.split("/").map(encodeURIComponent).join("/"));
}
