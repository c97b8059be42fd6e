/** Runtimes that give no answer: a search ends all the same, and leaves nothing running. */
import { equal, match } from "node:assert/strict";
import { processes } from "../../../locate/proc.ts";
import { withClients } from "../../support/containers/clients.ts";

const HANG = "sleep 3611 & wait";

Deno.test("container: a runtime that hangs is told, and ended with what it started", async () => {
  const args = ["locate", "--url", "http://192.0.2.1:8080/", "--container", "web"];
  const clients = { docker: HANG, podman: HANG, ctr: HANG };
  const { status, stderr } = await withClients(clients, args);
  equal(status, 4);
  match(
    stderr,
    /docker: it gave no answer within 6 s; podman: it gave no answer within 6 s; ctr: /,
  );
  match(stderr, /\n {2}Check whether its daemon hangs/);
  // What was killed may take a moment to go.
  while (processes().some(({ argv }) => argv.join(" ") === "sleep 3611")) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
});

Deno.test("container: a runtime that hangs is given up soon after another has ended", async () => {
  const args = ["locate", "--url", "http://192.0.2.1:8080/", "--container", "web"];
  const { status, stderr } = await withClients(
    { docker: HANG, podman: "echo '[]'; exit 125" },
    args,
  );
  equal(status, 4);
  // It is not the limit of one call, 6 s, that ended it.
  match(stderr, /docker: it gave no answer in time/);
});
