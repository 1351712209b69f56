# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# hold.sh - to be sourced: events at each step of evpnd's pipeline, and a stream of packets that counts what they cost
#
# A cell of the table is a run for a new configuration, held before a step (evpnd-hold.c) while something happens. Then evpnd
# goes on, and must end where it would have ended without.
#
#   hold_begin FOLDER       makes what the two sides need, in a new folder
#   hold_at STEP            the next run stands still before STEP, a name of pipeline.c
#   held                    waits until it does
#   hold_end                lets it go on, if it has not been killed meanwhile (HELD= tells of that)
#   stream_begin COMMAND... a ping in the background, with its output in $HOLD/stream
#   table EVENT...          the cells of these events, a line each; in each the packets that the stream lost. One in $TABLE_PART
#                           of the cells, all over the table: all of them with TABLE_PART=1
# The test has these functions, and calls wait_until with what is in test.sh:
#   configure N             writes configuration number N, of which there are two kinds in turns
#   in_force N              whether it is in force: in the kernel, in FRR, and nothing is left to do
#   happens EVENT           makes it happen; N can be raised, with configure
#   keeps EVENT             whether FRR's namespace, and so each device that both kinds have, must be the same afterwards
#   loses EVENT             whether packets may be lost; $UNCOUNTED, if it is set, is shown for their number
#   index_of_vni            the index of such a device
#   one_ping                a packet on the stream's way, and its answer

HOLD_STEPS=("load config" "find netns" "read kernel" plan "check FRR" "check syntax" "confirm netns" build
	"install frr.conf" "reload FRR" "await zebra" raise prune verify)
N=0

hold_begin() {
	HOLD=$1
	mkdir "$HOLD"
	mkfifo "$HOLD/held" "$HOLD/go"
	# For both directions, so that nobody waits for the other to open it.
	exec {HOLD_HELD}<>"$HOLD/held" {HOLD_GO}<>"$HOLD/go"
}

hold_at() {
	echo "$1" > "$HOLD/new"
	mv "$HOLD/new" "$HOLD/step"
}

held() {
	local step
	read -rt 120 -u "$HOLD_HELD" step || fail "evpnd does not come to the step where it is to be held: $(cat "$HOLD/step")"
	HELD=1
}

hold_end() {
	[ -z "$HELD" ] || echo >&"$HOLD_GO"
	HELD=
}

stream_begin() {
	"$@" > "$HOLD/stream" &
	STREAM=$!
	wait_until 60 "the stream flows" flows
}

last_seq() {
	tail -n 1 "$HOLD/stream" | sed -n 's/.*icmp_seq=\([0-9]*\) .*/\1/p'
}

# lost FROM TO: of the packets between these two
lost() {
	awk -F'icmp_seq=' -v from="$1" -v to="$2" '/bytes from/ { n = $2 + 0; if (n > from && n <= to) got++ }
		END { print to - from - got }' "$HOLD/stream"
}

# A packet that is sent from now on has its answer.
flows() {
	local now
	now=$(last_seq)
	one_ping && [ "$(last_seq)" -gt "${now:-0}" ]
}

# cell EVENT STEP
cell() {
	local index from
	N=$((N + 1))
	index=$(index_of_vni)
	from=$(last_seq)
	hold_at "$2"
	configure $N
	held
	happens "$1" > "$HOLD/log" 2>&1 || fail "$1 at \`$2': $(cat "$HOLD/log")"
	hold_end
	wait_until 60 "$1 at \`$2': configuration $N is in force" in_force $N
	if keeps "$1"; then
		[ "$(index_of_vni)" = "$index" ] || fail "$1 at \`$2': what was there was made anew"
	fi
	wait_until 60 "$1 at \`$2': the stream goes on" flows
	LOST=$(lost "$from" "$(last_seq)")
	if loses "$1"; then
		LOST=${UNCOUNTED:-$LOST}
	else
		[ "$LOST" = 0 ] || fail "$1 at \`$2': $LOST packets are lost"
	fi
}

table() {
	local event at row=0 column
	printf '%-20s' 'packets lost'
	printf ' %6.6s' "${HOLD_STEPS[@]}"
	echo
	for event; do
		printf '%-20s' "$event"
		column=0
		for at in "${HOLD_STEPS[@]}"; do
			column=$((column + 1))
			if [ $(((row + column) % TABLE_PART)) != 0 ]; then
				printf ' %6s' .
				continue
			fi
			cell "$event" "$at"
			printf ' %6s' "$LOST"
		done
		echo
		row=$((row + 1))
	done
}
