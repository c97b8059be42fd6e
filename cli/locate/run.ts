/** Runs `binimport locate`. */
import { BinimportError } from "../../core/util/errors.ts";
import { locateInContainer } from "../../locate/containers/mod.ts";
import { type FolderAnswer, locate, type Step } from "../../locate/mod.ts";
import type { Context } from "../context.ts";
import {
  chosenContainer,
  CONTAINER_OPTIONS,
  type Flags,
  foreignFlags,
  refuseForeign,
} from "../options/mod.ts";
import { messageText, reporter, styleFor } from "../output/mod.ts";

/** What the verb's flags give. */
export type LocateFlags = Flags & { readonly url?: string; readonly nginxConf?: string };

/** Tells the folder or file behind the URL. */
export async function runLocate(flags: LocateFlags, context: Context): Promise<void> {
  using report = reporter(context, flags);
  // Adapters have options of these names, too: their variables are read where they are used.
  const url = flags.url ?? context.env("BINIMPORT_URL");
  const nginxConf = flags.nginxConf ?? context.env("BINIMPORT_NGINX_CONF");
  if (url === undefined) {
    throw new BinimportError("usage", "Cannot find a folder: no URL was given", {
      hint: "Give the address that nodes use: binimport locate --url http://10.6.170.10:8080/",
    });
  }
  const answer = isInContainer(flags)
    ? await inContainer(url, flags, context)
    : await locate(url, nginxConf === undefined ? {} : { nginxConf });
  if (!flags.quiet) printWarnings(answer, flags, context);
  report.result(answer, answerText(answer, flags.quiet ?? false));
}

function isInContainer({ adapter, ...flags }: LocateFlags): boolean {
  if (adapter === "nginx-fs") {
    refuseForeign(flags, [{ name: adapter, options: {} }], [CONTAINER_OPTIONS]);
    return false;
  }
  if (adapter !== undefined && adapter !== "container") {
    throw new BinimportError("usage", `Cannot locate a folder with --adapter ${adapter}`, {
      hint: "Give --adapter nginx-fs, or --adapter container.",
    });
  }
  return adapter !== undefined || foreignFlags(flags, [], [CONTAINER_OPTIONS]).length > 0;
}

async function inContainer(
  url: string,
  flags: LocateFlags,
  context: Context,
): Promise<FolderAnswer> {
  if (flags.nginxConf !== undefined) {
    throw new BinimportError("usage", "Cannot use --nginx-conf with a container", {
      hint: "Its configuration is read through its runtime. Leave one of the two out.",
    });
  }
  return await locateInContainer(url, await chosenContainer({ flags }, context), context);
}

/** To people only: with `--json` they stand in the answer, which is all of standard output. */
function printWarnings({ warnings }: FolderAnswer, flags: LocateFlags, context: Context): void {
  const style = styleFor(context.stderr, context, flags);
  for (const warning of warnings) {
    context.stderr.write(messageText("warning: ", "warn", warning, style));
  }
}

function answerText({ url, steps, path }: FolderAnswer, quiet: boolean): string {
  return quiet ? `${path}\n` : `${url}\n${steps.map(stepText).join("")}${path}\n`;
}

function stepText({ text, file, line }: Step): string {
  return `  ${text}${file === undefined ? "" : `  (${file}:${line})`}\n`;
}
