/** A bucket as a cluster's configuration names it: by its server, and a user who may write it. */
import type { ClusterSide } from "../../core/adapter.ts";
import type { MinioConfig } from "./config.ts";
import { DEFAULT_BUCKET } from "./endpoint.ts";

/** In S3 form. */
export const clusterSide: ClusterSide<MinioConfig> = {
  complete(input, { endpoint, bucket, user }) {
    if (user === undefined || !isServer(input["endpoint"], endpoint)) return input;
    const username = input["username"] ?? user.username;
    const password = username === user.username ? user.password : undefined;
    return {
      ...input,
      endpoint: input["endpoint"] ?? endpoint,
      bucket: input["bucket"] ?? (input["endpoint"] === undefined ? bucket : undefined),
      username,
      password: input["password"] ?? password,
    };
  },
  repository({ server, bucket, prefix, credentials }, host) {
    if (prefix !== "") {
      const reason = "an installer looks in a bucket without one";
      throw host.error("usage", `Cannot have nodes fetch below prefix "${prefix}": ${reason}`, {
        hint: "Leave out --prefix.",
      });
    }
    const { accessKey: username, secretKey: password, sessionToken } = credentials;
    if (sessionToken === undefined) {
      const other = bucket === DEFAULT_BUCKET ? {} : { bucket };
      return { endpoint: server.origin, ...other, user: { username, password } };
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
