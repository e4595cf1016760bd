# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# lib.sh - what bench/native and bench/replay share on the host; stats.awk is what
# their numbers share.

set -euo pipefail

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
OUT=$ROOT/build/bench

# The same address is in host/irqsaves.c.
IRQSAVES_AT=0x10000000

die() {
	echo "bench/$(basename "$0"): $*" >&2
	exit 1
}

usage() {
	sed -n '3,/^$/{s/^# \{0,1\}//;p}' "$0"
}

# irqsaves_options: OPTIONS for lab/vm that let uml's irqsaves be counted, and
# PARAMETER, which tells a module so.
irqsaves_options() {
	local library=$OUT/irqsaves.so

	"$ROOT/lab/get" gcc-12 libc6-dev >&2
	mkdir -p "$OUT"
	# Another run may be using the old one.
	gcc-12 -O2 -Wall -shared -fPIC -pthread -o "$library.$$" \
		"$ROOT/bench/host/irqsaves.c" || die "irqsaves.c does not compile"
	mv "$library.$$" "$library"
	# shellcheck disable=SC2034 # for who sources this
	OPTIONS=(--preload "$library") PARAMETER=irqsaves=$IRQSAVES_AT
}
