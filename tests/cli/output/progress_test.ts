import { deepEqual, equal, match } from "node:assert/strict";
import { progressLine, ProgressView, targetLine } from "../../../cli/output/progress.ts";

const READING = { phase: "reading", done: 138e6, total: 275e6, elapsed: 0.7 } as const;

Deno.test("the progress line tells bytes, rate, time left and the file", () => {
  equal(
    progressLine({ ...READING, current: "dl.k8s.io/kubelet" }, 110),
    "Importing  [############------------]   50%  138 MB of 275 MB  197 MB/s  0.7 s left  dl.k8s.io/kubelet",
  );
});

Deno.test("the progress line without a total, as of standard input", () => {
  equal(progressLine({ phase: "reading", done: 5e6, elapsed: 0.1 }, 80), "Importing  5.0 MB");
});

Deno.test("the progress line of verifying counts checks", () => {
  const state = { phase: "verifying", done: 2, total: 4, elapsed: 0, current: "a/b" } as const;
  equal(progressLine(state, 80), "Verifying  [############------------]   50%  2 of 4 checks  a/b");
});

Deno.test("never more than there are", () => {
  const state = { phase: "verifying", done: 9, total: 8, elapsed: 0 } as const;
  match(progressLine(state, 80), / 100% {2}8 of 8 checks$/);
});

Deno.test("time left: the last file may be the largest by far, and bytes count as files do", () => {
  const state = { phase: "verifying", done: 7, total: 8, bytes: 1e6, totalBytes: 2e9 } as const;
  match(progressLine({ ...state, elapsed: 1 }, 90), /33:19 left/);
  match(progressLine({ ...state, bytes: 1.9e9, elapsed: 70 }, 90), /10 s left/);
  equal(/left/.test(progressLine({ ...state, bytes: 0, elapsed: 8 }, 90)), false);
});

Deno.test("on a narrow terminal what is needed least is left out first", () => {
  const widths = [120, 80, 70, 60, 45, 40, 20, 6, 3];
  const lines = widths.map((width) => progressLine(READING, width));
  deepEqual(lines.map((line, i) => line.length <= (widths[i] ?? 0)), widths.map(() => true));
  deepEqual(lines.slice(2), [
    "Importing  [#####-----]   50%  138 MB of 275 MB  197 MB/s  0.7 s left",
    "Importing   50%  138 MB of 275 MB  197 MB/s  0.7 s left",
    "Importing   50%  138 MB of 275 MB  0.7 s left",
    "Importing   50%  138 MB of 275 MB",
    "Importing   50%",
    " 50%",
    "",
  ]);
});

Deno.test("a long name keeps its end, and no name moves the cursor", () => {
  const at = (current: string) => progressLine({ ...READING, current }, 105);
  match(
    at("github.com/containerd/containerd/releases/download/v1.7.23/containerd.tgz"),
    /left {2}\.\.\..*containerd\.tgz$/,
  );
  match(at("\x1b[2J\r\n名"), / {2}\?\[2J\?\?\?$/);
});

Deno.test("a target's line tells what went there", () => {
  const state = {
    target: "minio:http://10.0.1.1:9000/kubean",
    bytes: 138e6,
    elapsed: 2,
    current: "a/kubelet",
  };
  equal(
    targetLine(state, 100),
    "  minio:http://10.0.1.1:9000/kubean  138 MB  69.0 MB/s  a/kubelet",
  );
  equal(targetLine(state, 50), "  ...ttp://10.0.1.1:9000/kubean  138 MB  69.0 MB/s");
  equal(targetLine(state, 10).length <= 10, true);
});

Deno.test("with several targets each has a line, with one it is in the first line", () => {
  const view = new ProgressView();
  deepEqual(view.lines(80, 0), []);
  view.update({ event: "progress", phase: "reading", done: 50, total: 100 }, 0);
  view.wrote("nginx-fs:/srv/www", "h/file-number-one", 1000, 0);
  equal(view.lines(120, 1000).length, 1);
  match(view.lines(120, 1000)[0] ?? "", / {2}h\/file-number-one$/);
  view.wrote("minio:http://m/b", "h/file-number-two", 500, 0);
  view.wrote("minio:http://m/b", "h/file-number-two", 500, 10);
  deepEqual(view.lines(120, 1000).slice(1), [
    "  nginx-fs:/srv/www  1.0 KB  1.0 KB/s  h/file-number-one",
    "  minio:http://m/b  1.0 KB  1.0 KB/s  h/file-number-two",
  ]);
  view.update({ event: "progress", phase: "verifying", done: 1, total: 2, current: "x" }, 2000);
  equal(view.lines(120, 2000).length, 1);
});
