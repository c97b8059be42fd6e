import { deepEqual } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { readAccessLogs } from "../../cli/verify/access_log.ts";
import { accessLine } from "../../serve/access_log.ts";
import { failsWith } from "../support/fails_with.ts";

const REQUEST = {
  event: "request" as const,
  time: "2026-11-30T10:41:11.868Z",
  client: "10.0.0.1",
  method: "GET",
  path: "/a%20b/kubelet?x",
  status: 200,
  bytes: 7,
  seconds: 0.1,
  agent: "curl",
};

Deno.test("access log: who has got the whole of a file, in each form", async () => {
  const lines = [
    accessLine(REQUEST),
    accessLine({ ...REQUEST, client: "10.0.0.2", broken: "the client went away" }),
    accessLine({ ...REQUEST, client: "10.0.0.3", status: 206 }),
    accessLine({ ...REQUEST, client: "10.0.0.4", bytes: 6 }),
    accessLine({ ...REQUEST, client: "10.0.0.5", method: "HEAD" }),
    `${JSON.stringify({ ...REQUEST, client: "10.0.0.6" })}\n`,
    `${JSON.stringify({ ...REQUEST, client: "10.0.0.7", broken: "x" })}\n`,
    '10.0.0.8 - - [30/Nov/2026:10:00:00 +0000] "GET /kubean/a%20b/kubelet HTTP/1.1" 200 7 "-" "x"\n',
    '10.0.0.9 - - [30/Nov/2026:10:00:00 +0000] "GET /other HTTP/1.1" 200 3 "-" "x"\n',
    'h:80 10.0.0.10 - - [30/Nov/2026:10:00:00 +0000] "GET /a%20b/kubelet HTTP/1.1" 200 297 "-" "x"\n',
    '10.0.0.11 - - [30/Nov/2026:10:00:00 +0000] "GET /a%20b/kubelet HTTP/1.1" 200 7 "-" "x" 0.1 "-"\n',
    'fd00::1 - - [30/Nov/2026:10:00:00 +0000] "GET /a%20b/kubelet HTTP/1.1" 200 7 "-" "x"\n',
    "no line of a log\n{ cut",
  ];
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(file, lines.join(""));
    const keys = [{ key: "a b/kubelet", size: 7 }, { key: "none" }];
    deepEqual(await readAccessLogs([file, file], keys), [
      { event: "fetched", key: "a b/kubelet", clients: 6, of: 8 },
      { event: "fetched", key: "none", clients: 0, of: 8 },
    ]);
  } finally {
    await Deno.remove(file);
  }
  await failsWith("usage", /of --access-log/, readAccessLogs(["/none"], []));
  const other = fileURLToPath(import.meta.url);
  await failsWith("usage", /no line of such a log$/, readAccessLogs([other], []));
});
