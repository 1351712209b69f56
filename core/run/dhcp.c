/* SPDX-License-Identifier: Apache-2.0 */
/* dhcp.c - see dhcp.h */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <systemd/sd-event.h>

#include "base/clock.h"
#include "base/escape.h"
#include "base/file.h"
#include "base/util.h"
#include "config/config_lease.h"
#include "kernel/netns.h"
#include "run/dhcp.h"

/* A client that ran for so long has worked: the next failure is the first one. */
#define WORKED_MS      60000
#define MAX_PIDFILE    32
#define MAX_COMMAND    4096
#define MAX_LINE       200
#define PROGRAM_SUFFIX " (deleted)"
#define UDHCPC_APPLET  "udhcpc"

int dhcp_take_event(const char *file, const char *event)
{
	struct evpn_error err = { 0 };

	if (config_lease_take(file, event, &err) == 0)
		return EXIT_SUCCESS;
	/* To the client's output, of which evpnd logs the last line. */
	fprintf(stderr, "evpnd: %s\n", err.msg);
	return EXIT_FAILURE;
}

/* The first in PATH; NULL: none. The caller frees it. */
static char *find_program(const char *name)
{
	const char *path = getenv("PATH");
	_cleanup_free_ char *dirs = xstrdup(path ? path : "/usr/sbin:/usr/bin:/sbin:/bin");
	char *rest = NULL;

	for (char *dir = strtok_r(dirs, ":", &rest); dir; dir = strtok_r(NULL, ":", &rest)) {
		_cleanup_free_ char *program = xasprintf("%s/%s", dir, name);

		if (dir[0] == '/' && access(program, X_OK) == 0)
			return util_take_ptr(&program);
	}
	return NULL;
}

/* *ret_applet: the program is busybox, which takes the name as its first argument. */
static char *find_client(bool *ret_applet)
{
	char *program = find_program(UDHCPC_APPLET);

	*ret_applet = !program;
	return program ? program : find_program("busybox");
}

char *dhcp_find_client(void)
{
	bool applet;
	_cleanup_free_ char *program = find_client(&applet);

	return program ? xasprintf("%s%s", program, applet ? " " UDHCPC_APPLET : "") : NULL;
}

/* The file of evpnd's program. After an upgrade, the kernel marks the old one; the new one is in its place. */
static char *own_program(void)
{
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	char *suffix;

	if (n <= 0)
		return NULL;
	path[n] = '\0';
	suffix = strstr(path, PROGRAM_SUFFIX);
	if (suffix && streq(suffix, PROGRAM_SUFFIX))
		*suffix = '\0';
	return xstrdup(path);
}

/* Whether process `pid` was started with this pidfile: numbers are used again. */
static bool is_client(pid_t pid, const char *pidfile)
{
	_cleanup_free_ char *path = xasprintf("/proc/%d/cmdline", (int)pid), *line = NULL;
	size_t len = 0;

	if (file_read(path, MAX_COMMAND, &line, &len) < 0)
		return false;
	for (size_t at = 0; at < len; at += strlen(line + at) + 1)
		if (streq(line + at, pidfile))
			return true;
	return false;
}

/* Of an evpnd that was killed. */
static void end_former(const char *pidfile)
{
	_cleanup_free_ char *text = NULL;
	_cleanup_close_ int process = -1;
	pid_t pid;

	if (file_read(pidfile, MAX_PIDFILE, &text, NULL) < 0)
		return;
	pid = (pid_t)strtol(text, NULL, 10);
	/* By a descriptor, because the process may end between the look and the signal. */
	process = pid > 1 ? (int)syscall(SYS_pidfd_open, pid, 0) : -1;
	if (process >= 0 && is_client(pid, pidfile))
		syscall(SYS_pidfd_send_signal, process, SIGKILL, NULL, 0);
	unlink(pidfile);
}

static char *pidfile_of(const char *state_dir, const char *nic)
{
	return xasprintf("%s/dhcp-%s.pid", state_dir, nic);
}

static int run_client(struct dhcp_client *client, const struct config_nic *nic, int netns_fd, struct evpn_error *err)
{
	bool applet;
	_cleanup_free_ char *program = find_client(&applet), *self = own_program();
	_cleanup_netns_ int back = -1;
	char address[IPADDR_TEXT_SIZE];
	const char *const options[] = { "-f", "-i", client->nic, "-s", self, "-p", client->pidfile, "-A", "5" };
	const char *argv[ARRAY_LEN(options) + 5], **arg = argv;
	int r;

	if (!program || !self)
		return evpn_fail(err, ENOENT,
				 "NIC %s: the host has no DHCP client: install udhcpc (BusyBox), or replace `dhcp' by "
				 "`addresses'",
				 nic->name);
	*arg++ = program;
	if (applet)
		*arg++ = UDHCPC_APPLET;
	/* -A: seconds between two attempts to find a server; udhcpc's own 20 are long for a node without underlay. */
	for (size_t i = 0; i < ARRAY_LEN(options); i++)
		*arg++ = options[i];
	ipaddr_format(&nic->lease.address, false, address);
	if (ipaddr_is_set(&nic->lease.address)) {
		*arg++ = "-r";
		*arg++ = address;
	}
	*arg = NULL;
	end_former(client->pidfile);
	if (netns_enter(netns_fd, &back, err) < 0)
		return -1;
	setenv(DHCP_LEASE_VARIABLE, nic->lease.file, 1);
	r = child_start(&client->child, (char *const *)(uintptr_t)argv, "", err);
	unsetenv(DHCP_LEASE_VARIABLE);
	client->since = clock_ms();
	return r;
}

