# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# lib-stream.sh - sourced: streams of pings from host1, each packet counted
STREAMS=()

# stream NAME ADDRESS [SECONDS]: host1 sends to it, a packet each so many seconds, without end; each answer is a line of $FABRIC/NAME.stream
stream() {
	ip netns exec ev-host1 ping -n -i "${3:-0.01}" "$2" > "$FABRIC/$1.stream" &
	STREAMS+=($!)
	PIDS+=($!)
}

# stream_answers NAME: how many so far
stream_answers() {
	ANSWERS=$(count 'bytes from' "$FABRIC/$1.stream")
}

flows() {
	stream_answers "$1"
	[ "$ANSWERS" -gt "$2" ]
}

# stream_flows NAME: it goes on: it has had an answer since this was asked
stream_flows() {
	stream_answers "$1"
	wait_until 60 "the $1 stream goes on" flows "$1" "$ANSWERS"
}

# streams_end: the streams stop, so that each file has its last lines
streams_end() {
	kill -INT "${STREAMS[@]}"
	wait "${STREAMS[@]}"
	STREAMS=()
}

# missing NAME: which numbers have no answer, of those before the last answer
missing() {
	sed -n 's/.*icmp_seq=\([0-9]*\) .*/\1/p' "$FABRIC/$1.stream" | sort -n |
		awk '$1 != last + 1 { printf "%s-%s ", last + 1, $1 - 1 } { last = $1 } END { if (!last) printf "all" }'
}
