/** A bucket as a cluster's configuration names it: by its server, and a user who may write it. */
import type { ClusterSide } from "../../core/adapter.ts";
import type { MinioConfig } from "./config.ts";
import { DEFAULT_BUCKET } from "./endpoint.ts";

/** In S3 form. */
export const clusterSide: ClusterSide<MinioConfig> = {
  complete(input, { endpoint, user }) {
    if (user === undefined || !isServer(input["endpoint"], endpoint)) return input;
    const username = input["username"] ?? user.username;
    const password = username === user.username ? user.password : undefined;
    return {
      ...input,
      endpoint: input["endpoint"] ?? endpoint,
      username,
      password: input["password"] ?? password,
    };
  },
  repository({ server, bucket, prefix, credentials }, host) {
    if (bucket !== DEFAULT_BUCKET || prefix !== "") {
      throw host.error(
        "usage",
        `Cannot have nodes fetch from bucket "${bucket}"${
          prefix && ` and prefix "${prefix}"`
        }: an installer looks in "${DEFAULT_BUCKET}", without a prefix`,
        { hint: "Leave out --bucket and --prefix." },
      );
    }
    const { accessKey: username, secretKey: password, sessionToken } = credentials;
    if (sessionToken === undefined) {
      return { endpoint: server.origin, user: { username, password } };
    }
    throw host.error("usage", "Cannot give nodes these credentials: they are temporary", {
      hint: "Give --username and --password-file of a user that stays.",
    });
  },
};

/** Whether no server is given, or this one: an alias is one of its own. */
function isServer(given: string | true | undefined, endpoint: string): boolean {
  return given === undefined ||
    (typeof given === "string" && URL.parse(given)?.origin === URL.parse(endpoint)?.origin);
}
