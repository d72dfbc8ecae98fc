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
	config->mac_count = config->host_count;
	for (size_t i = 0; i < config->mac_count; i++)
		config->macs[i] = config->hosts[i].mac;
	qsort(config->macs, config->mac_count, sizeof(*config->macs), mac_compare);
	return 0;
}

void config_drop_hosts(struct config *config)
{
	free(config->hosts);
	config->hosts = NULL;
	config->host_count = 0;
}

bool config_has_host(const struct config *config, const struct mac *mac)
{
	return config->macs &&
	       bsearch(mac, config->macs, config->mac_count, sizeof(*config->macs), mac_compare);
}
