/** SELinux: what is decided, with answers recorded from the real programs and Fedora's policy. */
import assert from "node:assert/strict";
import { pathsUnder } from "../../../adapters/nginx_fs/dir_handle.ts";
import {
  letServerRead,
  type Remedy,
  remedyFor,
  type SelinuxHost,
} from "../../../adapters/nginx_fs/selinux.ts";
import { plainHost } from "../../../core/storage/host.ts";
import { webRoot } from "../../support/web_root.ts";

const CONTENT = "httpd_sys_content_t";

interface Case {
  readonly path: string;
  readonly type?: string;
  readonly policyType?: string;
  readonly on?: string;
  readonly remedy: Remedy["kind"];
}

/** What the policy has for these paths is what matchpathcon 3.4 answers with Fedora's rules. */
const CASES: readonly Case[] = [
  { path: "/usr/share/nginx/html", type: CONTENT, policyType: CONTENT, remedy: "none" },
  { path: "/opt/files", type: "usr_t", policyType: "usr_t", remedy: "none" },
  { path: "/data/html", type: "container_file_t", policyType: "default_t", remedy: "none" },
  { path: "/srv/ftp", type: "public_content_t", policyType: "var_t", remedy: "none" },
  { path: "/srv/www", type: "user_home_t", policyType: CONTENT, remedy: "restore" },
  { path: "/srv/www", type: "mysqld_db_t", policyType: CONTENT, remedy: "restore" },
  { path: "/opt/files", type: "default_t", policyType: "usr_t", remedy: "restore" },
  { path: "/data/www", type: "default_t", policyType: "default_t", remedy: "retype" },
  { path: "/data", type: "default_t", policyType: "default_t", remedy: "retype" },
  { path: "/data/www", type: "unlabeled_t", remedy: "retype" },
  { path: "/srv/files", type: "var_t", policyType: "var_t", remedy: "retype" },
  { path: "/mnt/disk", type: "mnt_t", remedy: "retype" },
  { path: "/root/www", type: "admin_home_t", policyType: "admin_home_t", remedy: "retype" },
  { path: "/srv", type: "var_t", policyType: "var_t", remedy: "ask" },
  { path: "/mnt", type: "mnt_t", policyType: "mnt_t", remedy: "ask" },
  { path: "/", type: "root_t", policyType: "root_t", remedy: "ask" },
  { path: "/var/lib/mysql", type: "mysqld_db_t", policyType: "mysqld_db_t", remedy: "ask" },
  { path: "/x", remedy: "ask" },
  { path: "/mnt/nfs", type: "nfs_t", remedy: "boolean" },
  { path: "/srv/www", type: "nfs_t", policyType: CONTENT, remedy: "boolean" },
  { path: "/mnt/nfs", type: "nfs_t", on: "httpd_use_nfs", remedy: "none" },
  { path: "/mnt/nfs", type: "nfs_t", on: "httpd_use_cifs", remedy: "boolean" },
];

for (const { path, type, policyType, on, remedy } of CASES) {
  const policy = policyType === undefined ? "" : `, by policy ${policyType}`;
  const booleans = on === undefined ? "" : `, with ${on} on`;
  Deno.test(`SELinux: ${path} of ${type ?? "no type"}${policy}${booleans}: ${remedy}`, () => {
    const isOn = (name: string) => name === on;
    assert.equal(remedyFor({ path, type, policyType, isOn }).kind, remedy);
  });
}

/** What is done and said for a root, on a host that enforces and answers as recorded. */
async function record(
  root: string,
  answer: (command: string) => Partial<Awaited<ReturnType<SelinuxHost["run"]>>>,
  how?: "look",
): Promise<{ readonly commands: string[]; readonly said: string[] }> {
  const commands: string[] = [];
  const said: string[] = [];
  const selinux: SelinuxHost = {
    isEnforcing: () => true,
    isOn: () => false,
    run(tool, args) {
      const command = [tool, ...args].join(" ").replaceAll(root, "ROOT");
      commands.push(command);
      return Promise.resolve({ success: true, stdout: "", failure: "", ...answer(command) });
    },
  };
  const warn = (code: string, message: string, hint = "") =>
    void said.push(`${code}: ${message} | ${hint}`.replaceAll(root, "ROOT"));
  await letServerRead(pathsUnder(root), selinux, plainHost({ warn }), how);
  return { commands, said };
}

/** What `stat --printf='%n\0%C\0'` prints for a path of this type. */
const labelled = (path: string, type: string) => `${path}\0unconfined_u:object_r:${type}:s0\0`;

const STAT = "stat --printf=%n\\0%C\\0 --";
const POLICY = "matchpathcon -n -m dir -- ROOT";
const LASTING = "semanage fcontext -a -t httpd_sys_content_t 'ROOT(/.*)?' && restorecon -R ROOT";

