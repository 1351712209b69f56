#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Each folder golden/plan/CASE: before.conf (absent: a bare host), after.conf, and the plan that leads from one to the
# other (in plan.json, if that is there, for machines). UPDATE=1 writes the plans anew: read the difference before committing it.
set -euo pipefail
here=$(dirname "$(readlink -f "$0")")
build=${BUILD:-$here/../../build}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
failed=0 cases=0

wrong() {
	echo "$1: $2"
	failed=1
}

# plan ARG... : what plan-golden prints is in $dir/plan. Nothing is a plan, too, but not that of a crash.
plan() {
	if ! "$build/plan-golden" "$@" >"$dir/plan"; then
		wrong "$case" "plan-golden $* fails"
		return 1
	fi
}

# golden FILE WHAT ARG...
golden() {
	local file=$1 what=$2
	shift 2
	plan "$@" || return 0
	if [ "${UPDATE:-}" ]; then
		cp "$dir/plan" "$file"
	else
		diff -u "$file" "$dir/plan" || wrong "$case" "not the $what that was expected"
	fi
}

for case in "$here"/plan/*/; do
	cases=$((cases + 1))
	before=$case/before.conf
	[ -e "$before" ] || before=-
	# What evpnd made is not touched by a second run of the same configuration.
	if plan "$case/after.conf" "$case/after.conf"; then
		sed -i -E '/^(problem|links|foreign): /d' "$dir/plan"
		[ ! -s "$dir/plan" ] || wrong "$case" "planned again over its own result: $(cat "$dir/plan")"
	fi
	golden "$case/plan" plan "$before" "$case/after.conf"
	[ ! -e "$case/plan.json" ] || golden "$case/plan.json" "plan for machines" --json "$before" "$case/after.conf"
done
[ $cases -ge 40 ] || wrong "$here/plan" "only $cases cases"
exit $failed
