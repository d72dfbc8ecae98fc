// SPDX-License-Identifier: GPL-2.0-or-later
/* How a message ends: a count, a line in the log where it was rejected, an answer. */
#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "net/magic.h"
#include "npp_server/internal.h"

/* One message of a kind is logged, and a minute later how many more there were. ms */
enum { LOG_INTERVAL = 60000 };

enum { WAKE_TEST_INTERVAL = 1000 }; /* ms */

#define PARSE(error) [NPP_COUNT_PARSE_ERRORS + (error)]
#define AUTH(error) [NPP_COUNT_AUTH_ERRORS + (error)]

/* clang-format off */
/* The reject reasons have theirs in register/. */
static const struct end {
	const char *name, *text;
} ends[NPP_COUNTS] = {
	[NPP_COUNT_SOLICITATION] = { "solicitation", "Proxy Solicitation, answered" },
	[NPP_COUNT_REGISTERED] = { "registered", "Sleep Request, carried out and confirmed" },
	[NPP_COUNT_REPORTED] = { "reported", "Wakeup Report, confirmed" },
	[NPP_COUNT_DUPLICATE] = { "duplicate", "the same message as before" },
	[NPP_COUNT_NOT_FOR_PROXY] = { "not_for_proxy", "a message of another proxy" },
	[NPP_COUNT_CANCELED] = { "canceled", "the host was up or removed before it was done" },
	[NPP_COUNT_WRONG_DESTINATION] = { "wrong_destination", "not to an address of this proxy" },
	[NPP_COUNT_NO_ADDRESS] = { "no_address", "the interface has no address to answer from" },
	[NPP_COUNT_RATE_LIMITED] = { "rate_limited", "too many messages from this source" },
	PARSE(NPP_PARSE_ERROR_SHORT) = { "short", "the length does not match the header" },
	PARSE(NPP_PARSE_ERROR_OTHER_TYPE) = { "other_type", "another ICMP type" },
	PARSE(NPP_PARSE_ERROR_BAD_CHECKSUM) = { "bad_checksum", "wrong checksum" },
	PARSE(NPP_PARSE_ERROR_BAD_CODE) = { "bad_code", "the code is neither success nor failure" },
	PARSE(NPP_PARSE_ERROR_BAD_SUBTYPE) = { "bad_subtype", "unknown subtype" },
	PARSE(NPP_PARSE_ERROR_BAD_OPTION) = { "bad_option",
	  "an option is cut short, duplicate, or of a wrong length or content" },
	PARSE(NPP_PARSE_ERROR_MISSING_OPTION) = { "missing_option",
	  "the option that the subtype requires is missing" },
	PARSE(NPP_PARSE_ERROR_UNEXPECTED_OPTION) = { "unexpected_option",
	  "an option belongs to another subtype" },
	PARSE(NPP_PARSE_ERROR_UNKNOWN_REQUEST) = { "unknown_request",
	  "a Sleep Request Option has an unknown type" },
	AUTH(NPP_AUTH_ERROR_NOT_SIGNED) = { "not_signed", "no authentication option" },
	AUTH(NPP_AUTH_ERROR_UNKNOWN_KEY) = { "unknown_key", "signed with an unknown key" },
	AUTH(NPP_AUTH_ERROR_BAD_HMAC) = { "bad_hmac",
	  "the HMAC does not match the key, the addresses and the message" },
	AUTH(NPP_AUTH_ERROR_STALE_TIME) = { "stale_time",
	  "its time is more than five minutes off: the clock of the host or of this "
	  "machine is wrong" },
	AUTH(NPP_AUTH_ERROR_REPLAY) = { "replay",
	  "its time is not later than that of the host's last message: a replay, or the "
	  "host's clock was set back" },
	AUTH(NPP_AUTH_ERROR_REPEATED) = { "repeated", "the same as the host's last message" },
};
/* clang-format on */

/* Without a name: the first of a group, which stands for no error. */
static struct end end_of(enum npp_count count)
{
	const enum reject_reason reason = count - NPP_COUNT_REJECTS;

	if (count > NPP_COUNT_REJECTS && count < NPP_COUNT_PARSE_ERRORS)
		return (struct end){ reject_words[reason].name, reject_words[reason].text };
	return ends[count];
}

bool npp_server_counter(const struct npp_server *server, size_t index, const char **name,
                        const char **meaning, uint64_t *value)
{
	for (enum npp_count count = 0; count < NPP_COUNTS; count++) {
		const struct end end = end_of(count);

		if (!end.name || index--)
			continue;
		*name = end.name;
		*meaning = end.text;
		*value = server->counts[count];
		return true;
	}
	return false;
}

static void log_rejected(struct npp_server *server, const struct npp_requester *requester,
                         enum npp_count count)
{
	const char *what = requester->subtype ? npp_subtype_name(requester->subtype) : "message";
	const int64_t now = clock_ms();
	char mac[TEXT_MAC], address[TEXT_IP];

	if (server->logged_at[count] && now - server->logged_at[count] < LOG_INTERVAL) {
		server->not_logged[count]++;
		return;
	}
	log_warning("%s: %s from %s (%s) rejected: %s", requester->iface.name, what,
	            text_from_ipv4(requester->source, address), text_from_mac(&requester->mac, mac),
	            end_of(count).text);
	if (server->not_logged[count])
		log_warning("%llu more were rejected for the same reason",
		            (unsigned long long)server->not_logged[count]);
	server->logged_at[count] = now;
	server->not_logged[count] = 0;
}

void npp_server_count(struct npp_server *server, const struct npp_requester *requester,
                      enum npp_count count)
{
	server->counts[count]++;
	if (count >= NPP_COUNT_RATE_LIMITED &&
	    count != NPP_COUNT_AUTH_ERRORS + NPP_AUTH_ERROR_REPEATED)
		log_rejected(server, requester, count);
}

void npp_server_answer_failure(struct npp_server *server, const struct npp_requester *requester)
{
	struct npp_message answer = { .code = NPP_FAIL, .client = { .code = NPP_FAIL } };

	npp_server_answer(server, requester, &answer);
}

void npp_server_confirm(struct npp_server *server, const struct npp_requester *requester,
                        const struct npp_client *client, bool duplicate)
{
	struct npp_message answer = { .client = *client };

	npp_server_count(server, requester,
	                 duplicate                                 ? NPP_COUNT_DUPLICATE
	                 : requester->subtype == NPP_SLEEP_REQUEST ? NPP_COUNT_REGISTERED
	                                                           : NPP_COUNT_REPORTED);
	npp_server_answer(server, requester, &answer);
}

void npp_server_reject(struct npp_server *server, const struct npp_requester *requester,
                       enum reject_reason reason)
{
	npp_server_count(server, requester, NPP_COUNT_REJECTS + reason);
	npp_server_answer_failure(server, requester);
}

void npp_server_cancel(struct npp_server *server, const struct npp_requester *requester)
{
	npp_server_count(server, requester, NPP_COUNT_CANCELED);
}

/*
 * A Magic Packet does nothing to a host that is up. It goes to the one that asks, by its own MAC,
 * and to one a second at most: three frames for one, which is no use to an attacker, who could send
 * them too.
 */
void npp_server_test_wake(struct npp_server *server, const struct npp_requester *requester,
                          int64_t now)
{
	const struct magic_target target = { .mac = requester->mac, .vlan = requester->vlan };

	if (now < server->next_wake_test)
		return;
	server->next_wake_test = now + WAKE_TEST_INTERVAL;
	magic_send(server->parts.fd, &requester->iface, &target, requester->destination);
}
