// SPDX-License-Identifier: GPL-2.0-or-later
#include "npp/internal.h"

#include <endian.h>
#include <string.h>

void cursor_require(struct cursor *cursor, bool valid)
{
	cursor->failed |= !valid;
}

bool cursor_skip(struct cursor *cursor, size_t length)
{
	cursor_require(cursor, length <= cursor->end - cursor->at);
	if (cursor->failed)
		return false;
	cursor->at += length;
	return true;
}

void cursor_octets(struct cursor *cursor, void *octets, size_t length)
{
	if (!length || !cursor_skip(cursor, length))
		return;
	if (cursor->to)
		memcpy(cursor->to + cursor->at - length, octets, length);
	else if (cursor->from)
		memcpy(octets, cursor->from + cursor->at - length, length);
}

uint64_t cursor_number(struct cursor *cursor, uint64_t value, size_t size)
{
	uint64_t wire = htobe64(value);

	cursor_octets(cursor, (uint8_t *)&wire + sizeof(wire) - size, size);
	return be64toh(wire);
}

void cursor_fixed(struct cursor *cursor, uint16_t value, size_t size)
{
	cursor_require(cursor, cursor_number(cursor, value, size) == value);
}

static size_t check_count(struct cursor *cursor, size_t count, size_t max)
{
	cursor_require(cursor, count <= max);
	return cursor->failed ? 0 : count;
}

size_t cursor_count(struct cursor *cursor, size_t count, size_t size, size_t max)
{
	return check_count(cursor, cursor_number(cursor, count, size), max);
}

size_t cursor_entries(struct cursor *cursor, size_t count, size_t size, size_t max)
{
	if (cursor->from)
		count = (cursor->end - cursor->at) / size;
	return check_count(cursor, count, max);
}

void cursor_lease_times(struct cursor *cursor, uint16_t *total, uint16_t *left)
{
	cursor_transfer(cursor, *total);
	cursor_transfer(cursor, *left);
	cursor_require(cursor, *left <= *total);
}
