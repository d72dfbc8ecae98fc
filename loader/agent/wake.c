// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reports to all proxies of the state file, at once, that the host is awake, and prints the state
 * of its lease. Links may come up late: a report is sent as soon as its interface is ready.
 */
#include <errno.h>
#include <json-c/json.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/agent.h"
#include "base/clock.h"
#include "base/fields.h"
#include "base/files.h"

enum { CHECK_INTERVAL = 100 }; /* ms */

/* The report to the proxy of a registration. */
struct report {
	/* as transaction_end or channel_open; -ENOTUNIQ: the proxy does not know its MAC now */
	int result;
	bool has_ended;
	pid_t hook; /* its on-lease-lost program; 0: none */
};

struct wake_run {
	const struct agent *agent;
	struct registrations registrations;
	/* of the registration with the same index */
	struct transaction transactions[REGISTRATIONS_MAX];
	struct report reports[REGISTRATIONS_MAX];
	struct json_object *list;
	int status;
};

static bool has_lost_lease(const struct wake_run *run, size_t index)
{
	const struct npp_client *confirm = &run->transactions[index].answer.client;

	return run->reports[index].has_ended && !run->reports[index].result && confirm->has_lease &&
	       confirm->lease == NPP_LEASE_FAILED;
}

static const char *report_error(int result)
{
	switch (result) {
	case -ENODEV:
		return "cannot be told: no such interface";
	case -ENETDOWN:
		return "cannot be told: the interface has no carrier";
	case -ENOTUNIQ:
		return "cannot be told: the interface has another MAC than it was handed over with";
	case -ECONNREFUSED:
		return "knows of no such registration; its log says why";
	case -EPERM:
		return "cannot be told without CAP_NET_RAW: run this as root";
	default:
		return transaction_error(result);
	}
}

/* clang-format off */
static const struct field registration_fields[] = {
	{ "interface", FIELD_INTERFACE, FIELD_AT(struct proxy_registration, interface) },
	{ "address", FIELD_IP, FIELD_AT(struct proxy_registration, host_info.addresses[0]) },
	{ "proxy", FIELD_IPV4, FIELD_AT(struct proxy_registration, proxy) },
	{ "client", FIELD_NUMBER, FIELD_AT(struct proxy_registration, client) },
	{ 0 },
};

static const char *const lease_states[] = { "none", "renewed", "lost", NULL }; /* enum npp_lease */

static const struct field lease_fields[] = {
	{ "state", FIELD_ENUM, FIELD_AT(struct npp_client, lease), .names = lease_states },
	{ "total", FIELD_NUMBER, FIELD_AT(struct npp_client, lease_total) },
	{ "left", FIELD_NUMBER, FIELD_AT(struct npp_client, lease_left) },
	{ 0 },
};
/* clang-format on */

static struct json_object *report_to_json(const struct wake_run *run, size_t index)
{
	const struct npp_client *confirm = &run->transactions[index].answer.client;
	const int result = run->reports[index].result;
	struct json_object *object =
		fields_to_json(registration_fields, &run->registrations.list[index]);

	json_object_object_add(object, "confirmed", json_object_new_boolean(!result));
	if (result)
		json_object_object_add(object, "reason",
		                       json_object_new_string(report_error(result)));
	else if (confirm->has_lease)
		json_object_object_add(object, "lease", fields_to_json(lease_fields, confirm));
	return object;
}

/*
 * In the child: without a shell, with the signals as the agent found them. Its output goes to
 * standard error, since the agent's may be JSON.
 */
static _Noreturn void run_hook(const char *path, const struct proxy_registration *registration)
{
	char address[TEXT_IP];
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	text_from_ip(&registration->host_info.addresses[0], address);
	if (!setenv("SLEEPPROXY_INTERFACE", registration->interface, 1) &&
	    !setenv("SLEEPPROXY_ADDRESS", address, 1) && dup2(STDERR_FILENO, STDOUT_FILENO) >= 0)
		execl(path, path, NULL);
	dprintf(STDERR_FILENO, "sleepproxy-agent: %s: cannot be run: %s\n", path, strerror(errno));
	_exit(AGENT_FAILED);
}

/* Not where another proxy, which knew of the same lease, has reported it as lost. */
static void start_hook(struct wake_run *run, size_t index)
{
	const struct proxy_registration *registration = &run->registrations.list[index];

	for (size_t i = 0; i < run->registrations.count; i++)
		if (i != index && has_lost_lease(run, i) &&
		    !strcmp(run->registrations.list[i].interface, registration->interface))
			return;
	run->reports[index].hook = fork();
	if (!run->reports[index].hook)
		run_hook(run->agent->settings.on_lease_lost, registration);
	if (run->reports[index].hook > 0)
		return;
	agent_error("%s: cannot be run: %s", run->agent->settings.on_lease_lost, strerror(errno));
	run->status = AGENT_FAILED;
}

