import assert from "node:assert/strict";
import { binimport } from "../support/e2e/run.ts";
import { runHere } from "../support/cli/test_context.ts";

const HTTP = `user nobody; events {}
http {
  server {
    listen 8080;
    server_name files.example;
    root /nowhere/www/;
    location ~ \\.tgz$ { root /mirror; }
    location /app/ { proxy_pass http://127.0.0.1:9000; }
    location /closed/ { auth_basic x; }
  }
}
`;

async function withConf(
  run: (
    locate: (path: string, ...args: string[]) => ReturnType<typeof runHere>,
    conf: string,
  ) => Promise<void>,
  text = HTTP,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const conf = `${folder}/nginx.conf`;
    await Deno.writeTextFile(conf, text);
    await run((path, ...args) => {
      const url = `http://files.example:8080${path}`;
      return runHere(["locate", "--url", url, "--nginx-conf", conf, ...args]);
    }, conf);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("locate shows each step with its line, and the path last", async () => {
  await withConf(async (locate, conf) => {
    const { status, stdout, stderr } = await locate("/a.tgz");
    assert.equal(status, 0);
    assert.equal(
      stdout,
      `http://files.example:8080/a.tgz
  configuration ${conf}, as given
  nginx listens on *:8080  (${conf}:4)
  server files.example  (${conf}:3)
  location ~ \\.tgz$  (${conf}:7)
  root /mirror  (${conf}:7)
/mirror/a.tgz
`,
    );
    assert.equal(stderr, "");
  });
});

Deno.test("locate --nginx-conf - reads what nginx -T prints elsewhere", async () => {
  const printed = "# configuration file /etc/nginx/nginx.conf:\nevents {}\n" +
    "http { server { listen 8080; root /srv/www; } }\n";
  const args = ["locate", "--url", "http://h:8080/a", "--nginx-conf"];
  const stdin = () => ReadableStream.from([new TextEncoder().encode(printed)]);
  for (const file of ["-", "/dev/stdin"]) {
    const { status, stdout, stderr } = await binimport([...args, file, "-q"], { stdin: stdin() });
    assert.deepEqual([status, stdout], [0, "/srv/www/a\n"], stderr);
  }
});

Deno.test("locate --quiet gives the path alone", async () => {
  await withConf(async (locate) => {
    assert.deepEqual(await locate("/dir/", "--quiet"), {
      status: 0,
      stdout: "/nowhere/www/dir\n",
      stderr: "",
    });
  });
});

Deno.test("locate --json gives one line, with its warnings in it", async () => {
  await withConf(async (locate, file) => {
    const { status, stdout, stderr } = await locate("/", "--json");
    assert.equal(status, 0);
    const { steps, warnings, elsewhere, ...rest } = JSON.parse(stdout);
    assert.deepEqual(rest, {
      url: "http://files.example:8080/",
      server: { file, line: 3, names: ["files.example"] },
      location: null,
      path: "/nowhere/www",
      hostPath: "/nowhere/www",
      containerPath: "/nowhere/www",
      user: "nobody",
    });
    assert.deepEqual(steps.at(-2), { text: "root /nowhere/www/", file, line: 6 });
    const codes = warnings.map(({ code }: { readonly code: string }) => code);
    assert.deepEqual(codes, ["elsewhere", "missing-folder"]);
    assert.deepEqual(elsewhere[0].location, { file, line: 7, match: "~ \\.tgz$" });
    assert.match(stderr, /^warning: Keys such as "github\.com.*\.tgz" are taken elsewhere/);
    assert.match(stderr, /warning: "\/nowhere\/www" does not exist here/);
  });
});

Deno.test("warnings do not change the exit status", async () => {
  await withConf(async (locate) => {
    const { status, stdout, stderr } = await locate("/closed/a");
    assert.equal(status, 0);
    assert.match(stdout, /\n\/nowhere\/www\/closed\/a\n$/);
    assert.match(stderr, /auth_basic x/);
  });
});

Deno.test("no folder: status 3, with the reason and what to do", async () => {
  await withConf(async (locate, conf) => {
    const { status, stdout, stderr } = await locate("/app/", "--json");
    assert.equal(status, 3);
    assert.deepEqual(JSON.parse(stdout), {
      event: "error",
      code: "nginx-conf",
      message:
        `Cannot find the folder of "http://files.example:8080/app/": "proxy_pass http://127.0.0.1:9000" at ${conf}:8 answers instead of files`,
      hint:
        "Give the address of the server behind it, on that host; or a URL that is served from files.",
      retryable: false,
    });
    assert.match(stderr, /^error: Cannot find the folder/);
  });
});

Deno.test("a mistake in the configuration: status 3, with the line", async () => {
  await withConf(async (locate, conf) => {
    const { status, stdout, stderr } = await locate("/");
    assert.deepEqual([status, stdout], [3, ""]);
    assert.equal(
      stderr,
      `error: Cannot read the nginx configuration: ${conf}:2:8: unexpected "}"
    listen }
           ^
  nginx itself refuses this file: see nginx -t.
`,
    );
  }, "http {\nlisten }\n");
});

Deno.test("locate needs a URL that is one", async () => {
  const none = await runHere(["locate"]);
  assert.equal(none.status, 2);
  assert.match(none.stderr, /no URL was given\n.*--url http/);
  const wrong = await runHere(["locate", "--url", "files.example"]);
  assert.equal(wrong.status, 2);
  assert.match(wrong.stderr, /"files\.example" is no http or https address/);
});

Deno.test("options of locate can be given by the environment", async () => {
  await withConf(async (_, conf) => {
    const env = { BINIMPORT_URL: "http://files.example:8080/x", BINIMPORT_NGINX_CONF: conf };
    const { status, stdout } = await runHere(["locate", "--quiet"], env);
    assert.deepEqual([status, stdout], [0, "/nowhere/www/x\n"]);
  });
});
