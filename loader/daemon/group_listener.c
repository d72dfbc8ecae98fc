// SPDX-License-Identifier: GPL-2.0-or-later
/* Listens on the served interfaces for IGMP and MLD, at a rate that costs nothing. */
#include <linux/if_ether.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/groups.h"
#include "net/group_socket.h"

/* So many frames are read at a time, and then none for a while. */
enum { FRAMES_MAX = 64 };
static const struct timeval PAUSE = { .tv_usec = 100000 };

enum { VLANS = 4096 };

/* Tagged frames could name any VLAN: only of those that have hosts something is kept. */
struct group_listener {
	struct listener common;
	struct vlan_links {
		struct vlan_links *next;
		uint16_t vlan;
		struct group_link links[2]; /* of IPv4, of IPv6 */
	} vlans;                            /* the first: without a tag */
	bool has_hosts[VLANS];
	uint64_t maps; /* digest of those that has_hosts follows from */
};

static void submit(struct listener *listener, const uint8_t *frame, size_t length, uint16_t vlan)
{
	struct received_group *received = malloc(sizeof(*received) + length - ETH_HLEN);

	if (!received)
		return;
	received->ifindex = listener->iface.ifindex;
	received->vlan = vlan;
	memcpy(&received->from, frame + ETH_ALEN, sizeof(received->from));
	memcpy(received->packet, frame + ETH_HLEN, length - ETH_HLEN);
	if (!parser_submit(listener->daemon->parser, PARSER_GROUP, 0, received->packet,
	                   length - ETH_HLEN, received))
		free(received);
}

static void on_frame(evutil_socket_t fd, short what, void *context)
{
	struct listener *listener = context;
	struct packet_origin origin;
	uint8_t frame[PACKET_MAX];
	int read = 0;

	(void)what;
	while (read < FRAMES_MAX && parser_has_room(listener->daemon->parser)) {
		const ssize_t length = packet_receive(fd, frame, sizeof(frame), &origin);

		if (length < 0)
			return;
		if (length > ETH_HLEN)
			submit(listener, frame, (size_t)length, origin.vlan);
		read++;
	}
	paced_socket_rest(&listener->socket, &PAUSE);
}

static int setting(const struct config *config)
{
	return config->memberships ? 0 : LISTENER_UNWANTED;
}

static int start(struct listener *listener)
{
	return paced_socket_start(&listener->socket, listener->daemon->base,
	                          group_listen(&listener->iface), on_frame, listener);
}

static void stop(struct listener *listener)
{
	struct vlan_links *next = ((struct group_listener *)listener)->vlans.next;

	while (next) {
		struct vlan_links *vlan = next;

		next = vlan->next;
		free(vlan);
	}
}

const struct listener_kind group_listener_kind = {
	.error = "%s: cannot listen for IGMP and MLD: %s",
	.size = sizeof(struct group_listener),
	.setting = setting,
	.start = start,
	.stop = stop,
};

/* In a row that was written by hand there may be a VLAN that is none. */
static void find_hosts(struct group_listener *listener)
{
	const struct daemon *daemon = listener->common.daemon;

	if (listener->maps == daemon->maps.digest)
		return;
	listener->maps = daemon->maps.digest;
	memset(listener->has_hosts, false, sizeof(listener->has_hosts));
	host_table_each (daemon->hosts, host)
		if (host->installed && host->installed->vlan < VLANS)
			listener->has_hosts[host->installed->vlan] = true;
}

static struct vlan_links *links_of(struct group_listener *listener, uint16_t vlan)
{
	struct vlan_links *found = &listener->vlans, *added;

	while (found && found->vlan != vlan)
		found = found->next;
	if (found)
		return found;
	find_hosts(listener);
	if (vlan >= VLANS || !listener->has_hosts[vlan])
		return NULL;
	added = calloc(1, sizeof(*added));
	if (!added)
		return NULL;
	added->vlan = vlan;
	added->next = listener->vlans.next;
	listener->vlans.next = added;
	return added;
}

struct group_link *group_listener_link(struct daemon *daemon, uint32_t ifindex, uint16_t vlan,
                                       bool is_ipv6)
{
	struct listener *listener = listener_on(daemon, ifindex, LISTENER_GROUP);
	struct vlan_links *found =
		listener ? links_of((struct group_listener *)listener, vlan) : NULL;

	return found ? &found->links[is_ipv6] : NULL;
}
