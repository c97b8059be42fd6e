import assert from "node:assert/strict";
import { hostView } from "../../locate/file_view.ts";
import { locateIn } from "../../locate/mod.ts";
import { newTrace, parseWebAddress } from "../../locate/result.ts";
import { loadConfiguration } from "../../locate/servers/nginx/installation.ts";
import { checkAddress, checkPath } from "../../locate/warnings.ts";
import { failsWith } from "../support/fails_with.ts";
import { configured, failsFor, MAIN, memoryView } from "../support/locate/configured.ts";

async function codesFor(
  text: string,
  files: Readonly<Record<string, string>> = {},
): Promise<string[]> {
  const { warnings } = await locateIn(
    await configured(text, files),
    parseWebAddress("http://h/x"),
    newTrace(),
  );
  return warnings.map(({ code }) => code);
}

Deno.test("a user that is not known where nginx runs is told", async () => {
  const text = "user www-data;\nhttp { server { root /srv; } }";
  const passwd = { "/etc/passwd": "root:x:0:0::/:/bin/sh\nnginx:x:1:1::/:/bin/sh\n" };
  assert.deepEqual(await codesFor(text, passwd), ["unknown-user"]);
  assert.deepEqual(await codesFor(text.replace("www-data", "nginx"), passwd), []);
  assert.deepEqual(await codesFor(text), [], "nothing is known of users");
  assert.deepEqual(await codesFor(text.replace("user www-data;", ""), passwd), []);
});

Deno.test("user counts where root starts nginx, and so does port 80", async () => {
  const found = async (text: string, port: number, ownUser: boolean) => {
    const view = memoryView({ [MAIN]: `${text} events {} http { server { root /srv; } }` });
    const configuration = await loadConfiguration({ view, confPath: MAIN, prefix: "/", ownUser });
    return (await locateIn(configuration, parseWebAddress(`http://h:${port}/x`), newTrace())).user;
  };
  assert.equal(await found("user www-data;", 80, false), "www-data");
  assert.equal(await found("user www-data adm;", 80, false), "www-data:adm");
  assert.equal(await found("", 80, false), undefined);
  assert.equal(await found("user www-data;", 8000, true), undefined);
});

Deno.test("an assumed prefix is told where a path is relative to it", async () => {
  const codes = async (directives: string) => {
    const configuration = await loadConfiguration({
      view: memoryView({ [MAIN]: `events {} http { server { ${directives} } }` }),
      confPath: MAIN,
      prefix: "/opt/nginx",
      prefixAssumed: true,
    });
    const found = await locateIn(configuration, parseWebAddress("http://h/x"), newTrace());
    return [found.containerPath, ...found.warnings.map(({ code }) => code)];
  };
  assert.deepEqual(await codes("root /srv;"), ["/srv/x"]);
  assert.deepEqual(await codes("root srv;"), ["/opt/nginx/srv/x", "prefix-assumed"]);
  assert.deepEqual(await codes(""), ["/opt/nginx/html/x", "prefix-assumed"]);
});

Deno.test("a missing folder, and a folder where a file is asked for, are told", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/file`, "");
    const codes = async (path: string, isFolder: boolean) => {
      const trace = newTrace();
      await checkPath(`${folder}${path}`, isFolder, trace);
      return trace.warnings.map(({ code }) => code);
    };
    assert.deepEqual(await codes("", true), []);
    assert.deepEqual(await codes("/absent", true), ["missing-folder"]);
    assert.deepEqual(await codes("/file", true), ["missing-folder"]);
    assert.deepEqual(await codes("/file", false), []);
    assert.deepEqual(await codes("/absent", false), []);
    assert.deepEqual(await codes("", false), ["folder"]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("disable_symlinks: a link on the way is refused, but below from=", async () => {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  try {
    await Deno.mkdir(`${folder}/real`);
    await Deno.symlink(`${folder}/real`, `${folder}/link`);
    const found = async (directive: string, path: string) => {
      const text = `events {} http { ${directive} server { root ${folder}${path}; } }`;
      const view = { ...memoryView({ [MAIN]: text }), realpath: hostView.realpath };
      const configuration = await loadConfiguration({ view, confPath: MAIN, prefix: "/" });
      const { warnings } = await locateIn(configuration, parseWebAddress("http://h/x"), newTrace());
      return warnings.map(({ code }) => code);
    };
    await failsFor(
      "denied",
      /refuses ".*\/link" on the way/,
      found("disable_symlinks on;", "/link"),
    );
    assert.deepEqual(await found("disable_symlinks if_not_owner;", "/link"), ["disable-symlinks"]);
    assert.deepEqual(await found("disable_symlinks on;", "/real"), []);
    assert.deepEqual(await found("disable_symlinks off;", "/link"), []);
    const inside = "disable_symlinks on from=$document_root;";
    assert.deepEqual(await found(inside, "/link"), []);
    await Deno.symlink(`${folder}/real`, `${folder}/real/x`);
    await failsFor("denied", /\/link\/x" on the way/, found(inside, "/link"));
    assert.deepEqual(await found("", "/link"), []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("an address that this host does not have is told", () => {
  const codes = (url: string) => {
    const trace = newTrace();
    checkAddress(parseWebAddress(url), trace);
    return trace.warnings.map(({ code }) => code);
  };
  assert.deepEqual(codes("http://192.0.2.77/"), ["not-local"]);
  assert.deepEqual(codes("http://127.0.0.1/"), []);
  assert.deepEqual(codes("http://[::1]/"), []);
  assert.deepEqual(codes("http://any.name/"), []);
});

const urls: readonly [url: string, host: string, port: number, path: string, query: string][] = [
  ["http://h", "h", 80, "/", ""],
  ["HTTP://H:8080/A", "h", 8080, "/A", ""],
  ["https://h./a?b=c#d", "h", 443, "/a", "b=c"],
  ["http://h?b", "h", 80, "/", "b"],
  ["http://[2001:DB8:0::1]:80/", "[2001:db8::1]", 80, "/", ""],
  ["http://h/a/../b//c%2f", "h", 80, "/a/../b//c%2f", ""],
  ["http://h/ä b", "h", 80, "/%C3%A4%20b", ""],
  [" http://h/a ", "h", 80, "/a", ""],
];

for (const [url, host, port, path, query] of urls) {
  Deno.test(`web address: ${url}`, () => {
    const found = parseWebAddress(url);
    assert.deepEqual([found.host, found.port, found.path, found.query], [host, port, path, query]);
  });
}

Deno.test("web address: what is none", async () => {
  for (
    const url of ["", "h", "ftp://h/", "http://", "http:///a", "http://h:99999/", "file:///etc"]
  ) {
    await failsWith(
      "usage",
      /is no http or https address/,
      () => Promise.try(() => parseWebAddress(url)),
    );
  }
  const error = await failsWith(
    "usage",
    /credentials/,
    () => Promise.try(() => parseWebAddress("http://user:secret@h/")),
  );
  assert.doesNotMatch(error.message, /secret/);
});
