// SPDX-License-Identifier: GPL-2.0-or-later
/* A message is said again until it is answered, no more often than it may, and no longer. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "agent/transaction.h"
#include "agent/signals.h"
#include "support_played_proxy.h"

enum { LATE = 250 /* ms: the machine has others to serve */ };

static void pauses(void **state)
{
	static const int64_t expected[] = {
		INT64_MAX, 500, 1000, 2000, 4000, INT64_MAX, INT64_MAX
	};

	(void)state;
	EACH(i, expected)
	assert_true(exchange_pause((unsigned int)i) == expected[i]);
}

struct listening {
	unsigned int heard, enough;
};

static bool count_it(struct exchange *exchange, const struct npp_packet *datagram)
{
	struct listening *listening = exchange->context;

	(void)datagram;
	return ++listening->heard == listening->enough;
}

static int listen_on(const char *name, struct iface *port)
{
	int fd;

	assert_int_equal(link_port(name, port), 0);
	fd = npp_socket_open(port->ifindex, NPP_ICMP_TYPE);
	assert_true(fd >= 0);
	return fd;
}

/* A Wakeup Report to 192.0.2.1. */
static struct exchange an_exchange(struct listening *listening)
{
	struct npp_message message = { .transaction = 1,
		                       .subtype = NPP_WAKEUP_REPORT,
		                       .report = { .id = CLIENT } };
	struct exchange exchange = {
		.said = { .from = host_mac,
		          .to = proxy_mac,
		          .source = lan_address(20),
		          .destination = lan_address(1) },
		.take = count_it,
		.context = listening,
	};

	exchange.fd = listen_on("lan", &exchange.port);
	exchange.said.length = npp_write(&message, NPP_ICMP_TYPE, exchange.octets);
	return exchange;
}

static void an_answer(void **state)
{
	struct listening listening = { .enough = 1 };
	struct exchange exchange;
	int64_t begun;

	(void)state;
	make_lan();
	start_proxy((struct script){ .preference = 0 });
	exchange = an_exchange(&listening);
	begun = clock_ms();
	exchange_begin(&exchange, begun, begun + 5000);
	assert_int_equal(exchange_await(&exchange, 1, begun + 5000), 0);
	assert_int_equal(exchange.state, EXCHANGE_ANSWERED);
	assert_int_equal(exchange.sent, 1);
	assert_in_range(clock_ms() - begun, 0, LATE);
	close(exchange.fd);
}

/* The same octets, after 0.5 s and after 1 s more. */
static void no_answer(void **state)
{
	struct listening listening = { .enough = 1 };
	struct proxy_thread *proxy;
	struct exchange exchange;
	int64_t begun;

	(void)state;
	make_lan();
	proxy = start_proxy((struct script){ .mute_to_reports = true });
	exchange = an_exchange(&listening);
	begun = clock_ms();
	exchange_begin(&exchange, begun, begun + 1700);
	assert_int_equal(exchange_await(&exchange, 1, begun + 1700), 0);
	assert_in_range(clock_ms() - begun, 1700, 1700 + LATE);
	assert_int_equal(exchange.state, EXCHANGE_UNANSWERED);
	assert_int_equal(exchange.sent, 3);
	assert_int_equal(heard(proxy, NPP_WAKEUP_REPORT), 3);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(seen_of(proxy, NPP_WAKEUP_REPORT, i)->message.report.id, CLIENT);
	assert_in_range(proxy->seen[1].when - begun, 500, 500 + LATE);
	assert_in_range(proxy->seen[2].when - begun, 1500, 1500 + LATE);
	close(exchange.fd);
}

/* Not to begin with, where the time is over. */
static void no_time(void **state)
{
	struct listening listening = { .enough = 1 };
	struct exchange exchange;
	const int64_t now = clock_ms();

	(void)state;
	make_lan();
	exchange = an_exchange(&listening);
	exchange_begin(&exchange, now, now);
	assert_int_equal(exchange_await(&exchange, 1, now), 0);
	assert_int_equal(exchange.state, EXCHANGE_UNANSWERED);
	assert_int_equal(exchange.sent, 0);
	close(exchange.fd);
}

/* Until a time that comes before its end: it goes on. */
static void a_slice_of_time(void **state)
{
	struct listening listening = { .enough = 1 };
	struct exchange exchange;
	int64_t begun;

	(void)state;
	make_lan();
	exchange = an_exchange(&listening);
	begun = clock_ms();
	exchange_begin(&exchange, begun, begun + 5000);
	assert_int_equal(exchange_await(&exchange, 1, begun + 100), 0);
	assert_in_range(clock_ms() - begun, 100, 100 + LATE);
	assert_int_equal(exchange.state, EXCHANGE_OPEN);
	start_proxy((struct script){ .preference = 0 });
	assert_int_equal(exchange_await(&exchange, 1, begun + 5000), 0);
	assert_int_equal(exchange.state, EXCHANGE_ANSWERED);
	assert_int_equal(exchange.sent, 2);
	close(exchange.fd);
}

