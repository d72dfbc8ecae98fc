// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How the daemon runs a host's steps: none inside another, and one timer for all deadlines, those
 * of leases on the clock that goes on while the machine is suspended.
 */
#include "test.h"

#include <signal.h>
#include <sys/wait.h>

#include "support_daemon.h"

static struct host *add(int index)
{
	assert_int_equal(describe_host(index, ""), DONE);
	return host_at(index);
}

static void wake_it(void *context, const struct host_event *event)
{
	(void)event;
	host_trigger(&daemon_, context, TRIGGER_WAKE);
}

/* In a process of its own; the status that it ends with. */
static int status_of(void (*act)(struct host *host), struct host *host)
{
	const pid_t child = fork();
	int status;

	assert_true(child >= 0);
	if (!child) {
		act(host);
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void trigger_in_an_event(struct host *host)
{
	const struct subscriber waker = { wake_it, host };

	daemon_subscribe(&daemon_, &waker);
	host_trigger(&daemon_, host, TRIGGER_SLEEP);
}

static void trigger_it(struct host *host)
{
	host_trigger(&daemon_, host, TRIGGER_SLEEP);
}

TEST(a_step_in_a_step_aborts)
{
	struct host *host = add(1);
	int status;

	assert_int_equal(status_of(trigger_it, host), 0);
	status = status_of(trigger_in_an_event, host);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

/* When the timer is due, in ms from now; -1: it is not armed. */
static int64_t timer_wait(void)
{
	struct timeval due, now;

	if (!event_pending(daemon_.deadline_event, EV_TIMEOUT, &due))
		return -1;
	evutil_gettimeofday(&now, NULL);
	return (due.tv_sec - now.tv_sec) * 1000LL + (due.tv_usec - now.tv_usec) / 1000;
}

static void assert_wait(int64_t expected)
{
	const int64_t wait = timer_wait();

	if (wait < expected - 5000 || wait > expected + 500)
		fail_msg("the timer is due in %lld ms, not %lld", (long long)wait,
		         (long long)expected);
}

static void set_life(struct host *host, int64_t in)
{
	host->life.deadline = in ? clock_ms() + in : 0;
	host_arm(&daemon_, host);
}

TEST(one_timer_for_the_earliest_deadline)
{
	struct host *first = add(1), *second = add(2);

	assert_int_equal(timer_wait(), -1);
	set_life(first, 60000);
	assert_wait(60000);
	set_life(second, 30000);
	assert_wait(30000);
	set_life(first, 10000);
	assert_wait(10000);
	set_life(first, 0);
	assert_wait(30000);
	daemon_remove(&daemon_, second);
	daemon_arm(&daemon_);
	assert_int_equal(timer_wait(), -1);
}

/* An hour at most: a clock that was set, or that ran ahead, is noticed by then. */
TEST(a_far_deadline_is_armed_again)
{
	struct host *host = add(1);

	set_life(host, 5 * HOUR);
	assert_wait(HOUR);
	event_active(daemon_.deadline_event, EV_TIMEOUT, 0);
	settle();
	assert_wait(HOUR);
	set_life(host, HOUR / 2);
	assert_wait(HOUR / 2);
}

static void lease_deadline(struct host *host, int64_t in)
{
	if (!host->dhcp)
		host->dhcp = dhcp_client_new();
	host->dhcp->lease = (struct lease){ .state = LEASE_BOUND,
		                            .address = { { 10, 9, 0, 20 } },
		                            .deadline = clock_now().boot + in };
	host_arm(&daemon_, host);
}

TEST(leases_and_registrations_count_the_time_of_a_suspend)
{
	const struct registration_draft draft = { .head = { .client_id = 1, .active = true } };
	struct host *host = add(1);

	lease_deadline(host, 600000);
	assert_wait(600000);
	host->registration = registration_new(&draft);
	host->registration->until = clock_now().boot + 300000;
	host_arm(&daemon_, host);
	assert_wait(300000);
	/* as it looks to them after 200 s of suspend */
	host->registration->until -= 200000;
	host->dhcp->lease.deadline -= 200000;
	assert_wait(300000);
	daemon_.suspended -= 200000;
	tick();
	assert_wait(100000);
}

/* A host whose deadline is over again at once does not keep the others from theirs. */
TEST(all_that_are_due_get_their_step)
{
	struct host *first = add(1), *second = add(2);

	host_trigger(&daemon_, first, TRIGGER_SLEEP);
	host_trigger(&daemon_, second, TRIGGER_SLEEP);
	first->life.deadline = second->life.deadline = 1;
	host_arm(&daemon_, first);
	host_arm(&daemon_, second);
	settle();
	assert_int_equal(first->life.state, DROWSY);
	assert_int_equal(first->life.attempts, 1);
	assert_int_equal(second->life.attempts, 1);
	assert_wait(HOUR);
}
