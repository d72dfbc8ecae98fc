// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Solicited-node groups (RFC 4291, 2.7.1): of each IPv6 address that is answered for, or is about
 * to be, this machine is a member on the host's interface, by a socket. So the kernel has the
 * network card let Neighbor Solicitations in, and tells switches that snoop (MLD), but without a
 * tag: groups.c tells them of hosts in VLANs. Which groups these are is found anew whenever the
 * maps or the interfaces have changed.
 */
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <sys/socket.h>

#include "base/files.h"
#include "base/log.h"
#include "daemon/daemon.h"
#include "net/nd.h"

/*
 * A socket has as many as the kernel gives it memory for (net.core.optmem_max: 365 at 20 KB). More
 * groups than these are heard by all-multicast, where no switch snoops.
 */
enum { SOCKETS = 16, GROUPS_MAX = 4096 };

/* Joined with a tick: the heartbeat and wakes do not wait for more. */
enum { JOINS_MAX = 512 };

/*
 * A group as a number, which sorts by interface and by the last three octets of its addresses; and
 * the socket by which it is joined.
 */
enum { IFINDEX_SHIFT = 32, OCTETS_SHIFT = 8, SOCKET_MASK = 0xff };

struct solicited {
	int sockets[SOCKETS];
	uint64_t *joined; /* sorted */
	size_t count;
	uint64_t maps, ifaces; /* digests of what they follow from */
};

static uint64_t group_of(uint32_t ifindex, const struct ipv6 *address)
{
	const uint8_t *last = address->octet + 13;

	return (uint64_t)ifindex << IFINDEX_SHIFT | (uint32_t)last[0] << 24 | last[1] << 16 |
	       last[2] << OCTETS_SHIFT;
}

static struct ipv6_mreq request_of(uint64_t group)
{
	const struct ipv6 address = { .octet = { [13] = (uint8_t)(group >> 24),
		                                 (uint8_t)(group >> 16),
		                                 (uint8_t)(group >> OCTETS_SHIFT) } };
	const struct ipv6 node = nd_solicited_node(&address);
	struct ipv6_mreq request = { .ipv6mr_interface = (unsigned int)(group >> IFINDEX_SHIFT) };

	memcpy(&request.ipv6mr_multiaddr, &node, sizeof(node));
	return request;
}

static int open_socket(struct solicited *solicited, size_t i)
{
	if (solicited->sockets[i] < 0)
		solicited->sockets[i] = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return solicited->sockets[i];
}

/* By the first socket that has room. 0, with the socket in `group`, or -errno. */
static int join(struct solicited *solicited, uint64_t *group)
{
	const struct ipv6_mreq request = request_of(*group);

	for (size_t i = 0; i < SOCKETS; i++) {
		const int fd = open_socket(solicited, i);

		if (fd < 0)
			return -errno;
		if (!setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &request, sizeof(request))) {
			*group |= i;
			return 0;
		}
		if (errno != ENOMEM && errno != ENOBUFS)
			return -errno;
	}
	return -ENOMEM;
}

/* The interface may be gone, and the membership with it. */
static void leave(struct solicited *solicited, uint64_t group)
{
	const struct ipv6_mreq request = request_of(group);

	setsockopt(solicited->sockets[group & SOCKET_MASK], IPPROTO_IPV6, IPV6_LEAVE_GROUP,
	           &request, sizeof(request));
}

static int compare(const void *a, const void *b)
{
	const uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return left < right ? -1 : left > right;
}

static bool is_answered_for(const struct host *host)
{
	return host->installed && host->life.state != AWAKE;
}

static size_t count_addresses(const struct daemon *daemon)
{
	size_t count = 0;

	host_table_each (daemon->hosts, host)
		count += is_answered_for(host) ? host->installed->address_count : 0;
	return count * daemon->served_count;
}

static void add_groups(struct daemon *daemon, const struct host *host, uint64_t *groups,
                       size_t *count)
{
	const struct installed *installed = host->installed;
	struct served_iface *served = NULL;

	while ((served = served_iface_next(daemon, host, served)))
		for (size_t i = 0; i < installed->address_count; i++)
			if (!ip_is_ipv4(&installed->addresses[i]))
				groups[(*count)++] =
					group_of(served->iface.ifindex, &installed->addresses[i]);
}

/* Sorted, each once. NULL: no memory. The caller owns them. */
static uint64_t *wanted_groups(struct daemon *daemon, size_t *count)
{
	uint64_t *groups = malloc((count_addresses(daemon) + 1) * sizeof(*groups));
	size_t all = 0;

	*count = 0;
	if (!groups)
		return NULL;
	host_table_each (daemon->hosts, host)
		if (is_answered_for(host))
			add_groups(daemon, host, groups, &all);
	qsort(groups, all, sizeof(*groups), compare);
	for (size_t i = 0; i < all; i++)
		if (!*count || groups[*count - 1] != groups[i])
			groups[(*count)++] = groups[i];
	return groups;
}