static void wait_for_hook(struct wake_run *run, pid_t pid)
{
	const char *path = run->agent->settings.on_lease_lost;
	struct pollfd none;
	int status = 0;

	while (!waitpid(pid, &status, WNOHANG)) {
		if (!signals_poll(&none, 0, CHECK_INTERVAL / 2))
			continue;
		kill(pid, SIGTERM);
		agent_error("%s: interrupted", path);
		run->status = AGENT_FAILED;
		return;
	}
	if (WIFSIGNALED(status))
		agent_error("%s: ended by signal %d", path, WTERMSIG(status));
	else if (WEXITSTATUS(status))
		agent_error("%s: failed with status %d", path, WEXITSTATUS(status));
	if (status)
		run->status = AGENT_FAILED;
}

static void end_report(struct wake_run *run, size_t index, int result)
{
	const struct proxy_registration *registration = &run->registrations.list[index];
	char proxy[TEXT_IP];

	run->reports[index].result = result;
	run->reports[index].has_ended = true;
	cleanup_close(&run->transactions[index].channel.fd);
	if (result) {
		agent_error("%s: %s %s", registration->interface,
		            text_from_ipv4(registration->proxy, proxy), report_error(result));
		run->status = AGENT_FAILED;
	}
	if (!result || run->agent->json)
		output_result(run->list, report_to_json(run, index));
	if (*run->agent->settings.on_lease_lost && has_lost_lease(run, index))
		start_hook(run, index);
}

/*
 * From the address that was handed over, which need not be configured: whether it may be used is
 * what the answer says.
 */
static int start_report(const struct agent *agent, struct proxy_registration *registration,
                        struct transaction *transaction, int64_t deadline)
{
	struct channel channel;
	int err;

	cleanup_close(&transaction->channel.fd);
	err = channel_open(agent, registration->interface, registration->key, &channel);
	transaction->channel.fd = channel.fd;
	if (!err && !mac_equal(&channel.iface.mac, &registration->host_info.mac))
		err = -ENOTUNIQ;
	if (!err)
		err = transaction_report(transaction, &channel, registration);
	if (!err)
		transaction_start(transaction, clock_ms(), deadline);
	return err;
}

/* Starts it, as soon as its link is there, or ends it, if its transaction has ended. */
static void advance(struct wake_run *run, size_t index, int64_t deadline)
{
	struct transaction *transaction = &run->transactions[index];
	struct report *report = &run->reports[index];
	int err;

	switch (transaction->state) {
	case TRANSACTION_IDLE:
		err = start_report(run->agent, &run->registrations.list[index], transaction,
		                   deadline);
		report->result = err ? err : -ETIMEDOUT;
		if (err && err != -ENODEV && err != -ENETDOWN)
			end_report(run, index, err);
		break;
	case TRANSACTION_OPEN:
		break;
	case TRANSACTION_FAILED: /* its socket: with a new one, but not at once */
		transaction->state = TRANSACTION_IDLE;
		report->result = -ENETDOWN;
		break;
	default:
		end_report(run, index, transaction_end(transaction));
	}
}

/* True: some have not ended. */
static bool advance_all(struct wake_run *run, int64_t deadline, bool *is_open)
{
	bool is_left = false;

	*is_open = false;
	for (size_t i = 0; i < run->registrations.count; i++) {
		if (!run->reports[i].has_ended)
			advance(run, i, deadline);
		is_left |= !run->reports[i].has_ended;
		*is_open |= run->transactions[i].state == TRANSACTION_OPEN;
	}
	return is_left;
}

static void report_all(struct wake_run *run)
{
	const int64_t deadline = clock_ms() + run->agent->settings.report_wait;
	const size_t count = run->registrations.count;
	struct pollfd none;
	int64_t now;
	bool is_open;
	int err = 0;

	for (size_t i = 0; i < count; i++)
		run->transactions[i].channel.fd = -1;
	while (advance_all(run, deadline, &is_open) && !err && (now = clock_ms()) < deadline) {
		const int64_t until = MIN(now + CHECK_INTERVAL, deadline);

		err = is_open ? transactions_await(run->transactions, count, until)
		              : signals_poll(&none, 0, until - now);
	}
	for (size_t i = 0; i < count; i++)
		if (!run->reports[i].has_ended)
			end_report(run, i, run->reports[i].result);
	if (err)
		agent_error("interrupted; another 'wake' reports what is not confirmed");
}

static void remove_registrations(struct wake_run *run)
{
	const char *path = run->agent->state_path;
	int err = 0;

	for (size_t i = 0; i < run->registrations.count && !err; i++)
		/* a proxy that has refused will refuse again */
		if (!run->reports[i].result || run->reports[i].result == -ECONNREFUSED)
			err = state_file_remove(path, &run->registrations.list[i]);
	if (!err)
		return;
	agent_error("%s cannot be changed: %s", path, strerror(-err));
	run->status = AGENT_FAILED;
}

int command_wake(struct agent *agent)
{
	struct wake_run run = { .agent = agent, .status = agent_read_keys(agent) };

	if (!run.status)
		run.status = agent_read_state(agent, &run.registrations);
	if (run.status)
		return run.status;
	run.list = output_list(agent, "reports");
	report_all(&run);
	remove_registrations(&run);
	output_lists(agent);
	fflush(stdout);
	for (size_t i = 0; i < run.registrations.count; i++)
		if (run.reports[i].hook > 0)
			wait_for_hook(&run, run.reports[i].hook);
	return run.status;
}
