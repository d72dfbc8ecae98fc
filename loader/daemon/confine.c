// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the daemon gives up once it is up, so that whoever takes it over by a bug has no more than
 * it needs: it can still load and attach the datapath, and send and receive frames.
 */
#include <linux/capability.h>
#include <string.h>
#include <unistd.h>

#include "base/capability.h"
#include "base/log.h"
#include "daemon/daemon.h"

/* A reload reads the first two again, an interface that comes later is pinned, the store closed. */
static uint64_t needed_for_files(const struct daemon *daemon)
{
	const struct {
		const char *path;
		int mode;
	} files[] = {
		{ daemon->options.config, R_OK },
		{ daemon->config.npp.keys, R_OK },
		{ daemon->options.pin_dir, R_OK | W_OK | X_OK },
		{ daemon->options.state_dir, R_OK | W_OK | X_OK },
	};
	uint64_t needed = 0;

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		const char *path = files[i].path;

		if (!path || !*path || !capability_for_file(path, files[i].mode))
			continue;
		log_info("keeps CAP_DAC_OVERRIDE: %s is another user's", path);
		needed |= CAPABILITY_BIT(CAP_DAC_OVERRIDE);
	}
	return needed;
}

int confine_start(struct daemon *daemon)
{
	const int err = capability_limit(capability_lasting() | needed_for_files(daemon));

	if (err)
		log_warning("capabilities cannot be dropped: %s", strerror(-err));
	return 0;
}
