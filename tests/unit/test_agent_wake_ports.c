// SPDX-License-Identifier: GPL-2.0-or-later
/* Wake ports: open ones, configured ones, and too many of them. */
#include "test.h"

#include <stdbool.h>

#include "base/text.h"
#include "support_agent.h"

static const struct wake_setting all = { .is_set = true, .tcp = true, .udp = true };

/* "+": they are summed up. */
static void assert_ports(const char *shows, const struct wake_setting *setting,
                         const struct system_info *system_info, const char *expected)
{
	char text[WAKE_PORTS * (TEXT_PORT + 1) + 2], port[TEXT_PORT];
	struct wake_ports ports;

	memset(&ports, 0xa5, sizeof(ports));
	wake_ports_make(setting, system_info, &ports);
	assert_true(ports.count <= WAKE_PORTS);
	strcpy(text, ports.summed_up ? "+" : "");
	for (size_t i = 0; i < ports.count; i++) {
		strcat(text, i ? " " : "");
		strcat(text, text_from_port(ports.ports[i].protocol, ports.ports[i].port, port));
	}
	if (strcmp(text, expected))
		fail_msg("%s: %s instead of %s", shows, text, expected);
}

TEST(open_and_configured_ports)
{
	static const struct {
		const char *shows;
		struct wake_setting setting;
		const char *ports;
	} rows[] = {
		{ "open TCP ports, where nothing is set", { .is_set = false }, "tcp/22 tcp/80" },
		{ "open TCP ports", { .is_set = true, .tcp = true }, "tcp/22 tcp/80" },
		{ "UDP ports, but not those of its own DHCP clients",
		  { .is_set = true, .tcp = true, .udp = true },
		  "tcp/22 tcp/80 udp/161" },
		{ "none", { .is_set = true, .none = true }, "" },
		{ "a configured one alone",
		  { .is_set = true, .ports = { { IPPROTO_TCP, 443 } }, .port_count = 1 },
		  "tcp/443" },
		{ "in order, each once; also a DHCP client's, where it is configured",
		  { .is_set = true,
		    .tcp = true,
		    .ports = { { IPPROTO_UDP, 68 }, { IPPROTO_TCP, 80 }, { IPPROTO_TCP, 21 } },
		    .port_count = 3 },
		  "tcp/21 tcp/22 tcp/80 udp/68" },
		{ "any port is more than each",
		  { .is_set = true,
		    .tcp = true,
		    .udp = true,
		    .ports = { { IPPROTO_TCP, 443 }, { IPPROTO_TCP, 0 } },
		    .port_count = 2 },
		  "tcp/any udp/161" },
	};
	struct system_info system_info = some_system_info();

	add_ports(&system_info, IPPROTO_TCP, 22, 1);
	add_ports(&system_info, IPPROTO_TCP, 80, 1);
	add_ports(&system_info, IPPROTO_UDP, 68, 1);
	add_ports(&system_info, IPPROTO_UDP, 161, 1);
	add_ports(&system_info, IPPROTO_UDP, 546, 1);
	EACH(i, rows)
	assert_ports(rows[i].shows, &rows[i].setting, &system_info, rows[i].ports);
}

TEST(maximum)
{
	struct system_info system_info = some_system_info();
	struct wake_ports ports;

	add_ports(&system_info, IPPROTO_TCP, 1000, 60);
	add_ports(&system_info, IPPROTO_UDP, 1000, 4);
	wake_ports_make(&all, &system_info, &ports);
	assert_int_equal(ports.count, WAKE_PORTS);
	assert_false(ports.summed_up);
	assert_int_equal(ports.ports[59].port, 1059);
	assert_int_equal(ports.ports[60].protocol, IPPROTO_UDP);
}

/* Of the protocol that has more of them; of both, where that is not enough. */
TEST(summed_up)
{
	static const struct {
		size_t tcp, udp;
		const char *ports;
	} rows[] = {
		{ 65, 0, "+tcp/any" },
		{ 63, 2, "+tcp/any udp/2000 udp/2001" },
		{ 2, 63, "+tcp/1000 tcp/1001 udp/any" },
		{ 65, 1, "+tcp/any udp/2000" },
		{ 65, 65, "+tcp/any udp/any" },
		{ 400, 112, "+tcp/any udp/any" },
		{ 6000, 2, "+tcp/any udp/2000 udp/2001" },
	};

	EACH(i, rows)
	{
		struct system_info system_info = some_system_info();

		add_ports(&system_info, IPPROTO_TCP, 1000, rows[i].tcp);
		add_ports(&system_info, IPPROTO_UDP, 2000, rows[i].udp);
		assert_ports("too many ports", &all, &system_info, rows[i].ports);
	}
}

TEST(summed_up_with_configured)
{
	struct wake_setting setting = { .is_set = true, .tcp = true, .port_count = WAKE_PORTS };
	struct system_info system_info = some_system_info();

	for (size_t i = 0; i < WAKE_PORTS; i++)
		setting.ports[i] = (struct wake_port){ IPPROTO_UDP, (uint16_t)(2000 + i) };
	add_ports(&system_info, IPPROTO_TCP, 22, 1);
	assert_ports("too many configured ones", &setting, &system_info, "+tcp/22 udp/any");
}
