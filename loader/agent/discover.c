// SPDX-License-Identifier: GPL-2.0-or-later
/* In: what proxies answer. Out: what they offer, the best first. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agent/agent.h"
#include "agent/discovery.h"
#include "agent/json_fields.h"
#include "agent/messages.h"
#include "agent/services.h"
#include "agent/strbuf.h"
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/text.h"

static struct json_object *services_to_json(const struct offer *offer)
{
	struct json_object *array = json_object_new_array();
	char name[SERVICE_NAME];

	for (size_t i = 0; i < offer->service_count; i++)
		json_object_array_add(
			array, json_object_new_string(service_name(offer->services[i], name)));
	return array;
}

static struct json_object *offer_to_json(const char *interface, const struct offer *offer,
                                         const char *flaw)
{
	struct json_object *object = json_object_new_object();

	field_add_text(object, "interface", interface);
	field_add_ipv4(object, "address", offer->address);
	field_add_mac(object, "mac", &offer->mac);
	json_object_object_add(object, "preference", json_object_new_int64(offer->preference));
	field_add_number(object, "lifetime", offer->lifetime);
	json_object_object_add(object, "services", services_to_json(offer));
	json_object_object_add(object, "suits", json_object_new_boolean(!flaw));
	if (flaw)
		field_add_text(object, "reason", flaw);
	return object;
}

static void tell_offer(const char *interface, const struct offer *offer, const char *flaw)
{
	struct words words = { .length = 0 };
	char text[TEXT_IP], name[SERVICE_NAME];

	words_add(&words, "%s: %s", interface, text_from_ipv4(offer->address, text));
	words_add(&words, " (%s) with preference %d, for %u s: ", text_from_mac(&offer->mac, text),
	          offer->preference, offer->lifetime);
	for (size_t i = 0; i < offer->service_count; i++) {
		words_join(&words, i, offer->service_count);
		words_add(&words, "%s", service_name(offer->services[i], name));
	}
	if (!offer->service_count)
		words_add(&words, "nothing");
	if (flaw)
		words_add(&words, "; not taken, as it %s", flaw);
	puts(words.text);
}

static void show(const struct agent *agent, const char *interface, const struct offers *offers,
                 struct json_object *list)
{
	for (size_t i = 0; i < offers->count; i++) {
		const struct offer *offer = &offers->list[i];
		const char *flaw = offer_flaw(offer, &agent->config);

		if (agent->json)
			json_object_array_add(list, offer_to_json(interface, offer, flaw));
		else
			tell_offer(interface, offer, flaw);
	}
}

/* NULL, or why nobody was found. */
static const char *discover(const struct agent *agent, const char *interface, int64_t deadline,
                            struct offers *offers)
{
	struct presence presence;
	struct agent_facts facts;
	autoclose int fd = -1;
	const char *why = agent_open(agent, interface, &facts, &presence, &fd);
	int err;

	if (why)
		return why;
	err = discovery_run(fd, &facts.port, presence.addresses[0], &agent->config, deadline,
	                    offers);
	if (err == -ETIMEDOUT)
		return "has no proxy that answers: is one running on its LAN, with the same ICMP "
		       "type?";
	return err ? strerror(-err) : NULL;
}

static size_t discover_all(const struct agent *agent, const struct agent_interfaces *interfaces,
                           struct json_object *list)
{
	const int64_t deadline = clock_ms() + agent->config.wait;
	size_t found = 0;

	for (size_t i = 0; i < interfaces->count; i++) {
		const char *name = interfaces->names[i];
		struct offers offers;
		const char *why =
			discover(agent, name, agent_share(interfaces, i, deadline), &offers);

		if (why) {
			agent_say("%s %s", name, why);
			continue;
		}
		found += offers.count;
		show(agent, name, &offers, list);
	}
	return found;
}

int command_discover(const struct agent *agent)
{
	struct json_object *object = json_object_new_object();
	struct json_object *list = json_object_new_array();
	struct agent_interfaces interfaces;
	int status = agent_interfaces(agent, &interfaces);

	json_object_object_add(object, "proxies", list);
	if (!status && !discover_all(agent, &interfaces, list))
		status = AGENT_FAILED;
	if (agent->json)
		puts(json_object_to_json_string_ext(object, JSON_C_TO_STRING_NOSLASHESCAPE));
	json_object_put(object);
	return status;
}
