/** `config check --online`: asks for what nodes will fetch, as a node would. */
import type { ClusterConfig } from "../../cluster_config/mod.ts";
import { type Expectation, mirrorKey, urlTarget } from "../../core/expected/mod.ts";
import type { ExpectedSummaryEvent, ReadableTarget } from "../../core/importer/mod.ts";
import { loadManifest, type Repository } from "../../core/storage/mod.ts";
import { requireAddress } from "../../core/util/address.ts";
import { bucketOf, loadConfig } from "../cluster_config.ts";
import { expectedText, printExpected, readExpected, variablesOf } from "../expected.ts";
import type { Session } from "../session.ts";

const PROGRAMS = ["kubelet", "kubeadm", "kubectl"];

/** Something that keeps nodes from what they need. */
export interface NodeFinding {
  readonly severity: "error" | "warning";
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** What came of it. */
export interface AsNode {
  readonly findings: readonly NodeFinding[];
  readonly summary?: ExpectedSummaryEvent;
}

/**
 * Asks without credentials for the programs of the file's version, and for what `--expect` adds, and
 * looks at their first bytes. Tells each file; gives what is wrong.
 */
export async function askAsNode(
  { file }: ClusterConfig,
  repository: Repository,
  session: Session,
): Promise<AsNode> {
  const { flags, context, report, fetch } = session;
  const { fetchBase, variablesIn } = await loadConfig();
  const bucket = await bucketOf(flags, context, repository.bucket);
  const target = urlTarget(requireAddress(fetchBase(repository, bucket), "ask"), fetch);
  const inFile = variablesIn(file.name, file.text);
  const programs = await programsOf(target, await variablesOf(flags.set, inFile), session);
  const wanted = [...programs, ...await readExpected(flags, inFile) ?? []];
  // Of a bucket, it was shown that it can be written and read; of a web server nothing.
  const severity = repository.user === undefined ? "error" : "warning";
  const findings: NodeFinding[] = programs.length > 0 ? [] : [{ severity, ...NO_VERSION }];
  if (wanted.length === 0) return { findings };
  const summary = await printExpected(target, wanted, "url", session);
  const text = expectedText(summary);
  report.result({ event: "online", message: text.split("\n").at(-2) ?? "" }, text);
  findings.push(...await lookAtPrograms(target, programs, session));
  if (!summary.ok && findings.length === 0) {
    const { expected, present } = summary;
    findings.push({
      severity: "error",
      code: "not-fetched",
      message: `${expected - present} of ${expected} files that nodes will ask for cannot be ` +
        `fetched from ${target.target}`,
      hint: "Import what is missing; it is listed above.",
    });
  }
  return { findings, summary };
}

const NO_VERSION: Omit<NodeFinding, "severity"> = {
  code: "no-version",
  message: "cannot tell which kubelet nodes will ask for: the file has no k8sVersion",
  hint: "Give it: --set kube_version=1.32.4, or the list of files: --expect files-amd64.list",
};

/** The programs of the version that is set; else of those that imports have recorded there. */
async function programsOf(
  target: ReadableTarget,
  variables: ReadonlyMap<string, string>,
  session: Session,
): Promise<Expectation[]> {
  const version = variables.get("kube_version")?.replace(/^v/, "");
  const folders = version === undefined
    ? await recordedFolders(target, session)
    : (await architectures(target, version, variables, session)).map((arch) =>
      folderOf(version, arch)
    );
  return folders.flatMap((folder) =>
    PROGRAMS.map((name) => ({
      key: mirrorKey(`${folder}/${name}`) ?? name,
      url: `https://${folder}/${name}`,
      source: "k8sVersion",
    }))
  );
}

function folderOf(version: string, arch: string): string {
  return `dl.k8s.io/release/v${version}/bin/linux/${arch}`;
}

async function recordedFolders(target: ReadableTarget, { signal }: Session): Promise<string[]> {
  try {
    const { files } = await loadManifest(target, { signal });
    return [...files.keys()].flatMap((key) =>
      /^(dl\.k8s\.io\/release\/v[\d.]+\/bin\/linux\/\w+)\/kubelet$/.exec(key)?.[1] ?? []
    );
  } catch {
    signal.throwIfAborted();
    return [];
  }
}

/** Those that are set; else those whose kubelet is there: a site has nodes of one kind, mostly. */
async function architectures(
  { publicUrl }: ReadableTarget,
  version: string,
  variables: ReadonlyMap<string, string>,
  { fetch, signal }: Session,
): Promise<string[]> {
  const set = variables.get("image_arch") ?? variables.get("host_architecture");
  if (set !== undefined) return set.split(",").map((one) => one.trim());
  const found: string[] = [];
  for (const arch of ["amd64", "arm64"]) {
    const url = publicUrl?.(`${folderOf(version, arch)}/kubelet`);
    if (url === undefined) continue;
    const { status, close } = await fetch(url, { method: "HEAD", signal });
    close();
    if (status !== 404) found.push(arch);
  }
  return found.length === 0 ? ["amd64"] : found;
}

const HEAD_BYTES = 512;

/** What is there instead of programs, each state told once. */
async function lookAtPrograms(
  { publicUrl }: ReadableTarget,
  programs: readonly Expectation[],
  session: Session,
): Promise<NodeFinding[]> {
  const states = new Map<string, { readonly hint: string; readonly urls: string[] }>();
  for (const { key } of programs) {
    const url = publicUrl?.(key);
    const seen = url && await firstBytes(url, session);
    if (url === undefined || seen === undefined) continue;
    const [what, hint] = seen;
    states.getOrInsert(what, { hint, urls: [] }).urls.push(url.href);
  }
  return [...states].map(([what, { hint, urls: [first = "", ...rest] }]) => {
    const others = rest.length === 0 ? "" : ` and ${rest.length} more`;
    return { severity: "error", code: "no-program", message: `${first}${others}: ${what}`, hint };
  });
}

async function firstBytes(url: URL, { fetch, signal }: Session): Promise<Seen | undefined> {
  const headers = { range: `bytes=0-${HEAD_BYTES - 1}` };
  const { status, body, close } = await fetch(url, { method: "GET", headers, signal });
  let text = "";
  for await (const chunk of body) {
    text += new TextDecoder("latin1").decode(chunk.subarray(0, HEAD_BYTES));
    if (text.length >= HEAD_BYTES) break;
  }
  close();
  if (status !== 200 && status !== 206) return refused(status, text);
  return text.startsWith("\x7fELF") ? undefined : described(text);
}

type Seen = readonly [what: string, hint: string];

/** What is sent in place of a program, by its first bytes. */
const IN_ITS_PLACE: readonly (readonly [pattern: RegExp, ...Seen])[] = [
  [/^$/, "it is empty", "Import it again."],
  [
    /^(?!\s*<(?:!doctype|html|head|body|\?xml))/i,
    "it is not a Linux executable",
    "Import it again; see what else writes there.",
  ],
  [
    /<title>index of|directory listing|<h1>index of/i,
    "a directory listing is sent instead",
    "The server reads another folder: see binimport locate.",
  ],
  [
    /password|log\s?in|sign\s?in|<form/i,
    "a login page is sent instead",
    "Nodes have no credentials: allow anonymous access.",
  ],
];

function described(text: string): Seen {
  for (const [pattern, ...seen] of IN_ITS_PLACE) if (pattern.test(text)) return seen;
  return [
    "a web page is sent instead",
    "Another server answers, or one that never answers 404.",
  ];
}

function refused(status: number, text: string): Seen {
  const said = /<Code>(\w{1,64})<\/Code>/.exec(text)?.[1];
  const what = `it answers ${status}${said === undefined ? "" : ` (${said})`}`;
  // To whoever may not know, some S3 servers do not even say that a bucket is missing.
  if (said === "NoSuchBucket" || said === "AccessDenied") {
    return [what, "Check the bucket's name and its anonymous access; an import sets both."];
  }
  return [what, REMEDIES[status] ?? "See the server's log for the reason."];
}

const ANONYMOUS = "Nodes have no credentials: allow anonymous access.";

const REMEDIES: Readonly<Record<number, string>> = {
  401: ANONYMOUS,
  403: ANONYMOUS,
  404: "Import the package of that version there; binimport locate tells where.",
};
