// SPDX-License-Identifier: GPL-2.0-or-later
/* Which ports wake a host: of what it serves, of what is wished, and where these are too many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/text.h"
#include "support_agent.h"

static char *text_of(const struct wake_wish *wish, const struct agent_facts *facts)
{
	static char text[WAKE_PORTS * (TEXT_PORT + 1) + 1];
	struct wake_ports ports;
	char port[TEXT_PORT];

	memset(&ports, 0xa5, sizeof(ports));
	wake_ports_of(wish, facts, &ports);
	assert_true(ports.count <= WAKE_PORTS);
	strcpy(text, ports.summed_up ? "+" : "");
	for (size_t i = 0; i < ports.count; i++) {
		strcat(text, i ? " " : "");
		strcat(text, text_from_port(ports.ports[i].protocol, ports.ports[i].port, port));
	}
	return text;
}

static struct agent_facts a_server(void)
{
	struct agent_facts facts = some_facts();

	add_ports(&facts, IPPROTO_TCP, 22, 1);
	add_ports(&facts, IPPROTO_TCP, 80, 1);
	add_ports(&facts, IPPROTO_UDP, 68, 1);
	add_ports(&facts, IPPROTO_UDP, 161, 1);
	add_ports(&facts, IPPROTO_UDP, 546, 1);
	return facts;
}

static void what_is_served(void **state)
{
	static const struct {
		struct wake_wish wish;
		const char *ports;
	} rows[] = {
		{ { .said = false }, "tcp/22 tcp/80" },
		{ { .said = true, .tcp = true }, "tcp/22 tcp/80" },
		/* not those of its own DHCP clients */
		{ { .said = true, .tcp = true, .udp = true }, "tcp/22 tcp/80 udp/161" },
		{ { .said = true, .none = true }, "" },
		{ { .said = true, .ports = { { IPPROTO_TCP, 443 } }, .port_count = 1 }, "tcp/443" },
	};
	const struct agent_facts facts = a_server();

	(void)state;
	EACH(i, rows)
	assert_string_equal(text_of(&rows[i].wish, &facts), rows[i].ports);
}

static void what_is_wished_beside(void **state)
{
	const struct wake_wish wish = {
		.said = true,
		.tcp = true,
		.ports = { { IPPROTO_UDP, 68 }, { IPPROTO_TCP, 80 }, { IPPROTO_TCP, 21 } },
		.port_count = 3,
	};
	const struct agent_facts facts = a_server();

	(void)state;
	/* in order, each once; what is named counts, whoever uses it */
	assert_string_equal(text_of(&wish, &facts), "tcp/21 tcp/22 tcp/80 udp/68");
}

static void any_port_stands_for_all(void **state)
{
	const struct wake_wish wish = {
		.said = true,
		.tcp = true,
		.udp = true,
		.ports = { { IPPROTO_TCP, 443 }, { IPPROTO_TCP, 0 } },
		.port_count = 2,
	};
	const struct agent_facts facts = a_server();

	(void)state;
	assert_string_equal(text_of(&wish, &facts), "tcp/any udp/161");
}

static void as_many_as_there_may_be(void **state)
{
	const struct wake_wish wish = { .said = true, .tcp = true, .udp = true };
	struct agent_facts facts = some_facts();
	struct wake_ports ports;

	(void)state;
	add_ports(&facts, IPPROTO_TCP, 1000, 60);
	add_ports(&facts, IPPROTO_UDP, 1000, 4);
	wake_ports_of(&wish, &facts, &ports);
	assert_int_equal(ports.count, WAKE_PORTS);
	assert_false(ports.summed_up);
	assert_int_equal(ports.ports[59].port, 1059);
	assert_int_equal(ports.ports[60].protocol, IPPROTO_UDP);
}

/* Of the protocol that has more of them; of both, where that is not enough. */
static void too_many(void **state)
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
		{ 400, 112, "+tcp/any udp/any" }, /* all that facts can hold, and perhaps more */
		{ 512, 0, "+tcp/any udp/any" },
	};
	const struct wake_wish wish = { .said = true, .tcp = true, .udp = true };

	(void)state;
	EACH(i, rows)
	{
		struct agent_facts facts = some_facts();

		add_ports(&facts, IPPROTO_TCP, 1000, rows[i].tcp);
		add_ports(&facts, IPPROTO_UDP, 2000, rows[i].udp);
		assert_string_equal(text_of(&wish, &facts), rows[i].ports);
	}
}

static void too_many_beside_those_that_are_named(void **state)
{
	struct wake_wish wish = { .said = true, .tcp = true, .port_count = WAKE_PORTS };
	struct agent_facts facts = some_facts();

	(void)state;
	for (size_t i = 0; i < WAKE_PORTS; i++)
		wish.ports[i] = (struct npp_port){ IPPROTO_UDP, (uint16_t)(2000 + i) };
	add_ports(&facts, IPPROTO_TCP, 22, 1);
	assert_string_equal(text_of(&wish, &facts), "+tcp/22 udp/any");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_served),
		cmocka_unit_test(what_is_wished_beside),
		cmocka_unit_test(any_port_stands_for_all),
		cmocka_unit_test(as_many_as_there_may_be),
		cmocka_unit_test(too_many),
		cmocka_unit_test(too_many_beside_those_that_are_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
