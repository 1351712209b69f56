/* SPDX-License-Identifier: Apache-2.0 */
/* test_netns_cri_reply.c - parsing the replies of a container runtime */
#include <errno.h>
#include <string.h>

#include "netns-cri/cri.h"
#include "netns-cri/cri_message.h"
#include "unit.h"

static struct evpn_error err;
static uint8_t wire[65536];

static size_t pack(const ProtobufCMessage *message)
{
	ck_assert_uint_le(protobuf_c_message_get_packed_size(message), sizeof(wire));
	return protobuf_c_message_pack(message, wire);
}

#define assert_said(text) ck_assert_msg(strstr(err.msg, text) != NULL, "expected `%s' in: %s", text, err.msg)

/* --- selecting the sandbox --- */

#define N_SANDBOXES 4

static Cri__PodSandbox sandboxes[N_SANDBOXES], *sandbox_list[N_SANDBOXES];
static Cri__PodSandboxMetadata metadata[N_SANDBOXES];
static Cri__PodSandbox__LabelsEntry labels[N_SANDBOXES], *label_list[N_SANDBOXES];

static void put_sandbox(int i, const char *id, const char *namespace, const char *name, bool ready, int64_t created)
{
	cri__pod_sandbox__init(&sandboxes[i]);
	cri__pod_sandbox_metadata__init(&metadata[i]);
	cri__pod_sandbox__labels_entry__init(&labels[i]);
	metadata[i].namespace_ = cri_text(namespace);
	metadata[i].name = cri_text(name);
	labels[i].key = cri_text("app");
	labels[i].value = cri_text("frr");
	label_list[i] = &labels[i];
	sandboxes[i].id = cri_text(id);
	sandboxes[i].metadata = &metadata[i];
	sandboxes[i].state = ready ? CRI_SANDBOX_READY : 1;
	sandboxes[i].created_at = created;
	sandboxes[i].n_labels = 1;
	sandboxes[i].labels = &label_list[i];
	sandbox_list[i] = &sandboxes[i];
}

/* Packs a reply with the first n sandboxes. */
static int choose(size_t n, const struct cri_selector *selector, struct cri_name *ret_name)
{
	Cri__ListPodSandboxResponse list;

	cri__list_pod_sandbox_response__init(&list);
	list.n_items = n;
	list.items = sandbox_list;
	memset(&err, 0, sizeof(err));
	return cri_choose_sandbox(wire, pack(&list.base), selector, ret_name, &err);
}

static const struct cri_label app_frr = { "app", "frr" }, app_other = { "app", "other" }, tier = { "tier", "frr" };

START_TEST(test_choose_newest)
{
	const struct cri_selector selector = { .labels = &app_frr, .n_labels = 1 };
	struct cri_name name;

	put_sandbox(0, "one", "ns", "frr-a", true, 1);
	put_sandbox(1, "two", "ns", "frr-a", true, 3);
	put_sandbox(2, "three", "ns", "frr-a", false, 4);
	put_sandbox(3, "four", "ns", "frr-a", true, 2);
	ck_assert_int_eq(choose(4, &selector, &name), 1);
	ck_assert_str_eq(name.id, "two");
	ck_assert_str_eq(name.title, "ns/frr-a");
}
END_TEST

START_TEST(test_choose_by)
{
	struct cri_selector by_namespace = { .namespace = "b", .pod = "frr" }, by_pod = { .pod = "frr" };
	struct cri_name name;

	put_sandbox(0, "one", "a", "frr-a", true, 1);
	put_sandbox(1, "two", "b", "frr-b", true, 2);
	put_sandbox(2, "three", "b", "other", true, 3);
	ck_assert_int_eq(choose(3, &by_namespace, &name), 1);
	ck_assert_str_eq(name.id, "two");
	/* A pod with the whole name takes precedence. */
	put_sandbox(3, "four", "b", "frr", true, 0);
	ck_assert_int_eq(choose(4, &by_pod, &name), 1);
	ck_assert_str_eq(name.id, "four");
	sandboxes[3].state = 1;
	ck_assert_int_eq(choose(4, &by_pod, &name), 0);
	assert_said("waits for pod b/frr: its sandbox four is not ready");
	/* A container runtime that ignores the filter by labels. */
	by_pod.labels = &app_other;
	by_pod.n_labels = 1;
	ck_assert_int_eq(choose(4, &by_pod, &name), 0);
	assert_said("none matches pod \"frr\", label app=other");
	by_pod.labels = &tier;
	ck_assert_int_eq(choose(4, &by_pod, &name), 0);
}
END_TEST

