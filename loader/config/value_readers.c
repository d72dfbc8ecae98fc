// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/value_readers.h"

#include <confuse.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "config/config.h"
#include "config/number.h"
#include "base/text.h"

static const char not_understood[] = "is not understood";

static const char *within(const struct key *key, int (*value)(const char *, int64_t *),
                          const char *text, int64_t *number)
{
	int64_t from = 0;
	int64_t to = 0;

	if (value(text, number) || value(key->from, &from) || value(key->to, &to))
		return not_understood;
	return *number < from || *number > to ? "is out of range" : NULL;
}

const char *key_read_ms(const struct key *key, const char *text, void *field)
{
	int64_t ms = 0;
	const char *wrong = within(key, value_ms, text, &ms);

	if (!wrong)
		*(int64_t *)field = ms;
	return wrong;
}

const char *key_read_seconds(const struct key *key, const char *text, void *field)
{
	int64_t ms = 0;
	const char *wrong = within(key, value_ms, text, &ms);

	if (!wrong && ms % 1000)
		wrong = "has a fraction of a second";
	if (!wrong)
		*(uint32_t *)field = ms / 1000;
	return wrong;
}

const char *key_read_number(const struct key *key, const char *text, void *field)
{
	int64_t number = 0;
	const char *wrong = within(key, value_number, text, &number);

	if (!wrong)
		*(uint32_t *)field = number;
	return wrong;
}

const char *key_read_vlan(const struct key *key, const char *text, void *field)
{
	uint32_t number = 0;
	const char *wrong = key_read_number(key, text, &number);

	if (!wrong)
		*(uint16_t *)field = number;
	return wrong;
}

/* RFC 1256's: 32 bits, signed */
const char *key_read_preference(const struct key *key, const char *text, void *field)
{
	const bool minus = *text == '-';
	int64_t number = 0;

	(void)key;
	if (value_number(text + minus, &number))
		return not_understood;
	number = minus ? -number : number;
	if (number < INT32_MIN || number > INT32_MAX)
		return "is out of range";
	*(int32_t *)field = (int32_t)number;
	return NULL;
}

const char *key_read_path(const struct key *key, const char *text, void *field)
{
	(void)key;
	if (*text != '/')
		return "is not absolute";
	if (strlen(text) >= PATH_MAX)
		return "is too long";
	memcpy(field, text, strlen(text) + 1);
	return NULL;
}

const char *key_read_name(const struct key *key, const char *text, void *field)
{
	for (unsigned int i = 0; key->names[i]; i++) {
		if (strcmp(key->names[i], text) == 0) {
			*(unsigned int *)field = i;
			return NULL;
		}
	}
	return not_understood;
}

const char *key_read_bool(const struct key *key, const char *text, void *field)
{
	int boolean = cfg_parse_boolean(text);

	(void)key;
	if (boolean < 0)
		return not_understood;
	*(bool *)field = boolean;
	return NULL;
}

const char *key_read_mac(const struct key *key, const char *text, void *field)
{
	(void)key;
	return text_to_mac(text, field) ? not_understood : NULL;
}

const char *key_read_interface(const struct key *key, const char *text, void *field)
{
	(void)key;
	if (!text_is_interface(text))
		return not_understood;
	snprintf(field, IFNAMSIZ, "%s", text);
	return NULL;
}

const char *key_read_secureon(const struct key *key, const char *text, void *field)
{
	struct host_description *spec = field;

	(void)key;
	return text_to_secureon(text, spec->secureon, &spec->secureon_length) ? not_understood
	                                                                      : NULL;
}

const char *key_read_ipv4(const struct key *key, const char *text, void *field)
{
	struct ipv6 address;

	(void)key;
	if (text_to_ip(text, &address))
		return not_understood;
	if (address_error(&address))
		return address_error(&address);
	*(struct ipv4 *)field = ip_to_ipv4(&address);
	return NULL;
}

const char *key_read_client_id(const struct key *key, const char *text, void *field)
{
	struct lease_description *lease = field;

	(void)key;
	return text_to_octets(text, lease->client_id, sizeof(lease->client_id),
	                      &lease->client_id_length)
	               ? not_understood
	               : NULL;
}

const char *key_read_hostname(const struct key *key, const char *text, void *field)
{
	(void)key;
	if (!text_is_name(text))
		return not_understood;
	snprintf(field, HOSTNAME_MAX_SIZE, "%s", text);
	return NULL;
}

static const char *added(int result)
{
	if (result == -EEXIST)
		return "stands there twice";
	if (result == -EINVAL)
		return "goes with no other";
	return result ? "is one too many" : NULL;
}

const char *key_read_address(const struct key *key, const char *text, void *field)
{
	struct ipv6 address;
	const char *flaw;

	(void)key;
	if (text_to_ip(text, &address))
		return not_understood;
	flaw = address_error(&address);
	return flaw ? flaw : added(description_add_address(field, &address));
}

const char *key_read_port(const struct key *key, const char *text, void *field)
{
	uint8_t protocol;
	uint16_t port;

	(void)key;
	if (text_to_port(text, &protocol, &port))
		return not_understood;
	return added(policy_add_port(field, protocol, port));
}

static bool has_source(const struct wake_policy *policy, const struct ipv6 *address, uint8_t bits,
                       bool allow)
{
	for (size_t i = 0; i < policy->source_count; i++) {
		const struct source_prefix *source = &policy->sources[i];

		if (source->bits == bits && source->allow == allow &&
		    memcmp(&source->address, address, sizeof(*address)) == 0)
			return true;
	}
	return false;
}

static const char *read_source(const char *text, struct wake_policy *policy, bool allow)
{
	struct ipv6 address;
	uint8_t bits;

	if (text_to_prefix(text, &address, &bits))
		return not_understood;
	if (has_source(policy, &address, bits, !allow))
		return "is both allowed and denied";
	return added(policy_add_source(policy, &address, bits, allow));
}

const char *key_read_allow(const struct key *key, const char *text, void *field)
{
	(void)key;
	return read_source(text, field, true);
}

const char *key_read_deny(const struct key *key, const char *text, void *field)
{
	(void)key;
	return read_source(text, field, false);
}
