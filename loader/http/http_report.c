// SPDX-License-Identifier: GPL-2.0-or-later
/* The report, of questions to the daemon one after another. */
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "control/protocol.h"
#include "http/internal.h"
#include "report/sleep_report.h"

struct report_request {
	struct daemon_client *daemon;
	struct evhttp_request *request;
	struct sleep_report *report;
};

static void end(struct report_request *asked)
{
	sleep_report_free(asked->report);
	free(asked);
}

static void finish(struct report_request *asked)
{
	struct json_object *document =
		protocol_document("report", sleep_report_json(asked->report));

	http_reply_json(asked->request, HTTP_OK, document);
	json_object_put(document);
	end(asked);
}

static void ask_next(struct report_request *asked);

static void on_reply(void *context, struct json_object *reply)
{
	struct report_request *asked = context;
	struct json_object *result = json_object_object_get(reply, "result");

	if (!result || sleep_report_answer(asked->report, result, clock_now().wall)) {
		http_reply_error(asked->request, 503, "the daemon cannot read its history");
		end(asked);
	} else {
		ask_next(asked);
	}
}

static void ask_next(struct report_request *asked)
{
	struct json_object *question = sleep_report_request(asked->report);

	if (question)
		daemon_client_ask(asked->daemon, question, on_reply, asked);
	else
		finish(asked);
}

void http_reply_report(struct daemon_client *daemon, struct evhttp_request *request, int64_t since)
{
	struct report_request *asked = calloc(1, sizeof(*asked));
	struct sleep_report *report =
		sleep_report_new(since ? since : clock_now().wall - SLEEP_REPORT_SPAN);

	if (!asked || !report)
		_exit(EXIT_FAILURE);
	*asked = (struct report_request){ daemon, request, report };
	ask_next(asked);
}
