/** podman of other users: its monitors show whose a container is. */
import { equal } from "node:assert/strict";
import { conmonOwner } from "../../../locate/containers/processes.ts";

/** Only root can become somebody else. */
const ignore = Deno.uid() !== 0;

Deno.test({
  name: "a container of another user's podman is known by its monitor",
  ignore,
  async fn() {
    const folder = await Deno.makeTempDir({ prefix: "binimport-rootless-" });
    const name = `web-${crypto.randomUUID().slice(0, 8)}`;
    try {
      await Deno.chmod(folder, 0o755);
      const script = "#!/bin/sh\necho ready\nread x\n";
      await Deno.writeTextFile(`${folder}/conmon`, script, { mode: 0o755 });
      const monitor = new Deno.Command(`${folder}/conmon`, {
        args: ["--api-version", "1", "-c", "5eed", "-n", name],
        uid: 65_534,
        stdin: "piped",
        stdout: "piped",
      }).spawn();
      const reader = monitor.stdout.getReader();
      await reader.read();
      equal(conmonOwner(name), 65_534);
      equal(conmonOwner(`${name}-2`), undefined);
      await monitor.stdin.close();
      await reader.cancel();
      await monitor.status;
      equal(conmonOwner(name), undefined);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});
