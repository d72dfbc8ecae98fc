// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/transaction.h"

#include <errno.h>
#include <sys/param.h>

#include "agent/signals.h"
#include "base/clock.h"

enum { HEARD_AT_ONCE = 64 };

static const int64_t pauses[EXCHANGE_SENDS - 1] = { 500, 1000, 2000, 4000 };

int64_t exchange_pause(unsigned int sent)
{
	return sent && sent < EXCHANGE_SENDS ? pauses[sent - 1] : INT64_MAX;
}

/* Once it was said for the last time, an answer has as long as it had before. */
static int64_t longest(void)
{
	int64_t all = pauses[EXCHANGE_SENDS - 2];

	for (size_t i = 0; i < EXCHANGE_SENDS - 1; i++)
		all += pauses[i];
	return all;
}

void exchange_begin(struct exchange *exchange, int64_t now, int64_t deadline)
{
	exchange->state = EXCHANGE_OPEN;
	exchange->err = 0;
	exchange->sent = 0;
	exchange->first = exchange->last = exchange->next = now;
	exchange->ends = MIN(deadline, now + longest());
}

/* What did not go out is as good as lost on the way. */
static void speak(struct exchange *exchange, int64_t now)
{
	struct npp_packet said = exchange->said;
	struct packet packet;
	int64_t pause;

	said.octets = exchange->octets;
	npp_packet_write(&said, &packet);
	exchange->err = packet_send(exchange->fd, &exchange->port, &packet);
	pause = exchange_pause(++exchange->sent);
	exchange->last = now;
	exchange->next = pause == INT64_MAX ? INT64_MAX : now + pause;
}

static void turn(struct exchange *exchange, int64_t now)
{
	if (exchange->state != EXCHANGE_OPEN)
		return;
	if (now >= exchange->ends)
		exchange->state = EXCHANGE_UNANSWERED;
	else if (now >= exchange->next)
		speak(exchange, now);
}

static void hear(struct exchange *exchange)
{
	struct npp_packet heard;
	struct npp_frame frame;
	int err = 0;

	for (int i = 0; i < HEARD_AT_ONCE && !err && exchange->state == EXCHANGE_OPEN; i++) {
		err = npp_socket_receive(exchange->fd, &frame, &heard);
		if (!err && exchange->take(exchange, &heard))
			exchange->state = EXCHANGE_ANSWERED;
	}
	/* a link that goes down may come back */
	if (err && err != -EAGAIN && err != -EINTR && err != -ENETDOWN) {
		exchange->state = EXCHANGE_FAILED;
		exchange->err = err;
	}
}

/* When there is something to do; INT64_MAX: all have ended. */
static int64_t soonest(const struct exchange *exchanges, size_t count)
{
	int64_t when = INT64_MAX;

	for (size_t i = 0; i < count; i++) {
		if (exchanges[i].state == EXCHANGE_OPEN)
			when = MIN(when, MIN(exchanges[i].next, exchanges[i].ends));
	}
	return when;
}

static int wait_and_hear(struct exchange *exchanges, size_t count, int64_t ms)
{
	struct pollfd fds[EXCHANGES];
	int err;

	for (size_t i = 0; i < count; i++) {
		const bool is_open = exchanges[i].state == EXCHANGE_OPEN;

		fds[i] = (struct pollfd){ is_open ? exchanges[i].fd : -1, POLLIN, 0 };
	}
	err = signals_poll(fds, count, MAX(ms, 0));
	for (size_t i = 0; i < count && !err; i++) {
		if (fds[i].revents)
			hear(&exchanges[i]);
	}
	return err;
}

int exchange_await(struct exchange *exchanges, size_t count, int64_t until)
{
	int err = 0;

	while (!err) {
		const int64_t now = clock_ms();
		int64_t when;

		for (size_t i = 0; i < count; i++)
			turn(&exchanges[i], now);
		when = soonest(exchanges, count);
		if (when == INT64_MAX || now >= until)
			break;
		err = wait_and_hear(exchanges, count, MIN(when, until) - now);
	}
	return err;
}
