/** Runs `binimport locate`. */
import { locateInContainer } from "../../locate/containers/mod.ts";
import { locate, parseWebAddress } from "../../locate/mod.ts";
import { usageError } from "../context.ts";
import {
  chosenContainer,
  CONTAINER_OPTIONS,
  type Flags,
  foreignFlags,
  refuseForeign,
} from "../options/mod.ts";
import { messageText, styleFor } from "../output/mod.ts";
import type { Session } from "../session.ts";

/** Tells the folder or file behind the URL. */
export async function runLocate(session: Session): Promise<void> {
  const { flags, context, report } = session;
  // Adapters have options of these names, too: their variables are read where they are used.
  const url = flags.url ?? context.env("BINIMPORT_URL");
  const nginxConf = flags.nginxConf ?? context.env("BINIMPORT_NGINX_CONF");
  if (url === undefined) {
    const hint = "Give the address that nodes use: binimport locate --url http://10.6.170.10:8080/";
    throw usageError("Cannot find a folder: no URL was given", hint);
  }
  const isInContainer = runsInContainer(flags, context.env("BINIMPORT_ADAPTER"));
  if (isInContainer && flags.nginxConf !== undefined) {
    const hint = "Its configuration is read through its runtime. Leave one of the two out.";
    throw usageError("Cannot use --nginx-conf with a container", hint);
  }
  const address = parseWebAddress(url);
  const answer = isInContainer
    ? await locateInContainer(address, await chosenContainer({ flags }, session), context)
    : await locate(address, { nginxConf });
  // To people only: with `--json` they stand in the answer, which is all of standard output.
  const style = styleFor(context.stderr, context, flags);
  for (const warning of flags.quiet ? [] : answer.warnings) {
    context.stderr.write(messageText("warning: ", "warn", warning, style));
  }
  const steps = answer.steps.map(({ text, file, line }) =>
    `  ${text}${file === undefined ? "" : `  (${file}:${line})`}\n`
  );
  report.result(answer, `${flags.quiet ? "" : `${answer.url}\n${steps.join("")}`}${answer.path}\n`);
}

function runsInContainer({ adapter, ...flags }: Flags, byVariable: string | undefined): boolean {
  // A variable is meant for imports, too, whose targets can be others.
  const named = adapter === byVariable && adapter !== "container" ? undefined : adapter;
  if (named === "nginx-fs") {
    refuseForeign(flags, [{ name: named, options: {} }], [CONTAINER_OPTIONS]);
    return false;
  }
  if (named !== undefined && named !== "container") {
    const hint = "Give --adapter nginx-fs, or --adapter container.";
    throw usageError(`Cannot locate a folder with --adapter ${named}`, hint);
  }
  return named !== undefined || foreignFlags(flags, [], [CONTAINER_OPTIONS]).length > 0;
}
