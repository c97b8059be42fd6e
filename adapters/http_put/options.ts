/** The options of the `http-put` adapter, and the configuration that they make. */
import type { AdapterHost, AdapterInput, OptionSpec } from "../../core/storage/mod.ts";
import { parseAddress, shownAddress } from "../../core/util/address.ts";

/** Where objects go, and as whom. */
export interface HttpPutConfig {
  /** What keys are appended to; ends in `/`, without credentials. */
  readonly endpoint: URL;
  /** Where nodes fetch them from; ends in `/`. */
  readonly served: URL;
  /** The header that requests carry, if they need one. */
  readonly authorization?: string;
  /** A file of certificates in PEM. */
  readonly caFile?: string;
  /** Whether any TLS certificate will do. */
  readonly insecure: boolean;
}

export const OPTIONS = {
  endpoint: {
    summary: "folder or repository that takes PUT requests, such as http://nexus/repository/files/",
    kind: "text",
    placeholder: "URL",
    required: true,
    location: true,
  },
  url: {
    summary: "where nodes fetch from (default: the endpoint)",
    kind: "text",
    placeholder: "URL",
  },
  username: { summary: "the user", kind: "text", placeholder: "USER" },
  password: { summary: "the password", kind: "secret" },
  token: { summary: "a token to be sent instead of user and password", kind: "secret" },
  caFile: {
    summary: "certificates of authorities to trust, in PEM",
    kind: "text",
    placeholder: "FILE",
  },
  insecureSkipTlsVerify: { summary: "trust any TLS certificate", kind: "flag" },
} as const satisfies Record<string, OptionSpec>;

/** Makes the configuration; throws code `usage`. */
export function parseConfig(input: AdapterInput, host: AdapterHost): HttpPutConfig {
  const endpoint = parseUrl("endpoint", input["endpoint"], host);
  if (endpoint === undefined) {
    throw host.error("usage", "Cannot tell where to put files: no endpoint is given", {
      hint: "Give --endpoint, such as http://nexus.site/repository/files/.",
    });
  }
  const authorization = parseAuthorization(input, host);
  const { caFile } = input;
  return {
    endpoint,
    served: parseUrl("url", input["url"], host) ?? endpoint,
    ...(authorization !== undefined && { authorization }),
    ...(typeof caFile === "string" && { caFile }),
    insecure: input["insecureSkipTlsVerify"] === true,
  };
}

function parseUrl(
  option: string,
  text: string | true | undefined,
  host: AdapterHost,
): URL | undefined {
  if (typeof text !== "string") return undefined;
  const url = parseAddress(text);
  const refuse = (state: string) =>
    host.error("usage", `Cannot use --${option}: ${state}`, {
      hint: "Write something like http://10.0.1.1:8081/repository/files/.",
    });
  // Not shown when it may hold a password.
  if (url?.username || url?.password || text.includes("@")) {
    throw host.error("usage", `Cannot use --${option}: it holds a user name or password`, {
      hint: "Give --username and --password-file: an address is printed, and seen in ps.",
    });
  }
  if (url === undefined) throw refuse(`"${shownAddress(text)}" is no http or https address`);
  if (url.search !== "" || url.hash !== "") {
    throw refuse(`"${shownAddress(url)}" has a query or fragment`);
  }
  if (!url.pathname.endsWith("/")) url.pathname += "/";
  return url;
}

/** RFC 7617 and RFC 6750. */
function parseAuthorization(input: AdapterInput, host: AdapterHost): string | undefined {
  const [username, token] = [input["username"], input["token"]].map((text) =>
    typeof text === "string" ? text.trim() : undefined
  );
  const { password } = input;
  if (token !== undefined) {
    if (username === undefined && password === undefined) return `Bearer ${token}`;
    throw host.error("usage", "Cannot use a token and a user together", {
      hint: "Give --token-file, or --username and --password-file.",
    });
  }
  if (username !== undefined && password !== undefined) {
    const pair = new TextEncoder().encode(`${username}:${password}`);
    return `Basic ${btoa(String.fromCharCode(...pair))}`;
  }
  if (username === undefined && password === undefined) return undefined;
  throw host.error(
    "usage",
    username === undefined
      ? "Cannot use the password given: no user name came with it"
      : `Cannot sign in as "${username}": no password is given`,
    { hint: "Give both --username and --password-file, or neither." },
  );
}
