/** What the tree is that something is made of. */
import { $ } from "zx";

const PROJECT = new URL("..", import.meta.url).pathname;

/** The commit of the project's tree. */
export interface Commit {
  /** Its hash; `+changes` behind it when the tree has others than it. */
  readonly commit: string;
  /** When it was made: the same for everybody. */
  readonly date: Date;
}

/** Reads it; without a repository it is `unknown`, of 1970. */
export async function readCommit(): Promise<Commit> {
  const git = $({ quiet: true, nothrow: true, cwd: PROJECT });
  const log = await git`git log -1 --format=${"%H %cI"}`;
  if (!log.ok) return { commit: "unknown", date: new Date(0) };
  const [hash = "", date = ""] = log.stdout.trim().split(" ");
  const { stdout: changes } = await git`git status --porcelain --untracked-files=no`;
  return { commit: changes === "" ? hash : `${hash}+changes`, date: new Date(date) };
}
