// SPDX-License-Identifier: GPL-2.0-or-later
/* The commands of sleepproxy-agent, on a LAN with proxies. */
#include "test.h"

#include <signal.h>
#include <stdbool.h>

#include "support_agent.h"

#define HANDED_OVER "interface: lan\nproxy: 192.0.2.1\nclient: 4711\n"
#define BACKUP "\ninterface: lan\nproxy: 192.0.2.2\nclient: 4711\nbackup-of: 192.0.2.1\nsince: 20"
#define REPORTED(last) \
	"interface: lan\nproxy: 192.0.2." last \
	"\nclient: 4711\nconfirmed: true\naddress: 192.0.2.20\n"

BEFORE_EACH(set_up_program_on_lan)
AFTER_EACH(tear_down_program)

TEST(sleep_and_wake)
{
	struct proxy_thread *first, *second;
	struct stat about;

	first = start_proxy((struct script){ .preference = 1 });
	second = start_proxy((struct script){ .preference = 0 });
	assert_int_equal(agent("sleep"), 0);
	assert_string_equal(complained, "");
	assert_int_equal(strncmp(printed, HANDED_OVER, strlen(HANDED_OVER)), 0);
	assert_contains(printed, BACKUP);
	assert_contains(printed, "\naddress: 192.0.2.20\nmac: 52:54:00:12:34:56\n");
	assert_contains(printed, "\nwakes: none\n");
	assert_int_equal(stat(file("run/state.json"), &about), 0);
	assert_int_equal(about.st_mode & 0777, 0600);
	assert_address(seen_of(second, NPP_SLEEP_REQUEST, 0)->message.request.backup_of, 1);
	assert_int_equal(agent("status"), 0);
	assert_contains(printed, "interface: lan\naddress: 192.0.2.20\n");
	assert_contains(printed, HANDED_OVER "since: 20");
	assert_contains(printed, BACKUP);
	assert_int_equal(agent("wake"), 0);
	assert_contains(printed, REPORTED("1"));
	assert_contains(printed, REPORTED("2"));
	assert_false(is_there("run/state.json"));
	assert_int_equal(received(first, NPP_WAKEUP_REPORT), 1);
	assert_int_equal(received(second, NPP_WAKEUP_REPORT), 1);
	assert_int_equal(agent("wake"), 0);
	assert_string_equal(printed, "registrations: none\n");
}

TEST(as_configured)
{
	const struct npp_request *request;
	struct proxy_thread *proxy;

	proxy = start_proxy((struct script){ .preference = 9 });
	proxy = start_proxy((struct script){ .preference = 0 });
	configure(
		"interface = lan\nproxy = {192.0.2.2, 192.0.2.1}\nbackup = false\nwake = {tcp/22, udp/161}\n"
		"sleep-timer = 8h\n");
	assert_int_equal(agent("sleep"), 0);
	assert_contains(printed, "proxy: 192.0.2.2\n");
	assert_contains(printed, "\nwakes: tcp/22, udp/161\ntimer: 28800 s\n");
	request = &seen_of(proxy, NPP_SLEEP_REQUEST, 0)->message.request;
	assert_int_equal(request->timer, 28800);
	assert_int_equal(request->port_count, 2);
	assert_int_equal(received(&proxies[0], NPP_SLEEP_REQUEST), 0);
}

TEST(first_proxy_silent)
{
	start_proxy((struct script){ .preference = 0 });
	start_proxy((struct script){ .preference = 1, .refuses_from = 1 });
	assert_int_equal(agent("sleep"), 0);
	assert_contains(printed, HANDED_OVER);
	assert_string_equal(complained,
	                    "sleepproxy-agent: lan: 192.0.2.2 refused; its log says why\n");
}

/* A proxy that does not answer leaves time for the others. */
TEST(two_proxies_silent)
{
	start_proxy((struct script){ .preference = 0 });
	start_proxy((struct script){ .preference = 2, .silent_from = 1 });
	start_proxy((struct script){ .preference = 1, .silent_from = 1 });
	assert_int_equal(agent("sleep"), 0);
	assert_contains(printed, HANDED_OVER);
	assert_contains(complained, "192.0.2.2 did not answer; 192.0.2.3 did not answer");
}

