/** The command line as a whole: argv → verb → exit status. */
import { Command, CommanderError } from "commander";
import { builtinAdapters } from "../adapters/mod.ts";
import type { AdapterFactory } from "../core/storage/mod.ts";
import { VERSION } from "./about.ts";
import { checkUnderSupervision, declareAdapter, isToBeSupervised } from "./adapter/command.ts";
import { understandArguments } from "./arguments.ts";
import { answerShell, COMPLETE, declareCompletions } from "./completions/command.ts";
import { declareConfig } from "./config/command.ts";
import { type Context, exitStatus, Stopped } from "./context.ts";
import { declareDoctor } from "./doctor/command.ts";
import { declareImport } from "./import/command.ts";
import { addLicensesFlag } from "./licenses.ts";
import { declareList } from "./list/command.ts";
import { declareLocate } from "./locate/command.ts";
import { declareNodeCheck } from "./node_check/command.ts";
import {
  adapterAttributes,
  adapterVariables,
  applyVariables,
  colorOf,
  loadPlugins,
  namedAddresses,
  type NamedPlugin,
  pluginFolders,
  refuseClashes,
  unknownVariables,
  wantsJson,
  warnOfVariables,
} from "./options/mod.ts";
import {
  errorEvent,
  helpFormat,
  helpWidth,
  jsonLine,
  messageText,
  styleFor,
  wrapText,
} from "./output/mod.ts";
import { declarePrune } from "./prune/command.ts";
import { declareServe } from "./serve/command.ts";
import { asciiOutput, isUtf8Locale } from "./terminal.ts";
import { guardAgainstUnhandled } from "./unhandled_errors.ts";
import { usageError } from "./usage_error.ts";
import { declareVerify } from "./verify/command.ts";

const EPILOGUE = `
Without a verb, import is meant:  binimport offline-files.tar.gz --root /usr/share/nginx/html
Every option can be given as $BINIMPORT_<OPTION>; a password never stands on the command line.

Exit status: 0 done and verified, 2 usage, 3 package unusable, 4 target refused or unreachable,
5 difference found, 129/130/143 stopped.
`;

/** Runs the command line; gives the exit status. Never rejects: what goes wrong is told. */
export async function runProgram(given: Context): Promise<number> {
  const context = isUtf8Locale(given.env)
    ? given
    : { ...given, stdout: asciiOutput(given.stdout), stderr: asciiOutput(given.stderr) };
  try {
    if (context.args[0] === COMPLETE) {
      return await answerShell(declareProgram(context, [], () => {}), context);
    }
    if (isToBeSupervised(context)) {
      return await checkUnderSupervision(context);
    }
    const addresses = namedAddresses(context);
    if (addresses.length === 0) return await runVerb(context, []);
    using strays = guardAgainstUnhandled(addresses);
    const signal = AbortSignal.any([context.signal, strays.signal]);
    return await runVerb({ ...context, signal }, await loadPlugins(addresses));
  } catch (error) {
    return printError(error, context);
  }
}

async function runVerb(typed: Context, plugins: readonly NamedPlugin[]): Promise<number> {
  let status = 0;
  let context = typed;
  try {
    context = await askedFor(typed);
    const program = programWithPlugins(context, plugins, (given) => {
      status = given;
    });
    const args = await understandArguments(context.args, program, context);
    await program.parseAsync(args, { from: "user" });
    return status;
  } catch (error) {
    return printError(error, context, plugins.map(({ factory }) => factory));
  }
}

/** Nobody is asked who typed something: the questions are loaded only for the others. */
async function askedFor(context: Context): Promise<Context> {
  if (context.args.length > 0) return context;
  const { walk } = await import("./interactive.ts");
  const walked = await walk(context);
  if (walked === undefined) return context;
  const { args, secrets } = walked;
  return { ...context, args, env: (name) => secrets[name] ?? context.env(name) };
}

/** All verbs and options as they are declared, for whoever describes them. Not to be run. */
export function programDeclaration(): Command {
  const output = { isTerminal: false, write() {}, columns: () => 80 };
  const context: Context = {
    args: [],
    stdout: output,
    stderr: output,
    signal: new AbortController().signal,
    env: () => undefined,
    stdin: () => ReadableStream.from([]),
  };
  return declareProgram(context, [], () => {});
}

function declareProgram(
  context: Context,
  plugins: readonly AdapterFactory[],
  done: (status: number) => void,
): Command {
  const program = new Command("binimport")
    .description(
      "Puts the offline binary packages of a Kubernetes platform where the cluster's nodes fetch them:\nan nginx web root, MinIO or another S3 store. Checks them, and proves that they are served.",
    )
    .version(VERSION)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        const { isTerminal } = context.stdout;
        context.stdout.write(isTerminal ? wrapText(text, helpWidth(context)) : text);
      },
      writeErr: (text) => context.stderr.write(text),
      outputError: () => {}, // told by tellError, with the others
      getOutHelpWidth: () => helpWidth(context),
    })
    .configureHelp(helpFormat(() => helpWidth(context)))
    .addHelpText("after", EPILOGUE);
  addLicensesFlag(program, context);
  const adapters = adapterAttributes([...builtinAdapters, ...plugins]);
  program.hook("preAction", async (_, command) => {
    applyVariables(command, adapters, context);
    if (command.getOptionValue("output") === "json") command.setOptionValue("json", true);
    const { listPlugins } = await import("../core/storage/plugins/mod.ts");
    const unknown = unknownVariables(
      program,
      adapterVariables([...builtinAdapters, ...plugins]),
      context,
      listPlugins(pluginFolders(context)).size > 0,
    );
    if (unknown.length > 0) await warnOfVariables(unknown, command.opts(), context);
  });
  declareImport(program, context, plugins, done);
  declareVerify(program, context, plugins, done);
  declarePrune(program, context, plugins, done);
  declareLocate(program, context, done);
  declareList(program, context, plugins, done);
  declareServe(program, context, done);
  declareConfig(program, context, done);
  declareNodeCheck(program, context, plugins, done);
  declareAdapter(program, context, plugins, done);
  declareDoctor(program, context, plugins, done);
  declareCompletions(program, context, done);
  return program;
}

/** Plug-ins bring flags of their own, so they are loaded before the flags are read. */
function programWithPlugins(
  context: Context,
  plugins: readonly NamedPlugin[],
  done: (status: number) => void,
): Command {
  if (plugins.length > 0) {
    const builtin = adapterAttributes(builtinAdapters);
    const own = declareProgram(context, [], done).commands.flatMap(({ options }) => options)
      .filter((option) => !builtin.has(option.attributeName()));
    refuseClashes(plugins, own);
  }
  return declareProgram(context, plugins.map(({ factory }) => factory), done);
}

function printError(
  error: unknown,
  context: Context,
  plugins: readonly AdapterFactory[] = [],
): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    if (error.code === "commander.help") return 2; // a verb without its own verb: help was shown
    return printError(usageError(error, context, plugins), context);
  }
  const { aborted, reason } = context.signal;
  if (aborted && error !== reason && !(error instanceof Stopped)) {
    return printError(reason, context);
  }
  const event = errorEvent(error);
  if (wantsJson(context.args)) context.stdout.write(jsonLine(event));
  const style = styleFor(context.stderr, context, { color: colorOf(context.args), verbose: 0 });
  context.stderr.write(messageText("error: ", "bad", event, style));
  if (context.args.some((arg) => /^(?:--verbose|-v+)$/.test(arg)) && error instanceof Error) {
    context.stderr.write(`${error.stack}\n`);
  }
  return exitStatus(error);
}
