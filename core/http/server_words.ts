/** What a server says of a refusal in its own words, fit to stand behind a sentence of ours. */
import { Buffer, isUtf8 } from "node:buffer";
import process from "node:process";
import { at, isObject, type Json, listAt, parseJson } from "../util/json.ts";
import { elementText } from "../util/xml.ts";

/** How much of it is shown, in characters. */
const MOST = 200;

/** Taken when they are asked for: to load that module takes 6 ms of every start. */
const usualReasons = () => process.getBuiltinModule("node:http").STATUS_CODES;

/** What moves a cursor, turns the direction of text, or cannot be seen. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu;

/** At most 200 printable characters, in one line, without `secrets`: a server may repeat a request. */
export function serverWords(text: string, secrets: Iterable<string | undefined> = []): string {
  let safe = text;
  for (const secret of secrets) if (secret) safe = safe.replaceAll(secret, "***");
  const words = [...safe.replace(UNPRINTABLE, " ").trim()];
  return words.length > MOST ? `${words.slice(0, MOST - 1).join("")}…` : words.join("");
}

/**
 * The words of an HTTP server: the message of a JSON or XML body, the first line of a plain text,
 * else a reason phrase that is not the usual one of its status, as Nexus writes it.
 */
export function wordsOf({ status, reason = "", type = "", body }: {
  readonly status: number;
  /** The reason phrase of the status line, as node:http decodes it. */
  readonly reason: string | undefined;
  readonly type: string | undefined;
  /** The beginning of the body. */
  readonly body: string;
}): string {
  const spoken = /json/i.test(type)
    ? messageIn(parseJson(body))
    : /xml/i.test(type)
    ? elementText(body, "message") ?? elementText(body, "Message")
    : /^text\/plain/i.test(type)
    ? body.trim().split("\n")[0]
    : undefined;
  // A status line is read as Latin-1; servers write UTF-8 into it.
  const bytes = Buffer.from(reason, "latin1");
  const phrase = isUtf8(bytes) ? bytes.toString() : reason;
  return [spoken?.trim() ?? "", phrase].find((one) => one !== "" && !isUsual(status, one)) ?? "";
}

/** The names of statuses that have changed since RFC 2616. */
const FORMER =
  /^(request entity too large|payload too large|moved temporarily|requested range .*)$/i;

/** Whether it says no more than the status. */
function isUsual(status: number, phrase: string): boolean {
  const bare = phrase.replace(new RegExp(`^${status}[ :-]*`), "").replace(/[.!]$/, "");
  return FORMER.test(bare) || bare.toLowerCase() === usualReasons()[status]?.toLowerCase();
}

/** Artifactory and registries have `errors[].message`; RFC 9457 has `detail` and `title`. */
function messageIn(value: Json | undefined): string | undefined {
  if (typeof value === "string") return value;
  const members = isObject(value)
    ? ["errors", "message", "detail", "title", "error", "reason"].map((name) => at(value, name))
    : listAt(value);
  return members.map(messageIn).find((one) => one !== undefined);
}
