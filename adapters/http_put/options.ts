/** The options of the `http-put` adapter, and the configuration that they make. */
import { Buffer } from "node:buffer";
import type { AdapterInput, OptionSpec } from "../../core/storage/mod.ts";
import { parseBaseUrl, text, usage } from "../option_values.ts";

/** Where objects go, and as whom. */
export interface HttpPutConfig {
  /** What keys are appended to; ends in `/`, without credentials. */
  readonly endpoint: URL;
  /** Where nodes fetch them from; ends in `/`. */
  readonly served: URL;
  readonly authorization: string | undefined;
  readonly caFile: string | undefined;
  /** Milliseconds to wait for an answer. Default: 60,000. */
  readonly patience?: number;
  readonly insecure: boolean;
}

export const OPTIONS = {
  endpoint: text(
    "URL",
    "folder or repository that takes PUT requests, such as http://nexus/repository/files/",
    { required: true, location: true },
  ),
  url: text("URL", "where nodes fetch from (default: the endpoint)"),
  username: text("USER", "the user"),
  password: { summary: "the password", kind: "secret" },
  token: { summary: "a token to be sent instead of user and password", kind: "secret" },
  caFile: text("FILE", "certificates of authorities to trust, in PEM"),
  insecureSkipTlsVerify: { summary: "trust any TLS certificate", kind: "flag" },
} as const satisfies Record<string, OptionSpec>;

/** Makes the configuration; throws code `usage`. */
export function parseConfig(input: AdapterInput): HttpPutConfig {
  const read = (name: keyof typeof OPTIONS) =>
    typeof input[name] === "string" ? input[name] : undefined;
  const base = (option: "endpoint" | "url") => {
    const value = read(option);
    return value && parseBaseUrl(option, value, "http://10.0.1.1:8081/repository/files/");
  };
  const endpoint = base("endpoint");
  if (!endpoint) {
    const hint = "Give --endpoint, such as http://nexus.site/repository/files/.";
    throw usage("tell where to put files: no endpoint is given", hint);
  }
  return {
    endpoint,
    served: base("url") || endpoint,
    authorization: authorization(read("username")?.trim(), read("password"), read("token")?.trim()),
    caFile: read("caFile"),
    insecure: input["insecureSkipTlsVerify"] === true,
  };
}

/** RFC 7617 and RFC 6750. */
function authorization(username?: string, password?: string, token?: string): string | undefined {
  const isAnonymous = username === undefined && password === undefined;
  if (token !== undefined && !isAnonymous) {
    const hint = "Give --token-file, or --username and --password-file.";
    throw usage("use a token and a user together", hint);
  }
  if (isAnonymous) return token && `Bearer ${token}`;
  if (username !== undefined && password !== undefined) {
    return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
  }
  const what = username === undefined
    ? "use the password given: no user name came with it"
    : `sign in as "${username}": no password is given`;
  throw usage(what, "Give both --username and --password-file, or neither.");
}
