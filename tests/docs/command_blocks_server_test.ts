/** Every block of commands in README and quickstart, run as a reader would. */
import { deepEqual } from "node:assert/strict";
import { DOCKER_TOOLS, importImage, startDocker } from "../support/containers/docker.ts";
import { makeHost } from "../support/containers/host.ts";
import { makeRootFs, nginxConf } from "../support/containers/root_fs.ts";
import { testWithContainers } from "../support/containers/test_with_containers.ts";
import { pages } from "../support/docs/pages.ts";
import { makeRelease, type Release } from "../support/e2e/packages.ts";
import { makeRoot } from "../support/e2e/targets.ts";
import { writeProgram } from "../support/examples/program.ts";
import { startMinio } from "../support/minio_server.ts";
import { startNginx } from "../support/nginx_server.ts";
import { testWithTools } from "../support/require.ts";
import { run } from "../support/run.ts";

/** Other machines, a pager, and the project's own tasks, which other tests run. */
const NOT_HERE = /^(?:npx|scp|ssh|man) /;

const PAGES = ["README.md", "docs/quickstart.md"];

/** The program runs from its source, with another home: its packages are not fetched anew. */
const DENO_DIR = Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`;

for (const page of PAGES) {
  const chinese = page.startsWith("docs/")
    ? page.replace("docs/", "docs/zh/")
    : page.replace(".md", ".zh-CN.md");

  Deno.test(`docs: ${chinese} has the commands of ${page}`, () => {
    deepEqual(blocksOf(chinese), blocksOf(page));
  });

  testWithTools(
    `docs: the commands of ${page} do their work`,
    ["nginx", "minio", "tar"],
    async (t) => {
      await using release = await makeRelease();
      await using root = await makeRoot();
      await using nginx = await startNginx(root.path);
      await using minio = await startMinio();
      const { folder } = release;
      await furnish(release, minio.password);
      const here = new Map([
        ["10.0.1.1:8080", new URL(nginx.url).host],
        ["10.0.1.1:9000", new URL(minio.url).host],
        ["rootuser", minio.user],
        ["BINIMPORT_PASSWORD=…", `BINIMPORT_PASSWORD=${minio.password}`],
        ["import … ", `import offline-files.tar.gz --root ${root.path} `],
        ["/usr/share/nginx/html", root.path],
        ["/srv/www", root.path],
        ["/root/", `${folder}/`],
        ["/usr/local/bin/", `${folder}/bin/`],
        ["ssh node1 sh", "sh"],
      ]);
      const env = {
        PATH: `${folder}:${Deno.env.get("PATH")}`,
        HOME: folder,
        SHELL: "/bin/bash",
        MINIO_ROOT_USER: minio.user,
        MINIO_ROOT_PASSWORD: minio.password,
      };
      for (const block of blocksOf(page).filter((block) => !block.includes("--container "))) {
        await t.step(block.split("\n")[0] ?? "", async () => {
          await writeClusterConfig(folder);
          await run("/bin/sh", ["-euc", replaced(block, here)], { cwd: folder, env });
        });
      }
    },
  );
}

const CONTAINER_TOOLS = [...DOCKER_TOOLS, "tar"];

testWithContainers(
  "docs: the commands with a container do their work",
  CONTAINER_TOOLS,
  async (t) => {
    await using release = await makeRelease();
    await using host = await makeHost();
    const root = "/usr/share/nginx/html";
    await makeRootFs(`${host.folder}/root`, {
      files: { "/etc/nginx/nginx.conf": nginxConf(`server { listen 80; root ${root}; }`) },
    });
    await using _docker = await startDocker(host);
    await importImage(host, `${host.folder}/root`, "web");
    const mount = `${await host.share("site")}:${root}:ro`;
    const options = ["--name", "web", "-p", "8080:80", "-v", mount];
    await host.client("docker", "run", "-d", ...options, "web", "/usr/sbin/nginx");
    await host.get("http://127.0.0.1:8080/x");
    await furnish(release, "");
    const { folder } = release;
    const here = new Map([["10.0.1.1:8080", "127.0.0.1:8080"]]);
    const env = { ...host.env, PATH: `${folder}:${Deno.env.get("PATH")}`, HOME: folder, DENO_DIR };
    const [program, ...before] = host.enter;
    for (const block of new Set(PAGES.flatMap(blocksOf))) {
      if (!block.includes("--container ")) continue;
      await t.step(block.split("\n")[0] ?? "", async () => {
        await writeClusterConfig(folder);
        const script = [...before, "/bin/sh", "-euc", replaced(block, here)];
        await run(program, script, { cwd: folder, env });
      });
    }
  },
);

/** The commands of each block, without comments, prompts and output. */
function blocksOf(path: string): string[] {
  const text = pages.find((page) => page.path === path)?.text ?? "";
  return [...text.matchAll(/^```(console|sh)\n(.*?)^```$/gms)].map(([, kind, block = ""]) => {
    const joined = block.replaceAll(/\\\n\s*/g, "");
    const lines = joined.split("\n").flatMap((line) =>
      kind === "sh" ? [line] : line.startsWith("$ ") ? [line.slice(2)] : []
    );
    return lines.map((line) => line.replace(/\s+#.*/, "")).filter((line) =>
      line !== "" && !NOT_HERE.test(line)
    ).join("\n");
  }).filter((block) => block !== "");
}

function replaced(text: string, values: ReadonlyMap<string, string>): string {
  return [...values].reduce((changed, [from, to]) => changed.replaceAll(from, to), text);
}

/** What the pages take to be there already. */
async function furnish(
  { folder, offlineFiles, componentTools, files }: Release,
  password: string,
): Promise<void> {
  await writeProgram(folder);
  await Deno.writeTextFile(`${folder}/secret`, password, { mode: 0o600 });
  const list = [...files.keys()].filter((key) => key.startsWith("dl.k8s.io/"));
  await Deno.writeTextFile(`${folder}/files-amd64.list`, list.join("\n"));
  for (const path of ["offline/kubespray-binary", "v1.33", "bin"]) {
    await Deno.mkdir(`${folder}/${path}`, { recursive: true });
  }
  await Deno.copyFile(offlineFiles, `${folder}/v1.33/offline-files.tar.gz`);
  await Deno.copyFile(componentTools, `${folder}/v1.33/component-tools.tar.gz`);
  await Deno.copyFile(offlineFiles, `${folder}/offline/kubespray-binary/offline-files.tar.gz`);
  await Deno.copyFile(componentTools, `${folder}/offline/component-tools.tar.gz`);
  await run("tar", ["-C", folder, "-cf", `${folder}/dce5.tar`, "offline"]);
}

async function writeClusterConfig(folder: string): Promise<void> {
  await Deno.remove(`${folder}/clusterConfig.yaml.bak`).catch(() => {});
  await Deno.writeTextFile(
    `${folder}/clusterConfig.yaml`,
    "apiVersion: provision.daocloud.io/v1alpha4\nkind: ClusterConfig\nspec:\n  clusterName: a\n",
  );
}
