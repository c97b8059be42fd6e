#!/bin/sh
trap 'echo "error: Cannot start: the file is cut off. Copy it again." >&2; exit 1' EXIT
# binimport @VERSION@ for Linux on @MACHINE@. Behind this script lies the program, compressed. The
# first start unpacks it into a private folder; later starts only look whether it is there.
# Beyond POSIX it needs mktemp, head -c, [ -O ] and [ -nt ], which GNU and busybox have.
sha256=@SHA256@
id=@ID@
machine=@MACHINE@
first=@FIRST@ first_size=@FIRST_SIZE@ second=@SECOND@
loader=@LOADER@ slot=@SLOT@ longest_name=@LONGEST_NAME@
unpacked_megabytes=@UNPACKED_MEGABYTES@

main() {
  trap - EXIT
  set +efuC # what SHELLOPTS of bash turns on, once it is exported
  [ -z "$BASH_VERSION" ] || set +o pipefail
  trap '' XFSZ # what ulimit -f cuts off is an error to be told, not the end without a word
  unset LD_LIBRARY_PATH LD_PRELOAD LD_AUDIT # libraries of this host, which is not ours
  unset TIME_STYLE # of GNU ls, which refuses one that it does not know
  [ -e /proc/self/exe ] || fail "/proc is not mounted." "Mount it: mount -t proc proc /proc"
  find_self
  places ready || install_somewhere
  environment "$home"
  exec "$home/deno" run @FLAGS@ "$home/app/@ENTRY@" "$@"
}

# Called by its path; or as `sh binimport`, which looks here first and then along PATH.
find_self() {
  case $0 in
    /*) self=$0 ;;
    */*) self=$PWD/$0 ;;
    *) if [ -f "$0" ]; then self=$PWD/$0; else self=$(command -v -- "$0"); fi ;;
  esac
}

fail() { # STATE HINT
  printf 'error: Cannot start: %s\n  %s\n' "$1" "$2" >&2
  exit 1
}

# Calls $1 with each folder that may hold the program, until one will do.
places() {
  case $BINIMPORT_CACHE in
    "") ;;
    /*) "$1" "$BINIMPORT_CACHE"; return ;;
    *) "$1" "$PWD/$BINIMPORT_CACHE"; return ;;
  esac
  case $XDG_CACHE_HOME in /*) "$1" "$XDG_CACHE_HOME/binimport" && return ;; esac
  # With sudo, HOME may be somebody else's: nothing of ours belongs there.
  case $HOME in /*) [ -O "$HOME" ] && "$1" "$HOME/.cache/binimport" && return ;; esac
  user=$(id -u)
  for folder in /var/tmp "$TMPDIR" /tmp "/run/user/$user" /dev/shm; do
    case $folder in /*) [ -d "$folder" ] && "$1" "$folder/binimport-$user" && return ;; esac
  done
  return 1
}

# A folder that is ours, no link, and by its mode closed to others' writing.
alone() { # FOLDER MODE
  [ -O "$1" ] && [ ! -L "$1" ] && case $2 in
    d????-??-?*) ;;
    *) false ;;
  esac
}

# Prints the mode of a folder if nobody else can rename it, or one on the way: all are ours or of who
# owns / (root; nobody, in `podman unshare`), and closed to others, or sticky as /tmp is.
closed() {
  path=$(cd -P -- "$1" 2>/dev/null && pwd) || return
  mine=
  [ -O "$1" ] && mine=yes
  set --
  while [ -n "${path%/}" ]; do
    set -- "$@" "$path/"
    path=${path%/*}
  done
  ls -ldn -- / "$@" | ( # sorted, so that / comes first and the folder itself last
    read -r shown _ last _
    owner= top=$last
    while read -r mode _ uid _; do
      case $mode in d????-??-?* | d????????[tT]*) ;; *) exit ;; esac
      case $uid in 0 | "$top" | "$owner") ;; *) [ -z "$owner" ] || exit; owner=$uid ;; esac
      last=$uid shown=$mode
    done
    case $owner in "") ;; "$last") [ -n "$mine" ] || exit ;; *) exit ;; esac
    printf %s "$shown"
  )
}

# Whether the program lies below $1, whole as it was renamed, and nobody else's. What cleans up below
# /var/tmp may have taken away parts that were not used for long, which changes their folder.
ready() {
  home=$1/$id
  [ -s "$home/deno" ] && [ -f "$home/whole" ] && [ ! "$home/app" -nt "$home/whole" ] &&
    [ -O "$home" ] && [ ! -L "$home" ] && alone "$1" "$(closed "$1")"
}

# Variables that are meant for another Deno would change what the program does.
environment() {
  unset NODE_OPTIONS OTEL_DENO
  case $(export -p) in
    *DENO_*)
      for variable in $(export -p | sed -n 's/^[a-z -]* \(DENO_[A-Za-z0-9_]*\).*/\1/p'); do
        unset "$variable"
      done
      ;;
  esac
  export DENO_DIR="$1/cache" DENO_NO_UPDATE_CHECK=1 DENO_NO_PACKAGE_JSON=1
  export DENO_TLS_CA_STORE=mozilla,system BINIMPORT_SELF="$self"
}

