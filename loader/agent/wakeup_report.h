/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A host that is back tells it to all proxies to which it was handed over, to all at once. */
#ifndef SLEEPPROXY_AGENT_WAKEUP_REPORT_H
#define SLEEPPROXY_AGENT_WAKEUP_REPORT_H

#include "agent/npp_session.h"
#include "agent/state.h"

struct report {
	const struct handover *handover;
	struct conversation conversation;
	struct question question;
	/*
	 * 0: confirmed. -ENODEV, -ENETDOWN: its interface is not there, or has no carrier;
	 * -ENOTUNIQ: it has another MAC now, which the proxy does not know; or as conversation_say.
	 */
	int result;
	bool has_ended;
};

/* What is to be done with each, as soon as it has ended. */
struct report_listener {
	void (*ended)(struct report *report, void *context);
	void *context;
};

/*
 * Fills in a report for each handover. It waits for links that are not there yet. They are told by
 * Ethernet, from the address that was handed over, so that none needs to be there: whether that one
 * may be used is what the answer says. 0, or -EINTR: the program is told to end.
 */
int report_run(const struct state *state, const struct npp_keys *keys, uint8_t icmp_type,
               int64_t deadline, const struct report_listener *listener,
               struct report reports[STATE_HANDOVERS]);

const char *report_words(int result); /* "did not answer" … */

#endif