START_TEST(test_choose_several)
{
	const struct cri_selector selector = { .namespace = "ns", .pod = "frr" };
	struct cri_name name = { .id = "untouched" };

	put_sandbox(0, "one", "ns", "frr-a", true, 1);
	put_sandbox(1, "two", "ns", "frr-b", true, 2);
	put_sandbox(2, "three", "ns", "frr-a", true, 3);
	put_sandbox(3, "four", "ns", "frr-\n", true, 4);
	ck_assert_int_lt(choose(4, &selector, &name), 0);
	ck_assert_int_eq(err.code, EEXIST);
	assert_said("3 pods match pod \"frr\", namespace \"ns\": ns/frr-a, ns/frr-b, ns/frr-?;");
	ck_assert_str_eq(name.id, "untouched");
}
END_TEST

START_TEST(test_choose_odd)
{
	const struct cri_selector selector = { .pod = "frr" };
	static char long_id[CRI_ID_SIZE + 1];
	struct cri_name name;

	put_sandbox(0, "", "ns", "frr", true, 1);
	ck_assert_int_lt(choose(1, &selector, &name), 0);
	assert_said("an invalid id of a sandbox (0 bytes)");
	memset(long_id, 'x', CRI_ID_SIZE);
	sandboxes[0].id = long_id;
	ck_assert_int_lt(choose(1, &selector, &name), 0);
	sandboxes[0].metadata = NULL;
	ck_assert_int_eq(choose(1, &selector, &name), 0);
	ck_assert_int_eq(choose(0, &selector, &name), 0);
	memset(&err, 0, sizeof(err));
	ck_assert_int_lt(cri_choose_sandbox((const uint8_t *)"\377", 1, &selector, &name, &err), 0);
	assert_said("reply to ListPodSandbox");
}
END_TEST

/* --- the sandbox's network namespace --- */

static const struct cri_name sandbox = { .id = "0123456789abcdef", .title = "ns/frr" };

/* Parses a status with this verbose information; NULL: none. */
static int read_sandbox(const char *info, uint32_t state, uint32_t network, struct cri_netns *ret_netns)
{
	Cri__PodSandboxStatusResponse response;
	Cri__PodSandboxStatusResponse__InfoEntry entry, *list = &entry;
	Cri__PodSandboxStatus status;
	Cri__LinuxPodSandboxStatus status_linux;
	Cri__Namespace namespaces;
	Cri__NamespaceOption option;

	cri__pod_sandbox_status_response__init(&response);
	cri__pod_sandbox_status_response__info_entry__init(&entry);
	cri__pod_sandbox_status__init(&status);
	cri__linux_pod_sandbox_status__init(&status_linux);
	cri__namespace__init(&namespaces);
	cri__namespace_option__init(&option);
	entry.key = cri_text("info");
	entry.value = cri_text(info ? info : "");
	option.network = network;
	namespaces.options = &option;
	status_linux.namespaces = &namespaces;
	status.linux_status = &status_linux;
	status.state = state;
	response.status = &status;
	response.info = &list;
	response.n_info = info ? 1 : 0;
	memset(&err, 0, sizeof(err));
	return cri_read_sandbox(wire, pack(&response.base), &sandbox, ret_netns, &err);
}

