/** SELinux types of published files. */

export { selinuxHost } from "./labels.ts";
export { letServerRead, tellUnread } from "./relabel.ts";