static void listen_to_all(struct daemon *daemon, uint32_t ifindex, int err)
{
	for (size_t i = 0; i < daemon->served_count; i++) {
		struct served_iface *served = &daemon->served[i];

		if (served->iface.ifindex != ifindex || served->all_multicast)
			continue;
		served->all_multicast = true;
		packet_all_multicast(daemon->packet_fd, &served->iface, true);
		log_warning("%s: a member of all multicast groups, as not of all that IPv6 "
		            "addresses of hosts have: %s; a switch that snoops may keep their "
		            "Neighbor Solicitations from here",
		            served->config.name,
		            err == -ENOMEM ? "they are too many" : strerror(-err));
	}
}

/*
 * What is wanted and not joined, until as many are; what could not be is left out. True: that was
 * all.
 */
static bool join_wanted(struct daemon *daemon, uint64_t *wanted, size_t *count)
{
	struct solicited *solicited = daemon->solicited;
	size_t joins = 0, kept = 0, next = 0;
	bool is_all = true;

	for (size_t i = 0; i < *count; i++) {
		int err = 0;

		while (next < solicited->count &&
		       (solicited->joined[next] | SOCKET_MASK) < wanted[i])
			next++;
		if (next < solicited->count && !((solicited->joined[next] ^ wanted[i]) >> 8)) {
			wanted[i] = solicited->joined[next];
		} else if (joins == JOINS_MAX) {
			is_all = false;
			continue;
		} else {
			err = kept < GROUPS_MAX ? join(solicited, &wanted[i]) : -ENOMEM;
			joins++;
		}
		if (err)
			listen_to_all(daemon, (uint32_t)(wanted[i] >> IFINDEX_SHIFT), err);
		else
			wanted[kept++] = wanted[i];
	}
	*count = kept;
	return is_all;
}

/* Before others are joined, which need their room. */
static void leave_unwanted(struct solicited *solicited, const uint64_t *wanted, size_t count)
{
	size_t kept = 0;

	for (size_t i = 0; i < solicited->count; i++) {
		const uint64_t group = solicited->joined[i] & ~(uint64_t)SOCKET_MASK;

		if (bsearch(&group, wanted, count, sizeof(*wanted), compare))
			solicited->joined[kept++] = solicited->joined[i];
		else
			leave(solicited, solicited->joined[i]);
	}
	solicited->count = kept;
}

static uint64_t digest_of_ifaces(const struct daemon *daemon)
{
	uint64_t digest = DIGEST_START;

	for (size_t i = 0; i < daemon->served_count; i++) {
		const struct served_iface *served = &daemon->served[i];

		digest = digest_octets(digest, &served->iface.ifindex,
		                       sizeof(served->iface.ifindex));
		digest = digest_octets(digest, &served->state, sizeof(served->state));
	}
	return digest;
}

static void follow(struct daemon *daemon)
{
	struct solicited *solicited = daemon->solicited;
	size_t count;
	uint64_t *wanted = wanted_groups(daemon, &count);

	if (!wanted)
		return;
	leave_unwanted(solicited, wanted, count);
	if (!join_wanted(daemon, wanted, &count))
		solicited->maps++; /* the others with the next tick */
	free(solicited->joined);
	solicited->joined = reallocarray(wanted, MAX(count, 1), sizeof(*wanted));
	if (!solicited->joined)
		solicited->joined = wanted;
	solicited->count = count;
}

void solicited_follow(struct daemon *daemon)
{
	struct solicited *solicited = daemon->solicited;
	const uint64_t ifaces = digest_of_ifaces(daemon);

	if (!solicited || (solicited->maps == daemon->maps.digest && solicited->ifaces == ifaces))
		return;
	solicited->maps = daemon->maps.digest;
	solicited->ifaces = ifaces;
	follow(daemon);
}

int solicited_start(struct daemon *daemon)
{
	struct solicited *solicited = calloc(1, sizeof(*solicited));

	if (!solicited)
		return -ENOMEM;
	for (size_t i = 0; i < SOCKETS; i++)
		solicited->sockets[i] = -1;
	daemon->solicited = solicited;
	daemon_look(daemon);
	solicited_follow(daemon);
	return 0;
}

void solicited_stop(struct daemon *daemon)
{
	struct solicited *solicited = daemon->solicited;

	if (!solicited)
		return;
	for (size_t i = 0; i < SOCKETS; i++)
		cleanup_close(&solicited->sockets[i]);
	free(solicited->joined);
	free(solicited);
	daemon->solicited = NULL;
}
