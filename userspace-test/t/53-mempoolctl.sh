#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# mempoolctl: builds without a warning, explains itself, is documented whole; and on every
# stock kernel says what it should to the letter, shows debugfs's numbers, and prints
# JSON that its schema accepts.
# parallel: yes
# timeout: 1200
. "$(dirname "$0")/../lib.sh"

TOOLS=$ROOT/tools
TOOL=$SCRATCH/mempoolctl
GOLDEN=$ROOT/userspace-test/golden
PACKAGES='libsmartcols1 libjson-c5 libncursesw6 ncurses-base tmux prometheus'

build() {
	make -s -C "$ROOT" --no-print-directory TOOL="$TOOL" \
		CFLAGS='-O2 -g -Wextra -Wpedantic -Wshadow -Werror' tools
}

# golden WHAT FILE GOT
golden() {
	if cmp -s "$GOLDEN/$2" "$3"; then
		ok "$1"
	else
		not_ok "$1" "differs from userspace-test/golden/$2"
		diff "$GOLDEN/$2" "$3" | diag || true
	fi
}

valid() {
	/usr/bin/python3 - "$TOOLS/mempoolctl.schema.json" "$1" <<-'END'
	import json, sys, jsonschema
	schema, document = (json.load(open(name)) for name in sys.argv[1:])
	jsonschema.Draft7Validator.check_schema(schema)
	jsonschema.validate(document, schema)
	END
}

# refuses WHAT SED FILE: the schema, a document that is made wrong.
refuses() {
	sed "$2" "$3" >"$SCRATCH/wrong.json"
	if cmp -s "$3" "$SCRATCH/wrong.json"; then
		not_ok "$1" "the document was not changed"
	elif valid "$SCRATCH/wrong.json" 2>/dev/null; then
		not_ok "$1" "it is accepted"
	else
		ok "$1"
	fi
}

# What is in one text for each match, and not in the other.
missing() {
	local word

	while read -r word; do
		grep -qF -- "$word" "$2" || echo "$word"
	done < <(sort -u <<<"$1")
}

documents() {
	local header=$ROOT/include/uapi/mempool/mempool_ioctl.h page=$SCRATCH/page

	for name in mempoolctl.8 mempool.4; do
		try "$name has no mistake" mandoc -Tlint -W warning "$TOOLS/$name"
	done
	mandoc -Tascii "$TOOLS/mempoolctl.8" | col -b >"$page"
	is "mempoolctl.8 has each option" "$(missing "$(grep -oE -- '--[a-z]+' "$GOLDEN/help.txt")" "$page")" ""
	is "mempoolctl.8 has each command" \
		"$(missing "$(sed -n '/^Commands/,/^$/s/^  \([a-z-]*\).*/\1/p' "$GOLDEN/help.txt")" "$page")" ""
	is "mempool.4 has each command" \
		"$(missing "$(grep -oE '^#define MEMPOOL_IOC_[A-Z_]+' "$header" | sed 's/.* //' | grep -v MAGIC)" "$TOOLS/mempool.4")" ""
	is "mempool.4 has each errno of the header" \
		"$(missing "$(grep -oE '^ \* - E[A-Z0-9]+' "$header" | sed 's/.*- //')" "$TOOLS/mempool.4")" ""
}

# completes WHAT WANT WORD...: with a mempoolctl that has two caches.
completes() {
	local what=$1 want=$2

	shift 2
	# shellcheck disable=SC2016 # for the other bash
	is "$what" "$(bash -c '
		mempoolctl() {
			case $* in
			list) printf "ID NAME\n1 alpha\n2 beta\n" ;;
			get) printf "KNOB VALUE\nmemory_limit 0\n" ;;
			"get alpha") printf "KNOB VALUE\nlimit 0\nreserve 0\n" ;;
			esac
		}
		. "$0"
		COMP_WORDS=(mempoolctl "$@") COMP_CWORD=$#
		_mempoolctl
		echo "${COMPREPLY[*]}"' "$TOOLS/mempoolctl.bash" "$@")" "$want"
}

completion() {
	completes "completes commands" "stats set" s
	completes "completes options" "--json" --j
	completes "completes caches" "alpha beta" --json stats ''
	completes "completes caches and knobs" "memory_limit alpha beta" get ''
	completes "completes a cache's knobs" "alpha/limit alpha/reserve" set alpha/
	completes "completes nothing behind them" "" stats alpha ''
}

installs() {
	try "installs" make -s -C "$ROOT" TOOL="$TOOL" DESTDIR="$SCRATCH/root" install-tools
	is "what, and where" "$(cd "$SCRATCH/root" && find . -type f | sort | xargs)" \
		"./usr/include/mempool/mempool_ioctl.h ./usr/sbin/mempoolctl ./usr/share/bash-completion/completions/mempoolctl ./usr/share/man/man4/mempool.4 ./usr/share/man/man8/mempoolctl.8 ./usr/share/mempool/mempoolctl.schema.json"
}

