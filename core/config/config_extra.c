/* SPDX-License-Identifier: Apache-2.0 */
/*
 * config_extra.c - refuses lines in frr.extra that undo or redefine what the generated frr.conf configures; see
 * config_parts.h
 *
 * FRR would accept them. `router bgp' with another AS, for example, deletes the node's BGP instance, with all sessions.
 * vtysh accepts keywords that are cut, so any beginning of a keyword counts as the keyword here.
 */
#include <ctype.h>
#include <sys/socket.h>

#include "config/config_check_parts.h"
#include "config/frr_names.h"

/* Words of a line that are looked at: the longest command of interest has fewer. */
#define MAX_WORDS 12

/* The block of frr.conf that a line is in. */
enum block {
	BLOCK_OTHER,
	BLOCK_BGP, /* a `router bgp' of evpnd's */
	BLOCK_VRF, /* a `vrf' of evpnd's */
	BLOCK_BFD,
	BLOCK_DEVICE, /* an `interface' that is evpnd's, or that it needs */
};

struct extra {
	struct checker *c;
	const config_setting_t *s;
	unsigned int number; /* of this line, from 0 */
	const char *line;
	const char *words[MAX_WORDS + 1]; /* without the `no'; NULL at the end */
	bool no;
	enum block block;
	bool in_family; /* BLOCK_BGP: in an address family */
	const struct config_l3vni *l3; /* of the block; NULL: the default VRF */
};

#define REFUSE(e, ...)                                                                            \
	do {                                                                                      \
		struct config_where where_ = config_string_place((e)->c->r, (e)->s, (e)->number); \
		config_problem((e)->c->r, &where_, __VA_ARGS__);                                  \
	} while (0)

static bool is_word(const char *word, const char *keyword)
{
	return word && strncmp(word, keyword, strlen(word)) == 0;
}

/* Whether the line begins with these keywords; NULL at the end. Returns their number. */
static size_t begins(const struct extra *e, const char *const *keywords)
{
	size_t n = 0;

	for (; keywords[n]; n++)
		if (!is_word(e->words[n], keywords[n]))
			return 0;
	return n;
}

static const struct config_l3vni *find_l3vni(const struct extra *e, const char *vrf)
{
	const struct config *config = e->c->config;

	for (size_t i = 0; i < config->n_l3vnis; i++)
		if (streq(config->l3vnis[i].vrf, vrf))
			return &config->l3vnis[i];
	return NULL;
}

static void refuse_removal(const struct extra *e, const char *what)
{
	REFUSE(e, "frr.extra: `%.80s' removes %s, which evpnd configures: delete this line", e->line, what);
}

/* "65009" or "1.10" (RFC 5396). 0: it is none. */
static uint32_t parse_as(const char *word)
{
	char *end;
	unsigned long high = strtoul(word, &end, 10), low = 0;

	if (!isdigit((unsigned char)word[0]))
		return 0;
	if (*end == '.') {
		low = strtoul(end + 1, &end, 10);
		high = high > UINT16_MAX || low > UINT16_MAX ? 0 : high << 16;
	}
	return *end || high > UINT32_MAX ? 0 : (uint32_t)(high | low);
}

/* `[no] router bgp [AS] [vrf NAME]'. Another VRF than evpnd's, or a view, is not evpnd's. */
static bool take_router(struct extra *e)
{
	const char *const *w = e->words + begins(e, (const char *const[]){ "router", "bgp", NULL });
	uint32_t as = w > e->words && *w ? parse_as(*w) : 0, own = e->c->config->frr.asn;

	if (w == e->words)
		return false;
	w += as != 0;
	e->block = e->no || is_word(*w, "view") ? BLOCK_OTHER : BLOCK_BGP;
	e->in_family = false;
	e->l3 = NULL;
	if (is_word(*w, "view"))
		return true;
	if (is_word(*w, "vrf") && w[1]) {
		e->l3 = find_l3vni(e, w[1]);
		if (!e->l3 && !streq(w[1], "default")) {
			e->block = BLOCK_OTHER;
			return true;
		}
	}
	if (e->no)
		refuse_removal(e, "the BGP instance");
	else if (as && own && as != own)
		REFUSE(e,
		       "frr.extra: `%.80s': the AS of this instance is %u (frr.asn), another one deletes it: use that",
		       e->line, own);
	return true;
}

