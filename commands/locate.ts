/** `binimport locate`: from a URL to the path that it is read from. */
import type { Command } from "commander";
import { BinimportError } from "../core/errors.ts";
import type { Step } from "../locate/answer.ts";
import { type FolderAnswer, locate } from "../locate/locate.ts";
import { optionVariable } from "./adapter_flags.ts";
import type { Context } from "./context.ts";
import { addOutputFlags, type OutputFlags, outputOptions } from "./flags.ts";
import { reporter } from "./output/reporter.ts";
import { renderEvent } from "./output/text.ts";

type LocateFlags = OutputFlags & {
  readonly url?: string;
  readonly nginxConf?: string;
};

const EXAMPLES = `
Examples:
  The folder that files belong into, for the nginx that listens on port 8080 here:
    binimport locate --url http://10.6.170.10:8080/

  The file that nodes would get, by a configuration that is not in use yet:
    binimport locate --url http://10.6.170.10:8080/dl.k8s.io/kubelet --nginx-conf ./nginx.conf

  The configuration of a container, printed by its nginx:
    docker exec web nginx -T > web.conf
    binimport locate --url http://10.6.170.10:8080/ --nginx-conf web.conf
`;

/** Declares the command; what it is to exit with goes to `done`. */
export function declareLocate(
  program: Command,
  context: Context,
  done: (status: number) => void,
): void {
  const command = program.command("locate")
    .summary("the folder or file behind a URL")
    .description(
      "Reads the configuration of nginx and tells what a GET of the URL would read, each step with\nfile and line: for a URL that ends in a slash the folder, else the file. Only reads: nothing is\nfetched, and neither server nor folder need be there.",
    )
    .option("--url <url>", "the address that nodes use")
    .option(
      "--nginx-conf <file>",
      "nginx.conf, or what nginx -T printed (default: that of the nginx that listens there)",
    );
  addOutputFlags(command);
  command.addHelpText("after", EXAMPLES);
  command.action(async (flags: LocateFlags) => {
    await runLocate(flags, context);
    done(0);
  });
}

async function runLocate(flags: LocateFlags, context: Context): Promise<void> {
  using report = reporter(context, outputOptions(flags));
  // Adapters have options of these names, too: their variables are read where they are used.
  const url = flags.url ?? context.env(optionVariable("url"));
  const nginxConf = flags.nginxConf ?? context.env(optionVariable("nginxConf"));
  if (url === undefined) {
    throw new BinimportError("usage", "Cannot find a folder: no URL was given", {
      hint: "Give the address that nodes use: binimport locate --url http://10.6.170.10:8080/",
    });
  }
  const answer = await locate(url, nginxConf === undefined ? {} : { nginxConf });
  if (!flags.quiet) tellWarnings(answer, context);
  report.result(answer, answerText(answer, flags.quiet ?? false));
}

/** To people only: with `--json` they stand in the answer, which is all of standard output. */
function tellWarnings({ warnings }: FolderAnswer, { stderr, env }: Context): void {
  const color = stderr.isTerminal && env("NO_COLOR") === undefined;
  for (const warning of warnings) {
    const rendered = renderEvent({ event: "warning", ...warning }, { color, verbose: false });
    stderr.write(rendered?.text ?? "");
  }
}

/** The steps, then the path on a line of its own; with `--quiet` that alone. */
function answerText({ url, steps, path }: FolderAnswer, quiet: boolean): string {
  return quiet ? `${path}\n` : `${url}\n${steps.map(stepText).join("")}${path}\n`;
}

function stepText({ text, file, line }: Step): string {
  return `  ${text}${file === undefined ? "" : `  (${file}:${line})`}\n`;
}
