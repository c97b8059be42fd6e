import { deepEqual, equal, match } from "node:assert/strict";
import { LiveLines } from "../../../cli/output/progress.ts";
import { reporter } from "../../../cli/output/reporter.ts";
import type { OutputOptions } from "../../../cli/output/text.ts";
import { textOutput } from "../../../cli/process.ts";
import type { FileEvent, WarningEvent } from "../../../core/importer/events.ts";
import { captured } from "../../support/cli/test_context.ts";

const DEFAULTS: OutputOptions = {
  json: false,
  quiet: false,
  verbose: 0,
  progress: true,
  color: "auto",
};

const file: FileEvent = {
  event: "file",
  key: "k",
  size: 5,
  sha256: "0".repeat(64),
  action: "written",
  target: "memory:",
};
const warning: WarningEvent = { event: "warning", code: "w", message: "look out", hint: "do this" };

function outputs(
  options: Partial<OutputOptions>,
  terminal?: number,
  env: Record<string, string> = {},
) {
  const stdout = captured();
  const stderr = captured(terminal);
  const report = reporter({ stdout, stderr, env: (name) => env[name] }, {
    ...DEFAULTS,
    ...options,
  });
  return { report, stdout, stderr };
}

Deno.test("text: warnings on standard error, files only when verbose", () => {
  const { report, stdout, stderr } = outputs({});
  report.emit(file);
  report.emit(warning);
  deepEqual([stdout.text(), stderr.text()], ["", "warning: look out\n  do this\n"]);
  const verbose = outputs({ verbose: 1 });
  verbose.report.emit(file);
  equal(verbose.stderr.text(), "written           5 B  k\n");
});

Deno.test("quiet: neither files nor warnings", () => {
  const { report, stdout, stderr } = outputs({ quiet: true });
  report.emit(file);
  report.emit(warning);
  deepEqual([stdout.text(), stderr.text()], ["", ""]);
});

Deno.test("json: every event is a line on standard output", () => {
  const { report, stdout } = outputs({ json: true });
  report.emit(file);
  report.emit(warning);
  deepEqual(stdout.text().trimEnd().split("\n").map((line) => JSON.parse(line)), [file, warning]);
});

Deno.test("colour: on a terminal, unless NO_COLOR or --color never", () => {
  const shown = (options: Partial<OutputOptions>, terminal?: number, env = {}) => {
    const { report, stderr } = outputs(options, terminal, env);
    report.emit(warning);
    return stderr.text().includes("\x1b[1;33m");
  };
  deepEqual(
    [shown({}, 80), shown({}), shown({}, 80, { NO_COLOR: "1" }), shown({ color: "never" }, 80)],
    [true, false, false, false],
  );
  equal(shown({ color: "always" }), true);
});

