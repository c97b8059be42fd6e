# bash completion for binimport
# bash splits words at = and :, too, and replaces only what is behind the last one; hence the words
# are glued, and the candidates cut. Works with bash 4.2 and without bash-completion.
_binimport() {
  local word glued=0 line cut path
  local -a words=()
  for word in "${COMP_WORDS[@]:1:COMP_CWORD}"; do
    if [[ ${#words[@]} -gt 0 && ( $word == [=:]* || $glued == 1 ) ]]; then
      words[${#words[@]}-1]+=$word
    else
      words+=("$word")
    fi
    [[ $word == [=:]* ]] && glued=1 || glued=0
  done
  local current=
  [[ ${#words[@]} -gt 0 ]] && current=${words[${#words[@]}-1]}
  cut=${current%"${current##*[=:]}"}
  path=${current#"$cut"}
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
        line=${line%%$'\t'*}
        [[ $line == *[=:] ]] && compopt -o nospace 2> /dev/null
        COMPREPLY+=("${line#"$cut"}")
        ;;
    esac
  done < <("${COMP_WORDS[0]}" __complete "${words[@]}" 2> /dev/null < /dev/null)
}
complete -F _binimport binimport
