/* SPDX-License-Identifier: Apache-2.0 */
/* bad.c - plugins that must not load; the test takes something away by -D */
#include <evpn-plugin.h>

#ifndef SIZE
#define SIZE EVPN_PLUGIN_INIT
#endif
#ifndef NAME
#define NAME "bad"
#endif
#ifdef NO_SYMBOL
#define evpn_plugin_v1 evpn_plugin_v9
extern EVPN_EXPORT const struct evpn_plugin evpn_plugin_v9;
#endif

#ifdef UNDEFINED
extern int nobody_defines_this(void);
#endif

static int bad_open(const struct evpn_host *host, void **ret_self, struct evpn_error *err)
{
	(void)host;
	(void)err;
	*ret_self = NULL;
#ifdef UNDEFINED
	return nobody_defines_this();
#else
	return 0;
#endif
}

static void bad_close(void *self)
{
	(void)self;
}

static EVPN_UNUSED int bad_event_fd(void *self)
{
	(void)self;
	return -1;
}

static EVPN_UNUSED int bad_on_event(void *self, struct evpn_error *err)
{
	(void)self;
	(void)err;
	return EVPN_EVENT_NONE;
}

static EVPN_UNUSED int bad_find_netns(void *self, int *ret_fd, uint64_t *ret_instance, struct evpn_error *err)
{
	(void)self;
	(void)ret_fd;
	(void)ret_instance;
	return evpn_wait(err, "for ever");
}

#ifdef NO_OPEN
#define OPEN (1 ? NULL : bad_open)
#else
#define OPEN bad_open
#endif
#ifdef NO_CLOSE
#define CLOSE (1 ? NULL : bad_close)
#else
#define CLOSE bad_close
#endif

const struct evpn_plugin evpn_plugin_v1 = {
	.struct_size = SIZE,
	.name = NAME,
	.open = OPEN,
	.close = CLOSE,
#ifdef ONLY_EVENT_FD
	.event_fd = bad_event_fd,
#endif
#ifdef ONLY_ON_EVENT
	.on_event = bad_on_event,
#endif
#ifndef NO_ROLE
	.find_netns = bad_find_netns,
#endif
};
