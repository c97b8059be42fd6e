/** Whether what the block says can work. */
import { isMap, isScalar, Scalar } from "yaml";
import { type Block, readBlock } from "../block.ts";
import type { ClusterDocument } from "../cluster_document.ts";
import { ENDPOINT_FAULTS, endpointFault, isLoopback, shownEndpoint } from "../endpoint.ts";
import { BLOCK_KEYS, OTHER_SPELLING } from "../keys.ts";
import { isNull, keySpan, lookUp, pairOf } from "../nodes.ts";
import { looksTyped } from "../scalar.ts";
import type { FindingCode, Found } from "./finding.ts";

/** Tells one finding, about a key of the block. */
type Tell = (code: FindingCode, key: string, message: string, hint: string) => void;

/** What is wrong with the values of the block. */
export function blockFindings(cluster: ClusterDocument): Found[] {
  const { document, root } = cluster;
  const spec = lookUp(root, "spec", document);
  const map = isMap(spec) ? lookUp(spec, "binaries", document) : undefined;
  if (!isMap(map)) return [];
  const found: Found[] = [];
  const tell: Tell = (code, key, message, hint) => {
    const pair = pairOf(map, key);
    const offset = pair === undefined ? map.range?.[0] ?? 0 : keySpan(pair).start;
    found.push({ code, message, hint, offset });
  };
  const block = readBlock(cluster);
  judgeType(block, tell);
  judgeSpelling(block, tell);
  judgeEndpoint(block, tell);
  judgeCredentials(block, tell);
  for (const key of BLOCK_KEYS) {
    const node = lookUp(map, key, document);
    if (!isScalar(node) || isNull(node) || node.type !== Scalar.PLAIN) continue;
    if (!looksTyped(String(node.value))) continue;
    tell(
      "unquoted",
      key,
      `a reader may take the value of "${key}" for a number or the like`,
      QUOTE,
    );
  }
  return found;
}

const QUOTE = "Put it into quotes.";

function judgeType({ values, form }: Block, tell: Tell): void {
  if (form !== "unknown") return;
  const hint = "Write external, builtin or official-service.";
  tell("unknown-type", "type", `the type "${values.type}" is not known`, hint);
}

function judgeSpelling({ values, externalRepository }: Block, tell: Tell): void {
  if (externalRepository === undefined) return;
  if (values.externalRepoEndpoint === undefined) {
    const message = `"${OTHER_SPELLING}" is the spelling of other versions`;
    return tell("other-spelling", OTHER_SPELLING, message, "Write externalRepoEndpoint instead.");
  }
  const message = `"${OTHER_SPELLING}" and "externalRepoEndpoint" stand side by side`;
  tell("two-spellings", OTHER_SPELLING, message, "Leave only externalRepoEndpoint.");
}

function judgeEndpoint({ values, form }: Block, tell: Tell): void {
  const { externalRepoEndpoint: endpoint } = values;
  const key = "externalRepoEndpoint";
  if (form === "incomplete") {
    const message = `the type is external, but "${key}" is missing`;
    return tell("no-endpoint", "type", message, `Set "${key}".`);
  }
  if (endpoint === undefined || form === "unknown") return;
  if (values.type === undefined) {
    const message = `"${key}" is set, but no type: binaries are fetched from the Internet`;
    return tell("no-type", key, message, 'Write "type: external".');
  }
  if (form !== "s3" && form !== "http") {
    const message = `"${key}" is not used: the type is ${values.type}`;
    return tell("unused-endpoint", key, message, 'Write "type: external" if it is to be used.');
  }
  const fault = endpointFault(endpoint, form);
  if (fault === undefined) {
    if (isLoopback(endpoint)) {
      const message = `"${endpoint}" is each node itself, not this host`;
      tell("loopback-endpoint", key, message, "Write the address at which nodes reach the server.");
    }
    return;
  }
  const [state, hint] = ENDPOINT_FAULTS[fault];
  const code = fault === "bucket" ? "bucket-in-endpoint" : "bad-endpoint";
  tell(code, key, `the endpoint "${shownEndpoint(endpoint)}" cannot be used: ${state}`, hint);
}

function judgeCredentials({ values, form }: Block, tell: Tell): void {
  const { externalRepoUsername: username, externalRepoPassword: password } = values;
  const url = URL.parse(values.externalRepoEndpoint ?? "");
  if (form === "http" && url?.protocol === "https:" && url.port === "9000") {
    tell("https-without-credentials", "externalRepoEndpoint", NO_CREDENTIALS, ADD_CREDENTIALS);
  }
  if (form !== "s3") return;
  if (username === undefined || password === undefined) {
    const [there, missing] = username === undefined
      ? ["externalRepoPassword", "externalRepoUsername"] as const
      : ["externalRepoUsername", "externalRepoPassword"] as const;
    return tell("half-credentials", there, `"${there}" is given, but not "${missing}"`, BOTH);
  }
  if (url?.protocol === "http:") {
    tell("http-with-credentials", "externalRepoUsername", IN_THE_CLEAR, STALE);
  }
}

const NO_CREDENTIALS = "port 9000 is MinIO's as a rule, but there are no credentials";
const ADD_CREDENTIALS = "If it is an S3 server, set externalRepoUsername and externalRepoPassword.";
const BOTH = "An S3 server wants both, a plain HTTP server neither.";
const IN_THE_CLEAR = "credentials are given for an endpoint without TLS";
const STALE = "If it is a plain HTTP server, take both keys away; --online tells whether it is.";
