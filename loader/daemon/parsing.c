// SPDX-License-Identifier: GPL-2.0-or-later
/* The processes of the parser, started before all else, and what they return. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "daemon/daemon.h"
#include "daemon/dhcp6_messages.h"
#include "daemon/groups.h"
#include "daemon/neighbours.h"

/* So many results before other events have their turn. */
enum { RESULTS_MAX = 64 };

/* Nothing here may start a process any more: the service manager starts all of it again. */
static void on_end(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	(void)context;
	log_error("the process that starts the parser of messages has ended: so does the daemon, "
	          "as if it had crashed; answers go on until heartbeat-timeout");
	_exit(EXIT_FAILURE);
}

static void take(struct daemon *daemon, const struct parser_result *result)
{
	static void (*const takers[])(struct daemon *, const struct parser_result *) = {
		[PARSER_NPP] = npp_listener_take,
		[PARSER_DHCP] = daemon_take_dhcp,
		[PARSER_GROUP] = daemon_take_group,
		[PARSER_DHCP6] = daemon_take_dhcp6,
		[PARSER_ROUTER_ADVERT] = router_listener_take,
		[PARSER_ND] = nd_listener_take,
	};

	/* what the datapath saw before comes before */
	daemon_read_ring(daemon);
	if (!result->is_lost)
		takers[result->kind](daemon, result);
	free(result->context);
}

void parsing_take_results(struct daemon *daemon)
{
	struct parser_result result;

	for (int i = 0; i < RESULTS_MAX && parser_next(daemon->parser, &result); i++)
		take(daemon, &result);
	if (parser_has_room(daemon->parser))
		npp_listeners_resume(daemon);
}

static void on_results(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	parsing_take_results(context);
}

int parsing_start(struct daemon *daemon)
{
	const int err = parser_start(&daemon->parser);

	if (err)
		log_error("the parser of messages cannot be started: %s", strerror(-err));
	return err;
}

int parsing_watch(struct daemon *daemon)
{
	if (daemon_watch(daemon, parser_fd(daemon->parser), EV_READ | EV_PERSIST, on_results,
	                 NULL) &&
	    daemon_watch(daemon, parser_end_fd(daemon->parser), EV_READ | EV_PERSIST, on_end, NULL))
		return 0;
	return -ENOMEM;
}

void parsing_stop(struct daemon *daemon)
{
	parser_stop(daemon->parser);
	daemon->parser = NULL;
}
