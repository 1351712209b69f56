/* SPDX-License-Identifier: Apache-2.0 */
/* serve.c - loads the module http.so and has it serve the metrics where the configuration in force says; see ctl_parts.h */
#include <dlfcn.h>
#include <errno.h>

#include "base/log.h"
#include "base/util.h"
#include "config-build.h"
#include "ctl/ctl_parts.h"
#include "ctl/http.h"

static const char *state_of(void *arg)
{
	const struct ctl *ctl = arg;

	return ctl_state_name(ctl->host->daemon);
}

static char *metrics_of(void *arg)
{
	return ctl_metrics(arg);
}

/* Once loaded it stays. Returns NULL, with why not, after a failure. */
static const struct http_module *load(struct evpn_error *err)
{
	/* For an evpnd that runs where it was built. */
	const char *dir = secure_getenv("EVPND_MODULE_DIR");
	_cleanup_free_ char *path = xasprintf("%s/http.so", dir ? dir : MODULE_DIR);
	void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
	const struct http_module *module = handle ? dlsym(handle, HTTP_MODULE) : NULL;

	if (!module) {
		const char *why = dlerror();

		evpn_fail(err, ENOENT, "cannot load the module: %.300s", why ? why : path);
		return NULL;
	}
	if (!streq(module->version, PACKAGE_VERSION)) {
		evpn_fail(err, ESTALE, "%s is of evpnd %.40s, and this is %s: restart evpnd", path, module->version,
			  PACKAGE_VERSION);
		return NULL;
	}
	return module;
}

static int serve(struct ctl *ctl, const struct sockaddr_storage *address, struct evpn_error *err)
{
	if (!ctl->http_module)
		ctl->http_module = load(err);
	if (!ctl->http_module)
		return -1;
	ctl->http_source = (struct http_source){ .arg = ctl, .state = state_of, .metrics = metrics_of };
	ctl->http = ctl->http_module->start(ctl->host->event, &ctl->http_source, address, err);
	return ctl->http ? 0 : -1;
}

void ctl_serve_stop(struct ctl *ctl)
{
	if (ctl->http)
		ctl->http_module->stop(ctl->http);
	ctl->http = NULL;
}

void ctl_serve(struct ctl *ctl)
{
	const struct config *config = ctl->host->daemon->setup.config;
	const char *wanted = config ? config->metrics.listen : ctl->http_for;
	struct evpn_error err = { 0 };

	if (wanted == ctl->http_for || (wanted && ctl->http_for && streq(wanted, ctl->http_for)))
		return;
	ctl_serve_stop(ctl);
	free(ctl->http_for);
	ctl->http_for = wanted ? xstrdup(wanted) : NULL;
	if (wanted && serve(ctl, &config->metrics.address, &err) < 0)
		log_warning("metrics.listen = \"%s\": %s", wanted, err.msg);
}
