/** Reads a configuration of lighttpd: every assignment, and the conditions that it stands under. */
import { fromBuffer, toBytes, toText } from "../../bytes.ts";
import {
  countLines,
  type Dialect,
  type Include,
  type Place,
  readAll,
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

interface Cursor extends ReturnType<typeof tokensOf>, Pick<Running, "env"> {
  readonly include: Include<never, Setting>;
  readonly folder: string;
  readonly settings: Setting[];
  /** Values set outside of all conditions, which others may be made of. */
  readonly values: Map<string, Value>;
  readonly knowsElseIf: boolean;
}

/** Every assignment of a configuration, in its order. Throws code `nginx-conf` for mistakes. */
export async function readSettings(
  path: string,
  { argv, folder: cwd, view, env, program }: Running,
): Promise<Setting[]> {
  const [, patch] = /lighttpd\/1\.4\.(\d+)/.exec(fromBuffer(program())) ?? [];
  const knowsElseIf = Number(patch ?? 0) >= 74;
  const folder = path.replace(/[^/]*$/, "");
  const settings: Setting[] = [];
  const values = new Map<string, Value>();
  if (argv.includes("-D")) values.set("var.CWD", toBytes(cwd));
  const shared = { env, folder, knowsElseIf, settings, values };
  await readAll<never, Setting>(path, { view }, LIGHTTPD, async (source, include, from) => {
    const cursor = { ...shared, ...tokensOf(source), include };
    while (cursor.peek().kind !== "end") await readStatement(cursor, from?.when ?? []);
    return [];
  });
  return settings;
}

interface Token extends Place {
  /** `end` is behind the last one. */
  readonly kind: "text" | "word" | "mark" | "end";
  readonly value: string;
  readonly offset: number;
}

const BLANK = /(?:\s|#[^\n]*)*/y;
const TOKEN =
  /"((?:\\[^]|[^"\\])*)"|([A-Za-z_][\w.-]*|\d+)|(\+=|:=|=>|==|!=|=~|!~|[=!][$^]|[=+(){},[\]$])/y;

