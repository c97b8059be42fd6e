/** Making sure that SELinux lets a web server read what will be written. */
import type { AdapterHost } from "../../../core/adapter.ts";
import type { Paths } from "../paths.ts";
import { shellWord } from "../../../core/shell_word.ts";
import type { SelinuxHost } from "./host.ts";
import { policyTypeOf, retype, typesOf } from "./labels.ts";
import { CONTENT, isServed, type Remedy, remedyFor } from "./remedy.ts";

/**
 * Looks at the types of a root and of binimport's folder in it, before anything is written: a new
 * file gets the type of the folder that it is made in, and keeps it when it is renamed. Where web
 * servers could not read them, sets them or warns. Does nothing where SELinux is not enforcing.
 */
export async function letServerRead(
  paths: Paths,
  selinux: SelinuxHost,
  host: AdapterHost,
): Promise<void> {
  if (!selinux.isEnforcing()) return;
  const { root } = paths;
  const { type, remedy } = await look(root, selinux);
  const failure = await apply(remedy, paths, type ?? "", selinux);
  if (failure !== undefined) return warnUnread(root, failure, remedy, host);
  if (remedy.kind === "none") return;
  const now = (await typesOf([root], selinux)).get(root);
  if (now === undefined || !isServed(now)) {
    return warnUnread(root, `its SELinux type is still "${now}"`, remedy, host);
  }
  if (remedy.kind === "restore") return host.debug(`restorecon gave ${root} the type ${now}`);
  host.warn(
    "selinux-retyped",
    `${
      JSON.stringify(root)
    } and what is in it had the SELinux type "${type}", which web servers may not read; it is "${now}" now`,
    `To make it last: ${lastingCommand(root)}`,
  );
}

/** Warns where web servers could not read a root as it is; changes nothing. */
export async function tellUnread(
  { root }: Paths,
  selinux: SelinuxHost,
  host: AdapterHost,
): Promise<void> {
  if (!selinux.isEnforcing()) return;
  const { type = "", remedy } = await look(root, selinux);
  if (remedy.kind === "none") return;
  const reason = reasonAgainst(remedy, type) ??
    `its SELinux type is "${type}", until an import changes it`;
  warnUnread(root, reason, remedy, host);
}

async function look(
  root: string,
  selinux: SelinuxHost,
): Promise<{ readonly type: string | undefined; readonly remedy: Remedy }> {
  const type = (await typesOf([root], selinux)).get(root);
  const policyType = type === undefined || isServed(type)
    ? undefined
    : await policyTypeOf(root, selinux);
  return { type, remedy: remedyFor({ path: root, type, policyType, isOn: selinux.isOn }) };
}

/** Why nothing is done, where that is for the administrator. */
function reasonAgainst(remedy: Remedy, type: string): string | undefined {
  if (remedy.kind === "boolean") return `its mount has the SELinux type "${type}" as a whole`;
  return remedy.kind === "ask" ? remedy.reason : undefined;
}

/** Gives the reason when it cannot be done. */
async function apply(
  remedy: Remedy,
  { root, state }: Paths,
  rootType: string,
  selinux: SelinuxHost,
): Promise<string | undefined> {
  switch (remedy.kind) {
    case "none":
      // It may have been made when the root had another type.
      return await retype(state, (type) => type !== rootType && !isServed(type), rootType, selinux);
    case "restore": {
      const { success, failure } = await selinux.run("restorecon", ["-R", "--", root]);
      return success ? undefined : failure;
    }
    case "retype":
      return await retype(root, (type) => type === rootType, CONTENT, selinux);
    case "boolean":
    case "ask":
      return reasonAgainst(remedy, rootType);
  }
}

function warnUnread(root: string, reason: string, remedy: Remedy, host: AdapterHost): void {
  const command = remedy.kind === "boolean"
    ? `setsebool -P ${remedy.name} on`
    : lastingCommand(root);
  host.warn(
    "selinux-unread",
    `SELinux may keep web servers from reading ${JSON.stringify(root)}: ${reason}`,
    `If it does: ${command}. If it does not, --selinux off spares you this warning.`,
  );
}

/** A rule in the policy, which a relabelling of the host follows, and its application. */
function lastingCommand(root: string): string {
  const pattern = `${root.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")}(/.*)?`;
  const rule = `semanage fcontext -a -t ${CONTENT} ${shellWord(pattern)}`;
  return `${rule} && restorecon -R ${shellWord(root)}`;
}
