// SPDX-License-Identifier: GPL-2.0-or-later
/* sleepproxy-agent, as people and machines run it: what it does, and what it says. */
#include <signal.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support_program_on_lan.h"

#define HANDED_OVER "lan: 192.0.2.20 is handed over to 192.0.2.1 (client 4711)"
static void there_and_back(void **state)
{
	struct proxy_thread *first, *second;
	struct stat about;

	(void)state;
	first = start_proxy((struct script){ .preference = 1 });
	second = start_proxy((struct script){ .preference = 0 });
	assert_int_equal(agent("sleep"), 0);
	assert_string_equal(complained, "");
	assert_string_equal(printed, HANDED_OVER ", backup 192.0.2.2; nothing wakes it\n");
	assert_int_equal(stat(file("run/state.json"), &about), 0);
	assert_int_equal(about.st_mode & 0777, 0600);
	assert_address(seen_of(second, NPP_SLEEP_REQUEST, 0)->message.request.backup_of, 1);
	assert_int_equal(agent("status"), 0);
	assert_contains(printed, "lan: 192.0.2.20 would be handed over");
	assert_contains(printed, HANDED_OVER ", backup 192.0.2.2; nothing wakes it; since 20");
	assert_null(strstr(printed, "as backup of"));
	assert_int_equal(agent("wake"), 0);
	assert_contains(printed, "lan: 192.0.2.20 is back from 192.0.2.1\n");
	assert_contains(printed, "lan: 192.0.2.20 is back from 192.0.2.2\n");
	assert_false(is_there("run/state.json"));
	assert_int_equal(heard(first, NPP_WAKEUP_REPORT), 1);
	assert_int_equal(heard(second, NPP_WAKEUP_REPORT), 1);
	assert_int_equal(agent("wake"), 0);
	assert_string_equal(printed, "nothing is handed over\n");
}

static void as_configured(void **state)
{
	const struct npp_request *request;
	struct proxy_thread *proxy;

	(void)state;
	proxy = start_proxy((struct script){ .preference = 9 });
	proxy = start_proxy((struct script){ .preference = 0 });
	configure(
		"interface = lan\nproxy = {192.0.2.2, 192.0.2.1}\nbackup = false\nwake = {tcp/22, udp/161}\n"
		"sleep-timer = 8h\n");
	assert_int_equal(agent("sleep"), 0);
	assert_string_equal(printed, "lan: 192.0.2.20 is handed over to 192.0.2.2 (client 4711); "
	                             "tcp/22 and udp/161 wake it; it is woken after 8 h\n");
	request = &seen_of(proxy, NPP_SLEEP_REQUEST, 0)->message.request;
	assert_int_equal(request->timer, 28800);
	assert_int_equal(request->port_count, 2);
	assert_int_equal(heard(&proxies[0], NPP_SLEEP_REQUEST), 0);
	/* the machine's own clock wakes it */
	configure(
		"interface = lan\nproxy = 192.0.2.2\nwake = none\nsleep-timer = 8h\nwake-by = rtc\n");
	assert_int_equal(agent("sleep"), 0);
	request = &seen_of(proxy, NPP_SLEEP_REQUEST, 1)->message.request;
	assert_int_equal(request->timer, 0);
	assert_true(request->has_ports);
	assert_int_equal(request->port_count, 0);
}

static void the_second_best(void **state)
{
	(void)state;
	start_proxy((struct script){ .preference = 0 });
	start_proxy((struct script){ .preference = 1, .refuses_from = 1 });
	assert_int_equal(agent("sleep"), 0);
	assert_string_equal(printed, HANDED_OVER "; nothing wakes it\n");
	assert_string_equal(complained,
	                    "sleepproxy-agent: lan: 192.0.2.2 refused; its log says why\n");
}

/* A proxy that does not answer leaves time for the others. */
static void the_third_best(void **state)
{
	(void)state;
	start_proxy((struct script){ .preference = 0 });
	start_proxy((struct script){ .preference = 2, .mute_from = 1 });
	start_proxy((struct script){ .preference = 1, .mute_from = 1 });
	assert_int_equal(agent("sleep"), 0);
	assert_string_equal(printed, HANDED_OVER "; nothing wakes it\n");
	assert_contains(complained, "192.0.2.2 did not answer; 192.0.2.3 did not answer");
}

