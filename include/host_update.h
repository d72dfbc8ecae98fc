/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A change of a host's entry in the map `hosts`, from the daemon to the datapath: the context of
 * the BPF program `update_host`. The state becomes `to` only if it is `from`; the other fields are
 * set in any case. Host byte order.
 */
#ifndef SLEEPPROXY_HOST_UPDATE_H
#define SLEEPPROXY_HOST_UPDATE_H

#include "address.h"
#include "host_state.h"

struct host_update {
	struct mac mac; /* which host */
	__u16 vlan;
	__u32 ifindex;
	enum host_state from;
	enum host_state to;
	__u16 flags;
	__u16 zero;
};

enum host_update_result {
	HOST_UPDATE_DONE,
	HOST_UPDATE_NO_HOST,     /* the map has no such host */
	HOST_UPDATE_OTHER_STATE, /* the datapath has changed the state, and reported why */
};

ASSERT_SIZE(struct host_update, 24);

#endif
