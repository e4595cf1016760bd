#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# parallel: yes
# timeout: 120
#
# The runner itself, on small scripts whose result is known.

# shellcheck source=userspace-test/lib.sh
. "$(dirname "$0")/../lib.sh"

T=$SCRATCH/t
mkdir "$T"

# script NAME < body
script() {
	{
		echo '#!/bin/bash'
		cat
	} >"$T/$1.sh"
	chmod +x "$T/$1.sh"
}

run() {
	capture "$ROOT/userspace-test/run" --dir "$T" "$@"
	LAST=$(tail -n 1 "$OUT")
}

script 10-good <<'END'
# parallel: yes
echo "ok - one"
echo "ok - two"
echo "ok - three # SKIP no reason"
END
run
is "all passed: the closing line" "$LAST" "2 passed, 0 failed"
is "all passed: exit status" "$RC" 0
like "the summary counts skipped cases apart" "$(cat "$OUT")" \
	'^10-good +2 +0 +1 .* pass$'

script 20-bad <<'END'
echo "ok - one"
echo "not ok - two: because of the weather"
echo "# it rained"
exit 1
END
run
is "one failed: the closing line" "$LAST" "3 passed, 1 failed"
is "one failed: exit status" "$RC" 1
like "one failed: its output is shown" "$(cat "$OUT")" '# it rained'
run good
is "a name selects scripts" "$LAST" "2 passed, 0 failed"
run no-such-test
is "a name that selects none: the closing line" "$LAST" "0 passed, 0 failed"
is "a name that selects none: exit status" "$RC" 1

rm "$T"/*.sh
script 10-silent <<<'exit 0'
run
is "a script that tests nothing fails" "$RC $LAST" "1 0 passed, 1 failed"
script 10-silent <<<'echo "ok - one"; exit 7'
run
is "a status without a 'not ok' fails" "$RC $LAST" "1 1 passed, 1 failed"

script 10-silent <<'END'
# timeout: 1
echo "ok - one"
sleep 1000 &
echo $! >"$0.pid"
wait
END
run
is "a script over its limit fails" "$RC $LAST" "1 1 passed, 1 failed"
like "a script over its limit is named" "$(cat "$OUT")" 'ran longer than 1 s'
if kill -0 "$(cat "$T/10-silent.sh.pid")" 2>/dev/null; then
	not_ok "its children are gone" "sleep still runs"
else
	ok "its children are gone"
fi

# Two that share the machine meet; one that does not finds nobody.
rm "$T"/*.sh
for n in 10-a 20-b; do
	script "$n" <<'END'
# parallel: yes
d=$(dirname "$0")
touch "$0.came" "$0.here"
for ((i = 0; i < 100; i++)); do
	[ -e "$d/10-a.sh.came" ] && [ -e "$d/20-b.sh.came" ] && break
	sleep 0.1
done
[ "$i" -lt 100 ] && echo "ok - together"
sleep 1
rm "$0.here"
END
done
script 30-c <<'END'
d=$(dirname "$0")
[ ! -e "$d/10-a.sh.here" ] && [ ! -e "$d/20-b.sh.here" ] && echo "ok - alone"
END
run
is "scripts marked parallel run together, others alone" "$LAST" \
	"3 passed, 0 failed"

rm "$T"/*.sh
script 10-slow <<'END'
trap 'echo stopped >"$0.end"; exit 1' TERM
touch "$0.begin"
while :; do sleep 0.1; done
END
env --default-signal=INT "$ROOT/userspace-test/run" --dir "$T" \
	>"$OUT" 2>&1 &
pid=$!
for ((i = 0; i < 50; i++)); do
	[ -e "$T/10-slow.sh.begin" ] && break
	sleep 0.1
done
kill -INT "$pid"
RC=0
wait "$pid" || RC=$?
is "Ctrl-C: exit status" "$RC" 130
is "Ctrl-C: the running script is told" "$(cat "$T/10-slow.sh.end")" stopped
