// SPDX-License-Identifier: GPL-2.0-or-later
/* Hands the host over: to the best proxy on each interface, and to a second one as backup. */
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>
#include <sys/param.h>
#include <unistd.h>

#include "agent/agent.h"
#include "agent/sleep_request.h"
#include "base/clock.h"

/* A proxy that does not answer uses a third of the remaining time, the last one all of it. */
enum { TIME_SHARES = 3 };

struct sleep_run {
	const struct agent *agent;
	struct registrations registrations;
	struct json_object *list, *failures;
	int status;
	bool interrupted;
};

/* On one interface. */
struct iface_run {
	struct sleep_run *run;
	struct channel channel;
	struct host_info info;
	struct candidates candidates;
	size_t next; /* of the candidates */
	int64_t deadline;
	char errors[1024]; /* of the candidates that were tried */
};

static void add_failure(struct sleep_run *run, const char *interface, const char *reason)
{
	struct json_object *failure;

	agent_error("%s: not handed over: %s", interface, reason);
	if (!run->failures)
		return;
	failure = json_object_new_object();
	json_object_object_add(failure, "interface", json_object_new_string(interface));
	json_object_object_add(failure, "reason", json_object_new_string(reason));
	json_object_array_add(run->failures, failure);
}

static void add_candidate_error(struct iface_run *iface_run, const struct candidate *candidate,
                                const char *error)
{
	char *errors = iface_run->errors, proxy[TEXT_IP];
	const size_t length = strlen(errors);

	snprintf(errors + length, sizeof(iface_run->errors) - length, "%s%s %s", length ? "; " : "",
	         text_from_ipv4(candidate->address, proxy), error);
}

/* Stored before anything else, so that an interrupted run can be reported, too. */
static void store(struct sleep_run *run, const struct proxy_registration *registration)
{
	const char *path = run->agent->state_path;
	int err;

	run->registrations.list[run->registrations.count++] = *registration;
	err = state_file_write(path, &run->registrations);
	if (err) {
		agent_error("%s cannot be written, so that 'wake' will not know of it: %s", path,
		            strerror(-err));
		run->status = AGENT_FAILED;
	}
	output_result(run->list, registration_to_json(registration));
}

/* Those that do not show the key are not asked. */
static void note_unproven(struct iface_run *iface_run)
{
	for (size_t i = 0; i < iface_run->candidates.count; i++)
		if (!iface_run->candidates.list[i].is_proven)
			add_candidate_error(iface_run, &iface_run->candidates.list[i],
			                    transaction_error(-EKEYREJECTED));
}

/* With the best of the remaining candidates. 0, -ENOENT: none is left, or -EINTR. */
static int register_with_next(struct iface_run *iface_run)
{
	for (; iface_run->next < iface_run->candidates.count; iface_run->next++) {
		const struct candidate *candidate = &iface_run->candidates.list[iface_run->next];
		const int64_t remaining = (int64_t)(iface_run->candidates.count - iface_run->next);
		const int64_t time = iface_run->deadline - clock_ms();
		const char *error = candidate_mismatch(candidate, &iface_run->run->agent->settings);
		struct proxy_registration registration;
		int err = -ENOENT;

		/* or another machine with the first proxy's address */
		if (!candidate->is_proven ||
		    ipv4_equal(candidate->address, iface_run->info.backup_of))
			continue;
		if (!error) {
			err = sleep_request_send(&iface_run->channel, candidate, &iface_run->info,
			                         time / MIN(remaining, TIME_SHARES),
			                         iface_run->deadline, &registration);
			error = transaction_error(err);
		}
		if (err == -EINTR)
			return err;
		if (!err) {
			store(iface_run->run, &registration);
			iface_run->info.backup_of = registration.proxy;
			iface_run->next++;
			return 0;
		}
		add_candidate_error(iface_run, candidate, error);
	}
	return -ENOENT;
}

static const char *failure_reason(const struct iface_run *iface_run, int err)
{
	if (err == -EINTR)
		return "interrupted";
	if (*iface_run->errors)
		return iface_run->errors;
	if (err == -ETIMEDOUT)
		return "no proxy answered; is one on this LAN? ('sleepproxy-agent discover')";
	return strerror(-err);
}

/* False: it is not handed over, as nobody could wake it. */
static bool check_wake(struct sleep_run *run, const char *interface)
{
	const char *problem = agent_wake_problem(interface);

	if (!problem)
		return true;
	if (run->agent->settings.wake_on_lan == WAKE_ON_LAN_REQUIRE) {
		add_failure(run, interface, problem);
		run->status = AGENT_FAILED;
		return false;
	}
	agent_error("WARNING: %s: %s", interface, problem);
	return true;
}

static void sleep_on_interface(struct sleep_run *run, const char *interface, int64_t deadline)
{
	struct iface_run iface_run = { .run = run, .deadline = deadline };
	const char *error =
		agent_channel_open(run->agent, interface, &iface_run.info, &iface_run.channel);
	int err;

	/* an interface without link or address has nothing to hand over: not a failure by itself */
	if (error) {
		add_failure(run, interface, error);
		return;
	}
	err = candidates_discover(&iface_run.channel, host_info_ipv4(&iface_run.info, 0),
	                          &run->agent->settings, deadline, &iface_run.candidates);
	note_unproven(&iface_run);
	if (!err)
		err = register_with_next(&iface_run);
	run->interrupted = err == -EINTR;
	if (err) {
		add_failure(run, interface, failure_reason(&iface_run, err));
		run->status = AGENT_FAILED;
	} else {
		/* the lack of a second proxy is no failure */
		if (run->agent->settings.backup)
			run->interrupted = register_with_next(&iface_run) == -EINTR;
		if (*iface_run.errors)
			agent_error("%s: %s", interface, iface_run.errors);
	}
	close(iface_run.channel.fd);
}

static void sleep_on_all(struct sleep_run *run)
{
	const struct settings *settings = &run->agent->settings;
	const int64_t deadline = clock_ms() + settings->wait;

	for (size_t i = 0; i < settings->interface_count && !run->interrupted; i++)
		if (check_wake(run, settings->interfaces[i]))
			sleep_on_interface(run, settings->interfaces[i],
			                   interface_deadline(run->agent, i, deadline));
	if (run->interrupted && run->registrations.count)
		agent_error("interrupted; 'sleepproxy-agent wake' takes back what is handed over");
	if (run->interrupted || !run->registrations.count)
		run->status = AGENT_FAILED;
}

int command_sleep(struct agent *agent)
{
	struct sleep_run run = { .agent = agent, .status = agent_read_keys(agent) };

	if (run.status)
		return run.status;
	run.list = output_list(agent, "registrations");
	run.failures = output_list(agent, "failures");
	run.status = agent_find_interfaces(agent);
	if (!run.status)
		sleep_on_all(&run);
	return run.status;
}
