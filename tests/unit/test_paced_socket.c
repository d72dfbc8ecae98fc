// SPDX-License-Identifier: GPL-2.0-or-later
/* A socket that is read by so many messages, and rests until it is read again. */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/paced_socket.h"

enum { BUDGET = 2 };

static struct event_base *base;
static struct paced_socket paced;
static int peer, received;

static void on_readable(evutil_socket_t fd, short what, void *context)
{
	static const struct timeval pause = { .tv_usec = 1000 };
	char message;

	(void)what;
	for (int i = 0; i < BUDGET; i++) {
		if (recv(fd, &message, 1, MSG_DONTWAIT) < 0)
			return;
		(*(int *)context)++;
	}
	paced_socket_rest(&paced, &pause);
}

static int start(void **state)
{
	int ends[2];

	(void)state;
	base = event_base_new();
	received = 0;
	assert_int_equal(socketpair(AF_UNIX, SOCK_DGRAM, 0, ends), 0);
	peer = ends[1];
	return paced_socket_start(&paced, base, ends[0], on_readable, &received);
}

static int stop(void **state)
{
	(void)state;
	paced_socket_stop(&paced);
	event_base_free(base);
	return close(peer);
}

BEFORE_EACH(start)
AFTER_EACH(stop)

TEST(what_exceeds_the_budget_is_read_after_a_rest)
{
	for (int i = 0; i < 2 * BUDGET; i++)
		assert_int_equal(send(peer, "", 1, 0), 1);
	event_base_loop(base, EVLOOP_NONBLOCK);
	assert_int_equal(received, BUDGET);
	assert_false(event_pending(paced.event, EV_READ, NULL));
	while (received == BUDGET)
		assert_int_equal(event_base_loop(base, EVLOOP_ONCE), 0);
	assert_int_equal(received, 2 * BUDGET);
}

TEST(the_end_closes_it_once)
{
	const int fd = paced.fd;

	paced_socket_stop(&paced);
	assert_int_equal(fcntl(fd, F_GETFD), -1);
	paced_socket_stop(&paced);
}

TEST(what_was_not_opened_does_not_start)
{
	struct paced_socket absent;

	assert_int_equal(paced_socket_start(&absent, base, -ENODEV, on_readable, NULL), -ENODEV);
	paced_socket_stop(&absent);
}
