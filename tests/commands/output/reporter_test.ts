import { deepEqual, equal, match } from "node:assert/strict";
import { type OutputOptions, reporter } from "../../../commands/output/reporter.ts";
import type { FileEvent, WarningEvent } from "../../../core/events.ts";
import { captured } from "../test_context.ts";

const DEFAULTS: OutputOptions = {
  json: false,
  quiet: false,
  verbose: false,
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
  const verbose = outputs({ verbose: true });
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
  match(stderr.text(), /\r\x1b\[K\x1b\[1;33mwarning:/);
  const length = stderr.text().length;
  report[Symbol.dispose]();
  equal(stderr.text().length, length, "there is no line to take away any more");
});