Deno.test("SELinux: where the policy knows the folder, restorecon does it and nothing is said", async () => {
  using root = webRoot();
  let type = "user_home_t";
  const { commands, said } = await record(root.path, (command) => {
    if (command.startsWith("stat")) return { stdout: labelled(root.path, type) };
    if (command === POLICY) return { stdout: `system_u:object_r:${CONTENT}:s0\n` };
    type = CONTENT;
    return {};
  });
  assert.deepEqual(commands, [`${STAT} ROOT`, POLICY, "restorecon -R -- ROOT", `${STAT} ROOT`]);
  assert.deepEqual(said, []);
});

Deno.test("SELinux: where restorecon is absent or fails, it is said with the command", async () => {
  using root = webRoot();
  const { said } = await record(root.path, (command) => {
    if (command.startsWith("stat")) return { stdout: labelled(root.path, "default_t") };
    if (command === POLICY) return { stdout: `system_u:object_r:${CONTENT}:s0\n` };
    return { success: false, failure: "there is no restorecon on this host" };
  });
  assert.deepEqual(said, [
    `selinux-unread: SELinux may keep web servers from reading "ROOT": there is no restorecon on this host | If it does: ${LASTING}. If it does not, --selinux off spares you this warning.`,
  ]);
});

Deno.test("SELinux: a program that succeeds without effect is not believed", async () => {
  using root = webRoot();
  const { said } = await record(root.path, (command) => {
    if (command.startsWith("stat")) return { stdout: labelled(root.path, "default_t") };
    return { stdout: command === POLICY ? `system_u:object_r:${CONTENT}:s0\n` : "" };
  });
  assert.equal(said.length, 1);
  assert.match(said[0] ?? "", /^selinux-unread: .* type is still "default_t" \| /);
});

Deno.test("SELinux: without any program it is said, and nothing else happens", async () => {
  using root = webRoot();
  const absent = { success: false, failure: "there is no stat on this host" };
  const { commands, said } = await record(root.path, () => absent);
  assert.deepEqual(commands, [`${STAT} ROOT`]);
  assert.match(said.join("\n"), /^selinux-unread: .* type cannot be read \| .*semanage/);
});

Deno.test("SELinux: a type that other services rely on is left alone", async () => {
  using root = webRoot();
  const { commands, said } = await record(root.path, (command) => {
    if (command.startsWith("stat")) return { stdout: labelled(root.path, "mysqld_db_t") };
    return { stdout: "<<none>>\n" };
  });
  assert.deepEqual(commands, [`${STAT} ROOT`, POLICY]);
  assert.match(said.join("\n"), /other services may rely on its SELinux type "mysqld_db_t"/);
});

Deno.test("SELinux: a mount without labels is told the boolean that it needs", async () => {
  using root = webRoot();
  const { said } = await record(root.path, (command) => {
    return command.startsWith("stat") ? { stdout: labelled(root.path, "nfs_t") } : {};
  });
  assert.match(said.join("\n"), /^selinux-unread: .*"nfs_t".*: setsebool -P httpd_use_nfs on\./);
});

Deno.test("SELinux: the proposed rule means the root and nothing else", async () => {
  using root = webRoot();
  const path = `${root.path}/my.site (1)`;
  Deno.mkdirSync(path);
  const { said } = await record(path, () => ({}));
  const rule = /-t httpd_sys_content_t '(.*?)' &&/.exec(said.join("\n").replaceAll("ROOT", path));
  const pattern = new RegExp(`^${rule?.[1]}$`);
  assert.match(path, pattern);
  assert.match(`${path}/a`, pattern);
  assert.doesNotMatch(path.replace(".site", "_site"), pattern);
});

Deno.test("SELinux: what is only looked at is told, and left as it is", async () => {
  using root = webRoot();
  const cases = [
    [CONTENT, ""],
    ["default_t", 'its SELinux type is "default_t", until an import changes it'],
    ["mysqld_db_t", 'other services may rely on its SELinux type "mysqld_db_t"'],
    ["nfs_t", 'its mount has the SELinux type "nfs_t" as a whole'],
  ] as const;
  for (const [type, reason] of cases) {
    const { commands, said } = await record(
      root.path,
      (command) => ({
        stdout: command.startsWith("stat") ? labelled(root.path, type) : "<<none>>\n",
      }),
      "look",
    );
    assert.deepEqual(commands, [`${STAT} ROOT`, ...(type === CONTENT ? [] : [POLICY])]);
    const command = type === "nfs_t" ? "setsebool -P httpd_use_nfs on" : LASTING;
    const warning =
      `selinux-unread: SELinux may keep web servers from reading "ROOT": ${reason} | If it does: ${command}. `;
    if (reason === "") assert.deepEqual(said, []);
    else assert(said[0]?.startsWith(warning), said[0]);
    assert.equal(said.length, reason === "" ? 0 : 1);
  }
});
