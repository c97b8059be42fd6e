/** The variables of kubespray and kubean that follow from where binaries are. */
import { downloadUrls, mirrorVariables } from "../core/expected/mod.ts";
import type { Repository } from "../core/repository.ts";
import { withoutSlash } from "./endpoint.ts";

/** What nodes fetch from: the endpoint, and of an S3 server its bucket. */
export function fetchBase({ endpoint, user }: Repository, bucket: string): string {
  return withoutSlash(endpoint) + (user === undefined ? "" : `/${bucket}`);
}

/** Variables, and what there is to know about them. */
export interface RepositoryVariables {
  /** By kubespray's names. */
  readonly variables: Readonly<Record<string, string>>;
  /** Sentences, and lines to copy. */
  readonly notes: readonly string[];
}

/**
 * The variables for a repository; `bucket` counts for an S3 server only. kubespray reads those of
 * hosts from v2.25 on; `release`, such as `v2.24.3`, says which it is when that is known.
 *
 * @example
 * ```ts no-eval
 * import { repositoryVariables } from "../config/mod.ts";
 *
 * repositoryVariables({ endpoint: "http://10.0.1.1:8080" }, "kubean").variables["github_url"];
 * // http://10.0.1.1:8080/github.com
 * ```
 */
export function repositoryVariables(
  repository: Repository,
  bucket: string,
  release?: string,
): RepositoryVariables {
  const base = fetchBase(repository, bucket);
  const mirror = mirrorVariables(base);
  const [, major = 2, minor = Infinity] = /^v?(\d+)\.(\d+)/.exec(release ?? "")?.map(Number) ?? [];
  const isOld = major < 2 || (major === 2 && minor < 25);
  const variables = isOld ? { files_repo: base, ...downloadUrls() } : mirror;
  const notes = [
    ...(release === undefined ? [OLD_RELEASES] : []),
    ...(base.startsWith("https:") ? [CERTIFICATES] : []),
    ...(isOld ? [] : [ARGOCD]),
  ];
  return { variables, notes };
}

const OLD_RELEASES =
  "kubespray v2.24 and older read none but files_repo in your own lines: --kubespray v2.24 prints those.";

const CERTIFICATES =
  "If a certificate authority of your own signed for it, put that into the nodes' trust store, or set\ndownload_validate_certs: false";

const ARGOCD = `With argocd_enabled, what no variable of these reaches:
argocd_install_url: "{{ files_repo }}/raw.githubusercontent.com/argoproj/argo-cd/v{{ argocd_version }}/manifests/install.yaml"`;
