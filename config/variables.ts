/** The variables of kubespray and kubean that follow from where binaries are. */
import { withoutSlash } from "./endpoint.ts";
import type { Repository } from "../core/repository.ts";

/** The variables, by kubespray's names: `files_repo`, and those that it derives from it. */
export interface RepositoryVariables {
  /** What all files lie below. */
  readonly files_repo: string;
  /** Kubernetes itself. */
  readonly dl_k8s_io_url: string;
  /** Releases on GitHub. */
  readonly github_url: string;
  /** What Google keeps, such as gVisor. */
  readonly storage_googleapis_url: string;
  /** Helm. */
  readonly get_helm_url: string;
}

/**
 * The variables for a repository; `bucket` counts for an S3 server only.
 *
 * @example
 * ```ts no-eval
 * import { repositoryVariables } from "../config/mod.ts";
 *
 * repositoryVariables({ endpoint: "http://10.0.1.1:8080" }, "kubean").github_url;
 * // http://10.0.1.1:8080/github.com
 * ```
 */
export function repositoryVariables(
  { endpoint, user }: Repository,
  bucket: string,
): RepositoryVariables {
  const base = withoutSlash(endpoint) + (user === undefined ? "" : `/${bucket}`);
  return {
    files_repo: base,
    dl_k8s_io_url: `${base}/dl.k8s.io`,
    github_url: `${base}/github.com`,
    storage_googleapis_url: `${base}/storage.googleapis.com`,
    get_helm_url: `${base}/get.helm.sh`,
  };
}