static bool take_vrf(struct extra *e)
{
	const char *name = begins(e, (const char *const[]){ "vrf", NULL }) ? e->words[1] : NULL;

	if (!name || e->words[2])
		return false;
	e->l3 = find_l3vni(e, name);
	if (e->l3 && e->no)
		refuse_removal(e, "the VRF");
	e->block = e->l3 && !e->no ? BLOCK_VRF : BLOCK_OTHER;
	return true;
}

static bool take_interface(struct extra *e)
{
	const char *name = begins(e, (const char *const[]){ "interface", NULL }) ? e->words[1] : NULL;

	/* In a BGP instance `i' may be another command, and no device. */
	if (!name || e->no || (e->words[2] && !is_word(e->words[2], "vrf")))
		return false;
	e->block = config_needs_device(e->c->config, name) ? BLOCK_DEVICE : BLOCK_OTHER;
	return true;
}

/* What evpnd sets in the kernel, and FRR would set to the opposite: both would restore it for ever. */
static void check_kernel(const struct extra *e)
{
	bool forwarding = begins(e, (const char *const[]){ "ip", "forwarding", NULL }) ||
			  begins(e, (const char *const[]){ "ipv6", "forwarding", NULL });

	if (e->no && forwarding)
		REFUSE(e, "frr.extra: `%.80s': FRR's namespace has to forward, and evpnd enables it: delete this line",
		       e->line);
	if (!e->no && e->block == BLOCK_DEVICE && is_word(e->words[0], "shutdown") && !e->words[1])
		REFUSE(e,
		       "frr.extra: `%.80s' sets a device down that EVPN needs, and that evpnd sets up: delete this "
		       "line",
		       e->line);
}

/* `vni' in the block of a VRF of evpnd's, or that of the default VRF. In a BGP instance it only opens a block. */
static void check_vni(const struct extra *e)
{
	const struct config *config = e->c->config;
	unsigned long vni = e->words[1] ? strtoul(e->words[1], NULL, 10) : 0;
	bool ours = false;

	if (!is_word(e->words[0], "vni") || (e->block == BLOCK_BGP && !(e->no && e->in_family && !e->l3)))
		return;
	for (size_t i = 0; i < config->n_l3vnis; i++)
		ours |= config->l3vnis[i].vni == vni;
	for (size_t i = 0; i < config->n_l2vnis; i++)
		ours |= config->l2vnis[i].vni == vni;
	if (e->block == BLOCK_BGP && ours)
		refuse_removal(e, "the route distinguisher of the VNI");
	else if (e->block == BLOCK_BGP)
		return;
	else if (e->block == BLOCK_VRF && e->no)
		refuse_removal(e, "the VNI of the VRF");
	else if (e->block == BLOCK_VRF && vni != e->l3->vni)
		REFUSE(e, "frr.extra: `%.80s': the VNI of VRF %s is %u: change it in l3vnis", e->line, e->l3->vrf,
		       e->l3->vni);
	else if (e->block != BLOCK_VRF && ours)
		REFUSE(e, "frr.extra: `%.80s': this VNI is in l3vnis or l2vnis: delete this line", e->line);
}

