/** The scripts that make shells ask the program itself what can follow. */
import { BinimportError, messageOf } from "../../core/util/errors.ts";
import type { Context } from "../context.ts";
import type { Flags } from "../options/mod.ts";

/** A shell that there is a script for. */
export type Shell = "bash" | "zsh" | "fish";

/**
 * The script for a shell. It holds no list of options: it asks the program, so it need not be renewed
 * with it. The answer is a line for each candidate, `VALUE` or `VALUE<tab>DESCRIPTION`, and at last
 * `:none`, or `:files` or `:dirs` when the shell is to complete the rest as a path.
 */
export function completionScript(shell: Shell): string {
  return SCRIPTS[shell];
}

/**
 * bash splits words at `=` and `:`, too, and replaces only what is behind the last one; hence the
 * words are glued, and the candidates cut. Works with bash 4.2 and without bash-completion.
 */
const BASH = `# bash completion for binimport
_binimport() {
  local word glued=0 line cut path
  local -a words=()
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD}"; do
    if [[ \${#words[@]} -gt 0 && ( $word == [=:]* || $glued == 1 ) ]]; then
      words[\${#words[@]}-1]+=$word
    else
      words+=("$word")
    fi
    [[ $word == [=:]* ]] && glued=1 || glued=0
  done
  local current=
  [[ \${#words[@]} -gt 0 ]] && current=\${words[\${#words[@]}-1]}
  cut=\${current%"\${current##*[=:]}"}
  path=\${current#"$cut"}
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      :none) ;;
      :files | :dirs)
        compopt -o filenames 2> /dev/null
        local kind=-f entry
        [[ $line == :dirs ]] && kind=-d
        while IFS= read -r entry; do COMPREPLY+=("$entry"); done < <(compgen "$kind" -- "$path")
        ;;
      *)
        line=\${line%%$'\\t'*}
        [[ $line == *[=:] ]] && compopt -o nospace 2> /dev/null
        COMPREPLY+=("\${line#"$cut"}")
        ;;
    esac
  done < <("\${COMP_WORDS[0]}" __complete "\${words[@]}" 2> /dev/null < /dev/null)
}
complete -F _binimport binimport
`;

const ZSH = `#compdef binimport
_binimport() {
  local line kind=:none
  local -a open closed
  while IFS= read -r line; do
    case $line in
      :none | :files | :dirs) kind=$line ;;
      *)
        local value=\${line%%$'\\t'*} about=
        [[ $line == *$'\\t'* ]] && about=\${line#*$'\\t'}
        [[ $value == *[=:] ]] && open+=("\${value//:/\\\\:}:$about") || closed+=("\${value//:/\\\\:}:$about")
        ;;
    esac
  done < <("\${words[1]}" __complete "\${(@)words[2,CURRENT]}" 2> /dev/null < /dev/null)
  (( $#closed )) && _describe -t values value closed
  (( $#open )) && _describe -t values value open -S ''
  [[ $kind == :none ]] && return
  [[ $PREFIX == *[=:]* ]] && compset -P '*[=:]'
  [[ $kind == :dirs ]] && _files -/ || _files
}
if [[ $funcstack[1] == _binimport ]]; then
  _binimport "$@"
else
  compdef _binimport binimport
fi
`;

const FISH = `# fish completion for binimport
function __binimport_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l lines ($words[1] __complete $words[2..] "$current" 2>/dev/null </dev/null)
    set -l cut (string match -r '^.*[=:]' -- "$current")
    set -l path (string replace -r '^.*[=:]' '' -- "$current")
    for line in $lines
        switch $line
            case :none
            case :files
                printf '%s\\n' "$cut"(__fish_complete_path "$path")
            case :dirs
                printf '%s\\n' "$cut"(__fish_complete_directories "$path")
            case '*'
                printf '%s\\n' $line
        end
    end
end
complete -c binimport -f -a '(__binimport_complete)'
`;

const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };

/**
 * Writes the script to where the user's shell looks for it, and tells where that is and what else is
 * to be done. With `dryRun` it only tells. Throws code `usage` where it cannot be written.
 */
export async function installScript(
  shell: Shell,
  { env }: Pick<Context, "env">,
  { dryRun }: Flags,
): Promise<string> {
  const home = env("HOME") ?? "";
  const data = env("XDG_DATA_HOME") ?? `${home}/.local/share`;
  const config = env("XDG_CONFIG_HOME") ?? `${home}/.config`;
  const places: Readonly<Record<Shell, readonly [path: string, note: string]>> = {
    bash: [
      `${data}/bash-completion/completions/binimport`,
      "It takes the package bash-completion. Without it, in ~/.bashrc: source <(binimport completions bash)",
    ],
    zsh: [`${home}/.zfunc/_binimport`, "In ~/.zshrc, before compinit: fpath+=~/.zfunc"],
    fish: [`${config}/fish/completions/binimport.fish`, "fish finds it by itself."],
  };
  const [path, note] = places[shell];
  try {
    if (!dryRun) {
      await Deno.mkdir(path.replace(/\/[^/]*$/, ""), { recursive: true });
      await Deno.writeTextFile(path, completionScript(shell));
    }
  } catch (cause) {
    throw new BinimportError("usage", `Cannot write ${JSON.stringify(path)}: ${messageOf(cause)}`, {
      cause,
    });
  }
  return `${dryRun ? "Would write" : "Wrote"} ${path}\n${note}\n` +
    "The manual page is a file of the release: man ./binimport.1\n";
}