TEST(all_refuse)
{
	const int64_t begun = clock_ms();

	assert_int_equal(agent("sleep"), 1);
	assert_true(clock_ms() - begun >= 3000);
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

TEST(no_link)
{
	HERE("ip link set lan-end down");
	assert_int_equal(agent("sleep"), 1);
	assert_contains(complained, "lan: not handed over: no carrier");
	HERE("ip link set lan-end up && ip address flush dev lan");
	assert_int_equal(agent("sleep"), 1);
	assert_contains(complained, "lan: not handed over: no IPv4 address");
	assert_int_equal(agent("--interface none sleep"), 1);
	assert_contains(complained, "none: not handed over: no such interface");
	configure("");
	HERE("ip route flush default");
	assert_int_equal(agent("sleep"), 1);
	assert_contains(complained, "name one with --interface");
}

/* An interface without link does not prevent the others from being handed over. */
TEST(two_interfaces)
{
	start_proxy((struct script){ .preference = 0 });
	HERE("ip link add other type veth peer name other-end");
	assert_int_equal(agent("--interface other --interface lan sleep"), 0);
	assert_contains(printed, HANDED_OVER);
	assert_contains(complained, "other: not handed over: no IPv4 address");
}

TEST(second_sleep)
{
	start_proxy((struct script){ .preference = 1 });
	start_proxy((struct script){ .preference = 0 });
	assert_int_equal(agent("sleep"), 0);
	proxies[0].script.no_advertisement = true;
	assert_int_equal(agent("sleep"), 0);
	assert_int_equal(agent("status"), 0);
	assert_contains(printed, "proxy: 192.0.2.2\nclient: 4711\nsince: 20");
	assert_null(strstr(printed, "192.0.2.1"));
}

TEST(discover)
{
	start_proxy((struct script){ .preference = -1 });
	start_proxy(
		(struct script){ .services = { NPP_SERVICE_ECHO, 0x8005 }, .service_count = 2 });
	assert_int_equal(agent("discover"), 0);
	assert_string_equal(printed, "interface: lan\naddress: 192.0.2.1\nmac: 02:00:00:00:00:01\n"
	                             "preference: -1\nlifetime: 1800 s\n"
	                             "services: arp, dhcp4, nd, wake-on-packet\nsuits: true\n"
	                             "\n"
	                             "interface: lan\naddress: 192.0.2.2\nmac: 02:00:00:00:00:02\n"
	                             "preference: 0\nlifetime: 1800 s\nservices: echo, 0x8005\n"
	                             "suits: false\nreason: offers no ARP\n");
	assert_int_equal(agent("--json discover"), 0);
	assert_contains(printed,
	                "{\"proxies\":[{\"interface\":\"lan\",\"address\":\"192.0.2.1\","
	                "\"mac\":\"02:00:00:00:00:01\",\"preference\":-1,\"lifetime\":1800,"
	                "\"services\":[\"arp\",\"dhcp4\",\"nd\",\"wake-on-packet\"],"
	                "\"suits\":true},");
	stop_proxies(NULL);
	configure("interface = lan\nwait = 300ms\n");
	assert_int_equal(agent("discover"), 1);
	assert_contains(complained, "lan: no proxy answers");
}

TEST(as_json)
{
	start_proxy((struct script){ .preference = 0 });
	assert_int_equal(agent("--json sleep"), 0);
	assert_contains(printed,
	                "{\"registrations\":[{\"interface\":\"lan\",\"proxy\":{\"address\":"
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
	assert_string_equal(printed, "{\"registrations\":[],\"failures\":[{\"interface\":\"lan\","
	                             "\"reason\":\"192.0.2.1 refused; its log says why\"}]}\n");
}

static pid_t start_agent(const char *command)
{
	char settings[128], state[128];
	const pid_t pid = fork();

	if (pid)
		return pid;
	strcpy(settings, file("agent.conf"));
	strcpy(state, file("run/state.json"));
	if (freopen(file("out"), "w", stdout) && freopen(file("err"), "w", stderr))
		execl(program, program, "--config", settings, "--state", state, command, NULL);
	_exit(99);
}

/* As soon as the proxy has received its request. */
static int end_while_asking(struct proxy_thread *proxy)
{
	pid_t pid;
	int status;

	configure("interface = lan\nwait = 60s\n"); /* which it does not wait for */
	pid = start_agent("sleep");
	assert_true(pid > 0);
	while (!received(proxy, NPP_SLEEP_REQUEST))
		assert_int_equal(waitpid(pid, &status, WNOHANG), 0); /* it still runs */
	alarm(30);
	kill(pid, SIGTERM);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	alarm(0);
	assert_true(WIFEXITED(status));
	read_file("out", printed);
	read_file("err", complained);
	return WEXITSTATUS(status);
}

TEST(interrupted)
{
	start_proxy((struct script){ .silent_from = 1 });
	assert_int_equal(end_while_asking(&proxies[0]), 1);
	assert_string_equal(printed, "");
	assert_string_equal(complained, "sleepproxy-agent: lan: not handed over: interrupted\n");
	assert_false(is_there("run/state.json"));
}

/* It is handed over by then, and can be taken back. */
TEST(interrupted_during_backup)
{
	start_proxy((struct script){ .preference = 1 });
	start_proxy((struct script){ .silent_from = 1 });
	assert_int_equal(end_while_asking(&proxies[1]), 1);
	assert_contains(printed, HANDED_OVER);
	assert_string_equal(complained,
	                    "sleepproxy-agent: interrupted; 'sleepproxy-agent wake' takes "
	                    "back what is handed over\n");
	assert_int_equal(agent("wake"), 0);
	assert_string_equal(printed, REPORTED("1"));
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
	                         "lease-left: 3600 s\nlease6: 2001:db8::1\n"
	                         "lease6-left: 3600 s\nmissing: nd\n");
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
