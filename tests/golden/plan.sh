#!/bin/bash
# Each folder golden/plan/CASE: before.conf (absent: a bare host), after.conf, and the plan that leads from one to the
# other (in plan.json, if that is there, for machines). UPDATE=1 writes the plans anew: read the difference before committing it.
set -eu
here=$(dirname "$(readlink -f "$0")")
build=${BUILD:-$here/../../build}
failed=0
for case in "$here"/plan/*/; do
	before=$case/before.conf
	[ -e "$before" ] || before=-
	# What evpnd made is not touched by a second run of the same configuration.
	again=$("$build/plan-golden" "$case/after.conf" "$case/after.conf" | grep -vE '^(problem|links|foreign): ' || :)
	if [ -n "$again" ]; then
		echo "$case: planned again over its own result: $again"
		failed=1
	fi
	if [ "${UPDATE:-}" ]; then
		"$build/plan-golden" "$before" "$case/after.conf" >"$case/plan"
		[ ! -e "$case/plan.json" ] || "$build/plan-golden" --json "$before" "$case/after.conf" >"$case/plan.json"
	elif ! "$build/plan-golden" "$before" "$case/after.conf" | diff -u "$case/plan" -; then
		echo "$case: not the plan that was expected"
		failed=1
	elif [ -e "$case/plan.json" ] &&
		! "$build/plan-golden" --json "$before" "$case/after.conf" | diff -u "$case/plan.json" -; then
		echo "$case: not the plan for machines that was expected"
		failed=1
	fi
done
exit $failed
