/** Images out of folders, without a registry. */
import { tool } from "../require.ts";
import { run } from "../run.ts";
import type { TestHost } from "./host.ts";

/** Imports a folder as an image of one layer into containerd, where Kubernetes looks for it. */
export async function importImage(host: TestHost, root: string, name: string): Promise<void> {
  const folder = await Deno.makeTempDir({ dir: host.folder, prefix: "image-" });
  const tar = tool("tar") ?? "tar";
  await run(tar, ["-C", root, "-cf", `${folder}/layer.tar`, "."]);
  const layer = await crypto.subtle.digest("SHA-256", await Deno.readFile(`${folder}/layer.tar`));
  const config = {
    architecture: Deno.build.arch === "aarch64" ? "arm64" : "amd64",
    os: "linux",
    config: {
      Env: ["PATH=/usr/sbin:/bin"],
      // As a sandbox it has to live for as long as its pod.
      Cmd: ["/bin/sh", "-c", "while sleep 3600; do :; done"],
    },
    rootfs: { type: "layers", diff_ids: [`sha256:${new Uint8Array(layer).toHex()}`] },
  };
  const manifest = [{ Config: "config.json", RepoTags: [name], Layers: ["layer.tar"] }];
  await Deno.writeTextFile(`${folder}/config.json`, JSON.stringify(config));
  await Deno.writeTextFile(`${folder}/manifest.json`, JSON.stringify(manifest));
  const archive = `${folder}/image.tar`;
  const parts = ["manifest.json", "config.json", "layer.tar"];
  await run(tar, ["-C", folder, "-cf", archive, ...parts]);
  await host.client(
    "ctr",
    "--namespace",
    "k8s.io",
    "images",
    "import",
    "--snapshotter",
    "native",
    archive,
  );
}
