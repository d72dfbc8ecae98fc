// SPDX-License-Identifier: GPL-2.0-or-later
/* Any octets, read as a Router Advertisement: as fuzz_dhcp_message.c. */
#undef NDEBUG
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "net/router_advert.h"

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
	/* at an odd address, and up to the very end of what is allocated */
	uint8_t *odd = malloc(length + 1);
	struct router_advert untouched, advert;

	assert(odd);
	if (length)
		memcpy(odd + 1, octets, length);
	memset(&untouched, 0xa5, sizeof(untouched));
	memcpy(&advert, &untouched, sizeof(advert));
	if (router_advert_read(odd + 1, length, &advert) == RA_PARSE_ERROR_NONE)
		assert(router_advert_check(&advert));
	else
		assert(!memcmp(&advert, &untouched, sizeof(advert)));
	free(odd);
	return 0;
}
