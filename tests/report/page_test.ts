import { doesNotMatch, equal, match } from "node:assert/strict";
import { reportPage } from "../../report/page.ts";
import type { Origin, RunData, RunFile } from "../../report/record.ts";

const TARGET = "nginx-fs:/srv/www";
const HOSTILE = `"><img src=//evil.example/x onerror=alert(1)><script>alert(1)</script>`;

const ORIGIN: Origin = {
  version: "1.2.3",
  host: HOSTILE,
  user: "root",
  command: `binimport verify ${HOSTILE}`,
  system: "Deno 2",
  language: "C.UTF-8",
};

const DATA: RunData = {
  verb: "verify",
  ...ORIGIN,
  started: new Date("2026-11-25T15:00:00Z"),
  seconds: 2.5,
  ok: false,
  dryRun: false,
  packages: [{ name: `${HOSTILE}.tar.gz`, size: 100 }],
  ways: [{
    target: TARGET,
    url: "http://10.0.1.1:8080/",
    asked: true,
    steps: [{ text: `location ~ ${HOSTILE}`, file: "/etc/nginx/nginx.conf", line: 7 }],
  }],
  files: [
    file("github.com/a", "ok"),
    file(`github.com/${HOSTILE}`, "different", `${HOSTILE} instead`),
    file("b", "missing"),
  ],
  samples: Array.from({ length: 20 }, (_, i) => ({ seconds: i / 10, bytes: i * 1e6 })),
  warnings: [{ event: "warning", code: "x", message: HOSTILE, hint: HOSTILE }],
  expected: [],
  fetched: [],
  errors: [{ event: "error", code: "target", message: HOSTILE, retryable: false }],
};

function file(key: string, outcome: RunFile["outcome"], detail?: string): RunFile {
  const known = { size: 10, sha256: "a".repeat(64) };
  return { key, outcome, target: TARGET, ...known, ...(detail === undefined ? {} : { detail }) };
}

Deno.test("report: one file that asks nobody for anything, whatever stands in it", () => {
  const page = reportPage(DATA);
  equal(
    page.match(/<script|<img|<iframe|<object|<link(?! rel="icon" href="data:)|@import|url\(/g),
    null,
  );
  const tags = page.match(/<[a-z][^>]*>/g)?.map((tag) => tag.replace(/"[^"]*"/g, '""')) ?? [];
  const asking = tags.filter((tag) => /\s(?:src|href|action|srcset|data|style|on\w+)=/.test(tag));
  equal(asking.join(""), '<link rel="" href="">'); // the icon, which is data
  match(page, /http-equiv="Content-Security-Policy" content="default-src 'none';/);
});

Deno.test("report: what is expected, who has fetched it, and where this was made", () => {
  const asked: RunData = {
    ...DATA,
    expected: [
      { event: "expected", key: HOSTILE, state: "missing", nearest: HOSTILE, target: TARGET },
      { event: "expected", key: "a/present", state: "present", target: TARGET },
    ],
    fetched: [{ event: "fetched", key: HOSTILE, clients: 12, of: 14 }],
  };
  const page = reportPage(asked);
  match(page, /1 file of 2 that nodes will ask for cannot be relied on/);
  match(page, /What nodes will ask for[^]*1 missing[^]*1 present[^]*12 of 14 nodes, whole/);
  match(page, /binimport 1\.2\.3, Deno 2[^]*binimport verify/);
  const well: RunData = { ...asked, errors: [], files: [], warnings: [], ok: true };
  doesNotMatch(reportPage(well), /are verified/, "something is missing");
});

Deno.test("report: what differs comes with what to do", () => {
  const page = reportPage(DATA);
  match(page, /Failed: not everything could be verified[^]*as root ·[^]*binimport verify/);
  match(page, /2 files failed verification[\s\S]*Import the packages again/);
  doesNotMatch(page, /Nodes can fetch them/);
});

Deno.test("report: no claim that nothing has proved", () => {
  const [way] = DATA.ways;
  if (way === undefined) throw new Error("there is one");
  const good = { ...DATA, ok: true, files: [file("a", "written")], warnings: [], errors: [] };
  const unproved = reportPage({ ...good, verb: "import", ways: [{ ...way, asked: false }] });
  match(unproved, /was not asked for them/);
  doesNotMatch(unproved, /Nodes can fetch them/);
  match(
    reportPage({ ...good, verb: "import" }),
    /Nodes can fetch them[\s\S]*files_repo: &quot;http:\/\/10\.0\.1\.1:8080&quot;[^]*get_helm_url/,
  );
  match(reportPage({ ...good, dryRun: true }), /Nothing was written/);
});

Deno.test("report: thousands of files make no wall", () => {
  const files = Array.from(
    { length: 5000 },
    (_, i) => file(`host${i % 40}.example/${i}`, "written"),
  );
  const page = reportPage({ ...DATA, files });
  equal(page.match(/<details>/g)?.length, 40);
  equal(page.match(/^ a{64} {5}10 B \d+$/gm)?.length, 5000);
  match(page, /28 others/);
  match(reportPage({ ...DATA, files, language: "zh" }), /其他 28 个/);
});

Deno.test("report: 11,000 files take less than 1 MB, each folder and digest once", () => {
  const names = Array.from(
    { length: 11_000 },
    (_, i) => `pool/main/p${i % 300}/package-${i}_amd64.deb`,
  );
  const files = names.map((name) => file(`mirror.example.org/debian/${name}`, "unchanged"));
  const page = reportPage({
    ...DATA,
    files: [...files, file("mirror.example.org/gone", "missing")],
  });
  equal(page.length < 1_000_000, true, `${page.length}`);
  equal(page.match(/pool\/main\/p7\/$/gm)?.length, 1);
  match(page, /first 16 digits/);
  match(page, /gone <span class="badge bad">/);
});

Deno.test("report: a failed import says so, and why comes next", () => {
  const failed = { ...DATA, verb: "import", files: [], ways: [] } as const;
  match(
    reportPage(failed),
    /Failed: nothing was imported[^]*<h2 id="advice">What to do<\/h2>\n<div class="note bad">/,
  );
  const half = { ...failed, files: [file("a", "written"), file("b", "would-write")] };
  match(reportPage(half), /Failed: 1 of 2 files were imported/);
});

Deno.test("report: in Chinese, but for the names of others", () => {
  const files = [file("Files", "missing"), file("{0} files", "ok")];
  const page = reportPage({ ...DATA, files, language: "zh_CN.UTF-8" });
  match(page, /<html lang="zh">[^]*校验报告[^]*失败：有文件未通过校验[^]*2 个文件/);
  match(page, />Files<\/td>/);
  match(page, />{0} files<\/td>/);
  doesNotMatch(page, /[\x01-\x03]/);
  match(reportPage({ ...DATA, language: "fr_FR" }), /<html lang="en">[^]*Verification report/);
});
