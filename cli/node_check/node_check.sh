# Made by binimport: proves from this node what it will fetch. It needs sh with curl, wget or
# python3, and sha256sum; it writes nothing but a folder of its own below $TMPDIR, which it removes.
# Exit status: 0 all can be fetched, 5 something cannot.

# All of it is read before any of it runs: what arrives through a pipe may break off.
main() {
  base='@BASE@' form='@FORM@'
  LC_ALL=C; export LC_ALL; umask 077
  node=$(uname -n)
  work=$(mktemp -d "${TMPDIR:-/tmp}/node-check.XXXXXX") || exit 5
  trap 'rm -rf "$work"' EXIT; trap 'exit 143' TERM; trap 'exit 130' INT
  cat >"$work/files" <<'FILES'
@FILES@
FILES
  total=$(wc -l <"$work/files"); total=$((total))
  choose_tools
  w=$work/first; : >"$w.out"
  read -r sum size body path <"$work/files"
  check "$sum" "$size" - "$path"
  # What stops the first request stops all: it is told once.
  if grep -qE '^(dns|route|refused|timeout|proxy|tls-[a-z]*|tool)	' "$w.out"; then
    cat "$w.out" >"$work/faults"; asked=1
  else
    for worker in 0 1 2 3; do
      (trap - EXIT; w=$work/$worker; : >"$w.out"; check_share) &
    done
    wait; cat "$work"/[0-3].out >"$work/faults"; asked=$total
  fi
  print_result
}

# Every fourth file, beginning with the one of that number.
check_share() {
  n=0
  while read -r sum size body path; do
    [ $((n % 4)) != "$worker" ] || check "$sum" "$size" "$body" "$path"
    n=$((n + 1))
  done <"$work/files"
}

choose_tools() {
  tool=${NODE_CHECK_TOOL:-}
  for one in curl wget python3; do
    [ -n "$tool" ] || ! command -v $one >/dev/null 2>&1 || tool=$one
  done
  options= sums= limit=
  if [ "$tool" = wget ]; then
    if wget --version 2>&1 | grep -q GNU; then
      options='-S -t 1 -T 15'
    else
      # busybox: old versions show no headers, only the status is told then; -T crashes some.
      wget --help 2>&1 | grep -q -e '-S' && options=-S
      timeout 5 true 2>/dev/null && limit='timeout 30'
    fi
  fi
  cr=$(printf '\r')
  for one in sha256sum 'shasum -a 256' 'openssl dgst -sha256 -r'; do
    [ -n "$sums" ] || ! command -v ${one%% *} >/dev/null 2>&1 || sums=$one
  done
}

# fetch METHOD URL: the body goes to standard output, headers to $w.head, complaints to $w.err.
fetch() {
  : >"$w.head"; : >"$w.err"
  case $tool in
  curl)
    if [ "$1" = HEAD ]; then set -- -I -m 30 -o /dev/null "$2"; else set -- -y 20 -Y 1 "$2"; fi
    curl -q -sSgL --max-redirs 10 --connect-timeout 10 -A binimport -D "$w.head" "$@" \
      2>"$w.err" </dev/null && return
    code=$?
    # Newer ones tell why they could not connect only when they are asked to talk.
    [ $code != 7 ] ||
      curl -q -vg --connect-timeout 10 "$@" 2>&1 </dev/null | grep -a ' fail' >"$w.err"
    return $code
    ;;
  wget)
    if [ "$1" = HEAD ]; then set -- --spider "$2"; else set -- -O - "$2"; fi
    # shellcheck disable=SC2086 # they are words
    if [ "$1" = --spider ]; then $limit wget $options -U binimport "$@"
    else wget $options -U binimport "$@"; fi 2>"$w.err" </dev/null
    set -- $?; cat "$w.err" >"$w.head"; return "$1"
    ;;
  python3)
    python3 -c '
import shutil, sys, urllib.error, urllib.request
method, url, head = sys.argv[1:]
request = urllib.request.Request(url, method=method, headers={"User-Agent": "binimport"})
try:
    answer = urllib.request.urlopen(request, timeout=20)
except urllib.error.HTTPError as error:
    answer = error
except Exception as error:
    sys.exit(str(getattr(error, "reason", error)))
