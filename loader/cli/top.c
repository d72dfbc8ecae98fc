// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One connection to the daemon: its events as they come, and the list of hosts anew after them, as
 * an event does not say all that has changed. Answers come in the order of the requests.
 */
#include "cli/top.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "cli/command.h"
#include "control/protocol.h"

/* ms */
enum {
	DRAW_INTERVAL = 50,   /* at most so often */
	SECOND = 1000,        /* durations go on */
	LIST_INTERVAL = 1000, /* after events */
	LIST_MAX_AGE = 10000, /* without any: what is no event, such as a lease */
	RECONNECT_INTERVAL = 500,
	ANSWER_TIMEOUT = 5000,
};

/* Of requests that are not answered. */
enum asked { ASKED_WATCH, ASKED_HISTORY, ASKED_LIST, ASKED_OF_HOST };
enum { ASKED_MAX = 32 };

struct session {
	struct top top;
	int signals;
	bool is_connected, is_over;
	int error;                   /* that ended it: -errno */
	enum asked asked[ASKED_MAX]; /* the oldest first */
	size_t asked_count;
	int64_t asked_at; /* the last one; these are ms of CLOCK_MONOTONIC */
	int64_t listed_at, drawn_at, retry_at;
	bool is_listing, has_changed; /* since the list was asked for */
};

static void ask(struct session *session, enum asked asked, const char *command, const char *name)
{
	struct json_object *request = json_object_new_object();

	json_set_text(request, "command", command);
	if (name)
		json_set_text(request, "name", name);
	if (asked == ASKED_HISTORY)
		json_object_object_add(request, "limit", json_object_new_int(TOP_EVENTS));
	/* where it fails the connection is lost, as reading will find */
	if (session->is_connected && session->asked_count < ASKED_MAX && client_send(request)) {
		session->asked[session->asked_count++] = asked;
		session->asked_at = clock_ms();
	}
	json_object_put(request);
}

static void list_hosts(struct session *session)
{
	if (session->is_listing)
		return;
	session->is_listing = true;
	session->has_changed = false;
	session->listed_at = clock_ms();
	ask(session, ASKED_LIST, "host-list", NULL);
}

static void begin(struct session *session)
{
	session->is_connected = true;
	session->top.trouble = NULL;
	session->asked_count = 0;
	session->is_listing = false;
	ask(session, ASKED_HISTORY, "history", NULL);
	ask(session, ASKED_WATCH, "watch", NULL);
	list_hosts(session);
}

/* A daemon that is gone is waited for. */
static void lose(struct session *session, int err)
{
	if (err != -ECONNRESET && err != -ENOENT) {
		session->is_over = true;
		session->error = err;
	}
	session->is_connected = false;
	session->top.trouble = "waiting for sleepproxyd to come back";
	session->retry_at = clock_ms() + RECONNECT_INTERVAL;
}

static struct json_object *host_at(const struct top *top, size_t index)
{
	return index < json_length(top->hosts) ? json_object_array_get_idx(top->hosts, index)
	                                       : NULL;
}

static size_t find_host(const struct top *top, const char *name)
{
	size_t i = 0;

	while (i < json_length(top->hosts) && strcmp(json_get_text(host_at(top, i), "name"), name))
		i++;
	return i;
}

static void set_since(struct json_object *host, int64_t since)
{
	json_object_object_add(host, "since", json_object_new_int64(since));
}

/* The same host stays chosen, though others came or went. */
static void take_hosts(struct top *top, struct json_object *hosts)
{
	struct json_object *old = top->hosts, *chosen = host_at(top, top->chosen);
	const int64_t now = clock_ms();
	size_t index;

	for (size_t i = 0; i < json_length(hosts); i++) {
		struct json_object *host = json_object_array_get_idx(hosts, i);

		set_since(host, now - 1000 * json_get_number(host, "for"));
	}
	top->hosts = json_object_get(hosts);
	index = find_host(top, json_get_text(chosen, "name"));
	if (index < json_length(hosts))
		top->chosen = index;
	json_object_put(old);
}

static void forget_events(struct top *top)
{
	while (top->event_count)
		json_object_put(top->events[--top->event_count]);
}

static void add_event(struct top *top, struct json_object *event)
{
	if (top->event_count == TOP_EVENTS) {
		json_object_put(top->events[0]);
		memmove(top->events, top->events + 1, --top->event_count * sizeof(*top->events));
	}
	top->events[top->event_count++] = json_object_get(event);
}

/* A state that an event tells is shown at once; the rest comes with the next list. */
static void follow(struct session *session, struct json_object *event)
{
	struct top *top = &session->top;
	struct json_object *host = host_at(top, find_host(top, json_get_text(event, "host")));
	const char *kind = json_get_text(event, "event");

	add_event(top, event);
	session->has_changed |= strcmp(kind, "magic-packet") != 0;
	for (size_t i = 0; host && protocol_states[i]; i++)
		if (strcmp(kind, protocol_states[i]) == 0) {
			json_set_text(host, "state", kind);
			set_since(host, clock_ms());
		}
}

static void take_result(struct session *session, enum asked asked, struct json_object *result)
{
	struct top *top = &session->top;

	if (asked == ASKED_LIST) {
		session->is_listing = false;
		take_hosts(top, result);
	}
	if (asked == ASKED_HISTORY) {
		forget_events(top);
		for (size_t i = 0; i < json_length(result); i++)
			add_event(top, json_object_array_get_idx(result, i));
	}
	if (asked == ASKED_OF_HOST)
		snprintf(top->message, TOP_MESSAGE, "%s is %s", json_get_text(result, "name"),
		         json_get_text(result, "state"));
}

