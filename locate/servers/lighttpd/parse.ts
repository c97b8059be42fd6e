/** Reads a configuration of lighttpd: every assignment, and the conditions that it stands under. */
import { fromBuffer, toText } from "../../bytes.ts";
import {
  countLines,
  type Dialect,
  matching,
  newReading,
  type Place,
  type Reading,
  readSource,
  type Source,
  syntaxError,
  wordsIn,
} from "../../config_text.ts";
import { type Running, unclear } from "../server.ts";
import { type Condition, type Entry, type Setting, textOf, type Value } from "./settings.ts";

const LIGHTTPD: Dialect = {
  title: "configuration of lighttpd",
  hint: "lighttpd itself refuses this file: see lighttpd -t -f FILE.",
};

/** What does not change from file to file. */
interface Shared extends Pick<Running, "env"> {
  readonly folder: string;
  readonly settings: Setting[];
  /** Values set outside of all conditions, which others may be made of. */
  readonly values: Map<string, Value>;
  readonly knowsElseIf: boolean;
}

interface Cursor extends Shared {
  readonly source: Source;
  readonly tokens: readonly Token[];
  at: number;
  readonly within: Reading;
}

interface Token extends Place {
  /** `end` is behind the last one. */
  readonly kind: "text" | "word" | "mark" | "end";
  /** A text without its quotes. */
  readonly value: string;
  readonly offset: number;
}

/** Every assignment of a configuration, in its order. Throws code `nginx-conf` for mistakes. */
export async function readSettings(
  path: string,
  { view, env, program }: Pick<Running, "view" | "env" | "program">,
): Promise<Setting[]> {
  const [, patch] = /lighttpd\/1\.4\.(\d+)/.exec(fromBuffer(program())) ?? [];
  const shared: Shared = {
    env,
    folder: path.replace(/[^/]*$/, ""),
    settings: [],
    values: new Map(),
    knowsElseIf: Number(patch ?? 0) >= 74,
  };
  await readFile(path, undefined, [], newReading(view, LIGHTTPD), shared);
  return shared.settings;
}

async function readFile(
  path: string,
  from: Setting | undefined,
  when: readonly Condition[],
  reading: Reading,
  shared: Shared,
): Promise<void> {
  const { source, within } = await readSource(path, from, reading);
  const cursor = { ...shared, source, tokens: tokensOf(source), at: 0, within };
  while (peek(cursor).kind !== "end") await readStatement(cursor, when);
}

const BLANK = /(?:\s|#[^\n]*)*/y;
const TOKEN =
  /"((?:\\[^]|[^"\\])*)"|([A-Za-z_][\w.-]*|\d+)|(\+=|:=|=>|==|!=|=~|!~|[=!][$^]|[=+(){},[\]$])/y;

