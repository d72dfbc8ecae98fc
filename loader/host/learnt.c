// SPDX-License-Identifier: GPL-2.0-or-later
#include <stdlib.h>
#include <string.h>

#include "host/inputs.h"

/* s */
enum {
	SURE_AFTER = 2,       /* an address is asked for so long after the first sign of it, … */
	ASK_AFTER = 6 * 3600, /* … later so long after it was seen, and then */
	ASK_AGAIN = 3600,     /* … so often, … */
	ASKS_MAX = 3,         /* so many times; then it is dropped */
	REPLACE_AFTER = 3600, /* one more than there may be takes the place of one so old */
};

static struct learnt_address *find(struct learnt *learnt, const struct ipv6 *address)
{
	for (size_t i = 0; learnt && i < learnt->count; i++)
		if (ip_equal(&learnt->list[i].address, address))
			return &learnt->list[i];
	return NULL;
}

/* A place of zeros. NULL: there is no memory, or no more than so many. */
static struct learnt_address *grow(struct learnt **learnt)
{
	const size_t count = *learnt ? (*learnt)->count : 0;
	struct learnt *grown = NULL;

	if (count < HOST_ADDRESSES)
		grown = realloc(*learnt, sizeof(*grown) + (count + 1) * sizeof(*grown->list));
	if (!grown)
		return NULL;
	grown->list[count] = (struct learnt_address){ .at = 0 };
	grown->count = (uint8_t)(count + 1);
	*learnt = grown;
	return &grown->list[count];
}

/* The place of the one that was seen longest ago; NULL: that is not long. */
static struct learnt_address *replace(struct learnt *learnt, uint32_t now)
{
	struct learnt_address *oldest = learnt ? learnt->list : NULL;

	for (size_t i = 1; learnt && i < learnt->count; i++)
		if (learnt->list[i].at < oldest->at)
			oldest = &learnt->list[i];
	return oldest && now - oldest->at >= REPLACE_AFTER ? oldest : NULL;
}

/* True: another one that counted had its place. */
static bool begin(struct learnt **learnt, const struct ipv6 *address, bool is_probe, uint32_t now)
{
	struct learnt_address *entry = grow(learnt);
	bool counted;

	if (!entry && !is_probe)
		entry = replace(*learnt, now);
	if (!entry)
		return false;
	counted = entry->is_sure;
	*entry = (struct learnt_address){ .address = *address, .at = now };
	return counted;
}

bool learnt_add(struct learnt **learnt, const struct ipv6 *address, bool is_probe, uint32_t now)
{
	struct learnt_address *entry = find(*learnt, address);
	const bool answers = entry && entry->asked && !is_probe;

	if (!entry)
		return begin(learnt, address, is_probe, now);
	if (!entry->is_sure && !answers && !is_probe)
		return false; /* it is asked for soon */
	entry->at = now;
	entry->asked = 0;
	if (entry->is_sure || !answers)
		return false;
	return entry->is_sure = true;
}

static void drop(struct learnt **learnt, struct learnt_address *entry)
{
	struct learnt *from = *learnt;

	from->count--;
	memmove(entry, entry + 1, (size_t)(from->list + from->count - entry) * sizeof(*entry));
	if (from->count)
		return;
	free(from);
	*learnt = NULL;
}

bool learnt_remove(struct learnt **learnt, const struct ipv6 *address)
{
	struct learnt_address *entry = find(*learnt, address);
	const bool was_sure = entry && entry->is_sure;

	if (entry)
		drop(learnt, entry);
	return was_sure;
}

static uint32_t time_to_ask(const struct learnt_address *entry)
{
	return !entry->is_sure ? SURE_AFTER : entry->asked ? ASK_AGAIN : ASK_AFTER;
}

size_t learnt_ask(struct learnt **learnt, uint32_t now, struct ipv6 ask[HOST_ADDRESSES],
                  bool *changed)
{
	size_t count = 0;

	for (size_t i = *learnt ? (*learnt)->count : 0; i-- > 0;) {
		struct learnt_address *entry = &(*learnt)->list[i];

		if (now - entry->at < time_to_ask(entry))
			continue;
		if (entry->asked == ASKS_MAX) {
			*changed |= entry->is_sure;
			drop(learnt, entry);
			continue;
		}
		entry->asked++;
		entry->at = now;
		ask[count++] = entry->address;
	}
	return count;
}

bool learnt_has(const struct learnt *learnt, const struct ipv6 *address)
{
	const struct learnt_address *entry = find((struct learnt *)learnt, address);

	return entry && entry->is_sure;
}
