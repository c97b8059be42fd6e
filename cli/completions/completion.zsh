#compdef binimport
_binimport() {
  local line kind=:none
  local -a open closed
  while IFS= read -r line; do
    case $line in
      :none | :files | :dirs) kind=$line ;;
      *)
        local value=${line%%$'\t'*} about=
        [[ $line == *$'\t'* ]] && about=${line#*$'\t'}
        [[ $value == *[=:] ]] && open+=("${value//:/\\:}:$about") || closed+=("${value//:/\\:}:$about")
        ;;
    esac
  done < <("${words[1]}" __complete "${(@)words[2,CURRENT]}" 2> /dev/null < /dev/null)
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
