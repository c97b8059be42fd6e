/** SELinux types of published files. */

export { selinuxHost } from "./labels.ts";
export { letServerRead, warnUnreadable } from "./relabel.ts";
