/** Help as it was rendered when this program was packed: to declare all verbs takes longer. */
import { tried } from "../core/util/tried.ts";
import type { Context } from "./context.ts";

/** Pages by the verb's words, for each of {@linkcode RENDERED}; they lie beside the main module. */
export type HelpPages = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** What pages are rendered for: columns of terminals, and what is none. */
export const RENDERED = ["pipe", 80, 100] as const;

/** Columns of the help: wider lines are hard to read. */
const WIDEST = 100;

/** The columns of the help. */
export function helpWidth({ stdout }: Pick<Context, "stdout">): number {
  return stdout.isTerminal ? Math.min(stdout.columns(), WIDEST) : WIDEST;
}

/** Prints the help that is asked for, if nothing but help is, and if it lies ready. */
export function printedHelp(context: Pick<Context, "args" | "stdout" | "kept">): boolean {
  const { args, stdout, kept = {} } = context;
  if (!/^--help$|^-h$/.test(args.at(-1) ?? "")) return false;
  // An adapter that a variable names has options of its own.
  if (Object.keys(kept).some((name) => /^BINIMPORT_(?:ADAPTER|TO)$/.test(name))) return false;
  const reader = stdout.isTerminal ? helpWidth(context) : "pipe";
  const page = readPacked<HelpPages>(new URL("help.json", Deno.mainModule))?.[reader]
    ?.[args.slice(0, -1).join(" ")];
  if (typeof page !== "string") return false; // no verb, or `constructor`
  stdout.write(page);
  return true;
}

/** What was made when this program was packed; undefined where it runs from source. */
export function readPacked<T>(file: URL): T | undefined {
  return tried(() => JSON.parse(Deno.readTextFileSync(file)));
}
