/** A folder as a cluster's configuration names it: by the URL that it is served at. */
import type { ClusterSide } from "../../core/adapter.ts";

/** In the form of a plain HTTP server. */
export const clusterSide: ClusterSide<{ readonly url?: string }> = {
  complete(input, { endpoint, user }) {
    return user === undefined ? { ...input, url: input["url"] ?? endpoint } : input;
  },
  repository({ url }, host) {
    if (url !== undefined) return { endpoint: url.replace(/\/+$/, "") };
    throw host.error("usage", "Cannot tell where nodes fetch the folder from: no URL is known", {
      hint: "Give --url, too.",
    });
  },
};
