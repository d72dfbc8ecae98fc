// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which addresses hosts may have: those on the link that are neither this machine's nor a
 * gateway's. Each claim is judged when it is made, whoever makes it, and again when the machine's
 * addresses, subnets or gateways have changed; what is refused then is let go of at once.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "base/log.h"
#include "base/text.h"
#include "daemon/daemon.h"

/* An interface that is away has no number: the host is then on none, rather than on any (0). */
uint32_t address_ifindex(const char *interface)
{
	const uint32_t ifindex = *interface ? if_nametoindex(interface) : 0;

	return *interface && !ifindex ? UINT32_MAX : ifindex;
}

uint32_t wanted_ifindex(const struct host *host, const struct wanted *wanted)
{
	uint32_t ifindex;

	if (wanted->has_ifindex)
		return wanted->ifindex;
	ifindex = address_ifindex(wanted->attributes.interface);
	if (ifindex == UINT32_MAX && errno != ENODEV && host->installed) /* no descriptors */
		return host->installed->ifindex;
	return ifindex;
}

bool addresses_follow_config(struct net_state *net, const struct config *config)
{
	struct net_link links[CONFIG_INTERFACES];
	int result;

	for (size_t i = 0; i < config->interface_count; i++) {
		const struct config_interface *interface = &config->interfaces[i];

		links[i] = (struct net_link){
			.ifindex = if_nametoindex(interface->name),
			.subnets = interface->subnets,
			.subnet_count = interface->subnet_count,
		};
	}
	result = net_state_set_links(net, links, config->interface_count);
	if (result < 0)
		log_error("out of memory: subnets are not known");
	return result > 0;
}

static void explain_off_link(const struct net_state *net, uint32_t ifindex, bool is_ipv4,
                             const char *address, char why[DAEMON_WHY])
{
	char name[IFNAMSIZ] = "the interfaces", subnets[NET_SUBNETS_TEXT];

	if (ifindex)
		if_indextoname(ifindex, name);
	net_subnets_text(net, ifindex, is_ipv4, subnets);
	if (*subnets)
		snprintf(why, DAEMON_WHY, "%s is in no subnet of %s (%s)", address, name, subnets);
	else
		snprintf(why, DAEMON_WHY, "%s ha%s no %s yet: %s cannot be known to be on the link",
		         name, ifindex ? "s" : "ve", is_ipv4 ? "IPv4 address" : "IPv6 prefix",
		         address);
}

int address_check(const struct net_state *net, uint32_t ifindex, const struct ipv6 *address,
                  char why[DAEMON_WHY])
{
	const enum address_role role = net_address_role(net, ifindex, address);
	const char *error = address_error(address);
	char text[TEXT_IP];

	if (!error && role == ROLE_NONE)
		return 0;
	text_from_ip(address, text);
	if (error) {
		snprintf(why, DAEMON_WHY, "%s %s", text, error);
		return -EINVAL;
	}
	switch (role) {
	case ROLE_OWN:
		snprintf(why, DAEMON_WHY, "%s is this machine's own address", text);
		return -EADDRINUSE;
	case ROLE_BROADCAST:
		snprintf(why, DAEMON_WHY, "%s is a broadcast address", text);
		return -EINVAL;
	case ROLE_GATEWAY:
		snprintf(why, DAEMON_WHY, "%s is a gateway's address", text);
		return -EADDRINUSE;
	case ROLE_PREFIX_OVER:
		snprintf(why, DAEMON_WHY,
		         "%s is in a prefix that a router has deprecated, or that has run out",
		         text);
		return -ESTALE;
	default:
		explain_off_link(net, ifindex, ip_is_ipv4(address), text, why);
		return -EADDRNOTAVAIL;
	}
}

int mac_check(const struct daemon *daemon, const struct mac *mac, char why[DAEMON_WHY])
{
	if (!mac_is_set(mac) || mac->octet[0] & 1) {
		snprintf(why, DAEMON_WHY, "this is no host's MAC");
		return -EINVAL;
	}
	for (size_t i = 0; i < daemon->served_count; i++)
		if (mac_equal(&daemon->served[i].iface.mac, mac)) {
			snprintf(why, DAEMON_WHY, "this is the MAC of %s, this machine's own",
			         daemon->served[i].config.name);
			return -EADDRINUSE;
		}
	return 0;
}

/* The subnet may be there later, as when the machine starts; or again. */
static int check_configured(const struct net_state *net, uint32_t ifindex,
                            const struct ipv6 *address, char why[DAEMON_WHY])
{
	const int err = address_check(net, ifindex, address, why);

	return err == -ESTALE || (err == -EADDRNOTAVAIL &&
	                          !net_has_subnets(net, ifindex, ip_is_ipv4(address)))
	               ? 0
	               : err;
}