function tokensOf(source: Source): Token[] {
  const { file, text } = source;
  const words = wordsIn(source, BLANK, TOKEN).map(({ match, offset, line }): Token => {
    const [, quoted, word, mark] = match;
    const kind = mark !== undefined ? "mark" : word !== undefined ? "word" : "text";
    const value = mark ?? word ?? quoted?.replace(/\\(["\\])/g, "$1") ?? "";
    return { file, line, kind, value, offset };
  });
  const line = countLines(text);
  const end = { kind: "end", value: "the end of the file", offset: text.length } as const;
  return [...words, { file, line, ...end }];
}

async function readStatement(cursor: Cursor, when: readonly Condition[]): Promise<void> {
  const { settings, values } = cursor;
  skipIf(cursor);
  if (isAt(cursor, "$")) return await readConditional(cursor, when);
  const first = next(cursor);
  const { file, line, value: key, kind } = first;
  if (kind !== "word") throw unexpected(cursor, first);
  if (key === "global" && isAt(cursor, "{")) return await readBlock(cursor, when);
  if (key.startsWith("include")) {
    return await readIncluded({ file, line, key, value: readValue(cursor), when }, cursor);
  }
  const adds = expect(cursor, "=", "+=", ":=").value === "+=";
  const own = { file, line, key: fullName(key), value: readValue(cursor), when };
  // `+=` adds to what the block, or one around it, has set before; not to what other blocks set.
  const before = settings.findLast((one) =>
    adds && one.key === own.key && one.when.every((each, i) => each === when[i])
  );
  const value = before === undefined ? own.value : added(before.value, own.value);
  settings.push({ ...own, value });
  if (when.length === 0) values.set(own.key, value);
}

/** `+` and `+=`: texts one behind the other, lists too. */
function added(one: Value, other: Value): Value {
  if (typeof one === "string") return typeof other === "string" ? one + other : other;
  return [...one, ...(typeof other === "string" ? [{ value: other }] : other)];
}

async function readIncluded(one: Setting, { within, ...shared }: Cursor): Promise<void> {
  const text = toText(textOf(one.value));
  for (const name of one.key === "include_shell" ? printedBy(text, one) : [text]) {
    const path = name.startsWith("/") ? name : shared.folder + name;
    for (const file of await matching(path, one, within)) {
      await readFile(file, one, one.when, within, shared);
    }
  }
}

/** Scripts that print what has nothing to say of paths: types of files, one more socket for IPv6. */
const HARMLESS = /\/(?:create-mime\.(?:conf|assign)\.pl|use-ipv6\.pl)(?:["'\s]|$)/;

/** The files, or patterns of them, that a command prints. */
function printedBy(command: string, place: Setting): string[] {
  if (HARMLESS.test(command)) return [];
  // A script of Debian, which prints an `include` for each file of a folder.
  const [, kind] = /^\S*\/include-(conf|sites)-enabled\.pl(?:\s+\S+)?$/.exec(command) ?? [];
  if (kind !== undefined) return [`${kind}-enabled/*.conf`];
  const [, names] = /^cat\s+((?:[\w./*?-]+\s*)+?)(?:2>\s*\/dev\/null)?$/.exec(command) ?? [];
  if (names !== undefined) return names.trim().split(/\s+/);
  throw unclear(`include_shell "${command}"`, place, "runs a program, which is not done here");
}

async function readConditional(cursor: Cursor, when: readonly Condition[]): Promise<void> {
  const before: Condition[] = [];
  for (;;) {
    const condition = readCondition(cursor);
    await readBlock(cursor, [...when, ...before, condition]);
    before.push({ ...condition, not: true });
    const { value } = peek(cursor);
    if (value === "else") next(cursor);
    else if (value === "if" || !ELSE_IF.includes(value)) return;
    skipIf(cursor);
    if (isAt(cursor, "{")) return await readBlock(cursor, [...when, ...before]);
  }
}

/** Since 1.4.74. Before, they are no errors, but mean something else. */
const ELSE_IF: readonly string[] = ["if", "elif", "elsif", "elseif"];

/** Passes over `if`, or what stands for `else if`. */
function skipIf(cursor: Cursor): void {
  const token = peek(cursor);
  if (token.kind !== "word" || !ELSE_IF.includes(token.value)) return;
  const reason = "is understood by lighttpd 1.4.74 and later alone: write else $…";
  if (!cursor.knowsElseIf) throw unclear(token.value, token, reason);
  cursor.at++;
}

function readCondition(cursor: Cursor): Condition {
  const { file, line } = expect(cursor, "$");
  const { value: group } = next(cursor);
  expect(cursor, "[");
  const { value: name } = next(cursor);
  expect(cursor, "]");
  const { value: operator } = expect(cursor, "==", "!=", "=~", "!~", "=^", "=$", "!^", "!$");
  return { file, line, field: `${group}["${name}"]`, operator, value: textOf(readValue(cursor)) };
}

async function readBlock(cursor: Cursor, when: readonly Condition[]): Promise<void> {
  const { offset } = expect(cursor, "{");
  while (!passes(cursor, "}")) {
    if (peek(cursor).kind === "end") {
      throw syntaxError(cursor.source, offset, 'no "}" ends this block');
    }
    await readStatement(cursor, when);
  }
}

function readValue(cursor: Cursor): Value {
  let value = readOperand(cursor);
  while (passes(cursor, "+")) value = added(value, readOperand(cursor));
  return value;
}

function readOperand(cursor: Cursor): Value {
  const token = next(cursor);
  const { kind, value } = token;
  if (kind === "text") return value;
  if (kind === "mark" && value === "(") return readList(cursor);
  if (kind !== "word") throw unexpected(cursor, token);
  if (value.startsWith("env.")) return cursor.env(value.slice("env.".length)) ?? "";
  if (value === "var.CWD") return cursor.folder;
  return cursor.values.get(fullName(value)) ?? value;
}

function readList(cursor: Cursor): readonly Entry[] {
  const entries: Entry[] = [];
  while (!isAt(cursor, ")")) {
    const first = readValue(cursor);
    const hasKey = passes(cursor, "=>");
    entries.push(hasKey ? { key: textOf(first), value: readValue(cursor) } : { value: first });
    if (!passes(cursor, ",")) break;
  }
  expect(cursor, ")");
  return entries;
}

/** A name without a dot is one of `var.`. */
function fullName(key: string): string {
  return key.includes(".") ? key : `var.${key}`;
}

function peek({ tokens, at }: Cursor): Token {
  const token = tokens[at] ?? tokens.at(-1);
  if (token === undefined) throw new Error("a file has an end");
  return token;
}

function isAt(cursor: Cursor, mark: string): boolean {
  const { kind, value } = peek(cursor);
  return kind === "mark" && value === mark;
}

/** Whether a mark is next; goes behind it then. */
function passes(cursor: Cursor, mark: string): boolean {
  const found = isAt(cursor, mark);
  if (found) cursor.at++;
  return found;
}

function next(cursor: Cursor): Token {
  const token = peek(cursor);
  cursor.at++;
  return token;
}

function expect(cursor: Cursor, ...marks: readonly string[]): Token {
  const token = next(cursor);
  if (token.kind === "mark" && marks.includes(token.value)) return token;
  throw unexpected(cursor, token);
}

function unexpected({ source }: Cursor, { offset, value }: Token): Error {
  return syntaxError(source, offset, `unexpected "${toText(value)}"`);
}
