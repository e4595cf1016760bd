# SPDX-License-Identifier: GPL-2.0-only
#
# ktap.awk - one line for each case of a KUnit suite's results (KTAP).
#
#   awk -v suite=NAME -f ktap.awk results
#
# prints, with tabs between the columns:
#   pass  CASE  number of parameters
#   skip  CASE  reason
#   fail  CASE  what was expected
#   note  CASE  a parameter that was skipped, and why
#   bad   -     why the document as a whole proves nothing
#
# Nesting is told by indentation, four columns a level: the suite's verdict stands at
# level 0, cases at 1, parameters at 2.  Anything unknown is a diagnostic, as KTAP says.

function level(line)
{
	match(line, /^ */)
	return int(RLENGTH / 4)
}

# "ok 3 name # SKIP reason": sets good, name, skipped, reason.
function parse(line)
{
	sub(/^ */, "", line)
	good = line !~ /^not /
	sub(/^(not )?ok [0-9]+ ?(- )?/, "", line)
	skipped = match(line, / *# SKIP ?/)
	reason = ""
	if (skipped) {
		reason = substr(line, RSTART + RLENGTH)
		line = substr(line, 1, RSTART - 1)
	}
	name = line
}

function forget()
{
	said = ""
	parameters = 0
}

/^ *# Subtest: / {
	if (level($0) == 1) {
		found = $3
		forget()
	}
	next
}

/^ *1\.\.[0-9]+$/ {
	if (level($0) == 1)
		plan = substr($1, 4) + 0
	next
}

/^ *(not )?ok [0-9]+/ {
	parse($0)
	depth = level($0)
	if (depth == 2) {
		parameters++
		if (skipped)
			notes = notes "\n" name ": " reason
		if (!good)
			said = said " [" name "]"
	} else if (depth == 1) {
		cases++
		if (!good) {
			failed++
			print "fail\t" name "\t" (said == "" ? "no reason given" : said)
		} else if (skipped) {
			print "skip\t" name "\t" (reason == "" ? "no reason given" : reason)
		} else {
			print "pass\t" name "\t" parameters
		}
		n = split(notes, note, "\n")
		for (i = 2; i <= n; i++)
			print "note\t" name "\t" note[i]
		notes = ""
		forget()
	} else if (depth == 0 && name == suite) {
		verdict = good ? "ok" : "not ok"
	}
	next
}

/EXPECTATION FAILED|ASSERTION FAILED|try faulted|timed out/ {
	place = $0
	sub(/^.*(EXPECTATION|ASSERTION) FAILED at */, "", place)
	sub(/^ */, "", place)
	if (length(said) < 400)
		said = said (said == "" ? "" : "; ") place
	next
}

# What KUnit explains after a failure.
/^ *Expected |^ *but|==|!=/ {
	if (said != "" && length(said) < 400) {
		sub(/^ */, "")
		said = said ": " $0
	}
}

END {
	if (found != suite)
		print "bad\t-\tno results of a suite '" suite "'" (found == "" ? "" : ", but of '" found "'")
	else if (!plan)
		print "bad\t-\tno plan, or one of no cases"
	else if (cases != plan)
		print "bad\t-\t" plan " cases were planned, " cases + 0 " reported"
	else if (verdict == "")
		print "bad\t-\tthe suite did not end"
	else if (verdict != "ok" && !failed)
		print "bad\t-\tthe suite failed, though none of its cases did"
}
