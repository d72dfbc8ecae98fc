// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What this machine itself sends to a sleeper, or forwards to it. XDP sees only what is received:
 * so the kernel's neighbour entry of a sleeper gets the interface's own MAC, once the kernel asks
 * for it, and what is then sent to that MAC is handled by the interface's own XDP program. An entry
 * is verified by the kernel as it is used, so that it does not outlive the daemon for long.
 *
 * Of the frames, which others may have sent through this machine, fields at fixed places are read
 * here: not a parser's work.
 */
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/neighbour.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "daemon/neighbours.h"
#include "net/dhcp_socket.h"
#include "net/neighbour_table.h"
#include "net/outgoing_socket.h"

/* So many frames are read at a time, and then none for a while. */
enum { FRAMES_MAX = 64 };
static const struct timeval PAUSE = { .tv_usec = 10000 };

static bool is_ours_to_change(const struct neighbour_entry *entry)
{
	return !(entry->state & (NUD_PERMANENT | NUD_NOARP)) && !entry->is_managed;
}

/* In a VLAN it is one of another interface, which the route names. 0: there is none. */
static uint32_t find_entry(const struct iface *iface, bool has_vlan, const struct ipv6 *address,
                           struct neighbour_entry *entry)
{
	uint32_t ifindex = iface->ifindex;

	if (!neighbour_entry_get(ifindex, address, entry) && entry->state != NUD_NONE)
		return ifindex;
	if (has_vlan && !route_interface(address, &ifindex) && ifindex != iface->ifindex &&
	    !neighbour_entry_get(ifindex, address, entry) && entry->state != NUD_NONE)
		return ifindex;
	return 0;
}

/*
 * The kernel's entry of the address gets the MAC `to`, or goes (NULL), where its MAC is `from`
 * (NULL: whichever it is).
 */
static void change_entry(const struct iface *iface, bool has_vlan, const struct ipv6 *address,
                         const struct mac *from, const struct mac *to)
{
	struct neighbour_entry entry;
	const uint32_t ifindex = find_entry(iface, has_vlan, address, &entry);
	int err;

	if (!ifindex || !is_ours_to_change(&entry) || (from && !mac_equal(&entry.mac, from)))
		return;
	err = to ? neighbour_entry_set(ifindex, address, to)
	         : neighbour_entry_delete(ifindex, address);
	if (err && err != -ENOENT)
		log_error("%s: cannot change a neighbour entry of this machine: %s", iface->name,
		          strerror(-err));
}

static void change_entries(struct daemon *daemon, const struct host *host, const struct mac *from,
                           const struct mac *to)
{
	const struct installed *installed = host->installed;
	struct served_iface *served = NULL;

	while (installed && (served = served_iface_next(daemon, host, served)))
		for (size_t i = 0; i < installed->address_count; i++)
			change_entry(&served->iface, installed->vlan, &installed->addresses[i],
			             from ? from : &served->iface.mac, to);
}

/* For none of its addresses is our MAC in an entry any more. */
static void end_own_entries(struct daemon *daemon, struct host *host, const struct mac *to)
{
	if (host->is_own_neighbour)
		change_entries(daemon, host, NULL, to);
	host->is_own_neighbour = false;
}

void host_follow_own_entries(struct daemon *daemon, struct host *host, enum host_state before)
{
	if (host->life.state == before)
		return;
	if (host->life.state == AWAKE)
		end_own_entries(daemon, host, &host->mac);
	else if (host->life.state == ASLEEP && before != WAKING)
		change_entries(daemon, host, &host->mac, NULL); /* so that the kernel asks */
}

void host_forget_own_entries(struct daemon *daemon, struct host *host)
{
	end_own_entries(daemon, host, NULL);
}

static bool is_answered_for(const struct host *host)
{
	return host->life.state == ASLEEP || host->life.state == WAKING;
}

/* The host with the address there; NULL: none. */
static struct host *find_host(const struct listener *listener, const struct outgoing *outgoing)
{
	struct host *host = host_table_owner(listener->daemon->hosts, &outgoing->address);
	const struct installed *installed = host ? host->installed : NULL;

	if (!installed_has(installed, &outgoing->address) ||
	    (installed->ifindex && installed->ifindex != listener->iface.ifindex) ||
	    (installed->vlan && installed->vlan != outgoing->vlan))
		return NULL;
	return host;
}

/* In generic mode the datapath sees it once more, and must take no host for its sender. */
int daemon_receive_own(const struct daemon *daemon, const struct iface *iface, uint8_t *frame,
                       size_t length)
{
	memcpy(frame + ETH_ALEN, &iface->mac, sizeof(iface->mac));
	return datapath_inject(daemon->datapath, iface->ifindex, frame, length);
}

