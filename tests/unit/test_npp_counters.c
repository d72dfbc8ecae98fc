// SPDX-License-Identifier: GPL-2.0-or-later
/* The names of the NPP server's counters, in their order. */
#include "test.h"

#include <string.h>

#include "npp_server/npp_server.h"

static const char *const names[] = {
	"solicitation",
	"registered",
	"reported",
	"duplicate",
	"not_for_proxy",
	"canceled",
	"wrong_destination",
	"no_address",
	"rate_limited",
	"mac_mismatch",
	"source_mismatch",
	"invalid_address",
	"own_address",
	"gateway_address",
	"address_taken",
	"address_in_use",
	"missing_address",
	"unsupported",
	"too_many",
	"limit_reached",
	"tables_full",
	"store_failed",
	"busy",
	"unknown_client",
	"stale_transaction",
	"short",
	"other_type",
	"bad_checksum",
	"bad_code",
	"bad_subtype",
	"bad_option",
	"missing_option",
	"unexpected_option",
	"unknown_request",
	"not_signed",
	"unknown_key",
	"bad_hmac",
	"stale_time",
	"replay",
	"repeated",
};

TEST(names_and_meanings)
{
	const struct npp_server_parts parts = { .fd = -1 };
	struct npp_server *server = npp_server_new(&parts);
	const char *name, *meaning;
	uint64_t count;
	size_t index = 0;

	while (npp_server_counter(server, index, &name, &meaning, &count)) {
		assert_true(index < sizeof(names) / sizeof(*names));
		assert_string_equal(name, names[index++]);
		assert_true(strlen(meaning) > 5);
	}
	assert_int_equal(index, sizeof(names) / sizeof(*names));
	npp_server_free(server);
}
