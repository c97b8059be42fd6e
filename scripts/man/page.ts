/** The manual page: from the same declarations as the command line and its help. */
import type { Argument, Command, Option } from "commander";
import { example, paragraph, roff, section, subsection, term } from "./roff.ts";

const STATUS: Readonly<Record<string, string>> = {
  "0": "Done and verified.",
  "1": "A defect of binimport.",
  "2": "The command line is wrong, or a plug-in cannot be loaded.",
  "3": "What was given cannot be used: a package, an nginx.conf, a clusterConfig.yaml.",
  "4": "The target refused, or cannot be reached.",
  "5": "A difference was found, or something that stands in the way.",
  "129, 130, 143": "Stopped by SIGHUP, SIGINT or SIGTERM, in an orderly way.",
};

const EXAMPLES = `binimport import offline-files.tar.gz --root /usr/share/nginx/html
binimport import dce5.tar --endpoint http://10.0.1.1:9000 --bucket kubean --username rootuser
binimport verify --root /usr/share/nginx/html --url http://10.0.1.1:8080/`;

/** The page for a program, of a version and of a date such as `2026-08-01`. */
export function manPage(program: Command, version: string, date: string): string {
  const verbs = program.commands.flatMap((one) => one.commands.length > 0 ? one.commands : [one]);
  const main = verbs.find((one) => one.name() === "import");
  const shared = new Set(main?.options.map(({ flags }) => flags));
  const parts = [
    `.TH BINIMPORT 1 ${date} "binimport ${version}" "User Commands"`,
    section("name", "binimport \\- offline binaries into web roots and S3 stores"),
    section("synopsis", verbs.map(synopsis).join("\n.br\n")),
    section("description", paragraph(program.description()), paragraph(BARE)),
    section("verbs", ...verbs.map((verb) => verbPart(verb, verb === main ? new Set() : shared))),
    section("environment", paragraph(ENVIRONMENT)),
    section("exit status", ...Object.entries(STATUS).map(([status, what]) => term(status, what))),
    section("examples", example(EXAMPLES)),
  ];
  return parts.join("\n") + "\n";
}

const BARE = "Without a verb, import is meant.";

const ENVIRONMENT =
  "Every option can be given as $BINIMPORT_<OPTION>, such as BINIMPORT_CA_FILE for --ca-file. A password never stands on the command line: it comes from BINIMPORT_PASSWORD, --password-file or standard input. Further variables of an option are named with it.";

/** `config get` for a verb below a verb. */
function nameOf(verb: Command): string {
  const above = verb.parent?.parent === null || verb.parent === null
    ? ""
    : `${verb.parent.name()} `;
  return above + verb.name();
}

function synopsis(verb: Command): string {
  const rest = verb.registeredArguments.map(argumentText);
  const options = verb.options.length === 0 ? [] : ["[\\fIoptions\\fR]"];
  return [`.B binimport ${roff(nameOf(verb))}`, [...options, ...rest].join(" ")]
    .filter((line) => line !== "").join("\n");
}

function argumentText(argument: Argument): string {
  const name = `\\fI${roff(argument.name())}\\fR${argument.variadic ? "..." : ""}`;
  return argument.required ? name : `[${name}]`;
}

/** A verb with its options, those in `shared` by name only. */
function verbPart(verb: Command, shared: ReadonlySet<string>): string {
  const own = verb.options.filter((one) => !one.hidden && !shared.has(one.flags));
  const others = verb.options.filter((one) => shared.has(one.flags));
  return subsection(
    nameOf(verb),
    paragraph(verb.description()),
    ...verb.registeredArguments.filter((one) => one.description !== "")
      .map((one) => term(one.name(), sentence(one.description))),
    ...own.map(optionPart),
    ...(others.length === 0 ? [] : [paragraph(
      `As of import: ${others.map(({ long, short }) => long ?? short ?? "").join(", ")}.`,
    )]),
  );
}

function optionPart(option: Option): string {
  const { flags, description, argChoices, defaultValue } = option;
  const choices = argChoices === undefined ? "" : ` One of ${argChoices.join(", ")}.`;
  const fallback = typeof defaultValue === "string" ? ` Default: ${defaultValue}.` : "";
  return term(flags, sentence(description) + choices + fallback);
}

function sentence(text: string): string {
  const first = text.charAt(0).toUpperCase() + text.slice(1);
  return /\.$/.test(first) ? first : `${first}.`;
}
