#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# demo.sh - mempool at work, from nothing: `make demo`.  Gets Debian's 6.1 and
# what it takes to build for it and boot it, then a guest does the rest:
# demo-guest.sh.  Ends with status 0 if all it says is true.

set -euo pipefail
HERE=$(cd "$(dirname "$0")" && pwd)
ROOT=$(dirname "$HERE")
LANE=6.1

BOLD='' DIM='' PLAIN=''
if [ -t 1 ] && [ "${TERM:-dumb}" != dumb ]; then
	BOLD=$'\e[1m' DIM=$'\e[2m' PLAIN=$'\e[0m'
fi
export BOLD DIM PLAIN

step() { printf '\n%s%s. %s%s\n' "$BOLD" "$1" "$2" "$PLAIN"; }

SCRATCH=$(mktemp -d "${TMPDIR:-/tmp}/mempool-demo.XXXXXX")
trap 'rm -rf "$SCRATCH"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

echo "${BOLD}mempool: a RAM disk whose memory comes from two object caches$PLAIN"

step 1 "Build mempool and the sample driver for Debian's $LANE kernel"
"$ROOT/lab/build" --lane "$LANE" >"$SCRATCH/modules"
sed -n "s|^$ROOT/||p" "$SCRATCH/modules" | grep -E '/mempool(_blk)?\.ko$' | sed 's/^/   /'

# Something to unpack: this tree, and a file that does not compress.
mkdir "$SCRATCH/tree"
for dir in kmod include samples lab userspace-test; do
	cp -r "$ROOT/$dir" "$SCRATCH/tree/"
done
head -c 2M /dev/urandom >"$SCRATCH/tree/random"
tar -C "$SCRATCH/tree" -cf "$SCRATCH/tree.tar" .

step 2 "Boot it, with mempool loaded (QEMU, 2 CPUs, 512 MiB)"
rc=0
"$ROOT/lab/vm" --lane "$LANE" --packages 'e2fsprogs fio' \
	--copy "$ROOT/build/$LANE/samples/mempool_blk/mempool_blk.ko:/demo/" \
	--copy "$SCRATCH/tree.tar:/demo/" \
	--copy "$HERE/demo-guest.sh:/demo/" \
	-- env BOLD="$BOLD" DIM="$DIM" PLAIN="$PLAIN" /demo/demo-guest.sh || rc=$?
if [ "$rc" -ne 0 ]; then
	echo "The demo failed (status $rc): what is above says why." >&2
	exit "$rc"
fi
printf '\nAll of it took %d seconds.  Next: README.md, or lab/vm --lane %s --shell\n' \
	"$SECONDS" "$LANE"