on_this_machine() {
	"$TOOL" --help >"$SCRATCH/help"
	golden "--help" help.txt "$SCRATCH/help"
	like "--version" "$("$TOOL" --version)" '^mempoolctl [0-9]+\.[0-9]+'
	status "no command" 2 "$TOOL"
	status "an unknown one" 2 "$TOOL" lst
	status "an unknown option" 2 "$TOOL" --jsn list
	status "an option of another command" 2 "$TOOL" --scan list
	status "too many arguments" 2 "$TOOL" list all
	if [ ! -e /dev/mempool ]; then
		status "no module" 5 "$TOOL" list
		like "says what to do" "$(cat "$ERR")" 'not loaded .*modprobe mempool'
	fi
}

# exports LANE DIR: what promtool says, and some numbers to the letter.
exports() {
	local lane=$1 dir=$2 line

	is "$lane: promtool has nothing to say of the export" "$(cat "$dir/promtool.txt")" "promtool says 0"
	golden "$lane: an export is written as a whole or not at all" export.txt "$dir/export.txt"
	for line in '# TYPE mempool_cache_allocs_total counter' \
		'# TYPE mempool_cache_in_use gauge' \
		'mempool_cache_in_use{cache="crowd-0"} 20' \
		'mempool_cache_object_size_bytes{cache="plain"} 100' \
		'mempool_cache_limit{cache="crowd-1"} 600' \
		'mempool_caches 3' \
		'# TYPE mempool_allocated_bytes_total counter' \
		'mempool_build_info{version="0.1.0"} 1'; do
		is "$lane: exports $line" "$(grep -xF -- "$line" "$dir/export.prom")" "$line"
	done
	like "$lane: exports times in seconds" "$(cat "$dir/export.prom")" \
		'^mempool_reclaim_duration_seconds_total\{trigger="forced"\} 0\.[0-9]{9}$'
	is "$lane: exports no scan unless asked" "$(grep -c scanned "$dir/export.prom")" 0
}

schema_refuses() {
	local dir=$1

	refuses "the schema refuses another version" 's/"version": *1/"version":2/' "$dir/list.json"
	refuses "the schema refuses a missing key" '/"held"/d' "$dir/list.json"
	refuses "the schema refuses a text for a number" 's/"in_use": *\([0-9]*\)/"in_use":"\1"/' "$dir/stats.json"
	refuses "the schema refuses a number below zero" 's/"in_use": */"in_use":-1/' "$dir/stats.json"
	refuses "the schema refuses a trigger without its cycles" '/"cycles": *[0-9]/d' "$dir/cycles.json"
	refuses "the schema refuses an unknown command" 's/"command": *"set"/"command":"sett"/' "$dir/set.json"
}

check_lane() {
	local lane=$1 dir=$SCRATCH/$1 rc=0 file

	mkdir "$dir"
	"$ROOT/lab/build" --lane "$lane" >/dev/null
	"$ROOT/lab/vm" --lane "$lane" --no-mempool --packages "$PACKAGES" --timeout 600 \
		--copy "$TOOL:/test/" --copy "$ROOT/build/$lane/kmod/mempool.ko:/test/" \
		--copy "$ROOT/build/$lane/userspace-test/helpers/crowd/mempool_crowd.ko:/test/" \
		--copy "$ROOT/userspace-test/guest/mempoolctl.sh:/test/" \
		-- /test/mempoolctl.sh >"$dir/out" 2>"$dir/err" || rc=$?
	is "$lane: the guest's script ends well" "$rc $(tail -n 1 "$dir/out")" "0 @@ end"
	[ "$rc" = 0 ] || tail -n 20 "$dir/err" | diag
	awk -v dir="$dir" '/^@@ / { file = dir "/" $2; next } { print >> file }' "$dir/out"
	golden "$lane: what it says" mempoolctl.txt "$dir/golden.txt"
	for file in stats memory limits cycles reclaim knobs; do
		is "$lane: $file are those of debugfs" "$(cat "$dir/$file.tool")" \
			"$(cat "$dir/$file.debugfs")"
	done
	like "$lane: something was reclaimed" "$(cat "$dir/reclaim.tool")" '^[1-9]'
	for file in list stats stats-cache memory cycles reclaim reclaim-cache get get-cache \
		get-knob set reset-peaks top; do
		try "$lane: $file.json is valid" valid "$dir/$file.json"
	done
	exports "$lane" "$dir"
	golden "$lane: top in a terminal" top.txt "$dir/top.txt"
	is "$lane: top has rates" "$(jq '[.caches[] | select(.name == "crowd-0" and
		.allocs_per_second > 100 and .frees_per_second > 100)] | length' "$dir/top.json")" 1
	like "$lane: a full disk is noticed" "$(tail -n 2 "$dir/full.txt")" 'cannot write'
}

"$ROOT/lab/get" make gcc libc6-dev pkg-config libsmartcols-dev libjson-c-dev libncurses-dev mandoc \
	bsdextrautils python3-jsonschema jq
try "builds without a warning" build
on_this_machine
documents
completion
installs
for lane in ${LANES:-6.1 6.12 7}; do
	check_lane "$lane"
done
schema_refuses "$SCRATCH/${lane:?}"
