// SPDX-License-Identifier: GPL-2.0-or-later
/* The files of sleepproxy-agent: state, keys, and on-lease-lost. */
#include "test.h"

#include <stdbool.h>

#include "support_program_on_lan.h"
#include "support_state.h"

static const struct npp_client lost = { .has_lease = true, .lease = NPP_LEASE_FAILED };

static void write_hook(const char *text)
{
	write_file("hook", text);
	assert_int_equal(chmod(file("hook"), 0700), 0);
}

static void configure_hook(void)
{
	char text[256];

	snprintf(text, sizeof(text), "interface = lan\nreport-wait = 3s\non-lease-lost = %s/hook\n",
	         directory);
	configure(text);
}

TEST(lost_lease)
{
	char written[8192];

	start_proxy((struct script){ .lease = lost });
	start_proxy((struct script){ .lease = lost });
	configure_hook();
	write_hook("#!/bin/sh\necho chatter\n"
	           "echo $# $SLEEPPROXY_INTERFACE $SLEEPPROXY_ADDRESS >>${0%/*}/lost\n");
	assert_int_equal(agent("sleep"), 0);
	assert_int_equal(agent("--json wake"), 0);
	read_file("lost", written);
	assert_string_equal(written, "0 lan 192.0.2.20\n"); /* once */
	assert_contains(printed, "\"lease\":{\"state\":\"lost\",\"total\":0,\"left\":0}");
	/* the hook's output is not part of it */
	assert_null(strstr(printed, "chatter"));
	assert_contains(complained, "chatter");
}

TEST(renewed_lease)
{
	start_proxy((struct script){ .lease = { .has_lease = true,
	                                        .lease = NPP_LEASE_RENEWED,
	                                        .lease_total = 3600,
	                                        .lease_left = 3400 } });
	configure_hook();
	write_hook("#!/bin/sh\n>${0%/*}/lost\n");
	assert_int_equal(agent("sleep"), 0);
	assert_int_equal(agent("wake"), 0);
	assert_contains(printed, "\nlease: renewed\nlease-time: 3600 s\nlease-left: 3400 s\n");
	assert_false(is_there("lost"));
}

TEST(failing_hook)
{
	start_proxy((struct script){ .lease = lost });
	configure_hook();
	assert_int_equal(agent("sleep"), 0);
	write_hook("#!/bin/sh\nexit 3\n");
	assert_int_equal(agent("wake"), 1);
	assert_contains(complained, "/hook: failed with status 3\n");
	/* the report was confirmed */
	assert_false(is_there("run/state.json"));
	assert_int_equal(agent("sleep"), 0);
	assert_int_equal(unlink(file("hook")), 0);
	assert_int_equal(agent("wake"), 1);
	assert_contains(complained, "/hook: cannot be run: No such file or directory\n");
}

TEST(malformed_state_file)
{
	start_proxy((struct script){ .preference = 0 });
	mkdir(file("run"), 0700);
	write_file("run/state.json", "{ \"registrations\": [ 7 ] }");
	assert_int_equal(agent("status"), 1);
	assert_contains(complained, "/run/state.json: malformed; expected what 'sleep' writes");
	assert_contains(printed, "interface: lan\naddress: 192.0.2.20\n");
	assert_int_equal(agent("wake"), 1);
	assert_contains(complained, "/run/state.json: malformed");
	assert_int_equal(agent("sleep"), 0);
	assert_int_equal(agent("status"), 0);
}

/* What people are shown of a registration. */
TEST(all_lines)
{
	const struct registrations registrations = { .list = { a_full_registration(2) },
		                                     .count = 1 };

	assert_int_equal(state_file_write(file("run/state.json"), &registrations), 0);
	assert_int_equal(agent("status"), 0);
	assert_contains(printed, "\ninterface: eth0\nproxy: 192.0.2.2\nclient: 4712\n"
	                         "backup-of: 192.0.2.1\nsince: 2026-11-23T12:00:00.000Z\n"
	                         "address: 192.0.2.20, 192.0.2.21, 2001:db8::1\n"
	                         "mac: 52:54:00:12:34:56\nhostname: nas\n"
	                         "wakes: tcp/any, udp/161\nsummed-up: true\ntimer: 28800 s\n"
	                         "lease-server: 192.0.2.3\nlease-time: infinite\n"
	                         "lease-left: 3600 s\nmissing: nd\n");
}

/* Else it could not be reported. */
TEST(state_cannot_be_written)
{
	start_proxy((struct script){ .preference = 0 });
	assert_int_equal(agent("--state /proc/none/state.json sleep"), 1);
	assert_contains(complained, "/proc/none/state.json cannot be written");
}

TEST(key_file)
{
	static struct npp_keys keys = {
		.key = { { .id = 1, .length = 16, .secret = "0123456789abcdef" } },
		.count = 1,
	};
	char text[256], written[8192];

	start_proxy((struct script){ .keys = &keys });
	snprintf(text, sizeof(text), "interface = lan\nkey-file = %s/keys\n", directory);
	configure(text);
	assert_int_equal(agent("sleep"), 2);
	assert_contains(complained, "/keys: No such file or directory");
	write_file("keys", "1 30313233343536373839616263646566 # a comment\n");
	assert_int_equal(chmod(file("keys"), 0604), 0);
	assert_int_equal(agent("sleep"), 2);
	assert_contains(complained, "/keys: others may read or change it");
	assert_int_equal(chmod(file("keys"), 0600), 0);
	assert_int_equal(agent("--verbose sleep"), 0);
	assert_null(strstr(complained, "3031")); /* no secret */
	read_file("run/state.json", written);
	assert_contains(written, "\"key\":1");
	assert_null(strstr(written, "3031"));
	assert_int_equal(agent("wake"), 0);
	assert_true(seen_of(&proxies[0], NPP_SLEEP_REQUEST, 0)->message.authenticated);
	assert_true(seen_of(&proxies[0], NPP_WAKEUP_REPORT, 0)->message.authenticated);
	strcat(text, "key = 2\n");
	configure(text);
	assert_int_equal(agent("sleep"), 2);
	assert_contains(complained, "/keys: no key 2; expected the key of ");
	/* a command that sends nothing needs none */
	assert_int_equal(agent("status"), 0);
}