static void nobody_takes_it(void **state)
{
	int64_t begun = clock_ms();

	(void)state;
	assert_int_equal(agent("sleep"), 1);
	assert_in_range(clock_ms() - begun, 3000, 3600);
	assert_string_equal(printed, "");
	assert_contains(complained, "sleepproxy-agent: lan: not handed over: no proxy answered");
	assert_false(is_there("run/state.json"));
	start_proxy((struct script){ .services = { NPP_SERVICE_DHCP4 }, .service_count = 1 });
	assert_int_equal(agent("sleep"), 1);
	assert_contains(complained, "not handed over: 192.0.2.1 offers no ARP");
	proxies[0].script = (struct script){ .refuses_from = 1 };
	assert_int_equal(agent("sleep"), 1);
	assert_string_equal(complained,
	                    "sleepproxy-agent: lan: not handed over: 192.0.2.1 refused; "
	                    "its log says why\n");
}

static void no_way_to_them(void **state)
{
	(void)state;
	HERE("ip link set lan-end down");
	assert_int_equal(agent("sleep"), 1);
	assert_contains(complained, "lan: not handed over: it has no carrier");
	HERE("ip link set lan-end up && ip address flush dev lan");
	assert_int_equal(agent("sleep"), 1);
	assert_contains(complained, "lan: not handed over: it has no IPv4 address");
	assert_int_equal(agent("--interface none sleep"), 1);
	assert_contains(complained, "none: not handed over: it is no interface of this machine");
	configure("");
	HERE("ip route flush default");
	assert_int_equal(agent("sleep"), 1);
	assert_contains(complained, "name one with --interface");
}

/* What has no link has nothing to be handed over, and keeps nothing else from being so. */
static void two_interfaces(void **state)
{
	(void)state;
	start_proxy((struct script){ .preference = 0 });
	HERE("ip link add other type veth peer name other-end");
	assert_int_equal(agent("--interface other --interface lan sleep"), 0);
	assert_string_equal(printed, HANDED_OVER "; nothing wakes it\n");
	assert_contains(complained, "other: not handed over: it has no IPv4 address");
}

static void another_time(void **state)
{
	(void)state;
	start_proxy((struct script){ .preference = 1 });
	start_proxy((struct script){ .preference = 0 });
	assert_int_equal(agent("sleep"), 0);
	proxies[0].script.hidden = true;
	assert_int_equal(agent("sleep"), 0);
	assert_int_equal(agent("status"), 0);
	assert_contains(printed, "lan: 192.0.2.20 is handed over to 192.0.2.2 (client 4711); ");
	assert_null(strstr(printed, "192.0.2.1"));
}

static void who_is_there(void **state)
{
	(void)state;
	start_proxy((struct script){ .preference = -1 });
	start_proxy(
		(struct script){ .services = { NPP_SERVICE_ECHO, 0x8004 }, .service_count = 2 });
	assert_int_equal(agent("discover"), 0);
	assert_string_equal(
		printed, "lan: 192.0.2.1 (02:00:00:00:00:01) with preference -1, for 1800 s: arp, "
			 "dhcp4, nd and wake-on-packet\n"
			 "lan: 192.0.2.2 (02:00:00:00:00:02) with preference 0, for 1800 s: echo "
			 "and 0x8004; not taken, as it offers no ARP\n");
	assert_int_equal(agent("--json discover"), 0);
	assert_contains(printed,
	                "{\"proxies\":[{\"interface\":\"lan\",\"address\":\"192.0.2.1\","
	                "\"mac\":\"02:00:00:00:00:01\",\"preference\":-1,\"lifetime\":1800,"
	                "\"services\":[\"arp\",\"dhcp4\",\"nd\",\"wake-on-packet\"],"
	                "\"suits\":true},");
	stop_proxies();
	configure("interface = lan\nwait = 300ms\n");
	assert_int_equal(agent("discover"), 1);
	assert_contains(complained, "lan has no proxy that answers");
}

