// SPDX-License-Identifier: GPL-2.0-or-later
/* A Wakeup Report's way: what was handed over is given back. */
#include "npp_server/internal.h"

/* While it sleeps, and for some time after: others may have seen it up before it could say so. */
static bool is_expected(const struct letter *letter, const struct agreement *agreement)
{
	return agreement && agreement->session.client == letter->message.report.id &&
	       (agreement->session.open || agreement->session.until);
}

static void take_back(const struct letter *letter, struct agreement *agreement)
{
	struct proxy *proxy = letter->proxy;
	const struct mac mac = agreement->session.mac;

	proxy_count(letter, PROXY_COUNT_taken_back);
	agreement->reported = letter->part;
	request_forget(proxy, &mac);
	proxy->actions.give_back(proxy->actions.context, &mac);
	proxy_host_is_up(proxy, &mac);
}

void report_hear(struct letter *letter)
{
	struct proxy *proxy = letter->proxy;
	const struct proxy_actions *actions = &proxy->actions;
	const struct mac mac = letter->datagram.from;
	struct agreement *agreement = agreement_find(proxy, &mac);
	struct npp_message answer = {
		.subtype = NPP_WAKEUP_CONFIRM,
		.wakeup_confirm.client = { .code = NPP_SUCCESS, .id = letter->message.report.id },
	};

	if (!is_expected(letter, agreement)) {
		proxy_refuse(letter, PROXY_COUNT_unknown_client);
		return;
	}
	/* one that was under way for long is not to end what has begun since */
	if (agreement->session.transaction != letter->message.transaction) {
		proxy_refuse(letter, PROXY_COUNT_former_handover);
		return;
	}
	if (agreement->session.handover.has_lease)
		actions->lease(actions->context, &mac, &answer.wakeup_confirm);
	if (agreement->reported == letter->part)
		proxy_count(letter, PROXY_COUNT_again);
	else
		take_back(letter, agreement);
	proxy_answer(letter, &answer);
}
