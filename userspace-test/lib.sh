# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# What every test script shares: the result lines that userspace-test/run
# counts, a scratch directory that goes away, and the way to the tree.
#
#   . "$(dirname "$0")/../lib.sh"
#   is   "what is shown" "$got" "$want"
#   like "what is shown" "$text" 'extended regex'
#   try  "what works" COMMAND...          passes when COMMAND exits 0
#   status "what is refused" 22 COMMAND...  passes when COMMAND exits 22
#   ok "what" / not_ok "what" "why" / skip "what" "why" / diag < text
#
# What runs on a stock kernel says what to do there, and what that must print:
#   guest_script() { ... }              prints a shell script
#   expected() { ... }                  prints the lines that it must print, among others
#   lane_guest LANE HELPER [OPTION...]  builds, runs it with /HELPER.ko at hand, OPTIONs are lab/vm's
#   lane_compare LANE                   a result for each expected line; all of it: lane_said LANE
#
# A script needs no closing call: the EXIT trap turns any "not ok" into exit
# status 1 and removes $SCRATCH.  A script that needs a cleanup of its own
# defines a function test_cleanup, which runs first.
#
# The header of a script may say
#   # parallel: yes     it may run beside one other such script
#   # timeout: 600      seconds until the runner kills it, with all that it has to fetch
#                       and build when caches are empty; a uml kernel alone takes 10
#                       minutes beside another (what hangs in a guest ends by lab/vm's own)
#
# try and status leave the output of COMMAND in $OUT (stdout) and $ERR.

set -euo pipefail

# shellcheck disable=SC2034
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
SCRATCH=$(mktemp -d "${TMPDIR:-/tmp}/mempool-test.XXXXXX")
OUT=$SCRATCH/.stdout
ERR=$SCRATCH/.stderr
TEST_PASSED=0
TEST_FAILED=0

ok() {
	TEST_PASSED=$((TEST_PASSED + 1))
	printf 'ok - %s\n' "$1"
}

not_ok() {
	TEST_FAILED=$((TEST_FAILED + 1))
	printf 'not ok - %s: %s\n' "$1" "$2"
}

# Counted neither as passed nor as failed; the summary shows how many.
skip() {
	printf 'ok - %s # SKIP %s\n' "$1" "$2"
}

# Diagnostics from stdin: the last lines say most about a failure.
diag() {
	tail -n "${1:-40}" | sed 's/^/# /'
}

is() {
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1" "got '${2:0:200}', want '${3:0:200}'"
	fi
}

like() {
	if grep -Eq -- "$3" <<<"$2"; then
		ok "$1"
	else
		not_ok "$1" "nothing matches '$3'"
		diag <<<"$2"
	fi
}

unlike() {
	if grep -Eq -- "$3" <<<"$2"; then
		not_ok "$1" "'$3' matches"
		grep -E -- "$3" <<<"$2" | diag
	else
		ok "$1"
	fi
}

# Runs a command that may fail, under set -e, and sets RC.
capture() {
	RC=0
	"$@" >"$OUT" 2>"$ERR" </dev/null || RC=$?
}

# status WHAT WANT COMMAND...
status() {
	local what=$1 want=$2

	shift 2
	capture "$@"
	if [ "$RC" = "$want" ]; then
		ok "$what"
		return
	fi
	not_ok "$what" "exit status $RC, want $want"
	diag 60 <"$OUT"
	diag 60 <"$ERR"
}

# try WHAT COMMAND...
try() {
	local what=$1

	shift
	status "$what" 0 "$@"
}

lane_said() {
	cat "$SCRATCH/$1.out"
}

lane_guest() {
	local lane=$1 helper=$2 out=$SCRATCH/$1.out

	shift 2
	"$ROOT/lab/build" --lane "$lane" >/dev/null
	guest_script >"$SCRATCH/$lane.sh"
	"$ROOT/lab/vm" --lane "$lane" --copy "$SCRATCH/$lane.sh:/t.sh" \
		--copy "$ROOT/build/$lane/userspace-test/helpers/$helper/mempool_$helper.ko:/$helper.ko" \
		"$@" -- sh /t.sh >"$out" 2>"$out.err" ||
		tail -n 20 "$out" "$out.err" | diag
}

lane_compare() {
	local lane=$1 line

	while IFS= read -r line; do
		if lane_said "$lane" | grep -xF -- "$line" >/dev/null; then
			ok "$lane: $line"
		else
			not_ok "$lane: $line" "got '$(lane_said "$lane" | grep -F -- "${line%%: *}: " || true)'"
		fi
	done < <(expected)
}

test_exit() {
	local rc=$?

	trap - EXIT
	if declare -F test_cleanup >/dev/null; then
		test_cleanup || true
	fi
	rm -rf "$SCRATCH"
	if [ "$rc" -ne 0 ] && [ "$TEST_FAILED" -eq 0 ]; then
		not_ok "$(basename "$0")" "ended early with status $rc"
	fi
	[ "$TEST_FAILED" -eq 0 ] || rc=1
	exit "$rc"
}
trap test_exit EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
