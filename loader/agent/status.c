// SPDX-License-Identifier: GPL-2.0-or-later
/* In: facts, and the state file. Out: what this host would hand over, and to whom it has. */
#include <stdio.h>
#include <string.h>

#include "agent/agent.h"
#include "agent/host_info_json.h"
#include "agent/messages.h"
#include "agent/output.h"
#include "agent/state_json.h"

static struct json_object *interface_to_json(const char *name, const struct presence *presence)
{
	struct json_object *object = json_object_new_object();

	field_add_text(object, "interface", name);
	presence_add_json(presence, object);
	return object;
}

static void tell_interface(const char *name, const struct presence *presence)
{
	struct words words = { .length = 0 };

	sentence_presence(name, presence, &words);
	puts(words.text);
}

/* An array, where it is shown as JSON. */
static int show_interfaces(const struct agent *agent, struct json_object *list)
{
	struct agent_interfaces interfaces;
	int status = agent_interfaces(agent, &interfaces);

	for (size_t i = 0; i < interfaces.count; i++) {
		const char *name = interfaces.names[i];
		struct presence presence;
		struct agent_facts facts;
		const char *why = agent_presence(agent, name, &facts, &presence);

		if (why) {
			agent_say("%s %s", name, why);
			status = AGENT_FAILED;
		} else if (agent->json) {
			json_object_array_add(list, interface_to_json(name, &presence));
		} else {
			tell_interface(name, &presence);
		}
	}
	return status;
}

static bool is_backup_of(const struct handover *backup, const struct handover *first)
{
	return strcmp(backup->interface, first->interface) == 0 &&
	       memcmp(&backup->presence.backup_of, &first->proxy, sizeof(first->proxy)) == 0;
}

static const struct handover *find(const struct state *state, const struct handover *handover,
                                   bool first)
{
	for (size_t i = 0; i < state->count; i++) {
		const struct handover *other = &state->handovers[i];

		if (first ? is_backup_of(handover, other) : is_backup_of(other, handover))
			return other;
	}
	return NULL;
}

static void tell_state(const struct state *state)
{
	if (!state->count)
		puts("nothing is handed over");
	for (size_t i = 0; i < state->count; i++) {
		const struct handover *handover = &state->handovers[i];
		struct words words = { .length = 0 };

		/* it stands in the sentence of the other */
		if (find(state, handover, true))
			continue;
		sentence_handover(handover, find(state, handover, false), &words);
		printf("%s; since %s\n", words.text, handover->when);
	}
}

static int show_state(const struct agent *agent, struct json_object *object)
{
	struct state state;
	const int err = state_read(agent->state_path, &state);

	if (err)
		agent_say("%s: %s", agent->state_path, state_words(err));
	else if (!agent->json)
		tell_state(&state);
	for (size_t i = 0; object && i < state.count; i++)
		json_object_array_add(object, handover_to_json(&state.handovers[i]));
	return err ? AGENT_FAILED : AGENT_DONE;
}

int command_status(const struct agent *agent)
{
	struct json_object *object = json_object_new_object();
	struct json_object *interfaces = json_object_new_array();
	struct json_object *handovers = json_object_new_array();
	int status;

	json_object_object_add(object, "interfaces", interfaces);
	json_object_object_add(object, "handovers", handovers);
	status = show_interfaces(agent, interfaces);
	if (show_state(agent, handovers))
		status = AGENT_FAILED;
	if (agent->json)
		puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object);
	return status;
}
