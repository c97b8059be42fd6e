/** What a plug-in says of a cluster's configuration, checked. */
import type { AdapterInput, ClusterSide } from "../adapter.ts";
import type { Repository } from "../repository.ts";
import { type PluginFile, slip, thrown } from "./slip.ts";

/** The same, with file and member in what goes wrong. */
export function guardCluster(cluster: ClusterSide, file: PluginFile): ClusterSide {
  return {
    complete(input, repository): AdapterInput {
      const member = "cluster.complete()";
      const completed = call(
        file,
        member,
        "complete the options",
        () => cluster.complete(input, repository),
      );
      if (typeof completed === "object" && completed !== null) return completed;
      throw slip(file, `${member} gives no option values`);
    },
    repository(config, host): Repository {
      const member = "cluster.repository()";
      const found = call(
        file,
        member,
        "tell where nodes fetch from",
        () => cluster.repository(config, host),
      );
      if (/^https?:\/\//.test(String(found?.endpoint))) return found;
      throw slip(file, `${member} gives no endpoint that begins with http:// or https://`);
    },
  };
}

function call<T>(file: PluginFile, member: string, doing: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw thrown(file, member, doing, error);
  }
}