static void take_answer(struct session *session, struct json_object *answer)
{
	const enum asked asked = session->asked[0];

	if (!session->asked_count)
		return;
	memmove(session->asked, session->asked + 1, --session->asked_count * sizeof(asked));
	if (json_get_bool(answer, "ok"))
		take_result(session, asked, json_object_object_get(answer, "result"));
	else
		snprintf(session->top.message, TOP_MESSAGE, "%s", json_get_text(answer, "error"));
}

static void receive(struct session *session)
{
	struct json_object *received;

	while ((received = client_read(0))) {
		if (json_object_object_get_ex(received, "ok", NULL))
			take_answer(session, received);
		else
			follow(session, received);
		json_object_put(received);
	}
	if (client_error() != -ETIMEDOUT)
		lose(session, client_error());
}

static void choose(struct top *top, int64_t by)
{
	const int64_t last = (int64_t)json_length(top->hosts) - 1;

	top->chosen = (size_t)MAX(MIN((int64_t)top->chosen + by, last), 0);
}

static void command(struct session *session, const char *name)
{
	struct json_object *host = host_at(&session->top, session->top.chosen);

	if (host)
		ask(session, ASKED_OF_HOST, name, json_get_text(host, "name"));
}

static void press(struct session *session, int key)
{
	struct top *top = &session->top;
	const int64_t page = (int64_t)top->page, all = (int64_t)json_length(top->hosts);

	*top->message = '\0';
	switch (key) {
	case KEY_UP:
	case 'k':
		return choose(top, -1);
	case KEY_DOWN:
	case 'j':
		return choose(top, 1);
	case KEY_PAGE_UP:
		return choose(top, -page);
	case KEY_PAGE_DOWN:
		return choose(top, page);
	case KEY_HOME:
	case 'g':
		return choose(top, -all);
	case KEY_END:
	case 'G':
		return choose(top, all);
	case 'w':
		return command(session, "host-wake");
	case 's':
		return command(session, "host-sleep");
	case 'q':
		session->is_over = true;
	}
}

static void read_keys(struct session *session)
{
	unsigned char octets[64];
	const ssize_t length = read(STDIN_FILENO, octets, sizeof(octets));

	session->is_over |= length <= 0;
	for (ssize_t i = 0; i < length; i++) {
		const int key = terminal_key(octets[i]);

		if (key)
			press(session, key);
	}
}

static void read_signals(struct session *session)
{
	struct signalfd_siginfo signal;

	while (read(session->signals, &signal, sizeof(signal)) == sizeof(signal)) {
		if (signal.ssi_signo == SIGTSTP)
			terminal_suspend();
		else if (signal.ssi_signo != SIGWINCH)
			session->is_over = true;
	}
}

static void draw(struct session *session)
{
	size_t rows, columns;

	session->drawn_at = clock_ms();
	terminal_size(&rows, &columns);
	top_draw(&session->top, rows, columns, session->drawn_at);
}

/* Was there any? */
static bool wait_for_input(struct session *session, int64_t timeout)
{
	struct pollfd watched[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = session->signals, .events = POLLIN },
		{ .fd = session->is_connected ? client_fd() : -1, .events = POLLIN },
	};

	if (poll(watched, 3, (int)timeout) <= 0)
		return false;
	if (watched[0].revents)
		read_keys(session);
	if (watched[1].revents)
		read_signals(session);
	if (watched[2].revents)
		receive(session);
	return true;
}

/* What is due without any input. */
static void go_on(struct session *session, int64_t now)
{
	const int64_t age = now - session->listed_at;

	if (!session->is_connected && now >= session->retry_at) {
		const int err = client_retry();

		if (err)
			lose(session, err);
		else
			begin(session);
	}
	if (!session->is_connected)
		return;
	session->top.trouble = session->asked_count && now - session->asked_at > ANSWER_TIMEOUT
	                               ? "sleepproxyd does not answer"
	                               : NULL;
	if (age >= LIST_MAX_AGE || (session->has_changed && age >= LIST_INTERVAL))
		list_hosts(session);
}

static void run(struct session *session)
{
	bool is_new = true;

	begin(session);
	while (!session->is_over) {
		const int64_t interval = is_new ? DRAW_INTERVAL : SECOND;
		int64_t left = session->drawn_at + interval - clock_ms();

		if (left <= 0) {
			draw(session);
			is_new = false;
			left = SECOND;
		}
		is_new |= wait_for_input(session, MIN(left, RECONNECT_INTERVAL));
		go_on(session, clock_ms());
	}
}

static const char *unusable(const struct cli_call *call)
{
	const char *terminal = getenv("TERM");

	if (json_get_bool(call->settings, "json"))
		return "it has no JSON: 'sleepproxyctl -j watch' is for programs";
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return "standard input and output must be a terminal ('sleepproxyctl watch' needs none)";
	if (terminal && strcmp(terminal, "dumb") == 0)
		return "this terminal cannot move its cursor (TERM=dumb)";
	return NULL;
}

int run_top(const struct cli_call *call)
{
	struct session session = { .is_connected = true };
	const char *why = unusable(call);

	if (!why) {
		session.signals = terminal_start();
		why = session.signals < 0 ? strerror(-session.signals) : NULL;
	}
	if (why) {
		print_error("top: %s", why);
		return CTL_FAILED;
	}
	client_set_quiet(true);
	run(&session);
	terminal_stop();
	forget_events(&session.top);
	json_object_put(session.top.hosts);
	close(session.signals);
	if (!session.error)
		return CTL_OK;
	client_print_error(session.error);
	return CTL_FAILED;
}