static int64_t cpu_ms(void)
{
	struct rusage used;

	assert_int_equal(getrusage(RUSAGE_SELF, &used), 0);
	return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000 +
	       (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1000;
}

/* One that is answered does not wait for the others, nor the others for it. */
static void side_by_side(void **state)
{
	struct listening listenings[3] = { { .enough = 1 }, { .enough = 99 }, { .enough = 1 } };
	struct exchange exchanges[3];
	int64_t begun, used;

	(void)state;
	make_lan();
	start_proxy((struct script){ .preference = 0 });
	for (size_t i = 0; i < 3; i++)
		exchanges[i] = an_exchange(&listenings[i]);
	begun = clock_ms();
	used = cpu_ms();
	exchange_begin(&exchanges[0], begun, begun + 1000);
	exchange_begin(&exchanges[1], begun, begun + 1000);
	assert_int_equal(exchange_await(exchanges, 3, begun + 1000), 0);
	assert_int_equal(exchanges[0].state, EXCHANGE_ANSWERED);
	assert_int_equal(exchanges[0].sent, 1);
	assert_int_equal(exchanges[1].state, EXCHANGE_UNANSWERED);
	assert_int_equal(exchanges[1].sent, 2);
	assert_int_equal(exchanges[2].state, EXCHANGE_IDLE);
	/* what the one that is answered could still hear does not keep it busy */
	assert_in_range(cpu_ms() - used, 0, 200);
	for (size_t i = 0; i < 3; i++)
		close(exchanges[i].fd);
}

/* As long as it takes to check a signature, or longer. */
static bool count_it_slowly(struct exchange *exchange, const struct npp_packet *datagram)
{
	usleep(500);
	return count_it(exchange, datagram);
}

struct flood {
	pthread_t thread;
	atomic_bool ends;
	struct iface port;
	int fd;
	unsigned long sent;
};

/* Of what looks like an answer: the kernel's filter lets it through. */
static void *send_junk(void *context)
{
	struct flood *flood = context;
	struct npp_message message = { .transaction = 2, .subtype = NPP_WAKEUP_CONFIRM };
	uint8_t octets[NPP_MESSAGE_MAX];
	const struct npp_packet datagram = {
		.from = proxy_mac,
		.to = host_mac,
		.source = lan_address(1),
		.destination = lan_address(20),
		.octets = octets,
		.length = npp_write(&message, NPP_ICMP_TYPE, octets),
	};
	struct packet packet;

	npp_packet_write(&datagram, &packet);
	for (; !flood->ends; flood->sent++)
		packet_send(flood->fd, &flood->port, &packet);
	return NULL;
}

static void in_a_flood(void **state)
{
	struct listening listening = { .enough = UINT32_MAX };
	struct flood flood = { .sent = 0 };
	struct exchange exchange;
	int64_t begun;

	(void)state;
	make_lan();
	flood.fd = listen_on("p1", &flood.port);
	exchange = an_exchange(&listening);
	exchange.take = count_it_slowly;
	assert_int_equal(pthread_create(&flood.thread, NULL, send_junk, &flood), 0);
	begun = clock_ms();
	exchange_begin(&exchange, begun, begun + 1200);
	assert_int_equal(exchange_await(&exchange, 1, begun + 1200), 0);
	flood.ends = true;
	pthread_join(flood.thread, NULL);
	assert_in_range(exchange.last - begun, 500, 500 + LATE);
	assert_in_range(clock_ms() - begun, 1200, 1200 + LATE);
	assert_int_equal(exchange.state, EXCHANGE_UNANSWERED);
	assert_int_equal(exchange.sent, 2);
	assert_true(listening.heard > 100);
	close(flood.fd);
	close(exchange.fd);
}

static void a_link_that_comes_back(void **state)
{
	struct listening listening = { .enough = 1 };
	struct exchange exchange;
	int64_t begun;

	(void)state;
	make_lan();
	start_proxy((struct script){ .preference = 0 });
	exchange = an_exchange(&listening);
	HERE("ip link set lan down");
	begun = clock_ms();
	exchange_begin(&exchange, begun, begun + 5000);
	assert_int_equal(exchange_await(&exchange, 1, begun + 100), 0);
	assert_int_equal(exchange.state, EXCHANGE_OPEN);
	assert_int_equal(exchange.err, -ENETDOWN);
	HERE("ip link set lan up");
	assert_int_equal(exchange_await(&exchange, 1, begun + 5000), 0);
	assert_int_equal(exchange.state, EXCHANGE_ANSWERED);
	close(exchange.fd);
}

static void told_to_end(void **state)
{
	struct listening listening = { .enough = 1 };
	struct exchange exchange;
	int64_t begun;

	(void)state;
	make_lan();
	signals_catch();
	exchange = an_exchange(&listening);
	begun = clock_ms();
	exchange_begin(&exchange, begun, begun + 5000);
	assert_int_equal(kill(getpid(), SIGTERM), 0);
	assert_int_equal(exchange_await(&exchange, 1, begun + 5000), -EINTR);
	/* and each that comes after it */
	assert_int_equal(exchange_await(&exchange, 1, begun + 5000), -EINTR);
	assert_in_range(clock_ms() - begun, 0, LATE);
	close(exchange.fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pauses),    PROXY_TEST(an_answer),
		PROXY_TEST(no_answer),       PROXY_TEST(no_time),
		PROXY_TEST(a_slice_of_time), PROXY_TEST(side_by_side),
		PROXY_TEST(in_a_flood),      PROXY_TEST(a_link_that_comes_back),
		PROXY_TEST(told_to_end), /* the last one: no other could wait */
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
