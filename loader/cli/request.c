// SPDX-License-Identifier: GPL-2.0-or-later
/* In: a command line, taken apart. Out: the request to the daemon, its result to the writer. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "control/protocol.h"
#include "cli/command.h"
#include "cli/json_get.h"

const char *call_socket(const struct call *call)
{
	const char *said = field_text(call->settings, "socket");
	const char *variable = getenv("SLEEPPROXY_SOCKET");

	if (*said)
		return said;
	return variable && *variable ? variable : CONTROL_SOCKET;
}

int call_show(const struct call *call, view *view, struct json_object *result)
{
	call->writer->show(call, view, result);
	if (fflush(stdout) == 0 && !ferror(stdout))
		return CTL_OK;
	say("cannot write the output: %s", strerror(errno));
	return CTL_FAILED;
}

int call_simple(const struct call *call)
{
	struct client *client = client_open(call_socket(call));
	struct json_object *result = client ? client_ask(client, call->request) : NULL;
	int status = result ? call_show(call, call->command->view, result) : CTL_FAILED;

	json_object_put(result);
	client_close(client);
	return status;
}
