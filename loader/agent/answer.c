// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/answer.h"

#include <string.h>

static bool is_from_there(const struct answer_wanted *wanted, const struct npp_packet *heard)
{
	if (!wanted->keys && memcmp(&heard->from, &wanted->proxy_mac, sizeof(heard->from)))
		return false;
	return memcmp(&heard->source, &wanted->proxy, sizeof(heard->source)) == 0;
}

static bool is_for_us(const struct answer_wanted *wanted, const struct npp_packet *heard)
{
	return !heard->vlan && memcmp(&heard->to, &wanted->mac, sizeof(heard->to)) == 0 &&
	       memcmp(&heard->destination, &wanted->address, sizeof(heard->destination)) == 0;
}

static const struct npp_client *client_of(const struct npp_message *message)
{
	return message->subtype == NPP_WAKEUP_CONFIRM ? &message->wakeup_confirm.client
	                                              : &message->confirm;
}

bool answer_refuses(const struct npp_message *message)
{
	return message->code == NPP_FAIL || client_of(message)->code == NPP_FAIL;
}

/* Clients are numbered from 1 on. */
static bool is_of_client(const struct answer_wanted *wanted, const struct npp_message *message)
{
	const uint16_t id = client_of(message)->id;

	if (answer_refuses(message))
		return true;
	return wanted->client ? id == wanted->client : id != 0;
}

static bool is_trusted(const struct answer_wanted *wanted, const struct npp_packet *heard,
                       const struct npp_message *message)
{
	const struct npp_authentication *said = &message->authentication;

	if (!wanted->keys)
		return true;
	return npp_verify(heard->octets, heard->length, message, wanted->keys, heard->source,
	                  heard->destination) == NPP_AUTH_ERROR_none &&
	       said->key == wanted->key && said->nonce == wanted->nonce;
}

enum answer answer_of(const struct answer_wanted *wanted, const struct npp_packet *heard,
                      struct npp_message *message)
{
	if (!is_from_there(wanted, heard) || !is_for_us(wanted, heard) ||
	    npp_read(heard->octets, heard->length, wanted->icmp_type, message) !=
	            NPP_PARSE_ERROR_none ||
	    message->subtype != wanted->subtype || message->transaction != wanted->transaction)
		return ANSWER_FOREIGN;
	if (!is_trusted(wanted, heard, message))
		return ANSWER_UNTRUSTED;
	return is_of_client(wanted, message) ? ANSWER_FITS : ANSWER_FOREIGN;
}