static int check_hosts(const struct net_state *net, const struct config *config,
                       char why[CONFIG_ERROR])
{
	char reason[DAEMON_WHY];

	for (size_t i = 0; i < config->host_count; i++) {
		const struct host_description *host = &config->hosts[i];
		const uint32_t ifindex = address_ifindex(host->attributes.interface);
		int err = 0;

		for (size_t j = 0; j < host->address_count && !err; j++)
			err = check_configured(net, ifindex, &host->addresses[j], reason);
		if (!err)
			continue;
		snprintf(
			why, CONFIG_ERROR, "host '%s': %s%s", host->name, reason,
			err == -EADDRNOTAVAIL
				? "; expected one of these, or the subnet in `subnets` of the interface"
				: "");
		return err;
	}
	return 0;
}

int addresses_check_config(const struct net_state *net, const struct config *config,
                           char why[CONFIG_ERROR])
{
	struct net_state *now;
	int err;

	if (net)
		return check_hosts(net, config, why);
	if (net_state_open(&now))
		return 0;
	addresses_follow_config(now, config);
	err = check_hosts(now, config, why);
	net_state_close(now);
	return err;
}

/*
 * A link-local address that a host has is not given up as a gateway's: one frame of anybody, by
 * which this machine's kernel learns a route, could say so. If it is the gateway's indeed, and the
 * host is described wrongly, the gateway's frames tell: they claim the address.
 */
static bool is_refused(const struct daemon *daemon, const struct host *host, size_t index)
{
	const struct ipv6 *address = &host->claims.list->addresses[index];
	const enum address_role role = net_address_role(daemon->net, host->claims.ifindex, address);

	if (role == ROLE_GATEWAY && ip_is_link_local(address))
		return !installed_has(host->installed, address);
	return role != ROLE_NONE;
}

void daemon_claim(struct daemon *daemon, struct host *host)
{
	struct claims *claims = &host->claims;
	struct wanted wanted;

	host_table_claim(daemon->hosts, host);
	if (!claims->list)
		return;
	host_merge(host, &wanted);
	claims->ifindex = wanted_ifindex(host, &wanted);
	claims->refused = 0;
	for (size_t i = 0; i < claims->list->count; i++)
		claims->refused |= (uint32_t)is_refused(daemon, host, i) << i;
}

void addresses_refuse_broadcasts(struct daemon *daemon)
{
	const size_t count = net_broadcasts(daemon->net, NULL, 0);
	struct source_prefix *sources = calloc(count + 1, sizeof(*sources));
	struct ipv4 *list = calloc(count + 1, sizeof(*list));

	if (sources && list) {
		net_broadcasts(daemon->net, list, count);
		for (size_t i = 0; i < count; i++)
			sources[i] = (struct source_prefix){ .address = ipv4_mapped(list[i]),
				                             .bits = 128 };
		wake_rules_clear(daemon->datapath, &MAC_BROADCAST);
		wake_rules_put(daemon->datapath, &MAC_BROADCAST, NULL, 0, sources, count);
	}
	free(sources);
	free(list);
}

/* So many are named, of those that are refused at once. */
enum { NAMED_MAX = 8 };

static void log_refused(const struct daemon *daemon, const struct host *host, size_t index,
                        size_t count)
{
	const struct claims *claims = &host->claims;
	char why[DAEMON_WHY];

	if (count <= NAMED_MAX &&
	    address_check(daemon->net, claims->ifindex, &claims->list->addresses[index], why))
		log_warning("%s: %s: not answered for there", host->name, why);
}

/* How many are refused by now, besides `refused` of other hosts. */
static size_t review_claims(struct daemon *daemon, struct host *host, size_t refused)
{
	struct claims *claims = &host->claims;

	for (size_t i = 0; claims->list && i < claims->list->count; i++) {
		const bool is = is_refused(daemon, host, i);

		if (is == (claims->refused >> i & 1))
			continue;
		claims->refused ^= 1U << i;
		host_set_unsynced(daemon, host, true);
		if (is)
			log_refused(daemon, host, i, ++refused);
	}
	return refused;
}

/* Claims are looked at, which are many; and the hosts of those whose judgement has changed, few. */
void addresses_follow_net(struct daemon *daemon)
{
	size_t refused = 0;

	addresses_refuse_broadcasts(daemon);
	host_table_each (daemon->hosts, host)
		refused = review_claims(daemon, host, refused);
	if (refused)
		log_warning("%zu addresses of hosts are not on the link, or not theirs, any more",
		            refused);
	maps_retry(daemon, false);
}
