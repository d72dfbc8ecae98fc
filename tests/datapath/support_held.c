// SPDX-License-Identifier: GPL-2.0-or-later
#include "support_testbed.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <netinet/in.h>
#include "held.h"
#include "sleepproxy.skel.h"

static const struct {
	uint8_t protocol;
	enum where peer, address;
} connections[] = {
	{ IPPROTO_TCP, PEER_IP, HOST_IP },
	{ IPPROTO_UDP, PEER_IP, HOST_IP },
	{ IPPROTO_TCP, PEER_IP6, HOST_IP6 },
	{ IPPROTO_UDP, PEER_IP6, HOST_IP6 },
};

enum { CONNECTIONS = sizeof(connections) / sizeof(*connections) };

static struct held_connection key_of(size_t i)
{
	return (struct held_connection){ .peer = ip_of(connections[i].peer),
		                         .address = ip_of(connections[i].address),
		                         .peer_port = htons(40000),
		                         .port = htons(22),
		                         .protocol = connections[i].protocol };
}

void testbed_hold(struct testbed *testbed, enum held_setup held)
{
	struct sleepproxy_bpf *datapath = testbed_datapath(testbed);
	const struct held_entry entry = {
		.until = held == HELD_NO_MORE ? 1 : UINT64_MAX,
		.acknowledges = htonl(ACKNOWLEDGED),
		.host = *mac_of(held == HELD_OF_SECOND ? SECOND : HOST),
	};

	datapath->data_index->index_state.held = held != NOT_HELD;
	for (size_t i = 0; i < CONNECTIONS; i++) {
		const struct held_connection key = key_of(i);

		if (held == NOT_HELD)
			bpf_map_delete_elem(bpf_map__fd(datapath->maps.held), &key);
		else
			bpf_map_update_elem(bpf_map__fd(datapath->maps.held), &key, &entry,
			                    BPF_ANY);
	}
}

bool testbed_is_refused(struct testbed *testbed, uint8_t protocol, enum where address)
{
	struct held_entry entry;

	for (size_t i = 0; i < CONNECTIONS; i++) {
		const struct held_connection key = key_of(i);

		if (connections[i].protocol == protocol && connections[i].address == address)
			return !bpf_map_lookup_elem(
				       bpf_map__fd(testbed_datapath(testbed)->maps.held), &key,
				       &entry) &&
			       entry.refused;
	}
	return false;
}
