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
static struct transaction a_transaction(void)
{
	struct proxy_registration registration = {
		.proxy = lan_address(1),
		.proxy_mac = proxy_mac,
		.transaction = 1,
		.client = CLIENT,
		.host_info = some_host_info(1),
	};
	struct channel channel = { .icmp_type = NPP_ICMP_TYPE };
	struct transaction transaction;

	channel.fd = listen_on("lan", &channel.iface);
	assert_int_equal(transaction_report(&transaction, &channel, &registration), 0);
	return transaction;
}

BEFORE_EACH(make_lan)
AFTER_EACH(stop_all)

TEST(answered)
{
	struct transaction transaction;
	int64_t begun;

	start_proxy((struct script){ .preference = 0 });
	transaction = a_transaction();
	begun = clock_ms();
	transaction_start(&transaction, begun, begun + 5000);
	assert_int_equal(transactions_await(&transaction, 1, begun + 5000), 0);
	assert_int_equal(transaction.state, TRANSACTION_ANSWERED);
	assert_int_equal(transaction.sent, 1);
	assert_in_range(clock_ms() - begun, 0, LATE);
	close(transaction.channel.fd);
}

/* The same octets, after 0.5 s and after 1 s more. */
TEST(unanswered)
{
	struct proxy_thread *proxy;
	struct transaction transaction;
	int64_t begun;

	proxy = start_proxy((struct script){ .silent_to_reports = true });
	transaction = a_transaction();
	begun = clock_ms();
	transaction_start(&transaction, begun, begun + 1700);
	assert_int_equal(transactions_await(&transaction, 1, begun + 1700), 0);
	assert_in_range(clock_ms() - begun, 1700, 1700 + LATE);
	assert_int_equal(transaction.state, TRANSACTION_UNANSWERED);
	assert_int_equal(transaction.sent, 3);
	assert_int_equal(received(proxy, NPP_WAKEUP_REPORT), 3);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(seen_of(proxy, NPP_WAKEUP_REPORT, i)->message.client.id, CLIENT);
	assert_in_range(proxy->seen[1].when - begun, 500, 500 + LATE);
	assert_in_range(proxy->seen[2].when - begun, 1500, 1500 + LATE);
	close(transaction.channel.fd);
}

/* Nothing is sent after the deadline. */
TEST(deadline_passed)
{
	struct transaction transaction;
	const int64_t now = clock_ms();

	transaction = a_transaction();
	transaction_start(&transaction, now, now);
	assert_int_equal(transactions_await(&transaction, 1, now), 0);
	assert_int_equal(transaction.state, TRANSACTION_UNANSWERED);
	assert_int_equal(transaction.sent, 0);
	close(transaction.channel.fd);
}

/* It stays open where the time to await it ends first. */
TEST(until_before_end)
{
	struct transaction transaction;
	int64_t begun;

	transaction = a_transaction();
	begun = clock_ms();
	transaction_start(&transaction, begun, begun + 5000);
	assert_int_equal(transactions_await(&transaction, 1, begun + 100), 0);
	assert_in_range(clock_ms() - begun, 100, 100 + LATE);
	assert_int_equal(transaction.state, TRANSACTION_OPEN);
	start_proxy((struct script){ .preference = 0 });
	assert_int_equal(transactions_await(&transaction, 1, begun + 5000), 0);
	assert_int_equal(transaction.state, TRANSACTION_ANSWERED);
	assert_int_equal(transaction.sent, 2);
	close(transaction.channel.fd);
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
	int64_t begun, used;

	start_proxy((struct script){ .preference = 0 });
	for (size_t i = 0; i < 3; i++)
		transactions[i] = a_transaction();
	transactions[1].id++; /* no answer is its own */
	begun = clock_ms();
	used = cpu_ms();
	transaction_start(&transactions[0], begun, begun + 1000);
	transaction_start(&transactions[1], begun, begun + 1000);
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
	struct transaction transaction;
	int64_t begun;

	flood.fd = listen_on("p1", &flood.iface);
	transaction = a_transaction();
	assert_int_equal(pthread_create(&flood.thread, NULL, send_junk, &flood), 0);
	begun = clock_ms();
	transaction_start(&transaction, begun, begun + 1200);
	assert_int_equal(transactions_await(&transaction, 1, begun + 1200), 0);
	flood.ends = true;
	pthread_join(flood.thread, NULL);
	assert_in_range(transaction.last_sent - begun, 500, 500 + LATE);
	assert_in_range(clock_ms() - begun, 1200, 1200 + LATE);
	assert_int_equal(transaction.state, TRANSACTION_UNANSWERED);
	assert_int_equal(transaction.sent, 2);
	assert_true(transaction.ignored > 100);
	close(flood.fd);
	close(transaction.channel.fd);
}

TEST(link_down_and_up)
{
	struct transaction transaction;
	int64_t begun;

	start_proxy((struct script){ .preference = 0 });
	transaction = a_transaction();
	HERE("ip link set lan down");
	begun = clock_ms();
	transaction_start(&transaction, begun, begun + 5000);
	assert_int_equal(transactions_await(&transaction, 1, begun + 100), 0);
	assert_int_equal(transaction.state, TRANSACTION_OPEN);
	assert_int_equal(transaction.err, -ENETDOWN);
	HERE("ip link set lan up");
	assert_int_equal(transactions_await(&transaction, 1, begun + 5000), 0);
	assert_int_equal(transaction.state, TRANSACTION_ANSWERED);
	close(transaction.channel.fd);
}

TEST(interrupted)
{
	struct transaction transaction;
	int64_t begun;

	signals_catch();
	transaction = a_transaction();
	begun = clock_ms();
	transaction_start(&transaction, begun, begun + 5000);
	assert_int_equal(kill(getpid(), SIGTERM), 0);
	assert_int_equal(transactions_await(&transaction, 1, begun + 5000), -EINTR);
	/* and each that comes after it */
	assert_int_equal(transactions_await(&transaction, 1, begun + 5000), -EINTR);
	assert_in_range(clock_ms() - begun, 0, LATE);
	close(transaction.channel.fd);
}
