/** The words of a file of lighttpd. */
import { fromBuffer, toText } from "../../bytes.ts";
import {
  countLines,
  type Dialect,
  includedBy,
  newReading,
  type Reading,
  readSource,
  type Source,
  syntaxError,
  wordsIn,
} from "../../config_text.ts";
import { type Running, unclear } from "../server.ts";
import { type Condition, type Entry, type Setting, textOf, type Value } from "./settings.ts";

interface Token {
  /** `end` is behind the last one. */
  readonly kind: "text" | "word" | "mark" | "end";
  /** A text without its quotes. */
  readonly value: string;
  readonly offset: number;
  /** From 1. */
  readonly line: number;
}

const TOKEN =
  /"((?:\\[^]|[^"\\])*)"|([A-Za-z_][\w.-]*|\d+)|(\+=|:=|=>|==|!=|=~|!~|[=!][$^]|[=+(){},[\]$])/y;

const BLANK = /(?:\s|#[^\n]*)*/y;

/** The words, comments left out, with one for the end. Throws code `nginx-conf` for what is none. */
function tokensOf(source: Source): Token[] {
  const words = wordsIn(source, BLANK, TOKEN).map((
    { match: [, text = "", word, mark], offset, line },
  ): Token => {
    if (mark !== undefined) return { kind: "mark", value: mark, offset, line };
    if (word !== undefined) return { kind: "word", value: word, offset, line };
    return { kind: "text", value: text.replace(/\\(["\\])/g, "$1"), offset, line };
  });
  const end = { offset: source.text.length, line: countLines(source.text) };
  return [...words, { kind: "end", value: "the end of the file", ...end }];
}

const LIGHTTPD: Dialect = {
  title: "configuration of lighttpd",
  hint: "lighttpd itself refuses this file: see lighttpd -t -f FILE.",
};

/** Scripts that print what has nothing to say of paths: types of files, one more socket for IPv6. */
const HARMLESS = /\/(?:create-mime\.(?:conf|assign)\.pl|use-ipv6\.pl)(?:["'\s]|$)/;

/** Scripts of Debian that print an `include` for each file of a folder. */
const ENABLED = /^\S*\/include-(conf|sites)-enabled\.pl(?:\s+\S+)?$/;

const OPERATORS = ["==", "!=", "=~", "!~", "=^", "=$", "!^", "!$"] as const;

/** Since 1.4.74. Before, they are no errors, but mean something else. */
const ELSE_IF: readonly string[] = ["if", "elif", "elsif", "elseif"];

/** What does not change from file to file. */
interface Shared {
  readonly folder: string;
  readonly settings: Setting[];
  /** Values set outside of all conditions, which others may be made of. */
  readonly values: Map<string, Value>;
  env(name: string): string | undefined;
  /** Whether it is of a version that knows {@linkcode ELSE_IF}. */
  readonly knowsElseIf: boolean;
}

interface Cursor {
  readonly source: Source;
  readonly tokens: readonly Token[];
  at: number;
  readonly within: Reading;
  readonly shared: Shared;
}

/**
 * Every assignment of a configuration, in its order. Throws code `nginx-conf` for mistakes, with file,
 * line and column.
 */
export async function readSettings(
  path: string,
  { view, env, program }: Pick<Running, "view" | "env" | "program">,
): Promise<Setting[]> {
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  const [, patch] = /lighttpd\/1\.4\.(\d+)/.exec(fromBuffer(program())) ?? [];
  const knowsElseIf = Number(patch ?? 0) >= 74;
  const shared: Shared = { folder, settings: [], values: new Map(), env, knowsElseIf };
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
  const cursor: Cursor = { source, tokens: tokensOf(source), at: 0, within, shared };
  while (peek(cursor).kind !== "end") await readStatement(cursor, when);
}

async function readStatement(cursor: Cursor, when: readonly Condition[]): Promise<void> {
  if (peek(cursor).kind === "word") skipIf(cursor);
  if (peek(cursor).value === "$") return await readConditional(cursor, when);
  const { value: key, kind, line, offset } = next(cursor);
  const { source: { file } } = cursor;
  if (kind !== "word") throw syntaxError(cursor.source, offset, `unexpected "${toText(key)}"`);
  if (key === "global" && peek(cursor).value === "{") return await readBlock(cursor, when);
  if (key.startsWith("include")) {
    const value = readValue(cursor);
    return await readIncluded({ file, line, key, value, when }, cursor);
  }
  const adds = expect(cursor, "=", "+=", ":=") === "+=";
  const { settings, values } = cursor.shared;
  const own = { file, line, key: fullName(key), value: readValue(cursor), when };
  // `+=` adds to what the block, or one around it, has set before; not to what other blocks set.
  const before = adds
    ? settings.findLast((one) =>
      one.key === own.key && one.when.every((each, i) => each === when[i])
    )
    : undefined;
  settings.push(before === undefined ? own : { ...own, value: added(before.value, own.value) });
  if (when.length === 0) values.set(own.key, settings.at(-1)?.value ?? own.value);
}

/** `+` and `+=`: texts one behind the other, lists too. */
function added(one: Value, other: Value): Value {
  if (typeof one === "string") return typeof other === "string" ? one + other : other;
  return [...one, ...(typeof other === "string" ? [{ value: other }] : other)];
}

async function readIncluded(one: Setting, { within, shared }: Cursor): Promise<void> {
  const text = toText(textOf(one.value));
  for (const name of one.key === "include_shell" ? printedBy(text, one) : [text]) {
    const path = name.startsWith("/") ? name : shared.folder + name;
    for (const file of await includedBy(path, one, within)) {
      await readFile(file, one, one.when, within, shared);
    }
  }
}

/** The files, or patterns of them, that a command prints. */
function printedBy(command: string, place: Setting): string[] {
  if (HARMLESS.test(command)) return [];
  const [, kind] = ENABLED.exec(command) ?? [];
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

/** Passes over `if`, or what stands for `else if`. */
function skipIf(cursor: Cursor): void {
  const { value, line } = peek(cursor);
  if (!ELSE_IF.includes(value)) return;
  const { shared: { knowsElseIf }, source: { file } } = cursor;
  const reason = "is understood by lighttpd 1.4.74 and later alone: write else $…";
  if (!knowsElseIf) throw unclear(value, { file, line }, reason);
  next(cursor);
}

function readCondition(cursor: Cursor): Condition {
  const { line } = peek(cursor);
  expect(cursor, "$");
  const { value: group } = next(cursor);
  expect(cursor, "[");
  const { value: name } = next(cursor);
  expect(cursor, "]");
  const operator = expect(cursor, ...OPERATORS);
  const { source: { file } } = cursor;
  return { file, line, field: `${group}["${name}"]`, operator, value: textOf(readValue(cursor)) };
}

async function readBlock(cursor: Cursor, when: readonly Condition[]): Promise<void> {
  const { offset } = peek(cursor);
  expect(cursor, "{");
  while (!isAt(cursor, "}")) {
    if (peek(cursor).kind === "end") {
      throw syntaxError(cursor.source, offset, 'no "}" ends this block');
    }
    await readStatement(cursor, when);
  }
  next(cursor);
}

function readValue(cursor: Cursor): Value {
  let value = readOperand(cursor);
  while (isAt(cursor, "+")) {
    next(cursor);
    value = added(value, readOperand(cursor));
  }
  return value;
}

function readOperand(cursor: Cursor): Value {
  const { kind, value, offset } = next(cursor);
  if (kind === "text") return value;
  if (kind === "mark" && value === "(") return readList(cursor);
  if (kind !== "word") throw syntaxError(cursor.source, offset, `unexpected "${toText(value)}"`);
  const { values, env, folder } = cursor.shared;
  if (value.startsWith("env.")) return env(value.slice("env.".length)) ?? "";
  if (value === "var.CWD") return folder;
  return values.get(fullName(value)) ?? value;
}

function readList(cursor: Cursor): readonly Entry[] {
  const entries: Entry[] = [];
  while (!isAt(cursor, ")")) {
    const first = readValue(cursor);
    if (isAt(cursor, "=>")) {
      next(cursor);
      entries.push({ key: textOf(first), value: readValue(cursor) });
    } else entries.push({ value: first });
    if (!isAt(cursor, ",")) break;
    next(cursor);
  }
  expect(cursor, ")");
  return entries;
}

/** A name without a dot is one of `var.`. */
function fullName(key: string): string {
  return key.includes(".") ? key : `var.${key}`;
}

function peek({ tokens, at }: Cursor): Token {
  const token = tokens[Math.min(at, tokens.length - 1)];
  if (token === undefined) throw new Error("a file has an end");
  return token;
}

function isAt(cursor: Cursor, mark: string): boolean {
  const { kind, value } = peek(cursor);
  return kind === "mark" && value === mark;
}

function next(cursor: Cursor): Token {
  const token = peek(cursor);
  cursor.at++;
  return token;
}

function expect<Mark extends string>(cursor: Cursor, ...marks: readonly Mark[]): Mark {
  const { kind, value, offset } = next(cursor);
  const found = kind === "mark" ? marks.find((mark) => mark === value) : undefined;
  if (found !== undefined) return found;
  throw syntaxError(cursor.source, offset, `unexpected "${toText(value)}"`);
}
