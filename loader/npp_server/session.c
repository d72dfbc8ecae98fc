// SPDX-License-Identifier: GPL-2.0-or-later
#include "npp_server/session.h"

#include <nettle/sha2.h>
#include <string.h>

uint64_t session_part(const uint8_t *octets, size_t length)
{
	struct sha256_ctx context;
	uint64_t part;

	sha256_init(&context);
	sha256_update(&context, length, octets);
	sha256_digest(&context, sizeof(part), (uint8_t *)&part);
	return part;
}

bool session_has_part(const struct session *session, uint64_t part)
{
	for (size_t i = 0; i < session->part_count; i++)
		if (session->parts[i] == part)
			return true;
	return false;
}
