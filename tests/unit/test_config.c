// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * loader/config: files as people write them and the values they give. The wrong ones are in
 * test_config_faults.c.
 */
#include "test.h"

#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "config/config.h"
#include "support_files.h"

#define EXAMPLE "packaging/sleepproxyd.conf"

static struct config config;

static int set_up(void **state)
{
	(void)state;
	config_init(&config);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	config_done(&config);
	return 0;
}

BEFORE_ALL(make_directory)
AFTER_ALL(remove_directory)
BEFORE_EACH(set_up)
AFTER_EACH(tear_down)

static void load(const char *text)
{
	char error[CONFIG_ERROR] = "";

	write_file("conf", text);
	if (config_load(file("conf"), &config, error))
		fail_msg("%s", error);
}

#define MEMBER(member) MEMBER_OF(struct config, member)

static const struct number_setting settings[] = {
	{ "grace-period = 700ms", MEMBER(timing.grace_period), 5000, 700 },
	{ "sleep-timeout = \"2m\"", MEMBER(timing.sleep_timeout), 60000, 120000 },
	{ "silence-timeout = 1m", MEMBER(timing.silence), 120000, 60000 },
	{ "idle-timeout = 1h", MEMBER(timing.idle_timeout), 120000, 3600000 },
	{ "check-interval = 50ms", MEMBER(timing.check_interval), 500, 50 },
	{ "check-requests = 5", MEMBER(timing.check_requests), 3, 5 },
	{ "wake-interval = 3", MEMBER(timing.wake_interval), 2000, 3000 },
	{ "wake-attempts = 9", MEMBER(timing.wake_attempts), 15, 9 },
	{ "wake-holdoff = 0", MEMBER(timing.wake_holdoff), 3000, 0 },
	{ "standby-interval = 7s", MEMBER(timing.standby), 30000, 7000 },
	{ "heartbeat-timeout = 2m", MEMBER(heartbeat_timeout), 30, 120 },
	{ "min-lease = 1500ms", MEMBER(min_lease), 60000, 1500 },
	{ "max-hosts = 12", MEMBER(max_hosts), 4096, 12 },
	{ "on-stop = keep", MEMBER(on_stop), ON_STOP_WAKE, ON_STOP_KEEP },
	{ "npp = false", MEMBER(npp.on), true, false },
	{ "npp-type = 254", MEMBER(npp.icmp_type), 253, 254 },
	{ "max-registrations = 0", MEMBER(npp.max_registrations), 2048, 0 },
	{ "registration-lifetime = 1d", MEMBER(npp.lifetime_max), 604800000, 86400000 },
	{ "advertise-interval = 1m", MEMBER(npp.interval), 600, 60 },
	{ "advertise-lifetime = 1h", MEMBER(npp.lifetime), 0, 3600 },
	{ "preference = -5", MEMBER(npp.preference), 0, -5 },
};

TEST(numbers_and_words)
{
	EACH(i, settings)
	{
		load("");
		check_number(&settings[i], &config, settings[i].by_default);
		load(settings[i].text);
		check_number(&settings[i], &config, settings[i].value);
	}
}

TEST(interfaces)
{
	load("interface eth0 { mode = native   answer = host }\n"
	     "interface \"br-lan.10\" { mode = generic }\n"
	     "interface eth1 { dhcp-source = host }\n");
	assert_int_equal(config.interface_count, 3);
	assert_string_equal(config.interfaces[0].name, "eth0");
	assert_int_equal(config.interfaces[0].mode, XDP_MODE_NATIVE);
	assert_int_equal(config.interfaces[0].answer, ANSWER_HOST);
	assert_string_equal(config.interfaces[1].name, "br-lan.10");
	assert_int_equal(config.interfaces[1].mode, XDP_MODE_GENERIC);
	assert_int_equal(config.interfaces[1].answer, ANSWER_PROXY);
	assert_int_equal(config.interfaces[1].dhcp_source, DHCP_SOURCE_PROXY);
	assert_int_equal(config.interfaces[2].mode, XDP_MODE_AUTO);
	assert_int_equal(config.interfaces[2].dhcp_source, DHCP_SOURCE_HOST);
}

