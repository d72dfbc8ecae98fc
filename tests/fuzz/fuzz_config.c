// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any file as the daemon's configuration: nothing is read beyond its end, what is accepted is
 * within its bounds, and what is refused says so with the file's name in lines without control
 * characters.
 *
 * test_fuzz.py gives it a few seconds. For longer, with what it finds kept in /tmp/found:
 *
 *     make build/tests/fuzz/fuzz_config && mkdir -p /tmp/found
 *     build/tests/fuzz/fuzz_config -max_len=4096 /tmp/found tests/fuzz/corpus/config
 */
#undef NDEBUG
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/files.h"
#include "base/text.h"
#include "config/config.h"

int __wrap_file_read(int fd, size_t limit, char **octets, size_t *length);
int __real_file_read(int fd, size_t limit, char **octets, size_t *length);
int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length);

/* Memory for the largest file, which AddressSanitizer marks whole, would take most of the time. */
int __wrap_file_read(int fd, size_t limit, char **octets, size_t *length)
{
	return __real_file_read(fd, limit < 65536 ? limit : 65536, octets, length);
}

static void check_error(const char *error, const char *path)
{
	assert(strlen(error) < CONFIG_ERROR);
	assert(strncmp(error, path, strlen(path)) == 0);
	for (const char *c = error; *c; c++)
		assert(*c == '\n' || ((unsigned char)*c >= ' ' && *c != 0x7f));
}

static void check_config(const struct config *config)
{
	char why[CONFIG_ERROR];

	assert(config->interface_count <= CONFIG_INTERFACES);
	assert(config->policy.port_count <= HOST_PORTS);
	assert(config->host_count <= config->max_hosts);
	assert(config->timing.check_requests >= 1 && config->timing.check_requests <= 100);
	for (size_t i = 0; i < config->host_count; i++) {
		const struct host_description *host = &config->hosts[i];

		assert(description_check(host, why, sizeof(why)) == 0);
		assert(host->address_count <= HOST_ADDRESSES);
		assert(host->policy.port_count <= HOST_PORTS);
		assert(host->policy.source_count <= HOST_SOURCES);
		assert(text_is_name(host->name) && host->attributes.vlan <= 4094);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
	static char path[32];
	static int fd = -1;
	char error[CONFIG_ERROR] = "";
	struct config config;

	if (fd < 0) {
		fd = memfd_create("config", 0);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	}
	assert(ftruncate(fd, 0) == 0 && pwrite(fd, octets, length, 0) == (ssize_t)length);
	config_init(&config);
	if (config_load(path, &config, error))
		check_error(error, path);
	else
		check_config(&config);
	config_done(&config);
	return 0;
}