with open(head, "w") as out:
    out.write("HTTP/1.1 %d\n%s" % (answer.code, answer.headers))
if method == "GET":
    shutil.copyfileobj(answer, sys.stdout.buffer)
' "$1" "$2" "$w.head" 2>"$w.err" </dev/null
    ;;
  *) echo 'neither curl nor wget nor python3 is here' >"$w.err"; return 127 ;;
  esac
}

# Sets status (000 without an answer), length and type of the last answer, behind redirects; without
# other programs, for starting them is what takes time.
read_headers() {
  status=000 length= type=
  while IFS= read -r line || [ -n "$line" ]; do
    line=${line%"$cr"}; line=${line#"${line%%[! ]*}"}
    case $line in
    HTTP/[0-9]*) status=${line#* }; status=${status%% *} length= type= ;;
    *error:*HTTP/1.?\ [45]*) status=${line##*HTTP/1.? }; status=${status%% *} ;;
    [Cc]ontent-[Ll]ength:*) length=${line##*[: ]} ;;
    [Cc]ontent-[Tt]ype:*) type=${line#*:} ;;
    esac
  done <"$w.head"
}

# judge CODE: sets kind and detail by how fetch ended, both empty when all is well.
judge() {
  code=$1 kind= detail=
  read_headers
  if [ "$code" = 0 ] && [ "$status" = 000 ]; then status=200; fi
  if [ "$code" = 0 ] || { [ "$tool" = wget ] && [ "$status" -ge 400 ]; }; then
    case $status in
    200) ;;
    401) kind=unauthorized detail='it answers 401: nodes have no credentials' ;;
    403) kind=forbidden detail='it answers 403: let everybody read there' ;;
    404 | 410) kind=missing detail="it answers $status" ;;
    407) kind=proxy detail='the proxy wants a password (407)' ;;
    *) kind=status detail="it answers $status" ;;
    esac
    return
  fi
  said=$(tr '[:upper:]' '[:lower:]' <"$w.err" | tr -s '\r\n\t' '   ')
  case $tool$code in wget124 | wget143) said='timed out' ;; esac
  case $said in
  *'neither curl'*) kind=tool detail='neither curl nor wget nor python3 is here' ;;
  *'resolve proxy'* | *'from proxy'* | *'proxy connect'* | *'tunnel'*) kind=proxy detail='the proxy refuses or cannot be reached' ;;
  *'resolve'* | *'bad address'* | *'name or service'* | *'name resolution'* | *'nodename'*)
    kind=dns detail='the name cannot be looked up' ;;
  *'no route'* | *'unreachable'*) kind=route detail='there is no route to it' ;;
  *'connection refused'*) kind=refused detail='the connection is refused: nothing listens there, or a firewall rejects it' ;;
  *'timed out'* | *'timeout'* | *'too slow'*) kind=timeout detail='no answer in time: is a firewall between?' ;;
  *'wrong version number'* | *'unknown protocol'* | *'rx_record_too_long'* | *'packet length'*)
    kind=tls-protocol detail='the server does not speak TLS there' ;;
  *'alternative'*'name'* | *'not match'* | *"doesn't match"* | *'mismatch'* | *'not valid for'*)
    kind=tls-name detail='its certificate is for another name' ;;
  *'expired'* | *'not yet'*)
    kind=tls-date detail="its certificate is out of date by this node's clock, $(date -u +%Y-%m-%dT%H:%MZ)" ;;
  *'certificate'* | *'issuer'* | *'self-signed'* | *'self signed'* | *'unknown ca'*)
    kind=tls-ca detail="this node does not know the authority that signed its certificate" ;;
  *'ssl'* | *'tls'* | *'handshake'*) kind=tls-other detail="TLS fails" ;;
  *'reset'* | *'empty reply'* | *'recv failure'* | *'closed'* | *'eof'* | *'remote end'*) kind=cut detail='the connection is cut' ;;
  *) kind=failed detail="$tool ends with $code" ;;
  esac
  case $kind in tls-other | cut | failed | tls-ca)
    detail="$detail: $(tr -s '\r\n\t' '   ' <"$w.err" | sed 's/^ *//;s/ *$//' | cut -c1-160)" ;;
  esac
}

