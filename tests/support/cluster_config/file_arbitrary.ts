/** Random clusterConfig.yaml files: valid, and written in every way that people write them. */
import fc from "../property.ts";

/** A file in three parts; what a change may touch lies in the middle. */
export interface SampleFile {
  readonly before: string;
  /** Of the lines of `spec.binaries` without its header, or what stands behind its colon. */
  readonly block: string;
  readonly after: string;
}

/** The text of a sample. */
export function textOf({ before, block, after }: SampleFile): string {
  return before + block + after;
}

/** Values that some reader takes for something else, or that end something when not quoted. */
export const HOSTILE: readonly string[] = [
  ..."on|off|yes|No|y|n|true|FALSE|null|Null|~|.inf|-.INF|.NaN|=|<<|-|--|---|...|?|:".split("|"),
  ..."0755|0o17|0xFF|0b11|1_000|2E5|1e3|+1|-1|.5|1.|1:30|190:20:30|2024-01-01".split("|"),
  ..."*a|&a|!x|!!str|%x|@x|`x|>|>-|[a]|{a}|a,b|a]|a}|- a|? a|a: b|a:|:a|a #b|#b|a#b".split("|"),
  ...'\'|"|\'\'|""|it\'s|say "x"|\\|\\n|\\"|a\\'.split("|"),
  "|",
  "|-",
  "2024-01-01 10:00:00",
  " leading",
  "trailing ",
  "  ",
  "a\tb",
  "\t",
  "pässwörd",
  "密码",
  "😀",
  "a😀'\"\\b",
  "\u0085",
  "a\u2028b",
  "\ufeff",
  "\u00a0",
  "\x7f",
  "\x01",
  "\ufffe",
  "{{ password }}",
  "${PASSWORD}",
  "x".repeat(3000),
  "a b ".repeat(200) + "c",
];

/** Text of one line without NUL, such as a password. */
export const secret: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.string({ unit: "binary", minLength: 1, maxLength: 20 }),
  fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 20 }),
  fc.stringMatching(/^[-+.0-9a-fx_:eE]{1,8}$/),
).filter((text) => !/[\0\r\n]/.test(text) && text.isWellFormed());

/** A repository as `config set` may be given it. */
export const repository: fc.Arbitrary<
  { readonly endpoint: string; readonly user?: { username: string; password: string } }
> = fc.record({
  endpoint: fc.constantFrom(
    "http://10.0.1.1:8080",
    "https://external-repo.example:9000",
    "http://[fd00::1]:9000",
    "https://repo.example/files/a b".replace(" ", "%20"),
    "http://host/a,b'c",
  ),
  user: fc.record({ username: secret, password: secret }),
}, { requiredKeys: ["endpoint"] });

const comment = fc.constantFrom("", "", " # why", "   # 'odd: \" {", "\t# tab", " ");

/** Lines that may stand between any others. */
const filler = fc.array(
  fc.constantFrom("", "# comment", "    # type: external", "#", "# it's 100% {odd: [", "  "),
  { maxLength: 2 },
);

/** How a value that is there may be written. */
const scalar = fc.constantFrom(
  "builtin",
  "external",
  "'single ''quoted'''",
  '"double \\"quoted\\" \\u00e9"',
  "0755",
  "on",
  "~",
  "",
  "http://old.example:9000",
  "!!str text",
  "&unused text",
);

const KEYS = [
  "type",
  "externalRepoEndpoint",
  "externalRepoUsername",
  "externalRepoPassword",
  "externalRepository",
  "other",
];

/** Text in which a line break stands for each `\n`. */
interface Layout {
  readonly eol: string;
  readonly indent: string;
}

function blockLines(layout: Layout): fc.Arbitrary<string> {
  const inner = layout.indent.repeat(2);
  const long = fc.constantFrom(
    `|\n${inner}  first\n${inner}    second\n\n`,
    `>- # folded\n${inner}  one\n${inner}  two`,
    `"one\n${inner}  two"`,
    `one\n${inner}  two`,
    `\n${inner}  below`,
    `# behind\n${inner}  below`,
  );
  const pair = fc.tuple(
    fc.constantFrom(...KEYS),
    fc.oneof({ weight: 4, arbitrary: fc.tuple(scalar, comment).map((two) => two.join("")) }, {
      weight: 1,
      arbitrary: long,
    }),
    filler,
  );
  return fc.uniqueArray(pair, { minLength: 1, maxLength: 6, selector: ([key]) => key })
    .map((pairs) =>
      "\n" +
      pairs.map(([key, value, lines]) =>
        `${lines.map((line) => `${line}\n`).join("")}${inner}${key}: ${value}\n`
      ).join("")
    );
}

