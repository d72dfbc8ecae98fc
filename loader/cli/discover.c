// SPDX-License-Identifier: GPL-2.0-or-later
/* Neighbours that are no hosts yet: who made them, and how each is added. */
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/command.h"

/* Lines such as "00D0EF     (base 16)\t\tIGT\r\n", of Debian's ieee-data. */
#define VENDORS "/usr/share/ieee-data/oui.txt"
#define VENDOR_LINE "%6[0-9A-F] (base 16) %95[^\r\n]"
enum { OUI_SIZE = 7, VENDOR_SIZE = 96 };
/* It has given these to several, in smaller parts. */
#define NO_VENDOR "IEEE Registration Authority"

/* "52:54:00:12:34:56": "525400" */
static void oui_of(struct json_object *neighbour, char oui[OUI_SIZE])
{
	struct mac mac = { { 0 } };

	text_to_mac(json_get_text(neighbour, "mac"), &mac);
	snprintf(oui, OUI_SIZE, "%02X%02X%02X", mac.octet[0], mac.octet[1], mac.octet[2]);
}

/* Of those that are keys of `vendors`, which are many fewer than the file has. */
static void read_vendors(struct json_object *vendors)
{
	FILE *file = fopen(VENDORS, "re");
	char *line = NULL, oui[OUI_SIZE], vendor[VENDOR_SIZE];
	size_t size = 0;

	while (file && getline(&line, &size, file) > 0)
		if (sscanf(line, VENDOR_LINE, oui, vendor) == 2 && strcmp(vendor, NO_VENDOR) != 0 &&
		    json_object_object_get_ex(vendors, oui, NULL))
			json_set_text(vendors, oui, vendor);
	free(line);
	if (file)
		fclose(file);
}

static void add_vendors(struct json_object *list)
{
	struct json_object *vendors = json_object_new_object();
	char oui[OUI_SIZE];

	for (size_t i = 0; i < json_length(list); i++) {
		oui_of(json_object_array_get_idx(list, i), oui);
		json_object_object_add(vendors, oui, NULL);
	}
	read_vendors(vendors);
	for (size_t i = 0; i < json_length(list); i++) {
		struct json_object *neighbour = json_object_array_get_idx(list, i);

		oui_of(neighbour, oui);
		if (*json_get_text(vendors, oui))
			json_set_text(neighbour, "vendor", json_get_text(vendors, oui));
	}
	json_object_put(vendors);
}

/* NULL: it has none. */
static const char *address_of(struct json_object *neighbour, size_t index)
{
	struct json_object *addresses = json_object_object_get(neighbour, "addresses");

	if (index >= json_length(addresses))
		return NULL;
	return json_object_get_string(json_object_array_get_idx(addresses, index));
}

/*
 * Of IPv4, those that no lease gives it: that one may change. What it has of IPv6 is learnt, but of
 * a neighbour that has nothing else.
 */
static bool is_to_be_named(struct json_object *neighbour, const char *address)
{
	const char *first = address_of(neighbour, 0), *leased = json_get_text(neighbour, "leased");

	if (!strchr(address, ':'))
		return strcmp(address, leased) != 0;
	return strchr(first, ':') && !*leased &&
	       (strncmp(address, "fe80:", 5) != 0 || address == first);
}

static void add_command(struct json_object *neighbour)
{
	const char *address, *before = " --address ";
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	if (!file)
		out_of_memory();
	fprintf(file, "sleepproxyctl host add %s --mac %s", json_get_text(neighbour, "name"),
	        json_get_text(neighbour, "mac"));
	for (size_t i = 0; (address = address_of(neighbour, i)); i++) {
		if (!is_to_be_named(neighbour, address))
			continue;
		fprintf(file, "%s%s", before, address);
		before = ",";
	}
	if (fclose(file))
		out_of_memory();
	json_set_text(neighbour, "add", text);
	free(text);
}

/* Those without an address are last. */
static struct ipv6 key_of(const void *item)
{
	const char *first = address_of(*(struct json_object *const *)item, 0);
	struct ipv6 key;

	memset(&key, 0xff, sizeof(key));
	if (first)
		text_to_ip(first, &key);
	return key;
}

static int by_address(const void *a, const void *b)
{
	const struct ipv6 keys[] = { key_of(a), key_of(b) };

	return memcmp(&keys[0], &keys[1], sizeof(keys[0]));
}

int run_discover(const struct cli_call *call)
{
	struct json_object *list = client_ask(call->request);
	int status = CTL_FAILED;

	if (list) {
		add_vendors(list);
		if (json_length(list))
			json_object_array_sort(list, by_address);
		for (size_t i = 0; i < json_length(list); i++)
			add_command(json_object_array_get_idx(list, i));
		status = call_show(call, list);
	}
	json_object_put(list);
	return status;
}

static const struct view_row columns[] = {
	{ .label = "ADDRESS" }, { .label = "NAME" }, { .label = "MAC" },
	{ .label = "VENDOR" },  { .label = "SEEN" }, { 0 },
};

static void add_neighbour(struct text_table *table, struct json_object *neighbour)
{
	const char *first = address_of(neighbour, 0);
	const size_t count = json_length(json_object_object_get(neighbour, "addresses"));
	char time[TIME_TEXT];

	if (count > 1)
		table_cell(table, PLAIN, "%s,+%zu", first, count - 1);
	else
		table_text(table, PLAIN, first ? first : "", "-");
	table_text(table, PLAIN, json_get_text(neighbour, "hostname"), "-");
	table_text(table, PLAIN, json_get_text(neighbour, "mac"), "-");
	table_text(table, PLAIN, json_get_text(neighbour, "vendor"), "-");
	table_cell(table, PLAIN, "%s", distance_text(-json_get_number(neighbour, "seen"), time));
}

void view_neighbours(const struct output *output, struct json_object *neighbours)
{
	view_list(output, neighbours, columns, add_neighbour);
	output_write(output, DIM, "\nThose that sleep are added by:\n");
	for (size_t i = 0; i < json_length(neighbours); i++)
		output_write(output, PLAIN, "%s\n",
		             json_get_text(json_object_array_get_idx(neighbours, i), "add"));
}
