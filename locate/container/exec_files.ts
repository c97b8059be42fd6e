/** A container's files as programs in it show them, which not every image has. */
import { type FileView, Unreadable } from "../file_view.ts";
import type { Ended } from "./child.ts";
import type { ContainerCommands } from "./container.ts";
import { attempt, saidIn, type Tool } from "./tool.ts";

/** A view by `cat`, `ls` and `readlink`. They are called by path: some containers have no PATH. */
export function execFiles(commands: ContainerCommands, tool: Tool): FileView {
  const run = (...argv: readonly string[]) => runInside(commands, tool, argv);
  const kind: FileView["kind"] = async (path) => {
    const [line = ""] = linesOf(await run("/bin/ls", "-ldL", path)) ?? [];
    return line.startsWith("d") ? "folder" : line.startsWith("-") ? "file" : undefined;
  };
  return {
    async read(path) {
      const ended = await run("/bin/cat", path);
      if (ended.status === 0) return ended.stdout;
      throw new Unreadable(saidIn(ended.stderr) || "it cannot be read", "Check the path.");
    },
    async names(folder) {
      return linesOf(await run("/bin/ls", "-1A", `${folder}/`)) ?? [];
    },
    kind,
    async realpath(path) {
      const [line] = linesOf(await run("/bin/readlink", "-f", path)) ??
        linesOf(await run("/usr/bin/readlink", "-f", path)) ?? [];
      if (line === undefined) return undefined;
      // readlink is content when the last part alone is missing.
      return await kind(line) === undefined ? undefined : line;
    },
  };
}

/** Runs a program in a container; no answer is as good as a failure. */
export async function runInside(
  { exec, separate = (ended) => ended }: ContainerCommands,
  tool: Tool,
  argv: readonly string[],
): Promise<Ended> {
  return separate(await attempt(tool, exec(argv)));
}

/** Undefined for what failed. */
function linesOf({ status, stdout }: Ended): string[] | undefined {
  if (status !== 0) return undefined;
  return new TextDecoder().decode(stdout).split("\n").filter((line) => line !== "");
}