const flowBlock: fc.Arbitrary<string> = fc.tuple(
  fc.uniqueArray(
    fc.tuple(fc.constantFrom(...KEYS), fc.constantFrom("a", "'b c'", '"d"', "http://h:1", "")),
    { maxLength: 5, selector: ([key]) => key },
  ),
  fc.constantFrom(", ", ",", ",\n      ", ", # why\n      "),
  fc.constantFrom("", " ", "\n      "),
  fc.constantFrom("", ","),
).map(([pairs, comma, space, last]) => {
  const inner = pairs.map(([key, value]) => `${key}: ${value}`).join(comma);
  return ` {${space}${inner}${pairs.length > 0 ? last : ""}${space}}\n`;
});

const emptyBlock = fc.constantFrom(
  "\n",
  " ~\n",
  " null # nothing\n",
  " {}\n",
  " # later\n",
  " *alias\n",
);

/** Keys of `spec` beside the block, already indented once. */
const neighbour = fc.constantFrom(
  "clusterID: kpanda\n",
  "osRepos:\n{2}type: builtin\n{2}externalRepoURLs: ['http://a', \"b\"]\n",
  "imagesAndCharts: {type: external, externalImageRepo: https://h}\n",
  "note: |+\n{2}kept\n\n{2}lines\n\n",
  'masterNodes:\n{1}- nodeName: "g-1" # first\n{1}  ip: 10.6.127.232\n',
  "cmd: \\$releasever\n",
  "empty:\n",
  "size: 1.0\n",
);

/** Random files. */
export const sampleFile: fc.Arbitrary<SampleFile> = fc.record({
  eol: fc.constantFrom("\n", "\r\n"),
  indent: fc.constantFrom("  ", "    "),
}).chain((layout) =>
  fc.record({
    bom: fc.boolean(),
    finalNewline: fc.boolean(),
    prelude: fc.constantFrom("", "# head\n", "---\n", "a: {b: c}\n---\n", "%YAML 1.2\n---\n"),
    epilogue: fc.constantFrom(
      "",
      "# tail\n",
      "...\n",
      "---\nkind: Other\nspec: {binaries: {type: x}}\n",
    ),
    version: fc.constantFrom("v1alpha3", "v1alpha4"),
    anchor: fc.constantFrom("", "x-anchor: &alias {type: builtin}\n"),
    above: fc.uniqueArray(neighbour, { maxLength: 3 }),
    below: fc.uniqueArray(neighbour, { maxLength: 3 }),
    lines: filler,
    block: fc.oneof(
      { weight: 6, arbitrary: blockLines(layout) },
      { weight: 2, arbitrary: flowBlock },
      { weight: 2, arbitrary: emptyBlock },
    ),
  }).map((parts) => assemble(parts, layout))
);

interface Parts {
  readonly bom: boolean;
  readonly finalNewline: boolean;
  readonly prelude: string;
  readonly epilogue: string;
  readonly version: string;
  readonly anchor: string;
  readonly above: readonly string[];
  readonly below: readonly string[];
  readonly lines: readonly string[];
  readonly block: string;
}

function assemble(parts: Parts, { eol, indent }: Layout): SampleFile {
  const anchor = parts.block.includes("*alias")
    ? "x-anchor: &alias {type: builtin}\n"
    : parts.anchor;
  const inSpec = (texts: readonly string[]) =>
    texts.map((text) => indent + text.replaceAll("{1}", indent).replaceAll("{2}", indent.repeat(2)))
      .join("");
  const below = parts.below.filter((one) => !parts.above.includes(one));
  const head = `${parts.prelude}apiVersion: provision.daocloud.io/${parts.version}\n` +
    `kind: "ClusterConfig"\nmetadata:\n${anchor}spec: # all\n${
      parts.lines.map((line) => `${line}\n`).join("")
    }` +
    `${inSpec(parts.above)}${indent}binaries:`;
  const end = `${inSpec(below)}${parts.epilogue}`;
  const lines = (text: string) => text.replaceAll("\n", eol);
  const cut = (text: string) => parts.finalNewline ? text : text.replace(/\r?\n$/, "");
  return {
    before: (parts.bom ? "\ufeff" : "") + lines(head),
    block: end === "" ? cut(lines(parts.block)) : lines(parts.block),
    after: cut(lines(end)),
  };
}