TEST(a_host_with_everything)
{
	struct json_object *nas;

	load("interface eth0 { }\n"
	     "host nas { mac = \"52:54:00:12:34:56\"  addresses = { \"192.168.1.5\", FD00::5 }\n"
	     " groups = { 239.1.2.3, \"ff02::fb\" }\n"
	     " wake = { \"tcp/22\", \"udp/161\", \"tcp/any\" }  allow = {\"192.168.1.7/24\"}\n"
	     " deny = { 0.0.0.0/0, 2001:db8::1/32 }  vlan = 10  interface = \"eth0\"  arp-offload = yes\n"
	     " echo = wake"
	     " detect-sleep = true  secureon = \"01:02:03:04:05:06\" watts = 36.5 }\n");
	assert_int_equal(config.host_count, 1);
	nas = description_to_json(config.hosts);
	assert_string_equal(
		json_object_to_json_string_ext(nas, JSON_C_TO_STRING_NOSLASHESCAPE),
		"{\"name\":\"nas\",\"mac\":\"52:54:00:12:34:56\","
		"\"addresses\":[\"192.168.1.5\",\"fd00::5\"],"
		"\"groups\":[\"239.1.2.3\",\"ff02::fb\"],"
		"\"wake\":[\"tcp/22\",\"udp/161\",\"tcp/any\"],\"allow\":[\"192.168.1.0/24\"],"
		"\"deny\":[\"0.0.0.0/0\",\"2001:db8::/32\"],\"interface\":\"eth0\",\"vlan\":10,\"arp-offload\":true,"
		"\"detect-sleep\":true,\"echo\":\"wake\",\"secureon\":\"01:02:03:04:05:06\",\"watts\":36.5}");
	json_object_put(nas);
}

TEST(a_host_with_a_lease_alone)
{
	const struct lease_description *lease;

	load("host nas { mac = 52:54:00:12:34:56  lease = 192.168.1.20\n"
	     " lease-server = \"192.168.1.1\"  hostname = nas-1.lan\n"
	     " client-id = ff:00:01:fe }\n"
	     "host tv { mac = 52:54:00:12:34:57 }\n");
	lease = &config.hosts[0].lease;
	assert_int_equal(config.hosts[0].address_count, 0);
	assert_memory_equal(&lease->address, "\xc0\xa8\1\x14", 4);
	assert_memory_equal(&lease->server, "\xc0\xa8\1\1", 4);
	assert_string_equal(lease->hostname, "nas-1.lan");
	assert_int_equal(lease->client_id_length, 4);
	assert_memory_equal(lease->client_id, "\xff\0\1\xfe", 4);
	assert_memory_equal(&config.hosts[1].lease,
	                    &(struct lease_description){ .client_id_length = 0 },
	                    sizeof(struct lease_description));
}

TEST(the_longest_names_of_a_lease)
{
	enum { NAME = HOSTNAME_MAX_SIZE - 1 };
	char text[1000] = "host nas { mac = 52:54:00:12:34:56 lease = 192.168.1.20 client-id = 00";

	for (int i = 1; i < CLIENT_ID_MAX; i++)
		sprintf(text + strlen(text), ":%02x", i);
	strcat(text, " hostname = ");
	memset(text + strlen(text), 'n', NAME);
	strcat(text, " }");
	load(text);
	assert_int_equal(config.hosts[0].lease.client_id_length, CLIENT_ID_MAX);
	assert_int_equal(config.hosts[0].lease.client_id[CLIENT_ID_MAX - 1], CLIENT_ID_MAX - 1);
	assert_int_equal(strlen(config.hosts[0].lease.hostname), NAME);
}

TEST(policy_for_all)
{
	load("wake = tcp/22\nwake += { udp/53 }\nallow = { 10.0.0.0/8 }\n" NAS);
	assert_int_equal(config.policy.port_count, 2);
	assert_int_equal(config.policy.source_count, 1);
	assert_int_equal(config.hosts[0].policy.port_count, 0);
}

