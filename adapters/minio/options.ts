/** The options of the `minio` adapter, and the configuration that they make. */
import {
  type AdapterHost,
  type AdapterInput,
  type ClusterSide,
  LOCK_WAIT,
  type OptionSpec,
} from "../../core/storage/mod.ts";
import { parseAddress } from "../../core/util/address.ts";
import { parseDuration, parseSize } from "../../core/util/units.ts";
import { chosen, parseBaseUrl, text, usage } from "../option_values.ts";
import { type Credentials, findCredentials, readAlias, readProfile } from "./credentials.ts";
import { ADDRESSINGS, DEFAULT_BUCKET, type Location, parseLocation } from "./endpoint.ts";
import { DEFAULT_PATIENCE, type Patience } from "./exchange.ts";

/** What to store into, as which user, and how. */
export interface MinioConfig extends Location {
  /** Where nodes fetch from, if elsewhere; ends in `/`. */
  readonly served: URL | undefined;
  /** Part of every signature, unless the server names another. */
  readonly region: string;
  readonly credentials: Credentials;
  readonly caFile: string | undefined;
  readonly insecure: boolean;
  readonly anonymousDownload: typeof DOWNLOADS[number];
  /** In bytes. */
  readonly partSize: number;
  /** How long to wait for another import to end, in milliseconds. */
  readonly lockWait: number;
  readonly patience: Patience;
}

const DOWNLOADS = ["on", "keep"] as const;

export const OPTIONS: Readonly<Record<string, OptionSpec>> = {
  endpoint: text("URL", "the server, with bucket and prefix as its path, or an alias of mc", {
    required: true,
    location: true,
  }),
  bucket: text("NAME", "the bucket, made when missing (kubean, unless the endpoint names one)"),
  prefix: text("PREFIX", "what every object's name begins with"),
  url: text(
    "URL",
    "where nodes fetch from, if not from the bucket itself: what keys are appended to",
  ),
  addressing: {
    summary: "path, or virtual for bucket.host; auto finds it out",
    kind: "text",
    choices: ADDRESSINGS,
    default: "auto",
  },
  region: text(
    "R",
    "the server's region (us-east-1, or the profile's; the one that the server names)",
  ),
  profile: text("NAME", "credentials of that profile of ~/.aws (or $AWS_PROFILE)"),
  username: text(
    "USER",
    "the user, or access key (or $AWS_ACCESS_KEY_ID, $MINIO_ROOT_USER, with its password)",
  ),
  password: {
    summary: "the password, or secret key (or $AWS_SECRET_ACCESS_KEY, $MINIO_ROOT_PASSWORD)",
    kind: "secret",
  },
  caFile: text("FILE", "certificates of authorities to trust, in PEM"),
  insecureSkipTlsVerify: { summary: "trust any TLS certificate", kind: "flag" },
  anonymousDownload: {
    summary: "let nodes fetch without credentials, or keep the bucket's policy as it is",
    kind: "text",
    choices: DOWNLOADS,
    default: "on",
  },
  partSize: text("SIZE", "how much of a large file goes up at a time, 5MiB to 64MiB", {
    default: "16MiB",
  }),
  lockWait: LOCK_WAIT,
};

/** Makes the configuration. Throws code `usage`, or `unauthorized` when credentials are missing. */
export function parseConfig(input: AdapterInput, host: AdapterHost): MinioConfig {
  const given = (name: string) => {
    const value = input[name];
    return typeof value === "string" && value !== "" ? value : OPTIONS[name]?.default;
  };
  const addressing = chosen("addressing", ADDRESSINGS, given("addressing"));
  const alias = readAlias(given("endpoint") ?? "", host);
  const location = parseLocation(given, addressing, alias);
  const [asked, url, password] = [given("profile"), given("url"), input["password"]];
  const profile = readProfile(asked, host);
  return {
    ...location,
    served: url === undefined ? undefined : parseBaseUrl("url", url, "http://files.site/kubean/"),
    region: given("region") ?? (asked && profile.region) ?? "us-east-1",
    credentials: findCredentials({
      username: given("username")?.trim(),
      password: typeof password === "string" ? password : undefined,
      asked: asked === undefined ? undefined : profile.credentials,
      alias: alias?.credentials,
      usual: profile.credentials,
    }, host),
    caFile: given("caFile"),
    insecure: input["insecureSkipTlsVerify"] === true,
    anonymousDownload: chosen("anonymous-download", DOWNLOADS, given("anonymousDownload")),
    partSize: parsePartSize(given("partSize") ?? ""),
    lockWait: parseDuration(given("lockWait") ?? "0s"),
    patience: { ...DEFAULT_PATIENCE, retries: host.retries ?? DEFAULT_PATIENCE.retries },
  };
}

/** S3 takes no smaller parts than of 5 MiB, and of larger ones than 64 MiB two would fill the memory. */
function parsePartSize(text: string): number {
  const size = parseSize(text);
  if (size >= 5 * 2 ** 20 && size <= 64 * 2 ** 20) return size;
  const hint = "16MiB suits files of up to 160 GB, 64MiB those of up to 640 GB.";
  throw usage(`use "${text}" as part size: it may be 5MiB to 64MiB`, hint);
}

/** A bucket as a cluster's configuration names it: by its server, and a user who may write it. */
export const clusterSide: ClusterSide<MinioConfig> = {
  fillOptions(input, { endpoint, bucket, user }) {
    const { endpoint: given, username = user?.username } = input;
    const origin = (address: string) => parseAddress(address)?.origin; // an alias has none
    const isOther = given !== undefined && origin(String(given)) !== origin(endpoint);
    if (user === undefined || isOther) return input;
    return {
      ...input,
      endpoint: given ?? endpoint,
      bucket: input["bucket"] ?? (given === undefined ? bucket : undefined),
      username,
      password: input["password"] ?? (username === user.username ? user.password : undefined),
    };
  },
  repository({ server, served, bucket, prefix, credentials }) {
    if (served !== undefined) return { endpoint: served.href.replace(/\/$/, "") };
    const { accessKey: username, secretKey: password, sessionToken } = credentials;
    if (prefix !== "") {
      throw usage(
        `have nodes fetch below prefix "${prefix}": an installer looks in a bucket without one`,
        "Leave out --prefix.",
      );
    }
    if (sessionToken !== undefined) {
      const hint = "Give --username and --password-file of a user that stays.";
      throw usage("give nodes these credentials: they are temporary", hint);
    }
    const other = bucket === DEFAULT_BUCKET ? {} : { bucket };
    return { endpoint: server.origin, ...other, user: { username, password } };
  },
};
