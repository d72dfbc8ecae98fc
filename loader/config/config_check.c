// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/config_check.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/text.h"

/*
 * What only one host may have. MACs and addresses are sorted into one list, the MACs under
 * `is_mac`.
 */
struct claim {
	bool is_mac;
	struct ipv6 octets;
	int line;
	const struct host_description *host;
};

struct claims {
	struct claim *list;
	size_t count;
};

static int same_thing(const struct claim *a, const struct claim *b)
{
	if (a->is_mac != b->is_mac)
		return a->is_mac - b->is_mac;
	return memcmp(&a->octets, &b->octets, sizeof(a->octets));
}

static int by_thing_and_line(const void *left, const void *right)
{
	const struct claim *a = left;
	const struct claim *b = right;
	int order = same_thing(a, b);

	return order ? order : (a->line > b->line) - (a->line < b->line);
}

/* It may stand among the host's addresses as well. */
static void claim_lease(struct claims *claims, const struct host_description *host, cfg_t *section)
{
	const struct ipv6 address = ipv4_mapped(host->lease.address);

	if (!syntax_count(section, "lease") || description_find_address(host, &address) >= 0)
		return;
	claims->list[claims->count++] = (struct claim){
		.octets = address,
		.line = syntax_get(section, "lease", 0)->line,
		.host = host,
	};
}

static void claim(struct claims *claims, const struct host_description *host, cfg_t *section)
{
	struct claim mac = { .is_mac = true, .host = host };

	mac.line = syntax_get(section, "mac", 0)->line;
	memcpy(&mac.octets, &host->mac, sizeof(host->mac));
	claims->list[claims->count++] = mac;
	for (size_t i = 0; i < host->address_count; i++) {
		claims->list[claims->count++] = (struct claim){
			.octets = host->addresses[i],
			.line = syntax_get(section, "addresses", i)->line,
			.host = host,
		};
	}
	claim_lease(claims, host, section);
}

static int refuse_claim(const struct claim *first, const struct claim *second, struct fault *fault)
{
	char text[TEXT_IP];

	if (first->is_mac)
		text_from_mac(&second->host->mac, text);
	else
		text_from_ip(&second->octets, text);
	return fault_at(
		fault, second->line,
		"%s '%s' of host '%s' belongs to host '%s' (line %d); expected one host for each",
		first->is_mac ? "mac" : "address", text, second->host->name, first->host->name,
		first->line);
}

static int check_claims(struct claims *claims, struct fault *fault)
{
	const struct claim *list = claims->list;
	size_t wrong = 0;

	qsort(claims->list, claims->count, sizeof(*claims->list), by_thing_and_line);
	for (size_t i = 1; i < claims->count; i++) {
		if (same_thing(&list[i - 1], &list[i]))
			continue;
		if (!wrong || list[i].line < list[wrong].line)
			wrong = i;
	}
	return wrong ? refuse_claim(&list[wrong - 1], &list[wrong], fault) : 0;
}

/* Sorted, since a configuration of thousands of hosts is read at each reload. */
static int check_unique(const struct config *config, cfg_opt_t *hosts, struct fault *fault)
{
	autofree struct claim *list = NULL;
	struct claims claims = { 0 };

	if (!config->host_count)
		return 0;
	list = calloc(config->host_count, (2 + HOST_ADDRESSES) * sizeof(*list));
	if (!list) {
		fault_at(fault, 0, "not enough memory");
		return -ENOMEM;
	}
	claims.list = list;
	for (size_t i = 0; i < config->host_count; i++)
		claim(&claims, &config->hosts[i], cfg_opt_getnsec(hosts, i));
	return check_claims(&claims, fault);
}

static bool has_interface(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->interface_count; i++) {
		if (strcmp(config->interfaces[i].name, name) == 0)
			return true;
	}
	return false;
}

/* Without any interface here, the command line names them. */
static int check_interface(const struct config *config, const struct host_description *host,
                           cfg_t *section, struct fault *fault)
{
	if (!host->interface[0] || !config->interface_count ||
	    has_interface(config, host->interface))
		return 0;
	return fault_at(fault, syntax_get(section, "interface", 0)->line,
	                "interface '%s' of host '%s' is not configured; expected interface %s { }",
	                host->interface, host->name, host->interface);
}

static int check_lease(const struct host_description *host, cfg_t *section, struct fault *fault)
{
	static const char *const parts[] = { "lease-server", "client-id", "hostname" };

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if (syntax_count(section, parts[i]) && !syntax_count(section, "lease"))
			return fault_at(fault, syntax_get(section, parts[i], 0)->line,
			                "%s of host '%s' without a lease; expected lease = ADDRESS "
			                "too",
			                parts[i], host->name);
	return 0;
}

static int check_host(const struct config *config, const struct host_description *host,
                      cfg_t *section, struct fault *fault)
{
	char why[CONFIG_ERROR / 2];

	if (description_check(host, why, sizeof(why)))
		return fault_at(fault, syntax_line(section), "host '%s': %s", host->name, why);
	if (check_lease(host, section, fault))
		return -EINVAL;
	return check_interface(config, host, section, fault);
}

int check_hosts(const struct config *config, cfg_opt_t *hosts, struct fault *fault)
{
	for (size_t i = 0; i < config->host_count; i++) {
		if (check_host(config, &config->hosts[i], cfg_opt_getnsec(hosts, i), fault))
			return -EINVAL;
	}
	if (config->host_count > config->max_hosts)
		return fault_at(fault, syntax_line(cfg_opt_getnsec(hosts, config->max_hosts)),
		                "%zu hosts; expected at most %u, or a larger max-hosts",
		                config->host_count, config->max_hosts);
	return check_unique(config, hosts, fault);
}