static void as_json(void **state)
{
	(void)state;
	start_proxy((struct script){ .preference = 0 });
	assert_int_equal(agent("--json sleep"), 0);
	assert_contains(printed, "{\"handovers\":[{\"interface\":\"lan\",\"proxy\":{\"address\":"
	                         "\"192.0.2.1\",\"mac\":\"02:00:00:00:00:01\"},\"client\":4711,");
	assert_contains(printed, "\"failures\":[]}\n");
	assert_int_equal(*printed, '{');
	assert_int_equal(agent("--json status"), 0);
	assert_contains(printed, "{\"interfaces\":[{\"interface\":\"lan\",\"mac\":"
	                         "\"52:54:00:12:34:56\",\"addresses\":[\"192.0.2.20\"],");
	assert_int_equal(agent("--json wake"), 0);
	assert_string_equal(printed,
	                    "{\"reports\":[{\"interface\":\"lan\",\"address\":\"192.0.2.20\","
	                    "\"proxy\":\"192.0.2.1\",\"client\":4711,\"confirmed\":true}]}\n");
	assert_int_equal(agent("--json wake"), 0);
	assert_string_equal(printed, "{\"reports\":[]}\n");
	proxies[0].script.refuses_from = 1;
	assert_int_equal(agent("--json sleep"), 1);
	assert_string_equal(printed, "{\"handovers\":[],\"failures\":[{\"interface\":\"lan\","
	                             "\"reason\":\"192.0.2.1 refused; its log says why\"}]}\n");
}

static pid_t start_agent(const char *command)
{
	char config[128], state[128];
	const pid_t pid = fork();

	if (pid)
		return pid;
	strcpy(config, file("agent.conf"));
	strcpy(state, file("run/state.json"));
	if (freopen(file("out"), "w", stdout) && freopen(file("err"), "w", stderr))
		execl(program, program, "--config", config, "--state", state, command, NULL);
	_exit(99);
}

/* As soon as the proxy has heard its request. */
static int end_while_asking(struct proxy_thread *proxy)
{
	const pid_t pid = start_agent("sleep");
	int64_t begun;
	int status;

	assert_true(pid > 0);
	while (!heard(proxy, NPP_SLEEP_REQUEST))
		usleep(10000);
	begun = clock_ms();
	kill(pid, SIGTERM);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_in_range(clock_ms() - begun, 0, 300);
	assert_true(WIFEXITED(status));
	read_file("out", printed);
	read_file("err", complained);
	return WEXITSTATUS(status);
}

static void told_to_end(void **state)
{
	(void)state;
	start_proxy((struct script){ .mute_from = 1 });
	assert_int_equal(end_while_asking(&proxies[0]), 1);
	assert_string_equal(printed, "");
	assert_string_equal(complained, "sleepproxy-agent: lan: not handed over: interrupted\n");
	assert_false(is_there("run/state.json"));
}

/* It is handed over by then, and can be taken back. */
static void told_to_end_while_it_asks_a_backup(void **state)
{
	(void)state;
	start_proxy((struct script){ .preference = 1 });
	start_proxy((struct script){ .mute_from = 1 });
	assert_int_equal(end_while_asking(&proxies[1]), 1);
	assert_string_equal(printed, HANDED_OVER "; nothing wakes it\n");
	assert_string_equal(complained,
	                    "sleepproxy-agent: interrupted; 'sleepproxy-agent wake' takes "
	                    "back what is handed over\n");
	assert_int_equal(agent("wake"), 0);
	assert_string_equal(printed, "lan: 192.0.2.20 is back from 192.0.2.1\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		PROGRAM_TEST(there_and_back),  PROGRAM_TEST(as_configured),
		PROGRAM_TEST(the_second_best), PROGRAM_TEST(the_third_best),
		PROGRAM_TEST(nobody_takes_it), PROGRAM_TEST(no_way_to_them),
		PROGRAM_TEST(two_interfaces),  PROGRAM_TEST(another_time),
		PROGRAM_TEST(who_is_there),    PROGRAM_TEST(as_json),
		PROGRAM_TEST(told_to_end),     PROGRAM_TEST(told_to_end_while_it_asks_a_backup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
