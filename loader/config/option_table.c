// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/option_table.h"

#include <errno.h>
#include <stdio.h>

size_t table_options(const struct keys *keys, cfg_opt_t options[KEYS_MAX])
{
	for (size_t i = 0; i < keys->count; i++)
		options[i] = syntax_option(keys->rows[i].name, keys->rows[i].many);
	return keys->count;
}

static void describe(const struct key *key, char *expected, size_t size)
{
	size_t used = snprintf(expected, size, "%s", key->expected);

	if (key->from)
		snprintf(expected + used, size - used, " from %s to %s", key->from, key->to);
	for (size_t i = 0; key->names && key->names[i] && used < size; i++)
		used += snprintf(expected + used, size - used, "%s%s", i ? ", " : " ",
		                 key->names[i]);
}

static int read_key(const struct key *key, cfg_t *section, void *into, struct fault *fault)
{
	void *field = (char *)into + key->offset;
	char expected[CONFIG_ERROR / 2];

	for (unsigned int i = 0; i < syntax_count(section, key->name); i++) {
		const struct word *word = syntax_get(section, key->name, i);
		const char *wrong = key->read(key, word->text, field);

		if (!wrong)
			continue;
		describe(key, expected, sizeof(expected));
		return fault_at(fault, word->line, "%s '%s' %s; expected %s", key->name, word->text,
		                wrong, expected);
	}
	return 0;
}

int table_read(const struct keys *keys, cfg_t *section, void *into, struct fault *fault)
{
	for (size_t i = 0; i < keys->count; i++) {
		if (read_key(&keys->rows[i], section, into, fault))
			return -EINVAL;
	}
	return 0;
}
