#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# sparse-record.sh REPORT SPARSE-ARGUMENT...: what kbuild calls as CHECK.  Runs
# sparse and writes down that it did, and on what: kbuild switches checking off
# with no more than a warning when it does not like the checker.

set -euo pipefail

report=$1
shift
said=$(sparse "$@" 2>&1) || said+=$'\n'"${!#}:0:0: sparse failed"
{
	flock 9
	echo "CHECKED ${!#}"
	[ -z "$said" ] || echo "$said"
} 9>>"$report" >>"$report"