static void check_router_id(const struct extra *e)
{
	const struct config *config = e->c->config;
	const struct ipaddr *own = ipaddr_is_set(&config->frr.router_id) ? &config->frr.router_id
									 : &config->underlay.vtep;
	size_t n = begins(e, (const char *const[]){ "bgp", "router-id", NULL });
	char text[IPADDR_TEXT_SIZE];
	struct ipaddr ip;

	if (n == 0 || e->block != BLOCK_BGP || !ipaddr_is_set(own))
		return;
	if (e->no)
		refuse_removal(e, "the router ID");
	else if (e->words[n] && (!ipaddr_parse(e->words[n], false, &ip) || !ipaddr_same(&ip, own)))
		REFUSE(e, "frr.extra: `%.80s': the router ID is %s: change it by frr.router_id", e->line,
		       ipaddr_format(own, false, text));
}

static const struct config_session *host_session(const struct config_l3vni *l3, const char *peer)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	struct ipaddr ip;

	for (size_t i = 0; i < ARRAY_LEN(families) && ipaddr_parse(peer, false, &ip); i++) {
		const struct ipaddr *host = config_host_address(&l3->host, families[i]);

		if (host && ipaddr_same(host, &ip))
			return &l3->host.session;
	}
	return NULL;
}

/* The session of evpnd's with this name in the instance of the block; NULL: there is none. */
static const struct config_session *find_session(const struct extra *e, const char *peer)
{
	const struct config_frr *frr = &e->c->config->frr;
	struct ipaddr ip;
	bool is_ip = ipaddr_parse(peer, false, &ip);

	if (e->l3)
		return host_session(e->l3, peer);
	for (size_t i = 0; i < frr->n_neighbors; i++) {
		const struct config_neighbor *n = &frr->neighbors[i];

		if (n->interface[0] ? streq(n->interface, peer)
				    : is_ip && ipaddr_is_set(&n->address) && ipaddr_same(&n->address, &ip))
			return &n->session;
	}
	return NULL;
}

static bool is_same_as(const struct config_session *session, const char *word)
{
	switch (session->remote) {
	case CONFIG_REMOTE_ASN:
		return parse_as(word) == session->asn;
	case CONFIG_REMOTE_INTERNAL:
		return is_word(word, "internal");
	case CONFIG_REMOTE_EXTERNAL:
		return is_word(word, "external");
	}
	return false;
}

/* What removes a session, or its address family, or moves it to another AS. Other lines add to it, which is allowed. */
static void check_neighbor(const struct extra *e)
{
	static const char *const bases[] = { "remote-as", "interface", "peer-group", "activate" };
	const char *peer = is_word(e->words[0], "neighbor") ? e->words[1] : NULL;
	const char *what = peer ? e->words[2] : NULL;
	const struct config_session *session = peer && e->block == BLOCK_BGP ? find_session(e, peer) : NULL;
	bool is_base = !what;

	for (size_t i = 0; i < ARRAY_LEN(bases); i++)
		is_base |= is_word(what, bases[i]);
	if (session && e->no && is_base)
		refuse_removal(e, "a neighbor");
	else if (session && !e->no && is_word(what, "remote-as") && e->words[3] && !is_same_as(session, e->words[3]))
		REFUSE(e, "frr.extra: `%.80s': evpnd configures this neighbor with another AS: change it there",
		       e->line);
}

/* The name that the line defines, deletes or extends; NULL: none. */
static const char *defined_name(const struct extra *e)
{
	static const char *const commands[][4] = {
		{ "route-map" },
		{ "ip", "prefix-list" },
		{ "ipv6", "prefix-list" },
		{ "access-list" },
		{ "ip", "access-list" },
		{ "ipv6", "access-list" },
		{ "mac", "access-list" },
		{ "bgp", "as-path", "access-list" },
		{ "bgp", "community-list" },
		{ "bgp", "large-community-list" },
		{ "bgp", "extcommunity-list" },
		{ "ip", "community-list" },
	};

	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		size_t n = begins(e, commands[i]);

		if (n && (is_word(e->words[n], "standard") || is_word(e->words[n], "expanded")))
			n++;
		if (n && e->words[n])
			return e->words[n];
	}
	if (e->block == BLOCK_BGP && is_word(e->words[0], "neighbor") && is_word(e->words[2], "peer-group") &&
	    !e->words[3])
		return e->words[1];
	return NULL;
}

