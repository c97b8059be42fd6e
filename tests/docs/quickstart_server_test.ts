import { deepEqual, equal } from "node:assert/strict";
import { pages } from "../support/docs/pages.ts";
import { makeRelease } from "../support/e2e/packages.ts";
import { makeRoot } from "../support/e2e/targets.ts";
import { writeProgram } from "../support/examples/program.ts";
import { startMinio } from "../support/minio_server.ts";
import { startNginx } from "../support/nginx_server.ts";
import { testWithTools } from "../support/require.ts";
import { run } from "../support/run.ts";

/** A command, and what the page says that it prints. */
interface Step {
  readonly command: string;
  readonly output: string;
}

const TOOLS = ["nginx", "minio", "mc", "tar"];

testWithTools("docs: the quickstart's commands print what it says", TOOLS, async () => {
  await using release = await makeRelease();
  await using root = await makeRoot();
  await using nginx = await startNginx(root.path);
  await using minio = await startMinio();
  const { folder } = release;
  await writeProgram(folder);
  const [here, store] = [new URL(nginx.url).host, new URL(minio.url).host];

  const real = (command: string) =>
    command.replaceAll("10.0.1.1:8080", here).replaceAll("10.0.1.1:9000", store)
      .replaceAll("rootuser", minio.user);
  const asOnThePage = (output: string) =>
    output.replaceAll(here, "10.0.1.1:8080").replaceAll(store, "10.0.1.1:9000")
      .replaceAll(`port ${here.split(":")[1]}`, "port 8080")
      .replaceAll(minio.user, "rootuser").replaceAll(root.path, "/srv/www")
      .replaceAll(folder, "/root").replace(/\/\S+\/nginx\.conf/g, "/etc/nginx/nginx.conf");

  for (const block of blocksOf("docs/quickstart.md")) {
    await Deno.writeTextFile(
      `${folder}/clusterConfig.yaml`,
      "apiVersion: provision.daocloud.io/v1alpha4\nkind: ClusterConfig\nspec:\n  clusterName: a\n",
    );
    await Deno.remove(`${folder}/clusterConfig.yaml.bak`).catch(() => {});
    for (const { command, output } of block.filter(({ command }) => !/^export /.test(command))) {
      const printed = await run("/bin/sh", ["-c", real(command)], {
        cwd: folder,
        env: { BINIMPORT_PASSWORD: minio.password, PATH: `${folder}:${Deno.env.get("PATH")}` },
      });
      const text = asOnThePage(new TextDecoder().decode(printed));
      equal(withoutNumbers(text), withoutNumbers(output), `${command}\n${text}`);
    }
  }
});

Deno.test("docs: the quickstart in Chinese has the same commands and output", () => {
  deepEqual(blocksOf("docs/zh/quickstart.md"), blocksOf("docs/quickstart.md"));
});

/** The steps of each block of a page. */
function blocksOf(path: string): Step[][] {
  const text = pages.find((page) => page.path === path)?.text ?? "";
  return [...text.matchAll(/^```console\n(.*?)^```$/gms)].map(([, block = ""]) =>
    block.replaceAll(/\\\n\s*/g, "").split(/^\$ /m).slice(1).map((step) => {
      const end = step.indexOf("\n");
      return { command: step.slice(0, end), output: step.slice(end + 1) };
    })
  );
}

/** How many files there are, how long it took and which line it was is the machine's. */
function withoutNumbers(text: string): string {
  return text.replace(/(?<![.:\d])\d[\d.,]*(?= (?:files|MB|s\b|written|unchanged))/g, "N")
    .replace(/nginx\.conf:\d+/g, "nginx.conf:N");
}
