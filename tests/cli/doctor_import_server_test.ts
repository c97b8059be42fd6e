/** What `doctor` says is what `import` does: where an import fails, something stands in the way. */
import { equal, match, ok } from "node:assert/strict";
import { runHere } from "../support/cli/test_context.ts";
import { startNginx } from "../support/nginx_process.ts";
import { freePort } from "../support/ports.ts";
import { registerTest, tool } from "../support/require.ts";

interface Fixture {
  readonly title: string;
  /** Directives of the server; `@` is the folder of the test. Files lie in `@/www`. */
  readonly server: string;
  /** What is done to the folder before nginx starts. */
  readonly prepare?: (folder: string) => void;
  /** Options besides `--url`. */
  readonly options?: readonly string[];
  /** Whether the import succeeds, as a real nginx answers. */
  readonly succeeds: boolean;
  /** What the doctor names. */
  readonly names?: RegExp;
}

const ROOT = "root @/www;";
const fixtures: readonly Fixture[] = [
  { title: "a plain root", server: ROOT, succeeds: true },
  {
    title: "a root that is given, too",
    server: ROOT,
    options: ["--root", "@/www"],
    succeeds: true,
  },
  { title: "an alias", server: "location / { alias @/www/; }", succeeds: true },
  {
    title: "allow for this host alone",
    server: `${ROOT} allow 127.0.0.1; deny all;`,
    succeeds: true,
  },
  {
    title: "credentials, or the address of this host",
    server:
      `${ROOT} satisfy any; allow 127.0.0.1; deny all; auth_basic x; auth_basic_user_file @/p;`,
    succeeds: true,
  },
  {
    title: "a request to somebody who allows it",
    server: `${ROOT} auth_request /ok; location = /ok { return 204; }`,
    succeeds: true,
  },
  {
    title: "a request to somebody who does not",
    server: `${ROOT} auth_request /no; location = /no { return 401; }`,
    succeeds: false,
    names: /401/,
  },
  {
    title: "credentials",
    server: `${ROOT} auth_basic x; auth_basic_user_file @/p;`,
    succeeds: false,
    names: /auth_basic x/,
  },
  {
    title: "credentials for some endings",
    server: `${ROOT} location ~ \\.tgz$ { auth_basic x; auth_basic_user_file @/p; }`,
    succeeds: false,
    names: /auth_basic x/,
  },
  {
    title: "endings that are read elsewhere",
    server: `${ROOT} location ~* \\.(gz|tgz)$ { root @/other; }`,
    succeeds: false,
    names: /taken elsewhere/,
  },
  {
    title: "endings that are proxied",
    server: `${ROOT} location ~ \\.tgz$ { proxy_pass http://127.0.0.1:1; }`,
    succeeds: false,
    names: /taken elsewhere/,
  },
  { title: "deny for all", server: `${ROOT} deny all;`, succeeds: false, names: /deny all/ },
  { title: "return", server: `${ROOT} return 404;`, succeeds: false, names: /return 404/ },
  {
    title: "an alias without its slash",
    server: "location /files/ { alias @/www; }",
    options: ["--url", "http://127.0.0.1:#/files/"],
    succeeds: false,
    names: /alias must end in one/,
  },
  {
    title: "a folder that is not there",
    server: "root @/absent;",
    succeeds: false,
    names: /no such folder/,
  },
  {
    title: "another folder than the one given",
    server: ROOT,
    options: ["--root", "@/other"],
    succeeds: false,
    names: /is read from .*\/www, not from .*\/other/,
  },
  {
    title: "a closed folder on the way",
    server: "root @/closed/www;",
    prepare: (folder) => {
      Deno.mkdirSync(`${folder}/closed/www`, { recursive: true });
      Deno.chmodSync(`${folder}/closed`, 0o700);
    },
    succeeds: false,
    names: /chmod o\+x .*\/closed/,
  },
  {
    title: "the packed form, where it is there",
    server: `${ROOT} gzip_static always;`,
    succeeds: true,
  },
];

const reasons = [
  ...(tool("nginx") === undefined ? ["needs nginx: deno task services"] : []),
  ...(Deno.uid() === 0 ? [] : ["needs root, so that nginx has a user of its own"]),
];

for (const { title, server, prepare, options = [], succeeds, names } of fixtures) {
  registerTest(`doctor and import say the same: ${title}`, reasons, async () => {
    const folder = await Deno.makeTempDir({ prefix: "binimport-doctor-" });
    try {
      Deno.chmodSync(folder, 0o755);
      for (const name of ["www", "other", "package/dl.k8s.io", "tmp"]) {
        Deno.mkdirSync(`${folder}/${name}`, { recursive: true });
      }
      Deno.writeTextFileSync(`${folder}/p`, "");
      Deno.writeTextFileSync(`${folder}/package/dl.k8s.io/kubelet`, "kubelet");
      Deno.writeTextFileSync(`${folder}/package/cni.tgz`, "cni");
      prepare?.(folder);
      const port = freePort();
      const put = (text: string) => text.replaceAll("@", folder).replaceAll("#", String(port));
      const http = put(`server { listen 127.0.0.1:#; ${server} }`);
      await using _nginx = await startNginx(folder, http, port, { master: true });
      const given = [...options].map(put);
      if (!given.includes("--url")) given.push("--url", `http://127.0.0.1:${port}/`);
      const doctor = await runHere(["doctor", ...given]);
      const both = (imported: { readonly stderr: string }) =>
        `${doctor.stdout}\n${imported.stderr}`;
      const imported = await runHere(["import", `${folder}/package`, ...given, "--quiet"]);
      equal(imported.status === 0, succeeds, both(imported));
      equal(doctor.status, succeeds ? 0 : 5, both(imported));
      equal(/No problems found/.test(doctor.stdout), succeeds, doctor.stdout);
      if (names !== undefined) match(doctor.stdout, names);
      ok(!/[^.]\bundefined\b/.test(doctor.stdout));
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