install_somewhere() {
  check_host
  [ -r "$self" ] || fail "it cannot read itself at \"$self\"." "Call it by its path."
  check_sum & # while another core unpacks
  summing=$! sound= base= new=
  reasons=
  mask=$(umask)
  umask 077
  places install || {
    whole_self
    fail "no folder will do to unpack the program into.$reasons" \
      "Name one in BINIMPORT_CACHE: yours, not mounted noexec, with $unpacked_megabytes MB free."
  }
  umask "$mask"
}

check_host() {
  for tool in uname tail head wc gzip tar cat mktemp ls mkdir mv rm dd sed; do
    command -v "$tool" >/dev/null 2>&1 || fail "$tool is not on PATH." \
      "It is needed once, to unpack the program."
  done
  host=$(uname -sm)
  [ "$host" = "Linux $machine" ] || fail "this file is for Linux $machine, and this is $host." \
    "Take the file made for it: binimport for x86_64, binimport-arm64 for aarch64."
}

# The sum is that of the whole file without the line that holds it.
check_sum() {
  command -v sha256sum >/dev/null 2>&1 || return 0 # gzip and zstd check their parts themselves
  sum=$(
    {
      head -c $((first - 1)) -- "$self" | sed /^sha256=/d
      tail -c +"$first" -- "$self"
    } | sha256sum
  )
  [ "${sum%% *}" = "$sha256" ] || fail "\"$self\" is damaged: its checksum is wrong." \
    "Copy it again, and compare it with SHA256SUMS."
}

# Ends with what check_sum said; nothing of Deno has run by then.
whole_self() {
  [ -n "$sound" ] || wait "$summing" || {
    discard
    rmdir -- "$base" 2>/dev/null
    exit 1
  }
  sound=yes
}