# A fault that goes away without the proxies of the environment is theirs.
blame_proxy() {
  case $1 in https:*) names='https_proxy HTTPS_PROXY all_proxy ALL_PROXY' ;; *) names='http_proxy all_proxy ALL_PROXY HTTP_PROXY' ;; esac
  for name in $names; do
    eval "value=\${$name:-}"
    [ -n "$value" ] || continue
    if (unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY; fetch HEAD "$1"; judge $?; [ -z "$kind" ] && right_type); then
      host=${1#*://}; host=${host%%/*}; host=${host%:*}
      kind=proxy
      detail="$name ($(echo "$value" | sed 's#//[^/@]*@#//#')) catches it and $detail; without it all is well: add $host to no_proxy"
    fi
    return
  done
}

# Whether it is no page: a login, a list of a folder, something for names that do not exist.
right_type() {
  case $path in *.html | *.htm) return 0 ;; esac
  case $type in *[Tt]ext/[Hh][Tt][Mm][Ll]*) return 1 ;; esac
}

# check SUM SIZE BODY PATH: a line for what is wrong, if anything is: kind, address, detail.
check() {
  url=$base$4
  fetch HEAD "$url"; judge $?
  if [ -z "$kind" ] && ! right_type; then kind=page detail='a web page is sent instead: a login, or a server of something else'; fi
  [ -z "$kind" ] || blame_proxy "$url"
  if [ -z "$kind" ] && [ -n "$length" ]; then
    if [ "$2" = - ]; then
      [ "$length" != 0 ] || kind=length detail='it is empty'
    elif [ "$length" != "$2" ]; then
      kind=length detail="it has $length bytes instead of $2"
    fi
  fi
  if [ -z "$kind" ] && [ "$3" = + ]; then read_whole "$1" "$2" "$url"; fi
  [ -z "$kind" ] || printf '%s\t%s\t%s\n' "$kind" "$url" "$detail" >>"$w.out"
}

read_whole() {
  if [ "$1" = - ]; then
    seen=$({ fetch GET "$3"; echo $? >"$w.code"; } | wc -c); seen=$((seen))
  elif [ -n "$sums" ]; then
    seen=$({ fetch GET "$3"; echo $? >"$w.code"; } | $sums); seen=${seen%% *}
  else
    kind=tool detail='neither sha256sum nor shasum nor openssl is here'; return
  fi
  judge "$(cat "$w.code")"
  [ -z "$kind" ] || return 0
  wanted=$1; what="SHA-256 $seen instead of $1"
  if [ "$1" = - ]; then wanted=${length:-$seen}; what="$seen bytes were sent instead of $wanted"; fi
  [ "$seen" = "$wanted" ] || kind=digest detail="it has $what"
}

quoted() {
  printf '%s' "$1" | tr -d '\000-\037\177' | sed 's/\\/\\\\/g;s/"/\\"/g'
}

print_result() {
  faults=0
  while IFS='	' read -r kind url detail; do
    faults=$((faults + 1))
    if [ "$form" = json ]; then
      printf '{"event":"fault","node":"%s","kind":"%s","url":"%s","detail":"%s"}\n' \
        "$(quoted "$node")" "$kind" "$(quoted "$url")" "$(quoted "$detail")"
    else
      printf '%s: %s: %s: %s\n' "$node" "$kind" "$url" "$(printf '%s' "$detail" | tr -d '\000-\037\177')"
    fi
  done <"$work/faults"
  ok=true; [ "$faults" = 0 ] || ok=false
  bodies=$(grep -c '^[^ ]* [^ ]* + ' "$work/files")
  if [ "$form" = json ]; then
    printf '{"event":"summary","ok":%s,"node":"%s","target":"%s","expected":%s,"asked":%s,"bodies":%s,"faults":%s,"tool":"%s"}\n' \
      "$ok" "$(quoted "$node")" "$base" "$total" "$asked" "$bodies" "$faults" "$tool"
  elif [ "$faults" = 0 ]; then
    echo "$node: all $total files can be fetched from $base, $bodies were read whole ($tool)"
  else
    echo "$node: $faults of $asked files asked for cannot be fetched from $base; $total are expected ($tool)"
  fi
  [ "$faults" = 0 ] || exit 5
}

main
