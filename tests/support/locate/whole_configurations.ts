/**
 * Holds what is found in a configuration to what its server serves: whole configurations, modelled on
 * real installations, each asked for every file below.
 */
import assert from "node:assert/strict";
import { dirname } from "node:path";
import { BinimportError } from "../../../core/util/errors.ts";
import { locate, parseWebAddress } from "../../../locate/mod.ts";
import { type HttpServerKind, startSite } from "../http_servers.ts";
import { testWithTools } from "../require.ts";

/** A configuration; `10.0.1.1:8080` is where it listens, `FOLDER` the folder of the files below. */
export interface Whole {
  readonly title: string;
  readonly site: string;
  /** More files below the folder, such as `.htaccess`; `FOLDER` in them is the folder. */
  readonly files?: Readonly<Record<string, string>>;
  /** Symbolic links below the folder, by what they lead to. */
  readonly links?: Readonly<Record<string, string>>;
  /** Paths to ask for besides those of {@linkcode FILES}. */
  readonly paths?: readonly string[];
  /** Paths that are served, but no answer is given for: what decides is not followed. */
  readonly strict?: readonly string[];
  /** Variables of the server's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** More words of its command line. */
  readonly args?: readonly string[];
}

/** Below the folder; each holds its own path. */
export const FILES: readonly string[] = [
  "dl.k8s.io/kubelet",
  "files/x.tar.gz",
  "files/deep/y.tgz",
  "x.pl",
  "x.php",
  "x.sh",
  "page.html",
  "page",
  "index.html",
];

/** Every path: what decides is not followed. */
export const ALL: readonly string[] = FILES.map((name) => `/${name}`);

/** A site of Caddy with these lines, without a root. */
export function caddyBlock(...lines: readonly string[]): string {
  return `http://10.0.1.1:8080 {\n${lines.join("\n")}\n}\n`;
}

/** A site of Caddy with these lines, which serves the folder. */
export function caddySite(...lines: readonly string[]): string {
  return caddyBlock("root * FOLDER", "file_server", ...lines);
}

/** A host of Apache httpd with these lines, which serves the folder to everybody. */
export function apacheHost(...lines: readonly string[]): string {
  const inner = lines.join("\n");
  return `Listen 10.0.1.1:8080\n${
    directory("Require all granted")
  }\n<VirtualHost *:8080>\nDocumentRoot FOLDER\n${inner}\n</VirtualHost>\n`;
}

/** The same with lines in the folder's own section. */
export function apacheFolder(...lines: readonly string[]): string {
  return apacheHost(directory(...lines));
}

/** A host whose folder, or one `at` a path below it, has this `.htaccess`. */
export function apacheHtaccess(text: string, override = "All", at = ""): Omit<Whole, "title"> {
  return {
    site: apacheFolder(`AllowOverride ${override}`),
    files: { [`${at}.htaccess`]: text },
  };
}

function directory(...lines: readonly string[]): string {
  return `<Directory FOLDER>\n${lines.join("\n")}\n</Directory>`;
}

/** Codes of warnings that say: not everybody, or nobody, can fetch it. */
const CLOSED = ["access", "auth"];

/** No file, and why. */
interface Refusal {
  readonly refused: string;
}

/** Whether both are the same path, or both none. */
function agree(truth: string | Refusal, answer: string | Refusal): boolean {
  return truth === answer || (typeof truth === "object" && typeof answer === "object");
}

function text(one: string | Refusal): string {
  return typeof one === "string" ? one.slice(0, 100) : one.refused;
}

/** Fetched as a node does: without headers of a browser, redirections not followed. */
async function served(url: string): Promise<string | Refusal> {
  try {
    const headers = { "user-agent": "curl/8.5.0" };
    const answer = await fetch(url, { redirect: "manual", headers });
    const body = await answer.text();
    return answer.status === 200 ? body : { refused: `status ${answer.status}` };
  } catch (error) { // the connection was closed instead
    return { refused: String(error) };
  }
}

/** The path that is found; none where a warning says that it is closed. */
async function found(url: string): Promise<string | Refusal> {
  try {
    const { path, warnings } = await locate(parseWebAddress(url), {});
    const closed = warnings.find(({ code }) => CLOSED.includes(code));
    // A file that is read through a link holds its own path.
    const real = await Deno.realPath(path).catch(() => path);
    return closed === undefined ? real : { refused: closed.message };
  } catch (error) {
    if (error instanceof BinimportError && error.code === "nginx-conf") {
      return { refused: error.message };
    }
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

async function makeFolder(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "binimport-whole-" }));
  await Deno.chmod(folder, 0o755);
  const all = [
    ...FILES.map((name) => [name, `${folder}/${name}`] as const),
    ...Object.entries(files).map(([name, text]) =>
      [name, text.replaceAll("FOLDER", folder)] as const
    ),
  ];
  for (const [name, text] of all) {
    await Deno.mkdir(dirname(`${folder}/${name}`), { recursive: true });
    await Deno.writeTextFile(`${folder}/${name}`, text);
  }
  return folder;
}

/** Tests each: what is served is found, and what is not served is not found without a warning. */
export function testWhole(kind: HttpServerKind, cases: readonly Whole[]): void {
  for (const { title, site, files = {}, links = {}, paths = [], strict = [], ...rest } of cases) {
    const { env = {}, args = [] } = rest;
    testWithTools(`${kind.name}: ${title}`, [kind.program], async () => {
      const folder = await makeFolder(files);
      for (const [name, to] of Object.entries(links)) await Deno.symlink(to, `${folder}/${name}`);
      try {
        await using server = await startSite(kind, site, {
          folder,
          args: args.map((one) => one.replaceAll("FOLDER", folder)),
          env: Object.fromEntries(
            Object.entries(env).map(([name, text]) => [name, text.replaceAll("FOLDER", folder)]),
          ),
        });
        const wrong: string[] = [];
        let right = 0;
        for (const path of [...FILES.map((name) => `/${name}`), ...paths]) {
          const url = new URL(path, server.url).href;
          const [truth, answer] = [await served(url), await found(url)];
          // Where another file is served, a rule turned the request into one for that file.
          const isOther = typeof truth === "string" &&
            !truth.endsWith(path.split("/").at(-1) ?? "");
          const isStrict = (strict.includes(path) || isOther) && typeof answer === "object";
          // Nothing may be there yet: then the path is where it would be looked for.
          const isMissing = (typeof truth === "string" || truth.refused === "status 404") &&
            typeof answer === "string" && !await exists(answer);
          if (agree(truth, answer) || isStrict || isMissing) right++;
          else wrong.push(`${path}: served ${text(truth)}; found ${text(answer)}`);
        }
        assert.deepEqual(wrong, []);
        assert.ok(right > 0);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    });
  }
}