static void check_names(const struct extra *e)
{
	const struct config_frr *frr = &e->c->config->frr;
	const char *name = defined_name(e);

	if (name && (strncmp(name, FRR_NAME_PREFIX, strlen(FRR_NAME_PREFIX)) == 0 ||
		     (e->block == BLOCK_BGP && strncmp(name, FRR_RANGE_PREFIX, strlen(FRR_RANGE_PREFIX)) == 0)))
		REFUSE(e,
		       "frr.extra: `%.80s': names that begin with " FRR_NAME_PREFIX
		       ", and peer groups that begin with " FRR_RANGE_PREFIX ", are evpnd's: use another one",
		       e->line);
	for (size_t i = 0; e->block == BLOCK_BFD && is_word(e->words[0], "profile") && i < frr->n_bfd_profiles; i++)
		if (e->words[1] && frr->bfd_profiles[i].name && streq(e->words[1], frr->bfd_profiles[i].name))
			REFUSE(e, "frr.extra: `%.80s': this profile is in frr.bfd_profiles: change it there", e->line);
}

/* Lines that open or leave a block. False: it is another one. */
static bool take_block(struct extra *e)
{
	static const char *const others[] = { "router", "interface", "route-map", "ip", "ipv6", "log", "line", "key" };

	if (take_router(e) || take_vrf(e) || take_interface(e))
		return true;
	for (size_t i = 0; i < ARRAY_LEN(others); i++)
		if (streq(e->words[0], others[i]))
			e->block = BLOCK_OTHER;
	if (is_word(e->words[0], "bfd") && !e->words[1]) {
		e->block = BLOCK_BFD;
		return true;
	}
	if (is_word(e->words[0], "address-family")) {
		e->in_family = true;
		return true;
	}
	if (streq(e->words[0], "exit-address-family") || (streq(e->words[0], "exit") && e->in_family)) {
		e->in_family = false;
		return true;
	}
	if (streq(e->words[0], "exit") || streq(e->words[0], "exit-vrf") || streq(e->words[0], "end")) {
		e->block = BLOCK_OTHER;
		return true;
	}
	return false;
}

static void check_line(struct extra *e, char *text)
{
	char *save = NULL;
	size_t n = 0;

	/* The words of the line before are gone, and some checks look behind the last word. */
	memset(e->words, 0, sizeof(e->words));
	e->no = false;
	for (char *word = strtok_r(text, " \t\r", &save); word && n < MAX_WORDS;
	     word = strtok_r(NULL, " \t\r", &save)) {
		if (n == 0 && !e->no && streq(word, "no"))
			e->no = true;
		else
			e->words[n++] = word;
	}
	if (n == 0 || strchr("!#", e->words[0][0]) || take_block(e))
		return;
	check_vni(e);
	check_router_id(e);
	check_neighbor(e);
	check_names(e);
	check_kernel(e);
	if (e->no && e->block == BLOCK_BGP && !e->l3 && is_word(e->words[0], "advertise-all-vni"))
		refuse_removal(e, "the announcement of all VNIs");
}

void config_check_extra(struct config_reader *r)
{
	struct checker c = { .r = r, .config = r->config };
	const config_setting_t *frr = member(r->root, "frr");
	struct extra e = { .c = &c, .s = member(frr, "extra") };

	if (frr == r->root || e.s == frr || has(frr, "source"))
		return;
	for (const char *p = r->config->frr.extra, *end; *p; p = *end ? end + 1 : end, e.number++) {
		_cleanup_free_ char *text = NULL, *line = NULL;

		end = strchrnul(p, '\n');
		text = strndup(p, (size_t)(end - p));
		line = strndup(p + strspn(p, " \t"), (size_t)(end - p) - strspn(p, " \t"));
		if (!text || !line)
			return;
		e.line = line;
		check_line(&e, text);
	}
}
