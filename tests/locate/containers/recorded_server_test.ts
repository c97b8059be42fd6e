/**
 * nerdctl and crictl, which are not to be had where this is tested: their recorded answers, about a
 * real nginx that has a mount namespace of its own, as in a container.
 */
import { equal, match } from "node:assert/strict";
import { withClients } from "../../support/containers/clients.ts";
import { fixture } from "../../support/containers/recorded.ts";
import { testWithContainers } from "../../support/containers/test_with_containers.ts";
import { startNginx } from "../../support/nginx_process.ts";
import { tarGz } from "../../support/packages.ts";
import { freePort } from "../../support/ports.ts";
import { tool } from "../../support/require.ts";

const NEEDED = ["nginx", "unshare", "nsenter", "mount"];

/** A folder that is mounted, and where. */
interface Site {
  readonly folder: string;
  readonly site: string;
  readonly html: string;
  readonly port: number;
}

/** Runs a test while nginx serves what is mounted for it alone. */
async function withNginx(run: (site: Site, pid: number) => Promise<void>): Promise<void> {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "binimport-recorded-" }));
  const [site, html] = [`${folder}/site`, `${folder}/html`];
  try {
    await Deno.chmod(folder, 0o755);
    for (const path of [site, html]) await Deno.mkdir(path);
    const port = freePort();
    const mounted = 'mount --bind "$1" "$2" && shift 2 && exec "$@"';
    const wrapper = [tool("unshare") ?? "", "--mount", "/bin/sh", "-c", mounted, "sh", site, html];
    const http = `server { listen 127.0.0.1:${port}; root ${html}; }`;
    await using nginx = await startNginx(folder, http, port, { master: true, wrapper });
    await run({ folder, site, html, port }, nginx.pid);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** A recorded answer, told of this nginx. */
function told(name: string, { site, html }: Site, pid: number): string {
  return fixture(name).replaceAll("/srv/files", site).replaceAll("/usr/share/nginx/html", html)
    .replace(/"([Pp]id)": 702/g, `"$1": ${pid}`);
}

/** A script that prints a text. */
function print(text: string): string {
  return `cat <<'END'\n${text}END\nexit`;
}

/** A script that runs the rest of its arguments where nginx runs. */
function enter(pid: number): string {
  return `exec ${tool("nsenter")} -t ${pid} -m -- "$@"`;
}

function nerdctl(site: Site, pid: number): string {
  return `
[ "$2" = k8s.io ] || exit 0
[ "$3" = ps ] && { echo id; exit; }
if [ "$3" = exec ]; then shift 4; ${enter(pid)}; fi
if [ "$5" = --mode ]; then
${print(told("nerdctl-native-cri", site, pid))}
fi
${print(told("nerdctl-1.7-cri", site, pid))}`;
}

function crictl(site: Site, pid: number): string {
  return `
if [ "$1" = exec ]; then
  shift 3
  said=$(mktemp)
  (${enter(pid)}) 2>"$said"
  status=$?
  # As crictl exec --sync does it.
  echo; cat "$said"; echo
  rm "$said"
  exit $status
fi
echo 'time="2026-01-01T00:00:00Z" level=warning msg="Config does not exist"' >&2
if [ "$1" = ps ]; then
${print(fixture("crictl-ps"))}
fi
if [ "$1" = inspectp ]; then
${print(fixture("crictl-inspectp"))}
fi
case "$*" in *98ad5842a628*)
${print(fixture("crictl-exited"))};;
esac
${print(told("crictl-1.33-crio", site, pid))}`;
}

/** Knows the container, but can run nothing in it, and tells of a mount that is not. */
function brokenCrictl(site: Site, pid: number): string {
  const answers = crictl(site, pid).replaceAll(site.site, "/nowhere/else");
  return `[ "$1" = exec ] && { echo 'level=fatal msg="no streaming"' >&2; exit 1; }\n${answers}`;
}

testWithContainers("a client that answers badly does not spoil the others", NEEDED, async () => {
  await withNginx(async (site, pid) => {
    const clients = { crictl: brokenCrictl(site, pid), nerdctl: nerdctl(site, pid) };
    const url = `http://127.0.0.1:${site.port}/`;
    for (const target of [["--pod", "files-0", "-n", "kubean"], ["--adapter", "container"]]) {
      const args = ["locate", ...target, "--url", url, "--quiet"];
      const { status, stdout, stderr } = await withClients(clients, args);
      equal(status, 0, stderr);
      equal(stdout, `${site.site}\n`);
    }
  });
});

for (const [name, client] of Object.entries({ nerdctl, crictl })) {
  testWithContainers(
    `${name}, recorded: from a pod to the host, and an import`,
    NEEDED,
    async () => {
      await withNginx(async (site, pid) => {
        const clients = { [name]: client(site, pid) };
        const url = `http://127.0.0.1:${site.port}/`;
        const pod = ["--pod", "files-0", "-n", "kubean", "--url", url];
        const { status, stdout, stderr } = await withClients(clients, ["locate", ...pod]);
        equal(status, 0, stderr);
        const lines = stdout.trimEnd().split("\n").slice(1);
        match(lines[0] ?? "", new RegExp(`container nginx \\(${name}, 42a02c24a458\\): it shares`));
        match(
          lines[1] ?? "",
          /configuration .*\/nginx\.conf, as nginx -T prints it in the container$/,
        );
        equal(
          lines.at(-2),
          `  ${site.html} is mounted from ${site.site} (bind mount, read-only in the container)`,
        );
        equal(lines.at(-1), site.site);
        // crictl's answer has another mount below it, which the kernel does not.
        equal(stderr, "");

        const path = `${site.folder}/offline-files.tar.gz`;
        await Deno.writeFile(path, tarGz({ "dl.k8s.io/kubelet": "ELF" }));
        const report = `${site.folder}/report.html`;
        const more = ["--verify", "url", "--report", report];
        const imported = await withClients(clients, ["import", path, ...pod, ...more]);
        equal(imported.status, 0, imported.stderr);
        match(
          imported.stdout,
          new RegExp(`container:${name}/kubean/files-0/nginx \\(.*/site\\): 1 written`),
        );
        equal(await Deno.readTextFile(`${site.site}/dl.k8s.io/kubelet`), "ELF");
        match(await Deno.readTextFile(report), /is mounted from .*\/site \(bind mount/);
      });
    },
  );
}
