/* SPDX-License-Identifier: Apache-2.0 */
/* run_case.c - see run_case.h */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/util.h"
#include "run/plugin_call.h"
#include "run_case.h"

uint64_t run_case_now_ms;

static char no_check[] = "";

/* The linker puts this in the place of clock_ms in programs that ask for it (-Wl,--wrap=clock_ms). */
uint64_t __wrap_clock_ms(void);

uint64_t __wrap_clock_ms(void)
{
	return run_case_now_ms;
}

/* The same for netns_check: what the fake netns plugin returns, /dev/null, is taken for a namespace. */
int __wrap_netns_check(int fd);

int __wrap_netns_check(int fd)
{
	return 1;
}

static int find_netns(void *self, int *ret_fd, uint64_t *ret_instance, struct evpn_error *err)
{
	const struct fake_netns *fake = self;

	if (fake->result == 0)
		return evpn_wait(err, "FRR does not run");
	if (fake->result < 0)
		return evpn_fail(err, EACCES, "the namespace cannot be opened");
	*ret_fd = open(fake->path, O_RDONLY | O_CLOEXEC);
	ck_assert_int_ge(*ret_fd, 0);
	*ret_instance = fake->instance;
	return 1;
}

/* A plugin whose event has failed may leave its descriptor readable. */
static int on_event(const struct plugin *plugin, int event, struct evpn_error *err)
{
	eventfd_t n;

	if (event < 0)
		return evpn_fail(err, EIO, "the event failed");
	if (plugin->event_fd >= 0)
		eventfd_read(plugin->event_fd, &n);
	return event;
}

static int netns_event(void *self, struct evpn_error *err)
{
	struct fake_netns *fake = self;

	fake->n_events++;
	return on_event(fake->plugin, fake->event, err);
}

static int frr_event(void *self, struct evpn_error *err)
{
	struct fake_frr *fake = self;

	fake->n_events++;
	return on_event(fake->plugin, fake->event, err);
}

static int reload_frr(void *self, const char *conf_path, uint64_t generation, struct evpn_error *err)
{
	struct fake_frr *fake = self;
	_cleanup_free_ char *text = NULL;

	fake->n_asked++;
	if (generation != fake->generation) {
		fake->generation = generation;
		fake->n_delayed = 0;
	}
	if (fake->fault)
		return evpn_fail(err, fake->fault, "FRR cannot be asked");
	if (fake->n_delayed < fake->delay) {
		fake->n_delayed++;
		return evpn_wait(err, "FRR loads its configuration");
	}
	ck_assert_int_eq(file_read(conf_path, 4096, &text, NULL), 0);
	if (fake->refuses && strstr(text, fake->refuses))
		return evpn_fail(err, EVPN_ERROR_REFUSED, "line 1: Unknown command: %s", text);
	free(fake->running);
	fake->running = util_take_ptr(&text);
	return 1;
}

/* daemon NULL: that of the first question with this command. */
static struct fake_answer *find_answer(struct fake_frr *fake, const char *daemon, const char *command)
{
	struct fake_answer *answer;

	for (answer = fake->answers; answer < fake->answers + FAKE_ANSWERS && answer->command[0]; answer++)
		if (streq(answer->command, command) && (!daemon || streq(answer->daemon, daemon)))
			return answer;
	ck_assert_msg(answer < fake->answers + FAKE_ANSWERS, "too many different questions");
	snprintf(answer->daemon, sizeof(answer->daemon), "%s", daemon ? daemon : "");
	snprintf(answer->command, sizeof(answer->command), "%s", command);
	return answer;
}

static int reply(struct fake_frr *fake, const char *daemon, const char *command, const char **ret_text,
		 struct evpn_error *err)
{
	struct fake_answer *answer = find_answer(fake, daemon, command);

	answer->n_asked++;
	if (answer->result < 0)
		return evpn_fail(err, answer->code, "%s", answer->text);
	if (answer->result == 0)
		return evpn_wait(err, "FRR has not answered `%s' yet", command);
	*ret_text = answer->text;
	return 1;
}

static int ask_daemon(void *self, const char *daemon, const char *command, const char **ret_text,
		      struct evpn_error *err)
{
	struct fake_frr *fake = self;

	fake->n_questions++;
	if (fake->vtysh_only)
		return evpn_fail(err, ENOTSUP, "this FRR is reached by vtysh only");
	return reply(fake, daemon ? daemon : "", command, ret_text, err);
}

static int query_frr(void *self, const char *command, const char **ret_text, struct evpn_error *err)
{
	struct fake_frr *fake = self;

	fake->n_questions++;
	return reply(fake, NULL, command, ret_text, err);
}

