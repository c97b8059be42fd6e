/**
 * What SELinux asks of a web root. From Fedora's policy, which is that of RHEL too:
 * https://github.com/fedora-selinux/selinux-policy, apache.te, apache.fc and domain.te; its types
 * are those of Debian's policy. nginx, Apache and lighttpd all run as httpd_t.
 */

/** The type of content that web servers read and nobody writes. */
export const CONTENT = "httpd_sys_content_t";

/** Types that httpd_t reads in any case; and those of a container's mounts, which are its own. */
const SERVED: ReadonlySet<string> = new Set([
  CONTENT,
  "httpd_sys_rw_content_t",
  "httpd_sys_ra_content_t",
  "httpd_user_content_t",
  "public_content_t",
  "public_content_rw_t",
  "usr_t", // whatever is confined reads it
  "container_file_t",
  "container_ro_file_t",
  "svirt_sandbox_file_t",
]);

/** Types that things have for where they were made, and that no service relies on. */
const NOBODYS: ReadonlySet<string> = new Set([
  "default_t",
  "unlabeled_t",
  "mnt_t",
  "var_t",
  "user_home_t",
  "admin_home_t",
  "user_tmp_t",
]);

/** Types of whole mounts, whose files have no labels of their own, and the booleans for them. */
const MOUNTS: ReadonlyMap<string, string> = new Map([
  ["nfs_t", "httpd_use_nfs"],
  ["cifs_t", "httpd_use_cifs"],
  ["fusefs_t", "httpd_use_fusefs"],
]);

/** Whether web servers read files of a type. */
export function isServed(type: string): boolean {
  return SERVED.has(type);
}

/** What is to be done about a root. */
export type Remedy =
  /** Nothing: it is read as it is. */
  | { readonly kind: "none" }
  /** The policy has a type for it that is read: restorecon(8) sets it. */
  | { readonly kind: "restore" }
  /** What has the root's type gets {@linkcode CONTENT}. */
  | { readonly kind: "retype" }
  /** A boolean of the policy has to be switched on, which is for the administrator to decide. */
  | { readonly kind: "boolean"; readonly name: string }
  /** Only the administrator can know what else relies on its type. */
  | { readonly kind: "ask"; readonly reason: string };

/** What is known of a root. */
export interface RootFacts {
  /** Its path, without links. */
  readonly path: string;
  /** Its type. */
  readonly type: string | undefined;
  /** The type that the policy has for it. */
  readonly policyType: string | undefined;
  /** Whether a boolean of the policy is on. */
  isOn(name: string): boolean;
}

/** What is to be done so that web servers read a root. */
export function remedyFor({ path, type, policyType, isOn }: RootFacts): Remedy {
  if (type === undefined) return { kind: "ask", reason: "its SELinux type cannot be read" };
  if (isServed(type)) return { kind: "none" };
  const name = MOUNTS.get(type);
  if (name !== undefined) return isOn(name) ? { kind: "none" } : { kind: "boolean", name };
  if (policyType !== undefined && isServed(policyType)) return { kind: "restore" };
  if (NOBODYS.has(type) && !isSystemFolder(path, type)) return { kind: "retype" };
  return { kind: "ask", reason: `other services may rely on its SELinux type "${type}"` };
}

/** `/var`, `/srv` and `/mnt` are of such types, too; `/data`, which the policy does not know, is not. */
function isSystemFolder(path: string, type: string): boolean {
  return path.lastIndexOf("/") === 0 && type !== "default_t";
}