# Unpacks below $1, under another name until it is whole and was seen to run.
install() {
  theirs="it is not yours alone to write to"
  [ "$(printf %s "$1" | wc -c)" -le "$longest_name" ] || refuse "$1" "its name is too long" || return
  [ ! -d "$1" ] || alone "$1" "$(ls -ldn -- "$1")" || refuse "$1" "$theirs" || return
  at=$1
  while [ ! -d "$at" ]; do at=${at%/*} at=${at:-/}; done
  [ -n "$(closed "$at")" ] || refuse "$1" "others can rename it, or a folder above it" || return
  problem=$(mkdir -p -- "$1" 2>&1) || refuse "$1" "$problem" || return
  alone "$1" "$(closed "$1")" || refuse "$1" "$theirs" || return
  [ ! -e "$1/$id" ] || ready "$1" || rm -rf -- "$1/$id"
  base=$1 new=
  trap discard EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  new=$(mktemp -d "$1/.new.XXXXXX" 2>&1) || problem=$new
  [ -z "$problem" ] && problem=$(unpack "$1/$id" 2>&1) && whole_self &&
    problem=$(try_out 2>&1) && publish "$1" && ready "$1"
  installed=$?
  discard
  trap - EXIT HUP INT TERM
  [ $installed -eq 0 ] || refuse "$1" "$problem" || return
  tidy "$1" || : # what is left there harms nobody
}

# When mktemp failed, $new is what it printed.
discard() {
  case $new in "$base/.new."*) rm -rf -- "$new" ;; esac
}

# Notes why a folder will not do, and fails. What a tool printed says it at the end of its first line.
refuse() { # FOLDER REASON
  reason=
  case $2 in
    *"o space left"*) reason="no space left on device" ;;
    *"random data"*) reason="this kernel has no getrandom, and /dev/urandom is not there" ;;
    *"Wrote only"* | *"ile too large"*) reason="a file is too large for it, or for ulimit -f" ;;
    *) reason=${2%%"$newline"*} reason=${reason##*: } ;;
  esac
  [ -n "$reason" ] || [ "$(ulimit -v)" = unlimited ] || reason="ulimit -v leaves too little memory"
  reasons="$reasons$newline  $1: ${reason:-the program does not run there}."
  return 1
}

# The kernel finds the loader by the name written into deno, so that is the name it will have in $1.
unpack() {
  unset TAR_OPTIONS GZIP
  printf '#!/bin/sh\n' >"$new/probe" && chmod 700 "$new/probe" && "$new/probe" 2>/dev/null || {
    echo "it is mounted noexec"
    return 1
  }
  tail -c +"$first" -- "$self" | head -c "$first_size" | extract &&
    tail -c +"$second" -- "$self" |
    "$new/$loader" --library-path "$new" "$new/zstd" -dcq >"$new/deno" &&
    chmod 700 "$new/deno" &&
    printf %s "$1/$loader" | dd of="$new/deno" bs=1 seek="$slot" conv=notrunc 2>/dev/null &&
    rm -- "$new/probe" "$new/zstd" @ZSTD_LIBRARIES@ && : >"$new/whole"
}

# A pipe tells only whether its last command failed, and tar does not read to the end.
extract() {
  { gzip -dc || : >"$new/failed"; } | { tar -xof - -C "$new" && cat >/dev/null; } &&
    [ ! -e "$new/failed" ]
}

# Without getrandom all works but TLS, which would end the program: it has to know.
try_out() {
  environment "$new"
  { deno_in_new "$new/app/try_out.js" 2>/dev/null || : >"$new/no-tls"; } &
  deno_in_new "$new/app/@ENTRY@" --version || return
  wait
}

deno_in_new() {
  "$new/$loader" --library-path "$new" "$new/deno" run @FLAGS@ "$@" </dev/null >/dev/null
}

# Of several first starts at once, one is first; the others find its folder, or move into it.
publish() {
  [ -e "$1/$id" ] || mv -- "$new" "$1/$id"
  rm -rf -- "$1/$id/${new##*/}"
}

# Takes away what earlier versions, and starts that were killed, left below $1.
tidy() {
  running=$(ls -l /proc/[0-9]*/exe 2>/dev/null)
  find "$1"/.new.?????? "$1"/[0-9]*-???????????????? -prune -type d -mmin +60 2>/dev/null |
    while IFS= read -r old; do
      [ "$old" = "$home" ] && continue
      case ${old##*/} in
        .new.*) ;;
        *) [ -f "$old/whole" ] || continue ;; # a folder of the user's own
      esac
      case $running in *"$old/"*) ;; *) rm -rf -- "$old" ;; esac
    done
}

newline='
'
main "$@"
exit 1
