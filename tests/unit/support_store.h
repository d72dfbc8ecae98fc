/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A real store, in a directory of its own. Include behind cmocka.h. */
#ifndef SLEEPPROXY_TESTS_STORE_H
#define SLEEPPROXY_TESTS_STORE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/store.h"

struct place {
	char directory[64];
	struct store *store;
};

static inline int set_up(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	strcpy(place->directory, "/tmp/test_store.XXXXXX");
	assert_non_null(mkdtemp(place->directory));
	place->store = store_open(place->directory);
	assert_non_null(place->store);
	*state = place;
	return 0;
}

static inline int tear_down(void **state)
{
	static const char *const files[] = { "", "-wal", "-shm" };
	struct place *place = *state;

	store_close(place->store);
	for (size_t i = 0; i < 3; i++) {
		char path[128];

		snprintf(path, sizeof(path), "%s/sleepproxy.db%s", place->directory, files[i]);
		unlink(path);
	}
	rmdir(place->directory);
	free(place);
	return 0;
}

#endif