static const struct served_iface *find_served(const struct listener *listener)
{
	const struct daemon *daemon = listener->daemon;

	for (size_t i = 0; i < daemon->served_count; i++)
		if (daemon->served[i].listeners[LISTENER_OUTGOING] == listener)
			return &daemon->served[i];
	return NULL;
}

static void run_datapath(const struct listener *listener, const struct outgoing *outgoing)
{
	const struct served_iface *served = find_served(listener);
	const struct iface *iface = &listener->iface;
	struct frame_answer answer;
	int err = served ? attachment_run(served->attachment, outgoing->frame, outgoing->length,
	                                  &answer)
	                 : -ENODEV;

	if (!err && answer.length)
		err = memcmp(answer.frame, &iface->mac, sizeof(iface->mac))
		              ? packet_send_octets(listener->daemon->packet_fd, iface, answer.frame,
		                                   answer.length)
		              : daemon_receive_own(listener->daemon, iface, answer.frame,
		                                   answer.length);
	if (err)
		log_error("%s: the datapath cannot handle what this machine sends: %s", iface->name,
		          strerror(-err));
	daemon_read_ring(listener->daemon);
}

/* To our own MAC. What is for others, or for a host that is awake, has an entry out of date. */
static void handle_packet(const struct listener *listener, const struct host *host,
                          struct outgoing *outgoing)
{
	if (host && is_answered_for(host)) {
		run_datapath(listener, outgoing);
		return;
	}
	if (host) {
		memcpy(outgoing->frame, &host->mac, sizeof(host->mac));
		packet_send_octets(listener->daemon->packet_fd, &listener->iface, outgoing->frame,
		                   outgoing->length);
	}
	change_entry(&listener->iface, outgoing->vlan, &outgoing->address, &listener->iface.mac,
	             host ? &host->mac : NULL);
}

/* By the kernel; or by us, and then there may be no entry. */
static void handle_question(const struct listener *listener, struct host *host,
                            const struct outgoing *outgoing)
{
	if (!host || !is_answered_for(host))
		return;
	change_entry(&listener->iface, outgoing->vlan, &outgoing->address, NULL,
	             &listener->iface.mac);
	host->is_own_neighbour = true;
}

/* Of hosts that are known the datapath snoops it. */
static void handle_dhcp(const struct listener *listener, const struct outgoing *outgoing)
{
	const size_t header = outgoing_header(outgoing);
	struct dhcp_snoop snoop;

	run_datapath(listener, outgoing);
	if (ip_is_ipv4(&outgoing->address) &&
	    dhcp_read(outgoing->frame + header, outgoing->length - header, &listener->iface.mac,
	              &snoop))
		dhcp_listener_take(listener->daemon, &snoop);
}

static void handle(const struct listener *listener, struct outgoing *outgoing)
{
	struct host *host = find_host(listener, outgoing);

	if (outgoing->kind == OUTGOING_QUESTION)
		handle_question(listener, host, outgoing);
	else if (outgoing->kind == OUTGOING_DHCP)
		handle_dhcp(listener, outgoing);
	else
		handle_packet(listener, host, outgoing);
}

static void on_frame(evutil_socket_t fd, short what, void *context)
{
	struct listener *listener = context;
	struct outgoing outgoing;

	(void)what;
	daemon_read_ring(listener->daemon); /* whether hosts are up */
	for (int read = 0; read < FRAMES_MAX; read++) {
		const int err = outgoing_receive(fd, &outgoing);

		if (err && err != -EBADMSG)
			return;
		if (!err)
			handle(listener, &outgoing);
	}
	paced_socket_rest(&listener->socket, &PAUSE);
}

static int start(struct listener *listener)
{
	return paced_socket_start(&listener->socket, listener->daemon->base,
	                          outgoing_listen(&listener->iface), on_frame, listener);
}

/* Of whoever had set it: an earlier daemon, too. */
static void delete_entry(void *context, uint32_t ifindex, const struct ipv6 *address,
                         const struct neighbour_entry *entry)
{
	const struct listener *listener = context;

	if (is_ours_to_change(entry) && mac_equal(&entry->mac, &listener->iface.mac) &&
	    host_table_owner(listener->daemon->hosts, address))
		neighbour_entry_delete(ifindex, address);
}

static void stop(struct listener *listener)
{
	neighbour_entries_each(delete_entry, listener);
}

const struct listener_kind outgoing_listener_kind = {
	.error = "%s: cannot see what this machine itself sends: %s",
	.size = sizeof(struct listener),
	.uses_mac = true,
	.start = start,
	.stop = stop,
};
