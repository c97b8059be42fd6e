#!/bin/sh
# Makes an image with binimport in it and nothing else, no shell either: from scratch, without a
# registry or a builder. Writes it to standard output as `docker save` would.
#
#   sh image.sh ../../dist/binimport registry.example/binimport:0.1.0 >binimport-image.tar
#
#   ctr -n k8s.io images import binimport-image.tar     on a node, or
#   skopeo copy docker-archive:binimport-image.tar docker://registry.example/binimport:0.1.0
#
# Needs sh, GNU tar, gzip and sha256sum. The same file gives the same image.
set -eu
program=$1 name=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
case $program in /*) ;; *) program=$PWD/$program ;; esac

# The first start unpacks the program. What is at the head of the file is how it starts from then on:
# loader=NAME slot=OFFSET, where the kernel reads the loader's path; and the arguments of deno.
mkdir -m 700 "$work/cache"
BINIMPORT_CACHE=$work/cache "$program" --version >&2
mkdir -p "$work/root/tmp" "$work/root/etc/ssl" && chmod 1777 "$work/root/tmp"
mv "$work"/cache/*-* "$work/root/binimport"
chmod -R a+rX "$work/root/binimport" # any user may start it
eval "$(head -c 12288 "$program" | sed -n '/^loader=[^ ;]* slot=[0-9]* /p')"
printf '/binimport/%s\0' "$loader" |
  dd of="$work/root/binimport/deno" bs=1 seek="$slot" conv=notrunc 2>/dev/null
start=$(head -c 12288 "$program" | sed -n 's|^  exec "$home/deno" run \(.*\) "$home/app/\(.*\)" "$@"$|\1 /binimport/app/\2|p')
entrypoint=$(printf '"%s",' /binimport/deno run $start)
case $loader in *aarch64*) machine=arm64 ;; *) machine=amd64 ;; esac
tar -C "$work/root" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf "$work/layer.tar" .
layer=$(sha256sum <"$work/layer.tar" | cut -d ' ' -f 1)
cat >"$work/config.json" <<END
{"architecture":"$machine","os":"linux","rootfs":{"type":"layers","diff_ids":["sha256:$layer"]},
 "config":{"Entrypoint":[${entrypoint%,}],"WorkingDir":"/tmp",
  "Env":["HOME=/tmp","DENO_DIR=/tmp/deno","DENO_NO_UPDATE_CHECK=1","DENO_NO_PACKAGE_JSON=1",
         "DENO_TLS_CA_STORE=mozilla,system"]}}
END
printf '[{"Config":"config.json","RepoTags":["%s"],"Layers":["layer.tar"]}]' "$name" >"$work/manifest.json"
tar -C "$work" --mtime=@0 --owner=0 --group=0 --numeric-owner -cf - manifest.json config.json layer.tar
