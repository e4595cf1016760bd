#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# KUnit: every suite of kunit-tests/ in one UML guest with two CPUs, one line
# a case.  A suite that is missing, crashes or has no case is a failure.
#
# parallel: yes
# timeout: 1800

# shellcheck source=userspace-test/lib.sh
. "$(dirname "$0")/../lib.sh"

RESULTS=$SCRATCH/results

# In the guest: each suite comes, leaves its results and goes.
# shellcheck disable=SC2016 # expanded by the guest's shell
GUEST='for file in /kunit/*.ko; do
	name=$(basename "$file" .ko)
	echo "@@ begin $name"
	insmod "$file"
	rc=$?
	cat /sys/kernel/debug/kunit/*/results
	echo "@@ end $name $rc"
	rmmod "$name"
	echo "@@ gone $name $?"
done
sed "s/^/@@ left /" /sys/kernel/debug/mempool/stats'

section() {
	sed -n "/^@@ begin $1$/,/^@@ end $1 /p" "$RESULTS" | grep -v '^@@ ' || true
}

# report SUITE < KTAP: the suite's cases, as lines of this script.
report() {
	local suite=$1 verdict name text

	while IFS=$'\t' read -r verdict name text; do
		case $verdict in
		pass) ok "kunit $suite $name" ;;
		skip) skip "kunit $suite $name" "$text" ;;
		fail) not_ok "kunit $suite $name" "$text" ;;
		bad) not_ok "kunit $suite" "$text" ;;
		note) echo "# kunit $suite $name: skipped $text" ;;
		esac
	done < <(awk -v suite="$suite" -f "$ROOT/kunit-tests/ktap.awk")
}

# verdicts KTAP: what ktap.awk makes of it, on one line.
verdicts() {
	printf '%s\n' "$1" | awk -v suite=s -f "$ROOT/kunit-tests/ktap.awk" |
		cut -f 1 | tr '\n' ' '
}

# Results that prove nothing must not look like success.
reader() {
	local top=$'KTAP version 1\n1..1\n    KTAP version 1\n    # Subtest: s\n'
	local a='    ok 1 a' b='    not ok 2 b' end=$'ok 1 s'

	is "ktap: a good suite" "$(verdicts "${top}    1..1"$'\n'"$a"$'\n'"$end")" "pass "
	is "ktap: a failed case" "$(verdicts "${top}    1..2"$'\n'"$a"$'\n'"$b"$'\n'"not $end")" "pass fail "
	is "ktap: a skipped case" "$(verdicts "${top}    1..1"$'\n'"$a # SKIP no time"$'\n'"$end")" "skip "
	is "ktap: a case is missing" "$(verdicts "${top}    1..2"$'\n'"$a"$'\n'"$end")" "pass bad "
	is "ktap: no case at all" "$(verdicts "${top}    1..0"$'\n'"$end")" "bad "
	is "ktap: no end" "$(verdicts "${top}    1..1"$'\n'"$a")" "pass bad "
	is "ktap: a failed suite of good cases" "$(verdicts "${top}    1..1"$'\n'"$a"$'\n'"not $end")" "pass bad "
	is "ktap: another suite" "$(verdicts "${top/: s/: t}    1..1"$'\n'"$a"$'\n'"$end")" "pass bad "
	is "ktap: nothing" "$(verdicts "")" "bad "
}

reader

try "the kunit suites build" "$ROOT/lab/build" --lane uml-preempt
[ "$RC" = 0 ] || exit 1

copies=()
names=()
for source in "$ROOT"/kunit-tests/*_kunit.c; do
	name=$(basename "$source" .c)
	module=$(grep "/kunit-tests/$name.ko$" "$OUT" || true)
	if [ -n "$module" ]; then
		copies+=(--copy "$module:/kunit/")
		names+=("$name")
	else
		not_ok "kunit mempool_${name%_kunit}" "kunit-tests/$name.c is not built: see kunit-tests/Kbuild"
	fi
done
[ ${#names[@]} -gt 0 ] || exit 1

# Caches come and go by the hundred; expedited, they do not wait 0.2 s each for RCU.
try "the kunit guest runs to its end" "$ROOT/lab/vm" --lane uml-preempt --smp 2 --timeout 240 \
	--append rcupdate.rcu_expedited=1 "${copies[@]}" -- sh -c "$GUEST"
cp "$OUT" "$RESULTS"
[ -s "$RESULTS" ] || exit 1

for name in "${names[@]}"; do
	section "$name" | report "mempool_${name%_kunit}"
	is "kunit $name loads and unloads" \
		"$(grep -E "^@@ (end|gone) $name " "$RESULTS" | tr '\n' ' ')" \
		"@@ end $name 0 @@ gone $name 0 "
done
is "kunit suites leave no cache behind" \
	"$(sed -n 's/^@@ left //p' "$RESULTS" | grep -vc '^#')" 1