function tokensOf(source: Source) {
  const { file, text } = source;
  const tokens = wordsIn(source, BLANK, TOKEN).map(({ match, offset, line }): Token => {
    const [, quoted, word, mark] = match;
    const kind = mark !== undefined ? "mark" : word !== undefined ? "word" : "text";
    const value = mark ?? word ?? quoted?.replace(/\\(["\\])/g, "$1") ?? "";
    return { file, line, kind, value, offset };
  }).toArray();
  const place = { file, line: countLines(text), offset: text.length };
  const end: Token = { kind: "end", value: "the end of the file", ...place };
  let at = 0;
  const peek = () => tokens[at] ?? end;
  const next = () => tokens[at++] ?? end;
  const isAt = (...marks: readonly string[]) =>
    peek().kind === "mark" && marks.includes(peek().value);
  const unexpected = ({ offset, value }: Token) =>
    syntaxError(source, offset, `unexpected "${toText(value)}"`);
  return {
    peek,
    next,
    isAt,
    unexpected,
    /** Whether a mark is next; goes behind it then. */
    passes: (mark: string) => isAt(mark) && next() !== end,
    expect(...marks: readonly string[]): Token {
      if (!isAt(...marks)) throw unexpected(peek());
      return next();
    },
    unended: ({ offset }: Token) => syntaxError(source, offset, 'no "}" ends this block'),
  };
}

async function readStatement(cursor: Cursor, when: readonly Condition[]): Promise<void> {
  const { settings, values, folder } = cursor;
  skipIf(cursor);
  if (cursor.isAt("$")) return await readConditional(cursor, when);
  const first = cursor.next();
  const { file, line, value: key, kind } = first;
  if (kind !== "word") throw cursor.unexpected(first);
  if (key === "global" && cursor.isAt("{")) return await readBlock(cursor, when);
  if (key.startsWith("include")) {
    const one = { file, line, key, value: readValue(cursor), when };
    const text = toText(textOf(one.value));
    for (const name of key === "include_shell" ? printedBy(text, one) : [text]) {
      await cursor.include(name.startsWith("/") ? name : folder + name, one);
    }
    return;
  }
  const adds = cursor.expect("=", "+=", ":=").value === "+=";
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

/** Scripts that print what has nothing to say of paths: types of files, one more socket for IPv6. */
const HARMLESS = /\/(?:create-mime\.(?:conf|assign)\.pl|use-ipv6\.pl)(?:["'\s]|$)/;

function printedBy(command: string, place: Setting): string[] {
  if (HARMLESS.test(command)) return [];
  // A script of Debian, which prints an `include` for each file of a folder.
  const [, kind] = /^\S*\/include-(conf|sites)-enabled\.pl(?:\s+\S+)?$/.exec(command) ?? [];
  if (kind !== undefined) return [`${kind}-enabled/*.conf`];
  const [, names] = /^cat\s+((?:[\w./*?-]+\s*)+?)(?:2>\s*\/dev\/null)?$/.exec(command) ?? [];
  if (names !== undefined) return names.trim().split(/\s+/);
  throw unclear(place, "runs a program, which is not done here", `include_shell "${command}"`);
}

async function readConditional(cursor: Cursor, when: readonly Condition[]): Promise<void> {
  const before: Condition[] = [];
  for (;;) {
    const condition = readCondition(cursor);
    await readBlock(cursor, [...when, ...before, condition]);
    before.push({ ...condition, not: true });
    const { value } = cursor.peek();
    if (value === "else") cursor.next();
    else if (value === "if" || !ELSE_IF.includes(value)) return;
    skipIf(cursor);
    if (cursor.isAt("{")) return await readBlock(cursor, [...when, ...before]);
  }
}

/** Since 1.4.74. Before, they are no errors, but mean something else. */
const ELSE_IF: readonly string[] = ["if", "elif", "elsif", "elseif"];

function skipIf({ peek, next, knowsElseIf }: Cursor): void {
  const token = peek();
  if (token.kind !== "word" || !ELSE_IF.includes(token.value)) return;
  const reason = "is understood by lighttpd 1.4.74 and later alone: write else $…";
  if (!knowsElseIf) throw unclear(token, reason, token.value);
  next();
}

function readCondition(cursor: Cursor): Condition {
  const { expect, next } = cursor;
  const { file, line } = expect("$");
  const { value: group } = next();
  expect("[");
  const { value: name } = next();
  expect("]");
  const { value: operator } = expect("==", "!=", "=~", "!~", "=^", "=$", "!^", "!$");
  return { file, line, field: `${group}["${name}"]`, operator, value: textOf(readValue(cursor)) };
}

async function readBlock(cursor: Cursor, when: readonly Condition[]): Promise<void> {
  const open = cursor.expect("{");
  while (!cursor.passes("}")) {
    if (cursor.peek().kind === "end") throw cursor.unended(open);
    await readStatement(cursor, when);
  }
}

function readValue(cursor: Cursor): Value {
  let value = readOperand(cursor);
  while (cursor.passes("+")) value = added(value, readOperand(cursor));
  return value;
}

function readOperand(cursor: Cursor): Value {
  const token = cursor.next();
  const { kind, value } = token;
  if (kind === "text") return value;
  if (kind === "mark" && value === "(") return readList(cursor);
  if (kind !== "word") throw cursor.unexpected(token);
  if (value.startsWith("env.")) return cursor.env(value.slice("env.".length)) ?? "";
  const known = cursor.values.get(fullName(value));
  // A daemon has gone to another folder.
  if (value === "var.CWD" && known === undefined) throw unclear(token, "is not known", value);
  return known ?? value;
}

function readList(cursor: Cursor): readonly Entry[] {
  const entries: Entry[] = [];
  while (!cursor.isAt(")")) {
    const value = readValue(cursor);
    const isKey = cursor.passes("=>");
    entries.push(isKey ? { key: textOf(value), value: readValue(cursor) } : { value });
    if (!cursor.passes(",")) break;
  }
  cursor.expect(")");
  return entries;
}

/** A name without a dot is one of `var.`. */
function fullName(key: string): string {
  return key.includes(".") ? key : `var.${key}`;
}