TEST(comments_anywhere)
{
	load("# one\n// two /* \n/* three\n \" # */ grace-period = # four\n 6 // five\n"
	     "wake = { # six\n tcp/22, /* seven */ tcp/23 // eight\n }\n"
	     "host \"nas\" # nine\n {\n mac = '52:54:00:00:00:01' # \"\n"
	     " addresses = { 10.0.0.1 /**/ } }# ten");
	assert_int_equal(config.timing.grace_period, 6000);
	assert_int_equal(config.policy.port_count, 2);
	assert_int_equal(config.host_count, 1);
}

/* What was there before is released; valgrind tells if it is not. */
TEST(success_replaces)
{
	load("check-requests = 7\n" NAS);
	load("interface eth0 { }\n" NAS);
	assert_int_equal(config.timing.check_requests, 3);
	assert_int_equal(config.interface_count, 1);
	assert_int_equal(config.host_count, 1);
}

TEST(failure_leaves_untouched)
{
	struct config before;
	char error[CONFIG_ERROR];

	load("check-requests = 7\n" NAS);
	before = config;
	write_file("conf", "check-requests = 8\nhost a { mac = x }");
	assert_int_equal(config_load(file("conf"), &config, error), -EINVAL);
	assert_memory_equal(&config, &before, sizeof(config));
	assert_string_equal(config.hosts[0].name, "nas");
}

TEST(done_can_be_repeated)
{
	load(NAS);
	config_done(&config);
	assert_null(config.hosts);
	config_done(&config);
	config_done(NULL);
}

TEST(interface_table)
{
	struct config_interface *first = config_interface(&config, "eth0");
	char name[IFNAMSIZ];

	assert_string_equal(first->name, "eth0");
	assert_int_equal(first->mode, XDP_MODE_AUTO);
	for (int i = 0; i < CONFIG_INTERFACES; i++) {
		snprintf(name, sizeof(name), "eth%d", i);
		assert_ptr_equal(config_interface(&config, name), &config.interfaces[i]);
	}
	assert_ptr_equal(config_interface(&config, "eth0"), first);
	assert_null(config_interface(&config, "eth16"));
}

/* More than one buffer of the reader, and of the check that compares all hosts with each other. */
TEST(thousands_of_hosts)
{
	enum { HOSTS = 4000 };
	char *text = malloc(HOSTS * 100);
	size_t used = 0;

	assert_non_null(text);
	for (int i = 0; i < HOSTS; i++)
		used += sprintf(text + used,
		                "host h%d { mac = 52:54:00:00:%02x:%02x addresses = 10.0.%d.%d }\n",
		                i, i / 256, i % 256, i / 256, i % 256);
	load(text);
	assert_int_equal(config.host_count, HOSTS);
	assert_string_equal(config.hosts[HOSTS - 1].name, "h3999");
	free(text);
}

/* The example's own rule: "#" without a space behind it switches a setting off. */
static void load_example(bool switched_on)
{
	FILE *in = fopen(EXAMPLE, "r");
	char *text = calloc(1, 65536);
	char line[1000];

	assert_non_null(in);
	assert_non_null(text);
	while (fgets(line, sizeof(line), in)) {
		bool off = line[0] == '#' && line[1] != ' ';

		strcat(text, switched_on && off ? line + 1 : line);
	}
	fclose(in);
	load(text);
	free(text);
}

TEST(the_example)
{
	load_example(false);
	assert_int_equal(config.host_count + config.interface_count, 0);
	load_example(true);
	assert_int_equal(config.host_count, 2);
	assert_int_equal(config.interface_count, 1);
	assert_int_equal(config.interfaces[0].dhcp_source, DHCP_SOURCE_PROXY);
	assert_true(config.hosts[1].attributes.detect_sleep);
	EACH(i, settings)
	check_number(&settings[i], &config, settings[i].by_default);
}
