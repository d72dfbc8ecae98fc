// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/neighbour_table.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "net/netlink.h"

static struct neighbour_entry read_entry(const struct nlmsghdr *message)
{
	const struct ndmsg *header = mnl_nlmsg_get_payload(message);
	const struct nda_cacheinfo *ages;
	struct neighbour_entry entry = { .state = header->ndm_state };
	const uint32_t *flags;
	const struct mac *mac;

	mac = netlink_attribute(message, sizeof(*header), NDA_LLADDR, sizeof(*mac));
	ages = netlink_attribute(message, sizeof(*header), NDA_CACHEINFO, sizeof(*ages));
	flags = netlink_attribute(message, sizeof(*header), NDA_FLAGS_EXT, sizeof(*flags));
	entry.updated = ages ? ages->ndm_updated : 0;
	entry.is_managed =
		header->ndm_flags & NTF_EXT_LEARNED || (flags && *flags & NTF_EXT_MANAGED);
	if (mac && !netlink_attribute(message, sizeof(*header), NDA_LLADDR, sizeof(*mac) + 1))
		entry.mac = *mac;
	return entry;
}

static int on_entry(const struct nlmsghdr *message, void *context)
{
	*(struct neighbour_entry *)context = read_entry(message);
	return MNL_CB_OK;
}

static struct nlmsghdr *entry_message(char *buffer, uint16_t type, uint32_t ifindex,
                                      const struct ipv6 *address)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct ndmsg *header = mnl_nlmsg_put_extra_header(message, sizeof(*header));
	const struct ipv4 address4 = ip_to_ipv4(address);

	message->nlmsg_type = type;
	header->ndm_family = ip_is_ipv4(address) ? AF_INET : AF_INET6;
	header->ndm_ifindex = (int)ifindex;
	if (ip_is_ipv4(address))
		mnl_attr_put(message, NDA_DST, sizeof(address4), &address4);
	else
		mnl_attr_put(message, NDA_DST, sizeof(*address), address);
	return message;
}

int neighbour_entry_get(uint32_t ifindex, const struct ipv6 *address, struct neighbour_entry *entry)
{
	char buffer[NETLINK_BUFFER];
	struct nlmsghdr *message = entry_message(buffer, RTM_GETNEIGH, ifindex, address);
	struct neighbour_entry found = { .state = NUD_NONE };
	const int err = netlink_ask(NETLINK_ROUTE, message, on_entry, &found);

	if (err && err != -ENOENT)
		return err;
	*entry = found;
	return 0;
}

int neighbour_entry_resolve(uint32_t ifindex, const struct ipv6 *address,
                            const struct neighbour_entry *entry)
{
	char buffer[NETLINK_BUFFER];
	struct nlmsghdr *message = entry_message(buffer, RTM_NEWNEIGH, ifindex, address);
	struct ndmsg *header = mnl_nlmsg_get_payload(message);

	if (entry->is_managed)
		return 0;
	header->ndm_flags = NTF_USE;
	message->nlmsg_flags = NLM_F_CREATE;
	return netlink_ask(NETLINK_ROUTE, message, NULL, NULL);
}

int neighbour_entry_set(uint32_t ifindex, const struct ipv6 *address, const struct mac *mac)
{
	char buffer[NETLINK_BUFFER];
	struct nlmsghdr *message = entry_message(buffer, RTM_NEWNEIGH, ifindex, address);
	struct ndmsg *header = mnl_nlmsg_get_payload(message);

	header->ndm_state = NUD_STALE;
	message->nlmsg_flags = NLM_F_REPLACE;
	mnl_attr_put(message, NDA_LLADDR, sizeof(*mac), mac);
	return netlink_ask(NETLINK_ROUTE, message, NULL, NULL);
}

int neighbour_entry_delete(uint32_t ifindex, const struct ipv6 *address)
{
	char buffer[NETLINK_BUFFER];

	return netlink_ask(NETLINK_ROUTE, entry_message(buffer, RTM_DELNEIGH, ifindex, address),
	                   NULL, NULL);
}

struct each {
	neighbour_entries_each_fn *call;
	void *context;
};

static int on_row(const struct nlmsghdr *message, void *context)
{
	const struct ndmsg *header = mnl_nlmsg_get_payload(message);
	const bool is_ipv4 = header->ndm_family == AF_INET;
	const struct neighbour_entry entry = read_entry(message);
	const struct each *each = context;
	const void *at = netlink_attribute(message, sizeof(*header), NDA_DST,
	                                   is_ipv4 ? sizeof(struct ipv4) : sizeof(struct ipv6));
	struct ipv6 address;

	if (!at || (!is_ipv4 && header->ndm_family != AF_INET6))
		return MNL_CB_OK;
	address = is_ipv4 ? ipv4_mapped(*(const struct ipv4 *)at) : *(const struct ipv6 *)at;
	each->call(each->context, (uint32_t)header->ndm_ifindex, &address, &entry);
	return MNL_CB_OK;
}

int neighbour_entries_each(neighbour_entries_each_fn *call, void *context)
{
	struct each each = { call, context };
	const int err = netlink_table(RTM_GETNEIGH, AF_INET, on_row, &each);
	const int err6 = netlink_table(RTM_GETNEIGH, AF_INET6, on_row, &each);

	return err ? err : err6;
}
