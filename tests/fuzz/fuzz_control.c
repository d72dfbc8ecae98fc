// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any lines as requests on the control socket of a daemon with real maps, in a network of its own:
 * each comes to one end, what is refused says why, and the daemon knows no more hosts than it may.
 * The hosts go with each input. Needs root.
 *
 * test_fuzz.py gives it a few seconds. For longer, with what it finds kept in /tmp/found:
 *
 *     make build/tests/fuzz/fuzz_control && mkdir -p /tmp/found
 *     build/tests/fuzz/fuzz_control -max_len=2048 /tmp/found tests/fuzz/corpus/control
 */
#undef NDEBUG
#include <assert.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>

#include "base/log.h"
#include "control/control.h"
#include "daemon/holding.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length);

static struct daemon daemon_ = {
	.packet_fd = -1,
	.options = { .interfaces = { "absent" },
	             .interface_count = 1,
	             .pin_dir = "/sys/fs/bpf/fuzz",
	             .state_dir = "/dev/null" }, /* no store: it has a fuzzer of its own */
};

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	log_init(LOG_EMERG);
	assert(!unshare(CLONE_NEWNET | CLONE_NEWNS));
	assert(!mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL));
	assert(!mount("bpf", "/sys/fs/bpf", "bpf", 0, NULL));
	config_init(&daemon_.config);
	assert(!loop_start(&daemon_) && !maps_start(&daemon_) && !persist_start(&daemon_));
	assert(!registrations_start(&daemon_) && !hosts_start(&daemon_) &&
	       !holding_start(&daemon_));
	assert(!served_ifaces_start(&daemon_) && !hosts_resume(&daemon_) && !tick_start(&daemon_));
	return 0;
}

/* The rest of what requests have begun. How many were waited for. */
static int settle(void)
{
	struct store_wait completion;
	int completed = 0;

	event_base_loop(daemon_.base, EVLOOP_NONBLOCK);
	for (; daemon_next_completion(&daemon_, &completion); completed++)
		free(completion.json);
	return completed;
}

static void ask(const char *line)
{
	static uint64_t token;
	struct request request = { .daemon = &daemon_, .token = ++token };
	enum request_end end;

	request.json = json_tokener_parse(line);
	end = request_run(&request);
	if (end == REQUEST_REFUSED)
		assert(*request.why && strlen(request.why) < REQUEST_WHY);
	else if (request.result)
		json_object_to_json_string(request.result);
	json_object_put(request.result);
	json_object_put(request.json);
	assert(settle() == (end == REQUEST_WAITS));
	assert(HASH_CNT(by_mac, daemon_.hosts->by_mac) <= daemon_.config.max_hosts);
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
	char *lines = strndup((const char *)octets, length);
	struct host *next;

	for (char *rest = lines, *line; (line = strsep(&rest, "\n"));)
		ask(line);
	host_table_each_safe (daemon_.hosts, host, next)
		daemon_remove(&daemon_, host);
	settle();
	free(lines);
	return 0;
}
