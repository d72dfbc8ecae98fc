// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Metrics in the text format of Prometheus, 0.0.4. What counts up begins with this process: of
 * events it is what they add up to, of which the daemon itself keeps no sums.
 */
#include <event2/buffer.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/text.h"
#include "control/protocol.h"
#include "http/internal.h"
#include "outcome.h"
#include "report/totals.h"

enum { STATUS, COUNTERS, HOSTS, LEASES, QUESTIONS };

static const char *const questions[QUESTIONS] = {
	[STATUS] = "status",
	[COUNTERS] = "counters",
	[HOSTS] = "host-list",
	[LEASES] = "lease-list",
};

struct scrape {
	struct metrics *metrics;
	struct evhttp_request *request;
	struct scrape_answer {
		struct scrape *scrape;
		struct json_object *result;
	} answers[QUESTIONS];
	int answered;
};

struct metrics {
	struct daemon_client *daemon;
	struct totals *totals;
	struct wake_durations of_removed; /* hosts */
};

static const char *text_of(struct json_object *object, const char *member)
{
	const char *text = json_object_get_string(json_object_object_get(object, member));

	return text ? text : "";
}

static void begin(struct evbuffer *out, const char *name, const char *type, const char *help)
{
	evbuffer_add_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void add_status(struct evbuffer *out, struct json_object *status)
{
	static const char age[] = "sleepproxy_heartbeat_age_seconds";
	static const char build[] = "sleepproxy_build_info";

	begin(out, build, "gauge", "The version of sleepproxyd.");
	evbuffer_add_printf(out, "%s{version=\"%s\"} 1\n", build, text_of(status, "version"));
	begin(out, age, "gauge", "How long ago the daemon wrote its heartbeat.");
	evbuffer_add_printf(out, "%s %s\n", age, text_of(status, "heartbeat-age"));
}

static void add_frames(struct evbuffer *out, struct json_object *counters)
{
	static const char frames[] = "sleepproxy_frames_total";

	begin(out, frames, "counter", "Frames by what became of them.");
#define ADD_OUTCOME(outcome, name, verdict, meaning) \
	evbuffer_add_printf(out, "%s{outcome=\"%s\"} %s\n", frames, #name, \
	                    text_of(counters, #name));
	OUTCOMES(ADD_OUTCOME)
}

static void add_npp(struct evbuffer *out, struct json_object *counters)
{
	static const char messages[] = "sleepproxy_npp_messages_total", prefix[] = "npp_";
	const size_t length = strlen(prefix);

	begin(out, messages, "counter", "Messages of the Network Proxy Protocol by their outcome.");
	json_object_object_foreach (counters, name, count)
		if (!strncmp(name, prefix, length))
			evbuffer_add_printf(out, "%s{outcome=\"%s\"} %s\n", messages, name + length,
			                    json_object_get_string(count));
}

static void add_states(struct evbuffer *out, struct json_object *hosts)
{
	static const char name[] = "sleepproxy_host_state";

	begin(out, name, "gauge", "1 for the state that a host is in, 0 for the others.");
	for (size_t i = 0; i < json_object_array_length(hosts); i++) {
		struct json_object *host = json_object_array_get_idx(hosts, i);

		for (const char *const *state = protocol_states; *state; state++)
			evbuffer_add_printf(out, "%s{host=\"%s\",state=\"%s\"} %d\n", name,
			                    text_of(host, "name"), *state,
			                    !strcmp(text_of(host, "state"), *state));
	}
}

/* Of DHCP, or of DHCPv6 alone. */
static void add_leases(struct evbuffer *out, struct json_object *leases)
{
	static const char name[] = "sleepproxy_lease_expiry_timestamp_seconds";
	int64_t expires;

	begin(out, name, "gauge", "When the DHCP lease of a host expires, in Unix time.");
	for (size_t i = 0; i < json_object_array_length(leases); i++) {
		struct json_object *lease = json_object_array_get_idx(leases, i);
		struct json_object *lease6 = json_object_object_get(lease, "dhcpv6");

		if (!text_to_time(text_of(lease, "expires"), &expires) ||
		    !text_to_time(text_of(lease6, "expires"), &expires))
			evbuffer_add_printf(out, "%s{host=\"%s\"} %.3f\n", name,
			                    text_of(lease, "host"), (double)expires / 1000);
	}
}

static void add_wakes(struct evbuffer *out, const struct totals *totals)
{
	static const char name[] = "sleepproxy_wakes_total";

	begin(out, name, "counter", "Wakes that ended, by what began them and how they ended.");
	totals_each(totals, host) for (size_t i = 0; i < host->reason_count;
	                               i++) for (int result = 0; result < WAKE_RESULTS; result++)
		evbuffer_add_printf(out,
	                            "%s{host=\"%s\",reason=\"%s\",result=\"%s\"} %" PRIu64 "\n",
	                            name, host->name, host->reasons[i].reason,
	                            wake_result_names[result], host->reasons[i].results[result]);
}

static void add_durations_to(struct wake_durations *sum, const struct wake_durations *more)
{
	for (int i = 0; i <= WAKE_BOUNDS; i++)
		sum->counts[i] += more->counts[i];
	sum->sum += more->sum;
}

static void add_durations(struct evbuffer *out, const struct metrics *metrics)
{
	static const char name[] = "sleepproxy_wake_duration_seconds";
	struct wake_durations all = metrics->of_removed;
	uint64_t count = 0;

	totals_each(metrics->totals, host) add_durations_to(&all, &host->durations);
	begin(out, name, "histogram",
	      "From the first Magic Packet to the first frame of the host.");
	for (int i = 0; i < WAKE_BOUNDS; i++)
		evbuffer_add_printf(out, "%s_bucket{le=\"%g\"} %" PRIu64 "\n", name,
		                    (double)wake_bounds[i] / 1000, count += all.counts[i]);
	count += all.counts[WAKE_BOUNDS];
	evbuffer_add_printf(
		out, "%s_bucket{le=\"+Inf\"} %" PRIu64 "\n%s_sum %.3f\n%s_count %" PRIu64 "\n",
		name, count, name, (double)all.sum / 1000, name, count);
}

static void add_sleeps(struct evbuffer *out, const struct totals *totals)
{
	static const char asleep[] = "sleepproxy_host_asleep_seconds_total";
	static const char energy[] = "sleepproxy_energy_saved_joules_total";

	begin(out, asleep, "counter", "How long a host was asleep.");
	totals_each(totals, host) evbuffer_add_printf(out, "%s{host=\"%s\"} %.3f\n", asleep,
	                                              host->name, (double)host->asleep / 1000);
	begin(out, energy, "counter", "What a host with the setting watts saved by its sleep.");
	totals_each(totals, host) if (host->has_watts) evbuffer_add_printf(
		out, "%s{host=\"%s\"} %.3f\n", energy, host->name, host->joules);
}

static void fold_hosts(struct metrics *metrics, struct json_object *hosts)
{
	const int64_t now = clock_now().wall;

	for (size_t i = 0; hosts && i < json_object_array_length(hosts); i++)
		totals_host(metrics->totals, json_object_array_get_idx(hosts, i), now);
}

static void finish(struct scrape *scrape)
{
	const struct metrics *metrics = scrape->metrics;
	struct evbuffer *out = evbuffer_new();

	if (!out)
		_exit(EXIT_FAILURE);
	totals_advance(metrics->totals, clock_now().wall);
	add_status(out, scrape->answers[STATUS].result);
	add_frames(out, scrape->answers[COUNTERS].result);
	add_npp(out, scrape->answers[COUNTERS].result);
	add_states(out, scrape->answers[HOSTS].result);
	add_wakes(out, metrics->totals);
	add_durations(out, metrics);
	add_sleeps(out, metrics->totals);
	add_leases(out, scrape->answers[LEASES].result);
	http_reply_text(scrape->request, HTTP_OK, "text/plain; version=0.0.4; charset=utf-8",
	                (const char *)evbuffer_pullup(out, -1), evbuffer_get_length(out));
	evbuffer_free(out);
}

static bool is_complete(const struct scrape *scrape)
{
	for (int i = 0; i < QUESTIONS; i++)
		if (!scrape->answers[i].result)
			return false;
	return true;
}

static void end(struct scrape *scrape)
{
	for (int i = 0; i < QUESTIONS; i++)
		json_object_put(scrape->answers[i].result);
	free(scrape);
}

static void on_answer(void *context, struct json_object *reply)
{
	struct scrape_answer *answer = context;
	struct scrape *scrape = answer->scrape;

	answer->result = json_object_get(json_object_object_get(reply, "result"));
	/* at once: an event that comes before the other answers is later than this one */
	if (answer == &scrape->answers[HOSTS])
		fold_hosts(scrape->metrics, answer->result);
	if (++scrape->answered < QUESTIONS)
		return;
	if (is_complete(scrape))
		finish(scrape);
	else
		http_reply_error(scrape->request, 503, "the daemon cannot read its counters");
	end(scrape);
}

void metrics_reply(struct metrics *metrics, struct evhttp_request *request)
{
	struct scrape *scrape = calloc(1, sizeof(*scrape));

	if (!scrape)
		_exit(EXIT_FAILURE);
	scrape->metrics = metrics;
	scrape->request = request;
	for (int i = 0; i < QUESTIONS; i++) {
		scrape->answers[i].scrape = scrape;
		daemon_client_ask(metrics->daemon, daemon_request(questions[i]), on_answer,
		                  &scrape->answers[i]);
	}
}

static void forget(struct metrics *metrics, const char *name)
{
	totals_each(metrics->totals, host) if (!strcmp(host->name, name))
	{
		add_durations_to(&metrics->of_removed, &host->durations);
		break;
	}
	totals_forget(metrics->totals, name);
}

void metrics_event(struct metrics *metrics, struct json_object *event)
{
	if (!strcmp(text_of(event, "event"), "removed"))
		forget(metrics, text_of(event, "host"));
	else
		totals_event(metrics->totals, event);
}

static void on_hosts(void *context, struct json_object *reply)
{
	fold_hosts(context, json_object_object_get(reply, "result"));
}

struct metrics *metrics_new(struct daemon_client *daemon)
{
	struct metrics *metrics = calloc(1, sizeof(*metrics));

	if (!metrics)
		return NULL;
	metrics->daemon = daemon;
	metrics->totals = totals_new(clock_now().wall);
	if (!metrics->totals)
		return NULL;
	daemon_client_ask(daemon, daemon_request("host-list"), on_hosts, metrics);
	return metrics;
}
