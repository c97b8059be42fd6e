/** `config check --online`: asks for what nodes will fetch, as a node would. */
import { type ClusterConfig, fetchBase, variablesIn } from "../../cluster_config/mod.ts";
import { type Expectation, mirrorKey, urlTarget } from "../../core/expected/mod.ts";
import type { ExpectedSummaryEvent, ReadableTarget } from "../../core/importer/mod.ts";
import { loadManifest, type Repository } from "../../core/storage/mod.ts";
import { requireAddress } from "../../core/util/address.ts";
import { bucketOf } from "../cluster_config.ts";
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

/** Asks without credentials for the programs of the file's version, and for what `--expect` adds. */
export async function askAsNode(
  { file }: ClusterConfig,
  repository: Repository,
  session: Session,
): Promise<{ findings: readonly NodeFinding[]; summary?: ExpectedSummaryEvent }> {
  const { flags, report, fetch } = session;
  const variablesOfFile = variablesIn(file.name, file.text);
  const base = fetchBase(repository, bucketOf(session, repository));
  const target = urlTarget(requireAddress(base, "ask"), fetch);
  const variables = await variablesOf(flags.set, variablesOfFile);
  const programs = await programsOf(target, variables, session);
  const wanted = [...programs, ...await readExpected(flags, variablesOfFile) ?? []];
  const findings: NodeFinding[] = programs.length > 0 ? [] : [{
    // Of a bucket, it was shown that it can be written and read; of a web server nothing.
    severity: repository.user === undefined ? "error" : "warning",
    code: "no-version",
    message: "cannot tell which kubelet nodes will ask for: the file has no k8sVersion",
    hint: "Give it: --set kube_version=1.32.4, or the list of files: --expect files-amd64.list",
  }];
  if (wanted.length === 0) return { findings };
  const summary = await printExpected(target, wanted, "url", session);
  const text = expectedText(summary);
  report.result({ event: "online", message: text.split("\n").at(-2) ?? "" }, text);
  findings.push(...await lookAtPrograms(target, programs, session));
  if (!summary.ok && findings.length === 0) {
    const { expected, present } = summary;
    const files = `${expected - present} of ${expected} files that nodes will ask for`;
    const message = `${files} cannot be fetched from ${target.target}`;
    const hint = "Import what is missing; it is listed above.";
    findings.push({ severity: "error", code: "not-fetched", message, hint });
  }
  return { findings, summary };
}

/** The programs of the version that is set; else of those that imports have recorded there. */
async function programsOf(
  target: ReadableTarget,
  variables: ReadonlyMap<string, string>,
  session: Session,
): Promise<Expectation[]> {
  const version = variables.get("kube_version")?.replace(/^v/, "");
  const set = variables.get("image_arch") ?? variables.get("host_architecture");
  const folderOf = (arch: string) => `dl.k8s.io/release/v${version}/bin/linux/${arch.trim()}`;
  const folders = version === undefined
    ? await recordedFolders(target, session)
    : set !== undefined
    ? set.split(",").map(folderOf)
    : await foldersThere(target, ["amd64", "arm64"].map(folderOf), session);
  return folders.flatMap((folder) =>
    PROGRAMS.map((name) => ({
      key: mirrorKey(`${folder}/${name}`) ?? name,
      url: `https://${folder}/${name}`,
      source: "k8sVersion",
    }))
  );
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

/** Those whose kubelet is there, else the first: a site has nodes of one architecture, mostly. */
async function foldersThere(
  { publicUrl }: ReadableTarget,
  folders: readonly string[],
  { fetch, signal }: Session,
): Promise<string[]> {
  const found: string[] = [];
  for (const folder of folders) {
    const url = publicUrl?.(`${folder}/kubelet`);
    if (url === undefined) continue;
    const { status, close } = await fetch(url, { method: "HEAD", signal });
    close();
    if (status !== 404) found.push(folder);
  }
  return found.length === 0 ? folders.slice(0, 1) : found;
}

/** What is there instead of programs, each state told once. */
async function lookAtPrograms(
  { publicUrl }: ReadableTarget,
  programs: readonly Expectation[],
  session: Session,
): Promise<NodeFinding[]> {
  const seen: (readonly [href: string, ...Seen])[] = [];
  for (const url of programs.flatMap(({ key }) => publicUrl?.(key) ?? [])) {
    const state = await firstBytes(url, session);
    if (state !== undefined) seen.push([url.href, ...state]);
  }
  return [...Map.groupBy(seen, ([, what]) => what).values()].map(([first, ...rest]) => {
    const [href, what, hint] = first ?? ["", "", ""];
    const others = rest.length === 0 ? "" : ` and ${rest.length} more`;
    return { severity: "error", code: "no-program", message: `${href}${others}: ${what}`, hint };
  });
}

type Seen = readonly [what: string, hint: string];

const HEAD_BYTES = 512;

async function firstBytes(url: URL, { fetch, signal }: Session): Promise<Seen | undefined> {
  const headers = { range: `bytes=0-${HEAD_BYTES - 1}` };
  const { status, body, close } = await fetch(url, { method: "GET", headers, signal });
  let text = "";
  for await (const chunk of body) {
    text += new TextDecoder("latin1").decode(chunk.subarray(0, HEAD_BYTES));
    if (text.length >= HEAD_BYTES) break;
  }
  close();
  if (status === 200 || status === 206) {
    return IN_ITS_PLACE.find(([pattern]) => pattern.test(text))?.[1];
  }
  const said = /<Code>(\w{1,64})<\/Code>/.exec(text)?.[1] ?? "";
  const what = `it answers ${status}${said && ` (${said})`}`;
  return [what, REMEDIES[said] ?? REMEDIES[status] ?? "See the server's log for the reason."];
}

const ANONYMOUS = "Nodes have no credentials: allow anonymous access.";

/** What is sent in place of a program, by its first bytes; nothing for a program. */
const IN_ITS_PLACE: readonly (readonly [pattern: RegExp, seen: Seen | undefined])[] = [
  [/^\x7fELF/, undefined],
  [/^$/, ["it is empty", "Import it again."]],
  [
    /^(?!\s*<(?:!doctype|html|head|body|\?xml))/i,
    ["it is not a Linux executable", "Import it again; see what else writes there."],
  ],
  [
    /<title>index of|directory listing|<h1>index of/i,
    [
      "a directory listing is sent instead",
      "The server reads another folder: see binimport locate.",
    ],
  ],
  [/password|log\s?in|sign\s?in|<form/i, ["a login page is sent instead", ANONYMOUS]],
  [
    /^/,
    ["a web page is sent instead", "Another server answers, or one that never answers 404."],
  ],
];

/** To whoever may not know, some S3 servers do not even say that a bucket is missing. */
const BUCKET = "Check the bucket's name and its anonymous access; an import sets both.";

/** By the status, or by the code in its answer. */
const REMEDIES: Readonly<Record<string, string>> = {
  NoSuchBucket: BUCKET,
  AccessDenied: BUCKET,
  401: ANONYMOUS,
  403: ANONYMOUS,
  404: "Import the package of that version there; binimport locate tells where.",
};
