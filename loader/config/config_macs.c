// SPDX-License-Identifier: GPL-2.0-or-later
/* The hosts of a configuration, found by their MAC in a list of thousands. */
#include "config/config.h"

#include <errno.h>
#include <stdlib.h>

#include "base/addr.h"

int config_sort_macs(struct config *config)
{
	free(config->macs);
	config->macs = calloc(config->host_count + 1, sizeof(*config->macs));
	if (!config->macs)
		return -ENOMEM;
	for (size_t i = 0; i < config->host_count; i++)
		config->macs[i] = config->hosts[i].mac;
	qsort(config->macs, config->host_count, sizeof(*config->macs), mac_compare);
	return 0;
}

bool config_has_host(const struct config *config, const struct mac *mac)
{
	return config->macs &&
	       bsearch(mac, config->macs, config->host_count, sizeof(*config->macs), mac_compare);
}
