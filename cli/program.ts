/** The command line as a whole: argv → verb → exit status. */
import { Command, CommanderError } from "commander";
import { builtinAdapters } from "../adapters/mod.ts";
import { licenses, VERSION } from "./about.ts";
import { adapter, superviseIfAsked } from "./adapter/command.ts";
import { applyVariables, parserError, understandArguments, warnOfVariables } from "./arguments.ts";
import { completions } from "./completions/command.ts";
import { config } from "./config/command.ts";
import { type Context, exitStatus, Stopped } from "./context.ts";
import { doctor } from "./doctor/command.ts";
import { helpWidth } from "./help.ts";
import { importVerb } from "./import/command.ts";
import { list } from "./list/command.ts";
import { locate } from "./locate/command.ts";
import { nodeCheck } from "./node_check/command.ts";
import {
  addOutputFlags,
  addReportFlag,
  checkedAdapter,
  findFactory,
  namedAddresses,
  type NamedPlugin,
  outputOf,
  refuseClashes,
} from "./options/mod.ts";
import { errorEvent, helpFormat, jsonLine, messageText, styleFor, wrapText } from "./output/mod.ts";
import { prune } from "./prune/command.ts";
import { serve } from "./serve/command.ts";
import type { Session } from "./session.ts";
import { guardAgainstUnhandled } from "./unhandled_errors.ts";
import type { Declaring, Verb } from "./verb.ts";
import { verify } from "./verify/command.ts";

const VERBS = [
  importVerb,
  verify,
  prune,
  locate,
  list,
  serve,
  config,
  nodeCheck,
  adapter,
  doctor,
  completions,
];

const EPILOGUE = `
Without a verb, binimport runs import:
  binimport offline-files.tar.gz --root /usr/share/nginx/html
Every option can also be set as $BINIMPORT_<OPTION>. Passwords are never given on the command line.

Exit status: 0 done and verified, 2 usage, 3 package unusable, 4 target refused or unreachable,
5 difference found, 129/130/143 stopped.
`;

/** Runs the command line; gives the exit status. Never rejects: what goes wrong is told. */
export async function runProgram(context: Context): Promise<number> {
  try {
    if (checkedAdapter(context.args) !== undefined) {
      const supervised = await superviseIfAsked(context);
      if (supervised !== undefined) return supervised;
    }
    const addresses = namedAddresses(context);
    if (addresses.length === 0) return await runVerb(context, []);
    using strays = guardAgainstUnhandled(addresses);
    const signal = AbortSignal.any([context.signal, strays.signal]);
    const plugins = await Promise.all(
      addresses.map(async (address) => ({ address, factory: await findFactory(address, context) })),
    );
    return await runVerb({ ...context, signal }, plugins);
  } catch (error) {
    return printError(error, context, []);
  }
}

async function runVerb(typed: Context, named: readonly NamedPlugin[]): Promise<number> {
  let status = 0;
  let context = typed;
  const plugins = named.map(({ factory }) => factory);
  try {
    if (typed.args.length === 0) {
      // Who typed something is asked nothing: the questions are loaded only for the others.
      const { walk } = await import("./interactive.ts");
      const { args, secrets = {} } = await walk(typed);
      context = { ...typed, args, env: (name) => secrets[name] ?? typed.env(name) };
    }
    if (plugins.length > 0) {
      refuseClashes(named, programDeclaration().commands.flatMap(({ options }) => options));
    }
    const program = declareProgram({ context, plugins, ended: (given) => void (status = given) });
    const args = await understandArguments(context.args, program, context);
    await program.parseAsync(args, { from: "user" });
    return status;
  } catch (error) {
    return printError(error, context, plugins);
  }
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
  return declareProgram({ context, plugins: [], ended() {} });
}

function declareProgram(declaring: Declaring): Command {
  const { context, plugins } = declaring;
  const { stdout, stderr } = context;
  const width = () => helpWidth(context);
  const program = new Command("binimport")
    .description(
      "Imports offline Kubernetes binary packages into the file server that cluster nodes download from:\nan nginx web root, MinIO or another S3 store. Checks them, and proves that nodes can download them.",
    )
    .version(VERSION)
    .option("--licenses", "output the licences of all that this file is made of")
    .on("option:licenses", () => {
      stdout.write(licenses());
      throw new CommanderError(0, "binimport.licenses", ""); // as --version: nothing else is done
    })
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(stdout.isTerminal ? wrapText(text, width()) : text),
      writeErr: (text) => stderr.write(text),
      outputError: () => {}, // told by printError, with the others
      getOutHelpWidth: width,
      getOutHasColors: () => true, // help has no colours that would have to be taken out
    })
    .configureHelp(helpFormat(width))
    .addHelpText("after", EPILOGUE);
  program.hook("preAction", (_, command) => {
    applyVariables(command, [...builtinAdapters, ...plugins], context);
    if (command.getOptionValue("output") === "json") command.setOptionValue("json", true);
    warnOfVariables(program, command, declaring);
  });
  for (const verb of VERBS) addVerb(program, verb, declaring);
  return program;
}

/** Adds a verb and those below it. */
function addVerb(parent: Command, verb: Verb, declaring: Declaring): void {
  const { name, alias, summary, description, notes, verbs = [], hasOutput = true } = verb;
  const command = parent.command(name).description(description);
  if (alias !== undefined) command.alias(alias);
  if (summary !== undefined) command.summary(summary);
  if (notes !== undefined) command.addHelpText("after", notes);
  verb.options?.(command, declaring);
  for (const one of verbs) addVerb(command, one, declaring);
  if (verb.run === undefined) return;
  if (verb.reported !== undefined) addReportFlag(command);
  if (hasOutput) addOutputFlags(command);
  command.action(async () => {
    const { openSession } = await import("./session.ts");
    using session = openSession(command.opts(), declaring.context);
    const run = async (session: Session) =>
      await verb.run?.(session, ...command.processedArgs) ?? 0;
    const file = session.flags.report;
    if (file === undefined || verb.reported === undefined) {
      return declaring.ended(await run(session));
    }
    const { withReport } = await import("./report_file.ts");
    declaring.ended(await withReport(file, verb.reported, session, run));
  });
}

function printError(error: unknown, context: Context, plugins: Declaring["plugins"]): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    if (error.code === "commander.help") return 2; // a verb without its own verb: help was shown
    return printError(parserError(error, context, plugins, programDeclaration()), context, plugins);
  }
  const { args, stdout, stderr, signal: { aborted, reason } } = context;
  if (aborted && error !== reason && !(error instanceof Stopped)) {
    return printError(reason, context, plugins);
  }
  const event = errorEvent(error);
  const output = outputOf(args);
  if (output.json) stdout.write(jsonLine(event));
  stderr.write(messageText("error: ", "bad", event, styleFor(stderr, context, output)));
  if (output.verbose && error instanceof Error) stderr.write(`${error.stack}\n`);
  return exitStatus(error);
}
