// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Wakeup Reports of sleepproxy-agent: to several proxies at once, over links that come up late; and
 * what it does about a lease.
 */
#include "test.h"

#include <stdbool.h>

#include "support_agent.h"

enum { KEY = 7, NO_WAIT = 10000 /* ms: less than LONG, on any machine */ };
#define LONG "60s"

static const struct npp_keys keys = {
	.key = { { .id = KEY, .length = 16, .secret = "0123456789abcdef" } },
	.count = 1,
};

BEFORE_EACH(set_up_program_on_lan)
AFTER_EACH(tear_down_program)

static int64_t took;

static struct registrations registrations;

static void register_with(uint8_t count)
{
	for (uint8_t number = 1; number <= count; number++) {
		struct proxy_registration *one = &registrations.list[number - 1];

		*one = a_registration(number);
		strcpy(one->interface, "lan");
		one->proxy_mac.octet[5] = number;
		one->client = CLIENT;
	}
	registrations.count = count;
}

/* The exit status. */
static int report_all(const char *wait)
{
	char text[256];
	int64_t begun;
	int status;

	snprintf(text, sizeof(text),
	         "interface = lan\nreport-wait = %s\nkey-file = %s/keys\nkey = %u\n", wait,
	         directory, KEY);
	configure(text);
	write_file("keys", "7 30313233343536373839616263646566\n");
	assert_int_equal(chmod(file("keys"), 0600), 0);
	assert_int_equal(state_file_write(file("run/state.json"), &registrations), 0);
	begun = clock_ms();
	status = agent("wake");
	took = clock_ms() - begun;
	return status;
}

/* The first answer to arrive need not be the proxy's. */
static void from_another_client(struct npp_message *answer, struct npp_packet *datagram)
{
	(void)datagram;
	answer->client.id++;
	answer->client.has_lease = true;
	answer->client.lease = NPP_LEASE_FAILED;
}

/* Also without an address: the answer says whether it may be used. */
TEST(confirmed)
{
	struct proxy_thread *proxy = start_proxy((struct script){ .forge = from_another_client });

	register_with(1);
	HERE("ip address flush dev lan");
	assert_int_equal(report_all(LONG), 0);
	assert_null(strstr(printed, "lost"));
	assert_in_range(took, 0, NO_WAIT);
	assert_int_equal(received(proxy, NPP_WAKEUP_REPORT), 1);
	assert_int_equal(proxy->seen[0].message.transaction, 0x1201);
	assert_int_equal(proxy->seen[0].message.client.id, CLIENT);
	/* unsigned as the request was, though there are keys now */
	assert_false(proxy->seen[0].message.authenticated);
	assert_address(proxy->seen[0].source, 20);
}

/* It stays in the file, and is reported again. */
TEST(one_unanswered)
{
	register_with(2);
	start_proxy((struct script){ .silent_to_reports = true });
	start_proxy((struct script){ .delay = 200 });
	assert_int_equal(report_all("1500ms"), 1);
	assert_true(took >= 1500);
	assert_contains(printed, "proxy: 192.0.2.2\nclient: 4711\nconfirmed: true\n");
	assert_string_equal(complained, "sleepproxy-agent: lan: 192.0.2.1 did not answer\n");
	assert_true(is_there("run/state.json"));
	proxies[0].script.silent_to_reports = false;
	assert_int_equal(agent("wake"), 0);
	assert_contains(printed, "proxy: 192.0.2.1\nclient: 4711\nconfirmed: true\n");
	assert_int_equal(received(&proxies[1], NPP_WAKEUP_REPORT), 1);
	assert_false(is_there("run/state.json"));
}

TEST(refused)
{
	register_with(1);
	start_proxy((struct script){ .refuses_reports = true });
	assert_int_equal(report_all(LONG), 1);
	assert_in_range(took, 0, NO_WAIT);
	assert_contains(complained, "192.0.2.1 knows of no such registration");
	assert_false(is_there("run/state.json"));
}

/* A USB interface may return with another index, and its carrier later. */
TEST(late_interface)
{
	register_with(2);
	start_proxy((struct script){ .preference = 0 });
	start_proxy((struct script){ .preference = 0 });
	HERE("ip link set lan down && ip link set lan-end down && ip link set lan name late");
	HERE("(sleep 0.5; ip link set late name lan && ip link set lan up; "
	     "sleep 0.3; ip link set lan-end up) &");
	assert_int_equal(report_all(LONG), 0);
	assert_in_range(took, 700, NO_WAIT);
}

TEST(no_link)
{
	register_with(2);
	HERE("ip link set lan-end down");
	strcpy(registrations.list[1].interface, "none");
	assert_int_equal(report_all("400ms"), 1);
	assert_true(took >= 400);
	assert_string_equal(
		complained,
		"sleepproxy-agent: lan: 192.0.2.1 cannot be told: the interface has no carrier\n"
		"sleepproxy-agent: none: 192.0.2.2 cannot be told: no such interface\n");
	assert_true(is_there("run/state.json"));
}

/* The proxy would refuse the report. */
TEST(changed_mac)
{
	register_with(1);
	start_proxy((struct script){ .preference = 0 });
	registrations.list[0].host_info.mac.octet[5]++;
	assert_int_equal(report_all(LONG), 1);
	assert_in_range(took, 0, NO_WAIT);
	assert_contains(complained, "the interface has another MAC");
}

TEST(with_a_key)
{
	const struct npp_authentication *said;
	struct proxy_thread *proxy;

	register_with(2);
	proxy = start_proxy((struct script){ .keys = &keys });
	registrations.list[0].key = KEY;
	/* the clock was set back meanwhile */
	registrations.list[0].signed_at = (uint64_t)clock_now().wall / 1000 + 100;
	registrations.list[1].key = KEY + 1;
	assert_int_equal(report_all(LONG), 1);
	assert_in_range(took, 0, NO_WAIT);
	assert_int_equal(received(proxy, NPP_WAKEUP_REPORT), 1);
	said = &proxy->seen[0].message.authentication;
	assert_int_equal(said->key, KEY);
	assert_true(said->time > registrations.list[0].signed_at);
	assert_string_equal(complained,
	                    "sleepproxy-agent: lan: 192.0.2.2 wants a key that is not in "
	                    "the key file\n");
}

/* What its answer says of the lease. */
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