#define SPEC(entries) "\"runtimeSpec\": { \"linux\": { \"namespaces\": [ { \"type\": \"pid\" }" entries " ] } }"
#define NETWORK	      ", { \"type\": \"network\", \"path\": \"/var/run/netns/x\" }"

START_TEST(test_info_good)
{
	static const struct {
		const char *info, *path;
		pid_t pid;
	} cases[] = {
		{ "{ \"pid\": 4711, \"netNamespaceClosed\": false, " SPEC(NETWORK) " }", "/var/run/netns/x", 4711 },
		{ "{ " SPEC(NETWORK) " }", "/var/run/netns/x", 0 }, /* CRI-O, without a process */
		{ "{ \"pid\": 4711, " SPEC(", { \"type\": \"network\" }") " }", "", 4711 },
		{ "{ \"pid\": 4711 }", "", 4711 },
		{ "{ \"pid\": 0 }", "", 0 },
		{ "{}", "", 0 },
		{ "[]", "", 0 },
		{ "", "", 0 },
		{ NULL, "", 0 },
		{ "{ \"runtimeSpec\": [], \"pid\": 1 }", "", 1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cri_netns netns = { .pid = -7 };

		ck_assert_msg(read_sandbox(cases[i].info, 0, 0, &netns) == 1, "%s: %s", cases[i].info, err.msg);
		ck_assert_str_eq(netns.path, cases[i].path);
		ck_assert_int_eq(netns.pid, cases[i].pid);
	}
}
END_TEST

START_TEST(test_info_bad)
{
	static const struct {
		const char *info, *said;
		int r;
	} cases[] = {
		{ "{", "is not valid JSON", -1 },
		{ "{ \"pid\": -1 }", "invalid pid for ns/frr: -1", -1 },
		{ "{ \"pid\": 4194305 }", "invalid pid for ns/frr: 4194305", -1 },
		{ "{ \"pid\": \"1\" }", "invalid pid", -1 },
		{ "{ \"pid\": 1, \"netNamespaceClosed\": true }", "is closed", 0 },
		{ "{ \"pid\": 1, " SPEC("") " }", "uses the host's network namespace", -1 },
		{ "{ " SPEC(", { \"type\": \"network\", \"path\": \"run\" }") " }", "path is not absolute", -1 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cri_netns netns = { .pid = -7 };

		ck_assert_msg(read_sandbox(cases[i].info, 0, 0, &netns) == cases[i].r, "%s: %s", cases[i].info,
			      err.msg);
		assert_said(cases[i].said);
		ck_assert_int_eq(netns.pid, -7);
	}
}
END_TEST

START_TEST(test_sandbox_state)
{
	struct cri_netns netns;

	ck_assert_int_eq(read_sandbox("{ \"pid\": 1 }", 1, 0, &netns), 0);
	assert_said("its sandbox 0123456789abc is not ready");
	ck_assert_int_lt(read_sandbox("{ \"pid\": 1 }", 0, CRI_NETWORK_NODE, &netns), 0);
	assert_said("hostNetwork");
	ck_assert_int_lt(cri_read_sandbox(NULL, 0, &sandbox, &netns, &err), 0);
	ck_assert_int_lt(cri_read_sandbox((const uint8_t *)"\377", 1, &sandbox, &netns, &err), 0);
}
END_TEST

/* --- containers, events, versions --- */

START_TEST(test_containers)
{
	static const struct {
		const char *id, *sandbox, *name;
		uint32_t state;
		int64_t created;
	} all[] = {
		{ "old", "0123456789abcdef", "frr", 2, 1 },
		{ "now", "0123456789abcdef", "frr", CRI_CONTAINER_RUNNING, 2 },
		{ "side", "0123456789abcdef", "reloader", CRI_CONTAINER_RUNNING, 3 },
		{ "alien", "other", "frr", CRI_CONTAINER_RUNNING, 4 },
	};
	Cri__Container containers[4], *list[4];
	Cri__ContainerMetadata names[4];
	Cri__ListContainersResponse response;
	struct cri_name name;
	size_t len;

	cri__list_containers_response__init(&response);
	for (int i = 0; i < 4; i++) {
		cri__container__init(&containers[i]);
		cri__container_metadata__init(&names[i]);
		names[i].name = cri_text(all[i].name);
		containers[i].id = cri_text(all[i].id);
		containers[i].pod_sandbox_id = cri_text(all[i].sandbox);
		containers[i].metadata = &names[i];
		containers[i].state = all[i].state;
		containers[i].created_at = all[i].created;
		list[i] = &containers[i];
	}
	response.containers = list;
	response.n_containers = 4;
	len = pack(&response.base);
	ck_assert_int_eq(cri_choose_container(wire, len, &sandbox, "frr", &name, &err), 1);
	ck_assert_str_eq(name.id, "now");
	ck_assert_str_eq(name.title, "frr in pod ns/frr");
	ck_assert_int_eq(cri_choose_container(wire, len, &sandbox, NULL, &name, &err), 1);
	ck_assert_str_eq(name.id, "side");
	ck_assert_int_eq(cri_choose_container(wire, len, &sandbox, "none", &name, &err), 0);
	assert_said("waits for container none of pod ns/frr: it is not running");
}
END_TEST

static bool event_matters(const char *container, const char *namespace, const char *name)
{
	const struct cri_selector selector = { .namespace = "ns", .pod = "frr" };
	Cri__ContainerEventResponse event;
	Cri__PodSandboxStatus status;

	cri__container_event_response__init(&event);
	cri__pod_sandbox_status__init(&status);
	event.container_id = cri_text(container);
	if (name) {
		put_sandbox(0, "x", namespace, name, true, 1);
		status.metadata = &metadata[0];
		event.pod_sandbox_status = &status;
	}
	return cri_event_matters(wire, pack(&event.base), &selector, "pod", "container");
}

START_TEST(test_events)
{
	const struct cri_selector selector = { .pod = "frr" };

	ck_assert(event_matters("new", "ns", "frr-a"));
	ck_assert(event_matters("pod", NULL, NULL));
	ck_assert(event_matters("container", NULL, NULL));
	ck_assert(!event_matters("new", "ns", "other"));
	ck_assert(!event_matters("new", "other", "frr"));
	ck_assert(!event_matters("new", NULL, NULL));
	ck_assert(!event_matters("", NULL, NULL));
	ck_assert(cri_event_matters((const uint8_t *)"\377", 1, &selector, "", ""));
}
END_TEST

static bool events_for_all(const char *name, const char *version)
{
	Cri__VersionResponse response;

	cri__version_response__init(&response);
	response.runtime_name = cri_text(name);
	response.runtime_version = cri_text(version);
	return cri_events_for_all(wire, pack(&response.base));
}

START_TEST(test_versions)
{
	ck_assert(events_for_all("containerd", "v2.0.0"));
	ck_assert(events_for_all("containerd", "2.1.9"));
	ck_assert(!events_for_all("containerd", "v1.7.24"));
	ck_assert(!events_for_all("containerd", "1.6.20~ds1"));
	ck_assert(!events_for_all("containerd", ""));
	ck_assert(events_for_all("cri-o", "1.29.0"));
	ck_assert(events_for_all("cri-o", "2.0.0"));
	ck_assert(!events_for_all("cri-o", "1.28.9"));
	ck_assert(!events_for_all("another", "9.9.9"));
	ck_assert(!cri_events_for_all((const uint8_t *)"\377", 1));
}
END_TEST

int main(void)
{
	const TTest *const tests[] = {
		test_choose_newest, test_choose_by,	test_choose_several, test_choose_odd, test_info_good,
		test_info_bad,	    test_sandbox_state, test_containers,     test_events,     test_versions,
	};
	TCase *tcase = tcase_create("netns-cri-reply");

	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tcase_add_test(tcase, tests[i]);
	return unit_run("netns-cri-reply", tcase);
}
