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
	struct timeval due, time;

	if (!event_pending(daemon_.deadline_event, EV_TIMEOUT, &due))
		return -1;
	gettimeofday(&time, NULL);
	return (due.tv_sec - time.tv_sec) * 1000LL + (due.tv_usec - time.tv_usec) / 1000;
}

static void assert_wait(int64_t expected)
{
	const int64_t wait = timer_wait();

	if (wait != expected)
		fail_msg("the timer is due in %jd ms, not %jd", (intmax_t)wait, (intmax_t)expected);
}

/* Then, and not earlier, the timer comes. */
static void let_pass(int64_t ms)
{
	pass(ms);
	settle();
}

static void falls_asleep(struct host *host, int64_t grace_period)
{
	daemon_.config.timing.grace_period = grace_period;
	daemon_follow_config(&daemon_);
	host_trigger(&daemon_, host, TRIGGER_SLEEP);
	assert_int_equal(host->life.state, DROWSY);
}

TEST(one_timer_for_the_earliest_deadline)
{
	struct host *first = add(1), *second = add(2);

	assert_wait(-1);
	falls_asleep(first, 60000);
	assert_wait(60000);
	falls_asleep(second, 30000);
	assert_wait(30000);
	let_pass(29999);
	assert_int_equal(second->life.attempts, 0);
	assert_wait(1);
	let_pass(1);
	assert_int_equal(second->life.attempts, 1);
	assert_int_equal(first->life.attempts, 0);
	assert_wait(30000);
	daemon_remove(&daemon_, first);
	daemon_arm(&daemon_);
	assert_wait(HOUR);
	daemon_remove(&daemon_, second);
	daemon_arm(&daemon_);
	assert_wait(-1);
}

/* An hour at most: a clock that was set, or that ran ahead, is noticed by then. */
TEST(a_far_deadline_is_armed_again)
{
	struct host *host = add(1);

	falls_asleep(host, 5 * HOUR / 2);
	for (int hours = 0; hours < 2; hours++) {
		assert_wait(HOUR);
		let_pass(HOUR);
		assert_int_equal(host->life.attempts, 0);
	}
	assert_wait(HOUR / 2);
	let_pass(HOUR / 2);
	assert_int_equal(host->life.attempts, 1);
}

static void lease_deadline(struct host *host, int64_t in)
{
	if (!host->dhcp)
		host->dhcp = dhcp_client_new();
	host->dhcp->lease = (struct lease){ .state = LEASE_BOUND,
		                            .address = { { 10, 9, 0, 20 } },
		                            .deadline = now.boot + in };
	host_arm(&daemon_, host);
}

TEST(leases_and_registrations_count_the_time_of_a_suspend)
{
	const struct registration_draft draft = { .head = { .client_id = 1, .active = true } };
	struct host *host = add(1);

	lease_deadline(host, 600000);
	assert_wait(600000);
	host->registration = registration_new(&draft);
	host->registration->until = now.boot + 300000;
	host_arm(&daemon_, host);
	assert_wait(300000);
	suspend_for(200000);
	tick();
	assert_wait(100000);
}

/* A host whose deadline is over does not keep the others from theirs. */
TEST(all_that_are_due_get_their_step)
{
	struct host *first = add(1), *second = add(2);

	falls_asleep(first, 1000);
	falls_asleep(second, 1000);
	let_pass(1000);
	assert_int_equal(first->life.attempts, 1);
	assert_int_equal(second->life.attempts, 1);
	assert_wait(HOUR);
}