Deno.test("the progress line gives way to other lines, and is taken away at the end", () => {
  const { report, stderr } = outputs({}, 80);
  report.emit({ event: "progress", phase: "reading", done: 1, total: 2 });
  match(stderr.text(), /^\rImporting.*50%/);
  report.emit(warning);
  match(stderr.text(), /\r\x1b\[J\x1b\[1;33mwarning:.*\n.*\n\rImporting.*50%/);
  report[Symbol.dispose]();
  match(stderr.text(), /\r\x1b\[J$/);
  const { length } = stderr.text();
  report[Symbol.dispose]();
  equal(stderr.text().length, length, "there is no line to take away any more");
});

Deno.test("lines for several targets are drawn over the former ones, without erasing them first", () => {
  const output = captured(80);
  const live = new LiveLines(output);
  live.show(["a", "b", "c"], 80);
  equal(output.text(), "\ra\x1b[K\nb\x1b[K\nc\x1b[K");
  live.show(["d"], 80);
  equal(output.text().split("c\x1b[K")[1], "\r\x1b[2Ad\x1b[K\x1b[J");
  live.clear(80);
  live.clear(80);
  equal(output.text().split("d\x1b[K\x1b[J")[1], "\r\x1b[J");
});

Deno.test("a terminal that became narrower has wrapped the lines, and all of them go", () => {
  const output = captured(80);
  const live = new LiveLines(output);
  live.show(["x".repeat(75), "y".repeat(30)], 80);
  const before = output.text().length;
  live.show(["z"], 40);
  equal(output.text().slice(before), "\r\x1b[2Az\x1b[K\x1b[J");
});

Deno.test("events that people need not see leave the progress alone", () => {
  const { report, stderr } = outputs({}, 80);
  report.emit({ event: "progress", phase: "reading", done: 1, total: 2 });
  const before = stderr.text();
  report.emit({ event: "plan", files: 1, bytes: 1, targets: [] });
  report.emit(file);
  report.result({ event: "file" }, "");
  equal(stderr.text(), before);
  report.emit({ event: "progress", phase: "publishing", done: 0, total: 2 });
  match(stderr.text().slice(before.length), /^\rPublishing/, "a phase shows as soon as it begins");
});

Deno.test("who stops it finds a clean line, and nothing is drawn any more", () => {
  const stop = new AbortController();
  const [stdout, stderr] = [captured(), captured(80)];
  const context = { stdout, stderr, env: () => undefined, signal: stop.signal };
  using report = reporter(context, DEFAULTS);
  report.emit({ event: "progress", phase: "reading", done: 1, total: 2, current: "k".repeat(200) });
  equal((stderr.text().slice(1, -3)).length <= 76, true, "there is room for ^C");
  stop.abort();
  match(stderr.text(), /\r\x1b\[J$/);
  const before = stderr.text();
  report.emit({ event: "progress", phase: "verifying", done: 1, total: 2 });
  equal(stderr.text(), before);
});

Deno.test("messages are wrapped at words, and addresses kept whole", () => {
  const { report, stderr } = outputs({ color: "never" }, 40);
  report.warn(
    "w",
    "This sentence is longer than forty columns",
    "See http://10.0.1.1:8080/a/very/long/path/that/does/not/fit there",
  );
  equal(
    stderr.text(),
    "warning: This sentence is longer than\n  forty columns\n  See\n  http://10.0.1.1:8080/a/very/long/path/that/does/not/fit\n  there\n",
  );
});

Deno.test("a dumb terminal and a log get whole lines, seldom", () => {
  for (const [terminal, env] of [[80, { TERM: "dumb" }], [undefined, {}]] as const) {
    const { report, stderr } = outputs({}, terminal, env);
    using _ = report;
    report.emit({ event: "progress", phase: "reading", done: 1, total: 2 });
    report.wrote("memory:", "k", 5);
    equal(stderr.text(), "", "not in the first seconds");
  }
});

Deno.test("in a log, no progress line follows each line of -v", () => {
  const { report, stderr } = outputs({ verbose: 1 });
  using _ = report;
  report.emit({ event: "progress", phase: "publishing", done: 1, total: 2 });
  report.debug("decided");
  report.emit(file);
  equal(stderr.text(), "debug: decided\nwritten           5 B  k\n");
});

Deno.test("a terminal without UTF-8 gets ASCII, all else every byte", () => {
  const written = (isTerminal: boolean, env: Record<string, string>) => {
    let text = "";
    const writeSync = (bytes: Uint8Array) => {
      text += new TextDecoder().decode(bytes);
      return bytes.length;
    };
    textOutput({ isTerminal: () => isTerminal, writeSync }, (name) => env[name])
      .write("PASSWORD=… → 名");
    return text;
  };
  const [ascii, all] = ["PASSWORD=... -> ?", "PASSWORD=… → 名"];
  equal(written(true, { LANG: "C.UTF-8", LC_ALL: "C" }), ascii);
  equal(written(true, {}), ascii);
  equal(written(true, { LANG: "en_US.UTF-8" }), all);
  equal(written(true, { LANG: "zh_CN.utf8" }), all);
  equal(written(false, {}), all);
});

Deno.test("while a source stalls the line is drawn anew, and no more after the end", async () => {
  const { report, stderr } = outputs({}, 120);
  report.emit({ event: "progress", phase: "reading", done: 1e6, total: 2e6 });
  const drawn = () => stderr.text().split("\r").slice(1);
  equal(drawn().length, 1);
  while (drawn().length < 3) await new Promise((resolve) => setTimeout(resolve, 50));
  const left = drawn().map((line) => Number(/ ([\d.]+) s left/.exec(line)?.[1] ?? 0));
  equal((left[0] ?? 0) < (left[1] ?? 0) && (left[1] ?? 0) < (left[2] ?? 0), true, `${left}`);
  report.emit(warning);
  const told = drawn().length;
  while (drawn().length === told) await new Promise((resolve) => setTimeout(resolve, 50));
  report.result({ event: "summary" }, "done\n");
  const ended = stderr.text();
  await new Promise((resolve) => setTimeout(resolve, 1200));
  equal(stderr.text(), ended);
});