void run_case_answer(struct run_case *c, const char *daemon, const char *command, int result, const char *text)
{
	struct fake_answer *answer = find_answer(&c->frr, daemon ? daemon : "", command);

	answer->result = result;
	answer->text = text;
}

void run_case_refuse(struct run_case *c, const char *daemon, const char *command, int code, const char *text)
{
	run_case_answer(c, daemon, command, -1, text);
	find_answer(&c->frr, daemon ? daemon : "", command)->code = code;
}

unsigned int run_case_n_asked(const struct run_case *c, const char *command)
{
	unsigned int n = 0;

	for (size_t i = 0; i < FAKE_ANSWERS; i++)
		n += streq(c->frr.answers[i].command, command) ? c->frr.answers[i].n_asked : 0;
	return n;
}

void run_case_write(const struct run_case *c, const char *name, const char *text)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", c->dir, name);
	const char *what = "";

	ck_assert_msg(util_write_file(path, text, strlen(text), 0640, (uid_t)-1, (gid_t)-1, &what) == 0, "%s %s", what,
		      path);
}

char *run_case_read(const struct run_case *c, const char *name)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", c->dir, name);
	char *text = NULL;

	return file_read(path, 65536, &text, NULL) == 0 ? text : NULL;
}

static char *make_folder(const struct run_case *c, const char *name)
{
	char *path = xasprintf("%s/%s", c->dir, name);

	ck_assert_int_eq(mkdir(path, 0755), 0);
	return path;
}

static void start(struct run_case *c, enum run_goal goal)
{
	const struct run_options options = {
		.goal = goal, .config_path = "/nonexistent/evpn.conf", .instance = "default", .state_dir = c->state_dir
	};
	struct evpn_error err = { 0 };

	ck_assert_msg(daemon_init(&c->daemon, &options, &err) == 0, "%s", err.msg);
	c->daemon.setup = (struct setup){ .config = &c->config, .netns = &c->netns_plugin, .frr = &c->frr_plugin };
}

/* The configuration and the plugins belong to the case, and not to the daemon. */
static void stop(struct run_case *c)
{
	config_errors_clear(&c->daemon.setup.errors);
	c->daemon.setup = (struct setup){ 0 };
	daemon_free(&c->daemon);
}

void run_case_begin(struct run_case *c, enum run_goal goal)
{
	*c = (struct run_case){ .dir = "/tmp/evpnd-run-XXXXXX", .event_fds = { -1, -1 } };
	ck_assert_ptr_nonnull(mkdtemp(c->dir));
	c->state_dir = make_folder(c, "state");
	free(make_folder(c, "frr"));
	c->conf = xasprintf("%s/frr/frr.conf", c->dir);
	c->source = xasprintf("%s/source", c->dir);
	c->config.frr = (struct config_frr){ .config = c->conf,
					     .source = c->source,
					     .check = no_check,
					     .owner = { .number = UINT32_MAX },
					     .group = { .number = UINT32_MAX },
					     .mode = 0640 };
	c->netns = (struct fake_netns){ .plugin = &c->netns_plugin, .result = 1, .path = "/dev/null", .instance = 7 };
	c->netns_plugin = (struct plugin){
		.api = { .name = "fake-netns", .find_netns = find_netns, .on_event = netns_event },
		.self = &c->netns,
		.event_fd = -1,
	};
	c->frr_plugin = (struct plugin){
		.api = { .name = "fake-frr",
			 .reload_frr = reload_frr,
			 .query_frr = query_frr,
			 .ask_daemon = ask_daemon,
			 .on_event = frr_event },
		.self = &c->frr,
		.event_fd = -1,
	};
	c->frr.plugin = &c->frr_plugin;
	run_case_now_ms = 1000000;
	start(c, goal);
}

void run_case_open_events(struct run_case *c)
{
	c->netns_plugin.event_fd = c->event_fds[0] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	c->frr_plugin.event_fd = c->event_fds[1] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	ck_assert(c->event_fds[0] >= 0 && c->event_fds[1] >= 0);
}

void run_case_raise_event(const struct plugin *plugin)
{
	ck_assert_int_eq(eventfd_write(plugin->event_fd, 1), 0);
}

void run_case_restart(struct run_case *c)
{
	enum run_goal goal = c->daemon.options.goal;

	stop(c);
	c->frr.generation = 0;
	start(c, goal);
}

void run_case_end(struct run_case *c)
{
	_cleanup_free_ char *command = xasprintf("rm -r '%s'", c->dir);

	stop(c);
	plugin_forget_questions(&c->frr_plugin);
	free(c->netns_plugin.fault);
	free(c->frr_plugin.fault);
	util_closep(&c->event_fds[0]);
	util_closep(&c->event_fds[1]);
	free(c->state_dir);
	free(c->conf);
	free(c->source);
	free(c->frr.running);
	ck_assert_int_eq(system(command), 0);
}