static struct dhcp_client *find(struct dhcp *dhcp, const char *nic)
{
	for (size_t i = 0; i < dhcp->n_clients; i++)
		if (streq(dhcp->clients[i].nic, nic))
			return &dhcp->clients[i];
	return NULL;
}

static const struct config_nic *find_nic(const struct config *config, const char *nic)
{
	for (size_t i = 0; i < config->underlay.n_nics; i++)
		if (config->underlay.nics[i].dhcp && streq(config->underlay.nics[i].inner, nic))
			return &config->underlay.nics[i];
	return NULL;
}

static void disarm(struct dhcp_client *client)
{
	sd_event_source_disable_unref(client->ended);
	sd_event_source_disable_unref(client->again);
	client->ended = client->again = NULL;
}

static void end(struct dhcp_client *client)
{
	disarm(client);
	if (client->child.pid)
		unlink(client->pidfile);
	child_kill(&client->child);
}

/* The NIC is given back. Its entry stays, so that the process is reaped. */
static void forget(struct dhcp_client *client, const char *state_dir)
{
	_cleanup_free_ char *file = config_lease_file(state_dir, client->nic);

	if (client->child.pid)
		unlink(file);
	end(client);
	client->not_before = 0;
}

static struct dhcp_client *add(struct dhcp *dhcp, const char *nic, const char *state_dir)
{
	struct dhcp_client *client = util_append(&dhcp->clients, &dhcp->n_clients, sizeof(*client));

	*client = (struct dhcp_client){ .child = CHILD_INIT, .pidfile = pidfile_of(state_dir, nic) };
	snprintf(client->nic, sizeof(client->nic), "%s", nic);
	return client;
}

int dhcp_start(struct dhcp *dhcp, const struct config *config, const struct dhcp_place *place, struct evpn_error *err)
{
	for (size_t i = 0; i < dhcp->n_clients; i++)
		if (!find_nic(config, dhcp->clients[i].nic))
			forget(&dhcp->clients[i], place->state_dir);
	for (size_t i = 0; i < config->underlay.n_nics; i++) {
		const struct config_nic *nic = &config->underlay.nics[i];
		struct dhcp_client *client;

		if (!nic->dhcp)
			continue;
		client = find(dhcp, nic->inner);
		client = client ? client : add(dhcp, nic->inner, place->state_dir);
		if (client->child.pid && client->frr != place->frr)
			end(client);
		if (client->child.pid || clock_ms() < client->not_before)
			continue;
		disarm(client);
		client->frr = place->frr;
		if (run_client(client, nic, place->netns_fd, err) < 0)
			return -1;
	}
	return 0;
}

static const char *last_line(char *output)
{
	size_t len = strlen(output);
	char *line;

	while (len && output[len - 1] == '\n')
		output[--len] = '\0';
	line = strrchr(output, '\n');
	return line ? line + 1 : output;
}

void dhcp_ended(struct dhcp_client *client, int status, char **ret_why)
{
	_cleanup_free_ char *output = NULL, *line = NULL;

	disarm(client);
	child_ended(&client->child, status);
	child_finish(&client->child, &status, &output);
	unlink(client->pidfile);
	line = escape_line(last_line(output), MAX_LINE);
	client->failures = clock_ms() - client->since > WORKED_MS ? 1 : client->failures + 1;
	client->not_before = clock_ms() + clock_backoff_ms(client->failures);
	if (WIFSIGNALED(status))
		*ret_why = xasprintf("signal %d%s%s", WTERMSIG(status), line[0] ? ": " : "", line);
	else
		*ret_why = xasprintf("exit status %d%s%s", WEXITSTATUS(status), line[0] ? ": " : "", line);
}

void dhcp_end_all(struct dhcp *dhcp)
{
	for (size_t i = 0; i < dhcp->n_clients; i++)
		end(&dhcp->clients[i]);
}

void dhcp_free(struct dhcp *dhcp)
{
	dhcp_end_all(dhcp);
	for (size_t i = 0; i < dhcp->n_clients; i++)
		free(dhcp->clients[i].pidfile);
	free(dhcp->clients);
	*dhcp = (struct dhcp){ 0 };
}

bool dhcp_is_running(const char *state_dir, const char *nic)
{
	_cleanup_free_ char *pidfile = pidfile_of(state_dir, nic), *text = NULL;

	if (file_read(pidfile, MAX_PIDFILE, &text, NULL) < 0)
		return false;
	return is_client((pid_t)strtol(text, NULL, 10), pidfile);
}

void dhcp_clear(const struct config *config, const char *state_dir)
{
	for (size_t i = 0; i < config->underlay.n_nics; i++) {
		const struct config_nic *nic = &config->underlay.nics[i];
		_cleanup_free_ char *pidfile = pidfile_of(state_dir, nic->inner);

		if (!nic->dhcp)
			continue;
		end_former(pidfile);
		if (nic->lease.file)
			unlink(nic->lease.file);
	}
}
