/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz_control.c - any bytes from a client of the control socket, in pieces of any size
 *
 * The first byte is the size of the pieces and whether the client is root. Behind each piece the connection's code runs, as often
 * as it has something to do. Whatever is sent, an answer is lines of JSON, and the connection ends when the client closes it.
 */
#include <fcntl.h>
#include <jansson.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/log.h"
#include "ctl/ctl_parts.h"
#include "fuzz.h"
#include "fuzz_dir.h"
#include "run/asking.h"
#include "run/trial.h"

static struct daemon daemon_state;
static struct ctl *ctl;
static sd_event *event;

/* An evpnd that does nothing of what it is told: no run begins, FRR is not asked. */
static void demand(void *evpnd, enum control_demand what)
{
	(void)evpnd;
	(void)what;
}

static bool check_health(void *evpnd)
{
	(void)evpnd;
	return false;
}

static void ask(void *evpnd, struct asking *asking)
{
	(void)evpnd;
	asking_add(&daemon_state.askings, asking);
}

static void unask(void *evpnd, struct asking *asking)
{
	(void)evpnd;
	asking_remove(&daemon_state.askings, asking);
}

static void run_trial(void *arg, const char *why)
{
	(void)arg;
	(void)why;
}

static void changed(void *arg)
{
	(void)arg;
}

static void start(void)
{
	static char config[100], record[100];
	static struct control_host host = {
		.daemon = &daemon_state, .demand = demand, .check_health = check_health, .ask = ask, .unask = unask
	};
	struct trial_host trial_host = {
		.daemon = &daemon_state, .run = run_trial, .check_health = check_health, .changed = changed
	};
	struct evpn_error err = { 0 };

	log_set_level(EVPN_LOG_ERROR);
	snprintf(config, sizeof(config), "%s/evpn.conf", fuzz_dir());
	snprintf(record, sizeof(record), "%s/change", fuzz_dir());
	daemon_state.options =
		(struct run_options){ .instance = "fuzz", .config_path = config, .state_dir = fuzz_dir() };
	daemon_state.trigger = "start";
	daemon_state.run.netns_fd[NET_NS_HOST] = daemon_state.run.netns_fd[NET_NS_FRR] = -1;
	must(sd_event_new(&event) >= 0);
	host.event = trial_host.event = event;
	host.trial = trial_new(&trial_host, record, &err);
	must(host.trial != NULL);
	ctl = ctl_new();
	must(ctl_control(ctl)->start(ctl, &host, &err) >= 0);
	/* Whoever runs this, and not root alone, may connect. */
	ctl->group = getegid();
}

/* All that the loop has to do now. */
static void turn(void)
{
	do
		(void)asking_continue(&daemon_state);
	while (sd_event_run(event, 0) > 0 || daemon_state.askings.first);
}

static void check_lines(const char *text, size_t len)
{
	while (len) {
		const char *end = memchr(text, '\n', len);
		json_t *line;

		must(end != NULL);
		line = json_loadb(text, (size_t)(end - text), 0, NULL);
		must(json_is_object(line) && json_is_integer(json_object_get(line, "version")));
		json_decref(line);
		len -= (size_t)(end + 1 - text);
		text = end + 1;
	}
}

static void read_answer(int fd)
{
	static char answer[1 << 20];
	size_t len = 0;
	ssize_t n;

	while ((n = recv(fd, answer + len, sizeof(answer) - len, MSG_DONTWAIT)) > 0)
		len += (size_t)n;
	check_lines(answer, len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int ends[2];
	size_t piece = size ? 1 + data[0] % 64u : 1;

	if (!ctl)
		start();
	must(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) == 0);
	ctl_client_add(ctl, ends[0]);
	must(ctl->n_clients == 1);
	ctl->clients->peer.uid = size && data[0] & 0x80 ? 65534 : 0;
	for (size_t at = 1; at < size; at += piece) {
		if (send(ends[1], data + at, size - at < piece ? size - at : piece, MSG_NOSIGNAL) < 0)
			break;
		turn();
	}
	read_answer(ends[1]);
	close(ends[1]);
	turn();
	must(ctl->n_clients == 0);
	return 0;
}
