/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the daemon tells the datapath to make of a host: the context of the `order` program. The
 * step of the state is made only out of `from`; the other fields are set in any case. Host byte
 * order.
 */
#ifndef SLEEPPROXY_ORDER_H
#define SLEEPPROXY_ORDER_H

#include "address.h"
#include "host_state.h"

struct order {
	struct mac host;
	__u16 vlan;
	__u32 ifindex;
	enum host_state from;
	enum host_state to;
	__u16 flags;
	__u16 zero;
};

enum order_result {
	ORDER_DONE,
	ORDER_NO_HOST,     /* the map has no such host */
	ORDER_OTHER_STATE, /* the datapath was faster: its report says what it saw */
};

ASSERT_SIZE(struct order, 24);

#endif
