/** Where a cluster's nodes fetch binaries from, as its configuration names it. */

/** A user of an S3 server. */
export interface RepositoryUser {
  /** The user, or access key. */
  readonly username: string;
  /** The password, or secret key. */
  readonly password: string;
}

/** A place that nodes fetch from. It may hold a password: never to be shown. */
export interface Repository {
  /** An http(s) URL without a slash at its end; of an S3 server without a bucket. */
  readonly endpoint: string;
  /** Of an S3 server, if it is another one than `kubean`. */
  readonly bucket?: string;
  /** Given for an S3 server, absent for a plain HTTP server. */
  readonly user?: RepositoryUser;
}
