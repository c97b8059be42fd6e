/** `adapter check` as a user runs it: in a process of its own, whatever the adapter does there. */
import assert from "node:assert/strict";
import { binimport, type Ended } from "../support/e2e/run.ts";
import { type PluginChanges, pluginOnDisk } from "../support/plugin_files.ts";

/** A folder-backed plug-in is `adapter new`'s; this one keeps a map, which no other process sees. */
async function check(changes: PluginChanges, ...args: string[]): Promise<Ended> {
  using plugin = pluginOnDisk(changes);
  return await binimport(["adapter", "check", plugin.path, ...args]);
}

Deno.test("e2e: a fresh template passes with no options, in a folder that is lent", async () => {
  const folder = await Deno.makeTempDir({ prefix: "binimport-e2e-" });
  try {
    const options = { cwd: folder };
    assert.equal((await binimport(["adapter", "new", "mine.ts"], options)).status, 0);
    const text = await binimport(["adapter", "check", "./mine.ts"], options);
    assert.equal(text.status, 0, text.stdout);
    assert.match(text.stdout, /^passed {3}target and capabilities make sense\n/);
    assert.match(text.stdout, /passed {3}files and connections are closed again\n/);
    assert.match(text.stdout, /\n\.\/mine\.ts: \d+ passed, 0 failed, 4 skipped in /);
    const place = `${folder}/occupied`;
    await Deno.mkdir(place);
    await Deno.writeTextFile(`${place}/file`, "somebody's");
    const occupied = await binimport(
      ["adapter", "check", "./mine.ts", "--folder", place, "--json"],
      options,
    );
    assert.equal(occupied.status, 2);
    assert.match(occupied.stderr, /Cannot check with mine:.*: it is not empty, it holds "file"/);
    assert.deepEqual(occupied.events().map(({ code }) => code), ["usage"]);
    const events = (await binimport(["adapter", "check", "mine.ts", "--json"], options)).events();
    const { event, ok, adapter, failed } = events.at(-1) ?? {};
    assert.deepEqual([event, ok, adapter, failed], ["summary", true, "mine.ts", 0]);
    assert.equal(events.filter((one) => one["event"] === "case").length, events.length - 1);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("e2e: a built-in adapter is checked by name, in a folder that is lent", async () => {
  const { status, stdout } = await binimport(["adapter", "check", "nginx-fs", "-q"]);
  assert.equal(status, 0, stdout);
  assert.match(stdout, /^nginx-fs: \d+ passed, 0 failed, \d+ skipped in [^\n]+\n$/);
});

interface Breach {
  readonly changes: PluginChanges;
  /** The case that is to fail, and why. */
  readonly failure: RegExp;
}

/** Each wrong in one way that only a process of its own survives, or shows. */
const breaches: Readonly<Record<string, Breach>> = {
  "computes for ever when it is aborted": {
    changes: {
      adapter: `async put(key, source, options) {
        if (options?.signal?.aborted) for (;;);
        objects.set(key, await collect(key, source, options, host));
        return info(key);
      },`,
    },
    failure:
      /FAILED {3}put: a signal that is aborted already\n +expected the case to end, got a process that was busy/,
  },
  "ends the program": {
    changes: { adapter: "async remove() { Deno.exit(0); }," },
    failure:
      /FAILED {3}remove, and .*\n +Cannot continue with adapter .*: it ends the program, by status 0\n/,
  },
  "kills the process": {
    changes: { adapter: 'async remove() { Deno.kill(Deno.pid, "SIGKILL"); },' },
    failure: /FAILED {3}.*\n +expected the case to end, got the end of the process, status 137/,
  },
  "leaves files open": {
    changes: {
      adapter: `async get(key) {
        Deno.openSync("/dev/null");
        if (!objects.has(key)) throw host.error("not-found", "Cannot read: no such object");
        return new Blob([objects.get(key)]).stream();
      },`,
    },
    failure:
      /FAILED {3}files and connections are closed again\n +expected \d+ open files.*\/dev\/null\n/,
  },
  "has a program print": {
    changes: {
      adapter: `async remove(key) {
        new Deno.Command("echo", { args: ["removed"], stdout: "inherit" }).outputSync();
        objects.delete(key);
      },`,
    },
    failure:
      /FAILED {3}nothing is printed to standard output\n +expected nothing on standard output, got "removed/,
  },
  "rejects a promise that nobody awaits": {
    changes: {
      adapter: `async stat(key) {
        if (key.endsWith("neighbour")) return;
        if (key.endsWith("/durable")) Promise.reject(new Error("stray"));
        return objects.has(key) ? info(key) : undefined;
      },`,
    },
    failure: /FAILED {3}.*\n +Cannot continue with adapter .*: stray\n/,
  },
  "never settles": {
    changes: { adapter: "put: () => new Promise(() => {}), stage: () => new Promise(() => {})," },
    failure:
      /FAILED .*\n +expected the case to end, got nothing for 10 s\n[^]*skipped {2}.*: 3 cases before it did not end\n/,
  },
};

Deno.test("e2e: an adapter that misbehaves is judged, with status 5, within a minute", async (t) => {
  // All at once, since some wait for what never comes.
  const judged = await Promise.all(
    Object.entries(breaches).map(async ([what, { changes, failure }]) => {
      return { what, failure, ended: await check(changes) };
    }),
  );
  for (const { what, failure, ended: { status, stdout } } of judged) {
    await t.step(`it ${what}`, () => {
      assert.match(stdout, failure);
      assert.equal(status, 5);
      assert.match(stdout, /: \d+ passed, [1-9]\d* failed, \d+ skipped in [\d.:]+(?: s)?\n$/);
    });
  }
});

Deno.test("e2e: adapter check of what is none is a usage error", async () => {
  const absent = await binimport(["adapter", "check", "./absent.ts"]);
  assert.equal(absent.status, 2);
  assert.match(absent.stderr, /^error: Cannot load adapter "\.\/absent\.ts": no such file\n/);
  const nothing = await check({ factory: "apiVersion: 7" });
  assert.equal(nothing.status, 2);
  assert.match(nothing.stderr, /its apiVersion is 7/);
  const foreign = await binimport(["adapter", "check", "nginx-fs", "--bucket", "b"]);
  assert.equal(foreign.status, 2);
});
