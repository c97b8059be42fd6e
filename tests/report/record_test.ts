import { deepEqual, equal, ok } from "node:assert/strict";
import { ratesOf } from "../../report/plots.ts";
import { type RunRecord, runRecord } from "../../report/record.ts";
import { stopClock } from "../support/clock.ts";

const TARGET = "nginx-fs:/srv/www";

function imported(): RunRecord {
  const record = runRecord("import", {
    version: "1.2.3",
    host: "h",
    command: "binimport import",
    system: "Deno",
    user: "root",
    language: "C",
  });
  record.addWay({ target: TARGET, asked: false, steps: [] });
  record.add({
    event: "file",
    key: "dl.k8s.io/kubelet",
    size: 10,
    sha256: "a".repeat(64),
    action: "written",
    target: TARGET,
  });
  return record;
}

const SUMMARY = {
  event: "summary",
  files: 1,
  written: 1,
  unchanged: 0,
  bytes: 10,
  seconds: 1,
  dryRun: false,
  targets: [],
} as const;

Deno.test("record: only a run that came to its end without an error is all right", () => {
  const cut = imported();
  equal(cut.data().ok, false);
  const whole = imported();
  whole.add({ ...SUMMARY, ok: true });
  equal(whole.data().ok, true);
  whole.add({ event: "error", code: "no-space", message: "Cannot write", retryable: false });
  equal(whole.data().ok, false);
  const partly = imported();
  partly.add({ ...SUMMARY, ok: false });
  equal(partly.data().ok, false);
});

Deno.test("record: samples stay few, however long it takes", () => {
  const record = imported();
  using clock = stopClock();
  for (let i = 1; i <= 20_000; i++) {
    clock.pass(100);
    record.add({ event: "progress", phase: "reading", done: i * 1000 });
  }
  const { samples } = record.data();
  ok(samples.length <= 4096, `${samples.length} samples`);
  equal(samples.at(-1)?.bytes, 20_000_000);
});

Deno.test("rates: as much as was read, stretch by stretch", () => {
  const steady = Array.from({ length: 101 }, (_, i) => ({ seconds: 1 + i / 10, bytes: i * 500 }));
  const found = ratesOf(steady);
  deepEqual([found?.from, found?.to], [1, 11]);
  const stretch = 10 / (found?.rates.length ?? NaN);
  const read = found?.rates.reduce((sum, rate) => sum + rate * stretch, 0) ?? NaN;
  ok(Math.abs(read - 50_000) < 1e-6, String(read));
});

Deno.test("rates: none of too little", () => {
  equal(ratesOf([]), undefined);
  equal(ratesOf(Array.from({ length: 20 }, () => ({ seconds: 1, bytes: 5 }))), undefined);
  equal(ratesOf([{ seconds: 0, bytes: 0 }, { seconds: 1, bytes: 5 }]), undefined);
});
