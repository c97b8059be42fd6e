/** All pages of the help, for the packed file to have them ready. */
import type { Command } from "commander";
import { type HelpPages, RENDERED } from "../../cli/help.ts";
import { programDeclaration, runProgram } from "../../cli/program.ts";

/** Renders them as `--help` of each verb prints them. */
export async function helpPages(): Promise<HelpPages> {
  const verbs = wordsOf(programDeclaration());
  const pages: Record<string, Record<string, string>> = {};
  for (const reader of RENDERED) {
    const texts = verbs.map(async (words) => [words.join(" "), await helpOf(words, reader)]);
    pages[reader] = Object.fromEntries(await Promise.all(texts));
  }
  return pages;
}

/** A verb's words, and those of the verbs below it. */
function wordsOf(verb: Command, words: readonly string[] = []): (readonly string[])[] {
  const below = verb.commands.flatMap((one) =>
    [one.name(), ...one.aliases()].flatMap((name) => wordsOf(one, [...words, name]))
  );
  return [words, ...below];
}

async function helpOf(words: readonly string[], reader: typeof RENDERED[number]): Promise<string> {
  let text = "";
  const stdout = {
    isTerminal: reader !== "pipe",
    columns: () => reader === "pipe" ? 80 : reader,
    write: (part: string) => void (text += part),
  };
  const status = await runProgram({
    args: [...words, "--help"],
    stdout,
    stderr: stdout,
    signal: new AbortController().signal,
    env: () => undefined,
    stdin: () => ReadableStream.from([]),
  });
  if (status !== 0) throw new Error(`Cannot render the help of "${words.join(" ")}": ${text}`);
  return text;
}
