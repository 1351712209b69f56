/* SPDX-License-Identifier: Apache-2.0 */
/* config_free.c - frees a struct config; see config.h */
#include "base/util.h"
#include "config/config.h"

static void session_clear(struct config_session *session)
{
	/* A password in clear text does not stay in freed memory. */
	if (session->password)
		explicit_bzero(session->password, strlen(session->password));
	free(session->password);
	free(session->description);
	free(session->password_file);
	free(session->bfd_profile);
}

static void evpn_clear(struct config_evpn *evpn)
{
	free(evpn->rd);
	util_free_strings(evpn->import_rts, evpn->n_import_rts);
	util_free_strings(evpn->export_rts, evpn->n_export_rts);
}

static void frr_clear(struct config_frr *frr)
{
	for (size_t i = 0; i < frr->n_neighbors; i++) {
		free(frr->neighbors[i].allowas_in);
		session_clear(&frr->neighbors[i].session);
	}
	for (size_t i = 0; i < frr->n_bfd_profiles; i++)
		free(frr->bfd_profiles[i].name);
	free(frr->neighbors);
	free(frr->bfd_profiles);
	free(frr->config);
	free(frr->source);
	free(frr->check);
	free(frr->hostname);
	free(frr->defaults);
	free(frr->log.to_syslog);
	free(frr->log.to_stdout);
	free(frr->owner.name);
	free(frr->group.name);
	free(frr->extra);
}

static void host_clear(struct config_host *host)
{
	free(host->addresses);
	free(host->peer_addresses);
	free(host->accept);
	free(host->gateways);
	free(host->routes);
	session_clear(&host->session);
}

static void groups_free(struct config *config)
{
	for (size_t i = 0; i < config->n_groups; i++) {
		struct config_plugin_group *group = &config->groups[i];

		for (size_t k = 0; k < group->n_options; k++) {
			free(group->options[k].key);
			free(group->options[k].value);
		}
		free(group->options);
		free(group->name);
	}
	free(config->groups);
}

static void vnis_free(struct config *config)
{
	for (size_t i = 0; i < config->n_l3vnis; i++) {
		struct config_l3vni *l3 = &config->l3vnis[i];

		host_clear(&l3->host);
		evpn_clear(&l3->evpn);
		util_free_strings(l3->redistribute, l3->n_redistribute);
		util_free_strings(l3->import_vrfs, l3->n_import_vrfs);
		free(l3->routes);
		free(l3->exit.prefixes);
		free(l3->exit.announce);
		free(l3->exit.deny);
		free(l3->exit.exclude_as);
	}
	for (size_t i = 0; i < config->n_l2vnis; i++) {
		host_clear(&config->l2vnis[i].host);
		evpn_clear(&config->l2vnis[i].evpn);
		free(config->l2vnis[i].gateways);
	}
	free(config->by_vrf);
	free(config->l3vnis);
	free(config->l2vnis);
}

void config_free(struct config *config)
{
	if (!config)
		return;
	for (size_t i = 0; i < config->underlay.n_nics; i++) {
		free(config->underlay.nics[i].addresses);
		free(config->underlay.nics[i].lease.file);
		util_free_strings(config->underlay.nics[i].may_lose, config->underlay.nics[i].n_may_lose);
	}
	free(config->underlay.nics);
	free(config->netns.name);
	free(config->frr_plugin.name);
	groups_free(config);
	vnis_free(config);
	frr_clear(&config->frr);
	free(config->control.group.name);
	free(config->metrics.listen);
	free(config->ovs_socket);
	free(config->node.index_file);
	free(config->text);
	util_free_strings(config->texts, config->n_files);
	util_free_strings(config->files, config->n_files);
	util_free_strings(config->warnings, config->n_warnings);
	free(config);
}

void config_freep(struct config **config)
{
	config_free(*config);
}
