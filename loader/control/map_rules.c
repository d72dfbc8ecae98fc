// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Wake rules that people wrote into the maps: there they count, and the daemon keeps no other note
 * of them.
 */
#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "base/text.h"
#include "control/control.h"

/* Besides those of the maps' limits: everything else, of connections and of sources. */
enum { ROWS = HOST_PORTS + HOST_SOURCES + 2 };

/* What the daemon wrote. */
struct written {
	const struct wake_port *ports;
	const struct source_prefix *sources;
	size_t port_count, source_count;
};

static bool all_allowed(const struct written *written)
{
	for (size_t i = 0; i < written->source_count; i++)
		if (!written->sources[i].allow)
			return false;
	return written->source_count;
}

static bool is_written_port(const struct written *written, const struct wake_row *row)
{
	if (!row->port.protocol)
		return written->port_count && !row->port.port && !row->wakes;
	for (size_t i = 0; i < written->port_count; i++)
		if (written->ports[i].protocol == row->port.protocol &&
		    written->ports[i].port == row->port.port)
			return row->wakes;
	return false;
}

static bool is_written_source(const struct written *written, const struct wake_row *row)
{
	static const struct ipv6 any;

	for (size_t i = 0; i < written->source_count; i++)
		if (written->sources[i].bits == row->source.bits &&
		    ip_equal(&written->sources[i].address, &row->source.address))
			return written->sources[i].allow == row->wakes;
	return all_allowed(written) && !row->source.bits && ip_equal(&row->source.address, &any) &&
	       !row->wakes;
}

static size_t count_written(const struct written *written)
{
	size_t count = written->source_count + all_allowed(written);

	for (size_t i = 0; i < written->port_count; i++)
		count += written->ports[i].protocol != 0;
	return count + (written->port_count > 0);
}

/* "tcp/22=wake", "any=ignore", "192.168.1.0/24=allow" */
static struct json_object *row_json(const struct wake_row *row)
{
	char text[TEXT_PREFIX + 16], name[TEXT_PREFIX];

	if (row->is_source)
		snprintf(text, sizeof(text), "%s=%s",
		         text_from_prefix(&row->source.address, row->source.bits, name),
		         row->wakes ? "allow" : "deny");
	else
		snprintf(text, sizeof(text), "%s=%s",
		         row->port.protocol || row->port.port
		                 ? text_from_port(row->port.protocol, row->port.port, name)
		                 : "any",
		         row->wakes ? "wake" : "ignore");
	return json_object_new_string(text);
}

struct json_object *map_rules_json(const struct daemon *daemon, const struct host *host)
{
	struct wake_row rows[ROWS];
	const size_t found = wake_rules_read(daemon->datapath, &host->mac, rows, ROWS);
	const size_t count = found < ROWS ? found : ROWS;
	struct written written;
	struct json_object *json;
	struct wanted wanted;
	bool is_own;

	host_merge(host, &wanted);
	written = (struct written){
		.ports = shared_set_octets(wanted.ports),
		.sources = shared_set_octets(wanted.sources),
		.port_count = shared_set_size(wanted.ports) / sizeof(struct wake_port),
		.source_count = shared_set_size(wanted.sources) / sizeof(struct source_prefix),
	};
	is_own = found == count_written(&written);
	for (size_t i = 0; i < count && is_own; i++)
		is_own = rows[i].is_source ? is_written_source(&written, &rows[i])
		                           : is_written_port(&written, &rows[i]);
	if (is_own)
		return NULL;
	json = json_object_new_array();
	for (size_t i = 0; i < count; i++)
		json_object_array_add(json, row_json(&rows[i]));
	return json;
}
