// SPDX-License-Identifier: GPL-2.0-or-later
/* Retransmission until the answer: how often, and for how long. */
#include "test.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>

#include "agent/npp_transaction.h"
#include "support_played_proxy.h"

enum { LATE = 250 /* ms: the machine may be busy */ };

/* A Wakeup Report to 192.0.2.1. */
static struct transaction transaction;
static int64_t begun;

static int set_up(void **state)
{
	struct proxy_registration registration = {
		.proxy = lan_address(1),
		.proxy_mac = proxy_mac,
		.transaction = 1,
		.client = CLIENT,
		.host_info = some_host_info(1),
	};
	struct channel channel = { .icmp_type = NPP_ICMP_TYPE };

	if (make_lan(state))
		return -1;
	channel.fd = listen_on("lan", &channel.iface);
	return transaction_report(&transaction, &channel, &registration);
}

static int tear_down(void **state)
{
	close(transaction.channel.fd);
	return stop_proxies(state);
}

BEFORE_EACH(set_up)
AFTER_EACH(tear_down)

/* Within this many ms from now on. */
static void start(int64_t within)
{
	begun = clock_ms();
	transaction_start(&transaction, begun, begun + within);
}

/* Until so many ms from the start. */
static void await(int64_t until, enum transaction_state state)
{
	assert_int_equal(transactions_await(&transaction, 1, begun + until), 0);
	assert_int_equal(transaction.state, state);
}

static void assert_took(int64_t expected)
{
	assert_in_range(clock_ms() - begun, expected, expected + LATE);
}

TEST(answered)
{
	start_proxy((struct script){ .preference = 0 });
	start(5000);
	await(5000, TRANSACTION_ANSWERED);
	assert_took(0);
	assert_int_equal(transaction.sent, 1);
}

/* The same octets, after 0.5 s and after 1 s more. */
TEST(unanswered)
{
	struct proxy_thread *proxy = start_proxy((struct script){ .silent_to_reports = true });

	start(1700);
	await(1700, TRANSACTION_UNANSWERED);
	assert_took(1700);
	assert_int_equal(transaction.sent, 3);
	assert_int_equal(received(proxy, NPP_WAKEUP_REPORT), 3);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(seen_of(proxy, NPP_WAKEUP_REPORT, i)->message.client.id, CLIENT);
	assert_in_range(proxy->seen[1].when - begun, 500, 500 + LATE);
	assert_in_range(proxy->seen[2].when - begun, 1500, 1500 + LATE);
}

/* Nothing is sent after the deadline. */
TEST(deadline_passed)
{
	start(0);
	await(0, TRANSACTION_UNANSWERED);
	assert_int_equal(transaction.sent, 0);
}

/* It stays open where the time to await it ends first. */
TEST(until_before_end)
{
	start(5000);
	await(100, TRANSACTION_OPEN);
	assert_took(100);
	start_proxy((struct script){ .preference = 0 });
	await(5000, TRANSACTION_ANSWERED);
	assert_int_equal(transaction.sent, 2);
}

static int64_t cpu_ms(void)
{
	struct rusage used;

	assert_int_equal(getrusage(RUSAGE_SELF, &used), 0);
	return (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000 +
	       (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1000;
}

/* One that is answered does not wait for the others. */
TEST(several_at_once)
{
	struct transaction transactions[3];
	int64_t used;

	start_proxy((struct script){ .preference = 0 });
	start(1000);
	for (size_t i = 0; i < 3; i++) {
		transactions[i] = transaction;
		transactions[i].channel.fd = listen_on("lan", &transaction.channel.iface);
	}
	transactions[1].id++; /* no answer is its own */
	transactions[2].state = TRANSACTION_IDLE;
	used = cpu_ms();
	assert_int_equal(transactions_await(transactions, 3, begun + 1000), 0);
	assert_int_equal(transactions[0].state, TRANSACTION_ANSWERED);
	assert_int_equal(transactions[0].sent, 1);
	assert_int_equal(transactions[1].state, TRANSACTION_UNANSWERED);
	assert_int_equal(transactions[1].sent, 2);
	assert_int_equal(transactions[2].state, TRANSACTION_IDLE);
	/* further packets for the answered one cause no busy loop */
	assert_in_range(cpu_ms() - used, 0, 200);
	for (size_t i = 0; i < 3; i++)
		close(transactions[i].channel.fd);
}

struct flood {
	pthread_t thread;
	atomic_bool ends;
	struct iface iface;
	int fd;
	unsigned long sent;
};

/* Packets that pass the kernel's filter. */
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
		.length = npp_message_write(&message, NPP_ICMP_TYPE, octets),
	};
	struct packet packet;

	npp_packet_write(&datagram, &packet);
	for (; !flood->ends; flood->sent++)
		packet_send(flood->fd, &flood->iface, &packet);
	return NULL;
}

TEST(flood)
{
	struct flood flood = { .sent = 0 };

	flood.fd = listen_on("p1", &flood.iface);
	assert_int_equal(pthread_create(&flood.thread, NULL, send_junk, &flood), 0);
	start(1200);
	await(1200, TRANSACTION_UNANSWERED);
	flood.ends = true;
	pthread_join(flood.thread, NULL);
	assert_took(1200);
	assert_in_range(transaction.last_sent - begun, 500, 500 + LATE);
	assert_int_equal(transaction.sent, 2);
	assert_true(transaction.ignored > 100);
	close(flood.fd);
}

TEST(link_down_and_up)
{
	start_proxy((struct script){ .preference = 0 });
	HERE("ip link set lan down");
	start(5000);
	await(100, TRANSACTION_OPEN);
	assert_int_equal(transaction.err, -ENETDOWN);
	HERE("ip link set lan up");
	await(5000, TRANSACTION_ANSWERED);
}

TEST(interrupted)
{
	signals_catch();
	start(5000);
	assert_int_equal(kill(getpid(), SIGTERM), 0);
	assert_int_equal(transactions_await(&transaction, 1, begun + 5000), -EINTR);
	/* and each that comes after it */
	assert_int_equal(transactions_await(&transaction, 1, begun + 5000), -EINTR);
	assert_took(0);
}
