/** What input methods and web pages put where YAML wants other signs. */

/** Something on a line that was typed or copied otherwise than YAML reads it. */
export interface Slip {
  readonly offset: number;
  /** Half a sentence; quotes nothing of the line but the sign itself. */
  readonly state: string;
  readonly hint: string;
}

/** Signs that look like those of YAML, and what is meant. */
const LOOK_ALIKES: Readonly<Record<string, string>> = {
  "：": ":",
  "，": ",",
  "“": '"',
  "”": '"',
  "‘": "'",
  "’": "'",
  "－": "-",
  "＃": "#",
  "／": "/",
  "．": ".",
  "　": " ",
  "\u00a0": " ",
};

const LOOK_ALIKE = new RegExp(`[${Object.keys(LOOK_ALIKES).join("")}]`);

/** The first sign in a text that only looks like one of YAML. */
export function lookAlikeIn(text: string, at = 0): Slip | undefined {
  const found = LOOK_ALIKE.exec(text);
  const meant = LOOK_ALIKES[found?.[0] ?? ""];
  if (found === null || meant === undefined) return undefined;
  const [sign] = found;
  const state = sign === "　" || sign === "\u00a0"
    ? `there is a ${sign === "　" ? "full-width" : "no-break"} space`
    : `there is a full-width or curly "${sign}"`;
  const hint = `Type ${meant === " " ? "a plain space" : `a plain ${meant}`} instead.`;
  return { offset: at + found.index, state, hint };
}

/** Three dots or more, or an ellipsis, alone on a line: a page leaves something out there. */
const DOTS = /^[ \t]*(?:\.{3,}|…+|\.(?: \.)+)[ \t]*$/;

/** The slip on a line of YAML, its comment left out. */
function slipOn(line: string, at: number): Slip | undefined {
  if (DOTS.test(line)) {
    return {
      offset: at + line.search(/\S/),
      state: "the dots are those of a page, where it leaves something out",
      hint: "Take the line of dots away, or write what it stands for.",
    };
  }
  return lookAlikeIn(line.replace(/(?:^|\s)#.*$/, ""), at);
}

/** The slip nearest to an offset at which a parser stumbled: on its line, or next to it. */
export function slipNear(text: string, offset: number): Slip | undefined {
  const found: Slip[] = [];
  let at = 0;
  for (const line of text.split("\n")) {
    const [isNear, end] = [at <= offset + line.length + 1, at + line.length];
    const slip = isNear ? slipOn(line.replace(/\r$/, ""), at) : undefined;
    if (slip !== undefined) found.push(slip);
    at = end + 1;
    if (!isNear) break;
  }
  const last = found.at(-1);
  const between = text.slice(last?.offset, offset).split("\n").length - 1;
  return last !== undefined && between <= 2 ? last : undefined;
}

/** A line of three dots that ends a document although more follows, which nothing reads then. */
export function cutOff(text: string): Slip | undefined {
  const found = /^\.\.\.[ \t]*\r?\n(?=(?:[ \t]*(?:#.*)?\r?\n)*(?!---|%)[ \t]*[^#\s])/m.exec(text);
  return found === null ? undefined : {
    offset: found.index,
    state: "three dots end the document: the installer reads nothing of what follows",
    hint: "Take the line of dots away, or write what it stands for.",
  };
}
