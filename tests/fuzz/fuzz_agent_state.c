// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any text, read as the agent's state file: nothing is read beyond its end, what is malformed
 * leaves nothing, and what is not is the same when it is written and read again.
 *
 * test_fuzz.py gives it a few seconds. For longer, with what it finds kept in /tmp/found:
 *
 *     make build/tests/fuzz/fuzz_agent_state && mkdir -p /tmp/found
 *     build/tests/fuzz/fuzz_agent_state -max_len=4000 /tmp/found tests/fuzz/corpus/agent_state
 */
#undef NDEBUG
#include <assert.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "agent/state_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length);

static char *text_of(const struct registrations *state)
{
	struct json_object *object = registrations_to_json(state);
	char *text = strdup(json_object_to_json_string(object));

	json_object_put(object);
	assert(text);
	return text;
}

static void check_host_info(const struct host_info *host_info)
{
	assert(host_info->ipv4_count && host_info->ipv4_count <= host_info->address_count);
	assert(host_info->address_count <= HOST_ADDRESSES);
	assert(host_info->wake.count <= WAKE_PORTS);
	assert(host_info->missed_count <= MISSED_SERVICES);
	assert(host_info->lease.client_id.length <= NPP_CLIENT_ID);
	assert(!host_info->has_lease6 || dhcp6_lease_check(&host_info->lease6));
	assert(memchr(host_info->hostname, '\0', sizeof(host_info->hostname)));
}

static void check_state(const struct registrations *state)
{
	struct registrations again;
	char *text = text_of(state), *other;

	assert(state->count <= REGISTRATIONS_MAX);
	for (size_t i = 0; i < state->count; i++) {
		const struct proxy_registration *registration = &state->list[i];

		assert(registration->client);
		assert(text_is_interface(registration->interface));
		assert(memchr(registration->when, '\0', sizeof(registration->when)));
		check_host_info(&registration->host_info);
	}
	assert(registrations_parse(text, strlen(text), &again));
	other = text_of(&again);
	assert(strcmp(text, other) == 0);
	free(other);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
	/* up to the very end of what is allocated */
	char *text = malloc(length + 1);
	struct registrations state;

	assert(text);
	if (length)
		memcpy(text + 1, octets, length);
	memset(&state, 0xa5, sizeof(state));
	if (registrations_parse(text + 1, length, &state))
		check_state(&state);
	else
		assert(!state.count);
	free(text);
	return 0;
}
