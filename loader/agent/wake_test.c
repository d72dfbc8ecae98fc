// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The doctor: each proxy is asked for one Magic Packet to this host, which is up, so that it does
 * nothing; whether it arrives says more than any setting of a switch.
 */
#include <errno.h>
#include <json-c/json.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <string.h>
#include <sys/param.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/agent.h"
#include "agent/candidates.h"
#include "base/clock.h"
#include "base/files.h"
#include "net/magic.h"

/* A proxy sends one a second at most, to whomever. ms */
enum { TRIES = 3, TRY_TIME = 1100, MAGIC_OCTETS = 102, MAGIC_BATCH = 64 };

/* On one interface. */
struct wake_test {
	struct channel channel;
	struct ipv4 source;
	int fd; /* receives Magic Packets */
};

/* Of the forms in which they are sent the one with a type of its own, which no firewall keeps. */
static int listen_for_magic(uint32_t ifindex)
{
	struct sock_filter all[] = { BPF_STMT(BPF_RET | BPF_K, MAGIC_OCTETS) };
	const struct sock_fprog filter = { 1, all };

	return packet_listen(ifindex, SOCK_DGRAM, MAGIC_ETHERTYPE, &filter);
}

/* One for this host is among those that have come in. So many are read before the time is. */
static bool hear_magic(const struct wake_test *test)
{
	const struct magic_target target = { .mac = test->channel.iface.mac };
	uint8_t octets[MAGIC_OCTETS];
	struct packet expected;
	int read = 0;

	magic_write(&expected, MAGIC_TO_ALL, &target, &target.mac, test->source);
	while (read++ < MAGIC_BATCH && recv(test->fd, octets, sizeof(octets), MSG_DONTWAIT) >= 0)
		if (!memcmp(octets, expected.octets + ETH_HLEN, MAGIC_OCTETS))
			return true;
	return false;
}

/* 0; -ENOMSG: none has arrived; or as transaction_run. */
static int test_proxy(const struct wake_test *test, const struct candidate *candidate)
{
	struct proxy_registration proxy = { .proxy = candidate->address,
		                            .proxy_mac = candidate->mac };
	struct transaction transaction;
	int err = -ENOMSG;

	for (int i = 0; i < TRIES && err == -ENOMSG; i++) {
		const int64_t ends = clock_ms() + TRY_TIME;
		bool arrived = false;

		err = transaction_solicit(&transaction, &test->channel, test->source, &proxy);
		if (!err)
			err = transaction_run(&transaction, ends);
		while (!err && !(arrived = hear_magic(test)) && clock_ms() < ends) {
			struct pollfd fds[2] = { { test->fd, POLLIN, 0 } };

			err = signals_poll(fds, 1, MAX(ends - clock_ms(), 0));
		}
		if (!err && !arrived)
			err = -ENOMSG;
	}
	return err;
}

static int test_candidate(const struct wake_test *test, const struct candidate *candidate,
                          struct json_object *list)
{
	const char *interface = test->channel.iface.name;
	const char *wakes = wake_on_lan_names[wake_on_lan_read(interface)];
	struct json_object *result = json_object_new_object();
	const int err = test_proxy(test, candidate);
	char proxy[TEXT_IP];

	text_from_ipv4(candidate->address, proxy);
	json_object_object_add(result, "interface", json_object_new_string(interface));
	json_object_object_add(result, "wake-on-lan",
	                       json_object_new_string(wakes ? wakes : "unknown"));
	json_object_object_add(result, "proxy", json_object_new_string(proxy));
	json_object_object_add(result, "magic-packet",
	                       json_object_new_string(err ? "missing" : "arrived"));
	if (err == -ENOMSG)
		agent_error(
			"%s: the Magic Packet of %s does not arrive: does a switch or an access "
			"point drop broadcasts, or is the proxy older than this agent?",
			interface, proxy);
	else if (err)
		agent_error("%s: %s %s", interface, proxy, transaction_error(err));
	output_result(list, result);
	return err;
}

static const char *test_interface(struct agent *agent, const char *interface, int64_t deadline,
                                  struct json_object *list, int *status)
{
	struct wake_test test = { .fd = -1 };
	struct candidates candidates;
	struct host_info info;
	const char *error = agent_channel_open(agent, interface, &info, &test.channel);
	int err;

	if (error)
		return error;
	test.source = host_info_ipv4(&info, 0);
	test.fd = listen_for_magic(test.channel.iface.ifindex);
	err = test.fd < 0 ? test.fd
	                  : candidates_discover(&test.channel, test.source, &agent->settings,
	                                        deadline, &candidates);
	test.channel.keys = NULL; /* anybody may ask */
	for (size_t i = 0; !err && i < candidates.count; i++)
		if (test_candidate(&test, &candidates.list[i], list))
			*status = AGENT_FAILED;
	cleanup_close(&test.fd);
	close(test.channel.fd);
	return !err                ? NULL
	       : err == -ETIMEDOUT ? "no proxy answers ('sleepproxy-agent discover')"
	                           : strerror(-err);
}

int command_doctor(struct agent *agent)
{
	const struct settings *settings = &agent->settings;
	struct json_object *list = output_list(agent, "tests");
	const int64_t deadline = clock_ms() + settings->wait;
	int status = agent_read_keys(agent);

	if (!status)
		status = agent_find_interfaces(agent);
	for (size_t i = 0; i < settings->interface_count && status != AGENT_USAGE; i++) {
		const char *name = settings->interfaces[i], *problem = agent_wake_problem(name);
		const char *error = test_interface(
			agent, name, interface_deadline(agent, i, deadline), list, &status);

		if (problem)
			agent_error("%s: %s", name, problem);
		if (error)
			agent_error("%s: %s", name, error);
		if (problem || error)
			status = AGENT_FAILED;
	}
	return status;
}
