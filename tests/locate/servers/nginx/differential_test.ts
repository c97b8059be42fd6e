/** For generated configurations, `locate` and a running nginx agree on which file answers a URL. */
import fc from "../../../support/property.ts";
import assert from "node:assert/strict";
import { SAMPLE_KEYS } from "../../../../locate/base_url.ts";
import { hostView } from "../../../../locate/file_view.ts";
import { locateIn } from "../../../../locate/mod.ts";
import { newTrace, NoAnswer, type Obstacle, parseWebAddress } from "../../../../locate/result.ts";
import {
  type Configuration,
  loadConfiguration,
} from "../../../../locate/servers/nginx/installation.ts";
import { configurations, HOSTS, paths } from "../../../support/locate/nginx_arbitrary.ts";
import { get, startNginx } from "../../../support/nginx_process.ts";
import { freePort } from "../../../support/ports.ts";
import { testWithTools } from "../../../support/require.ts";

/** What nginx answers where no file is read. Codes of `return` are those of the arbitrary. */
const STATUSES: Readonly<Record<Obstacle, readonly number[]>> = {
  "return": [302, 403, 405, 410, 411, 412, 413, 414, 415],
  "redirect": [301, 302, 500],
  "handler": [502],
  "denied": [401, 403],
  "internal": [404],
  "bad-request": [400],
  "no-file": [301, 403, 404],
  "rewrite": [301, 302],
  "unclear": [],
  "no-server": [],
  "invalid": [500],
};

/** Where these stand, nginx answers in another way as long as the URL's own file is not there. */
const ASKS_FOR_FILES = /try_files|-[fd] \$request_filename/;

/** Configurations that are tried; `LOCATE_RUNS=5000` looks longer for what is rare. */
const RUNS = Number(Deno.env.get("LOCATE_RUNS") ?? 100);

/** A configuration that meets what chance may leave out. */
const EVERY_KIND = {
  oneSocket: true,
  http: `server { listen #1; root @/r1;
    location /handler { proxy_pass http://127.0.0.1:1; }
    location /internal { internal; }
    location /denied { deny all; }
    location /return { return 403; } }`,
};

/** What `auth_request` asks goes through the server's rewrites, too, where no file stands for it. */
const ASKED_AND_REWRITTEN = {
  oneSocket: true,
  http: `server { listen #1; root @/r1;
    if (!-f $request_filename) { return 410; }
    location / { auth_request /asked; }
    location = /asked { return 204; } }`,
};

const KINDS = ["/handler", "/internal", "/denied", "/return", "/%", "/file"];

/** How often each outcome was compared; a test that never meets a kind proves nothing of it. */
const seen = new Map<string, number>();

testWithTools("locate and nginx agree on the file that answers a URL", ["nginx"], async () => {
  await fc.assert(
    fc.asyncProperty(
      configurations,
      fc.array(fc.tuple(paths, fc.constantFrom(...HOSTS)), { maxLength: 80, size: "max" }),
      async ({ http, oneSocket }, requests) => {
        const folder = await Deno.makeTempDir({ prefix: "binimport-locate-" });
        try {
          const [first, second] = [freePort(), freePort()];
          const text = http.replaceAll("@/", `${folder}/`).replaceAll("#1", String(first))
            .replaceAll("#2", String(second));
          for (const root of ["r0/a", "r1", "rel", "r 2"]) {
            await Deno.mkdir(`${folder}/${root}`, { recursive: true });
          }
          await using _nginx = await startNginx(folder, text, first);
          const configuration = await loadConfiguration({
            view: hostView,
            confPath: `${folder}/nginx.conf`,
            prefix: folder,
          });
          for (const [path, host] of requests) {
            await compare(
              configuration,
              first,
              path,
              oneSocket ? host : "127.0.0.1",
              http,
            );
          }
          await compareFolder(configuration, first, oneSocket ? "a.test" : "127.0.0.1");
        } finally {
          await Deno.remove(folder, { recursive: true });
        }
      },
    ),
    {
      numRuns: RUNS,
      examples: [
        [EVERY_KIND, KINDS.map((path) => [path, "a.test"])],
        [ASKED_AND_REWRITTEN, [["/file", "a.test"]]],
      ],
    },
  );
  for (
    const outcome of ["file", "no place", "return", "denied", "handler", "bad-request", "internal"]
  ) {
    assert.ok((seen.get(outcome) ?? 0) > 0, `"${outcome}" was met: ${[...seen]}`);
  }
});

async function compare(
  configuration: Configuration,
  port: number,
  path: string,
  host: string,
  http: string,
): Promise<void> {
  const located = await answer(configuration, `http://${host}:${port}${path}`);
  if (located instanceof NoAnswer) {
    const { status, body } = await get(port, path, `${host}:${port}`);
    note(located.obstacle);
    const expected = STATUSES[located.obstacle];
    if (expected.length === 0 || ASKS_FOR_FILES.test(http)) return;
    // The page of an error may itself not be there, or be a folder.
    const isPage = (status === 404 || status === 301) && http.includes("error_page");
    assert.ok(
      isPage || expected.includes(status),
      `${host}${path} ${status} ${body}: ${located.message}`,
    );
    return;
  }
  const place = put(located);
  const { status, body } = await get(port, path, `${host}:${port}`);
  note(place);
  const shown = `${host}${path} → ${located}: ${status} ${body}`;
  if (place === "file") assert.deepEqual([status, body], [200, located], shown);
  else assert.ok(status !== 200 || body !== located, shown);
}

/** Every sample key that is said to lie in the folder is served from it. */
async function compareFolder(
  configuration: Configuration,
  port: number,
  host: string,
): Promise<void> {
  const url = `http://${host}:${port}/`;
  try {
    const { containerPath, elsewhere } = await locateIn(
      configuration,
      parseWebAddress(url),
      newTrace(),
    );
    for (const key of SAMPLE_KEYS) {
      if (elsewhere.some((one) => one.key === key)) continue;
      const path = `${containerPath}/${key}`;
      if (put(path) !== "file") continue;
      const { status, body } = await get(port, `/${key}`, `${host}:${port}`);
      note("key");
      assert.deepEqual([status, body], [200, path]);
    }
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    note("no folder");
  }
}

async function answer(configuration: Configuration, url: string): Promise<string | NoAnswer> {
  try {
    return (await locateIn(configuration, parseWebAddress(url), newTrace())).containerPath;
  } catch (error) {
    if (error instanceof NoAnswer) return error;
    throw error;
  }
}

/** Writes a file that holds its own path, if one can be there. */
function put(path: string): "file" | "no place" {
  try {
    Deno.mkdirSync(path.replace(/\/[^/]*$/, ""), { recursive: true });
    Deno.writeTextFileSync(path, path);
    return "file";
  } catch {
    return "no place"; // a folder has that name, or a file the name of its folder
  }
}

function note(outcome: string): void {
  seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
}
