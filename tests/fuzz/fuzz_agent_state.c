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

#include "agent/state_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length);

static char *text_of(const struct state *state)
{
	struct json_object *object = state_to_json(state);
	char *text = strdup(json_object_to_json_string(object));

	json_object_put(object);
	assert(text);
	return text;
}

static void check_presence(const struct presence *presence)
{
	assert(presence->address_count && presence->address_count <= LINK_IPV4);
	assert(presence->address6_count <= LINK_IPV6);
	assert(presence->wake.count <= WAKE_PORTS);
	assert(presence->missed_count <= PRESENCE_MISSED);
	assert(presence->lease.client_id_length <= NPP_CLIENT_ID);
	assert(memchr(presence->hostname, '\0', sizeof(presence->hostname)));
}

static void check_state(const struct state *state)
{
	struct state again;
	char *text = text_of(state), *other;

	assert(state->count <= STATE_HANDOVERS);
	for (size_t i = 0; i < state->count; i++) {
		const struct handover *handover = &state->handovers[i];

		assert(handover->client);
		assert(text_is_interface(handover->interface));
		assert(memchr(handover->when, '\0', sizeof(handover->when)));
		check_presence(&handover->presence);
	}
	assert(state_from_text(text, strlen(text), &again));
	other = text_of(&again);
	assert(strcmp(text, other) == 0);
	free(other);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
	/* up to the very end of what is allocated */
	char *text = malloc(length + 1);
	struct state state;

	assert(text);
	if (length)
		memcpy(text + 1, octets, length);
	memset(&state, 0xa5, sizeof(state));
	if (state_from_text(text + 1, length, &state))
		check_state(&state);
	else
		assert(!state.count);
	free(text);
	return 0;
}
