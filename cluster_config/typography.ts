/** What input methods and web pages put where YAML wants other signs. */

/** Something on a line that was typed or copied otherwise than YAML reads it. */
export interface Slip {
  readonly offset: number;
  /** Half a sentence; quotes nothing of the line but the sign itself. */
  readonly state: string;
  readonly hint: string;
}

/** Signs that look like those of YAML, each before the one that is meant. */
const SIGNS = ["：:", "，,", '“"', '”"', "‘'", "’'", "－-", "＃#", "／/", "．.", "　 ", "\u00a0 "];

/** What is meant by a sign; nothing by those without width, which nobody sees. */
const LOOK_ALIKES = new Map(
  [...SIGNS, ..."\u200b\u200c\u200d\u2060\ufeff"].map(([sign = "", meant = ""]) => [sign, meant]),
);

/** Not at the very beginning: there, a byte order mark is one. */
const LOOK_ALIKE = new RegExp(`(?!^\\ufeff)[${[...LOOK_ALIKES.keys()].join("")}]`);

/** The first sign in a text that only looks like one of YAML. */
export function lookAlikeIn(text: string, at = 0): Slip | undefined {
  const { 0: sign = "", index = 0 } = LOOK_ALIKE.exec(text) ?? {};
  const meant = LOOK_ALIKES.get(sign);
  if (meant === undefined) return undefined;
  const code = `U+${sign.charCodeAt(0).toString(16).toUpperCase()}`;
  const [what, hint] = meant === ""
    ? [`an invisible character (${code})`, "Delete it, and retype what stands there."]
    : meant === " "
    ? [`a ${sign === "　" ? "full-width" : "no-break"} space`, "Type a plain space instead."]
    : [`a full-width or curly "${sign}"`, `Type a plain ${meant} instead.`];
  return { offset: at + index, state: `there is ${what}`, hint };
}

const NO_DOTS = "Remove the line of dots, or write out what it stands for.";

/** Three dots or more, or an ellipsis, alone on a line: a page leaves something out there. */
const DOTS = /^[ \t]*(?:\.{3,}|…+|\.(?: \.)+)[ \t]*\r?$/;

/** How Markdown begins and ends code. */
const FENCE = /^[ \t]*(?:```|~~~)/;

/** The slip nearest to an offset at which a parser stumbled: at most two lines before, or one behind. */
export function slipNear(text: string, offset: number): Slip | undefined {
  const at = text.slice(0, offset).split("\n").length;
  const lines = [...text.matchAll(/([^\n]*)(?:\n|$)/g)].slice(Math.max(0, at - 3), at + 1);
  return lines.map(({ 1: line = "", index }) => {
    if (FENCE.test(line)) {
      const state = "the marks of a page around what it shows are no YAML";
      return { offset: index + line.search(/\S/), state, hint: "Remove the lines of such marks." };
    }
    if (!DOTS.test(line)) return lookAlikeIn(line.replace(/(?:^|\s)#.*$/, ""), index);
    const state = "the dots stand for something that a page leaves out";
    return { offset: index + line.search(/\S/), state, hint: NO_DOTS };
  }).findLast((slip) => slip !== undefined);
}

/** A line of three dots that ends a document although more follows, which nothing reads then. */
export function cutOff(text: string): Slip | undefined {
  const found = /^\.\.\.[ \t]*\r?\n(?=(?:[ \t]*(?:#.*)?\r?\n)*(?!---|%)[ \t]*[^#\s])/m.exec(text);
  const state = "three dots end the document: the installer reads nothing of what follows";
  return found === null ? undefined : { offset: found.index, state, hint: NO_DOTS };
}
