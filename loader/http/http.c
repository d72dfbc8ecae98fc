// SPDX-License-Identifier: GPL-2.0-or-later
/* The daemon's side: what the process is given at the start, and its connection each time. */
#include "http/http.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/files.h"
#include "base/log.h"
#include "base/text.h"
#include "control/control.h"
#include "http/internal.h"

/* A daemon that was killed a moment ago may still have its processes, and so the port. ms */
enum { BIND_PATIENCE = 2000, BIND_INTERVAL = 20 };
enum { BACKLOG = 64 };
/* octets, of each connection: the kernel would let it grow to megabytes */
static const int SEND_BUFFER = 65536;
enum { TOKEN_SHORT = 16 };

struct http {
	int channel; /* a message of the process: it needs a connection */
	int control; /* of the supervisor */
	struct event *on_process, *on_end;
};

/* A word in a line. NULL, or what is wrong. */
static const char *parse_token(const char *text, size_t length, char token[HTTP_TOKEN_MAX + 1])
{
	while (length && isspace((unsigned char)text[length - 1]))
		length--;
	if (!length)
		return "no token; expected a line with one";
	if (length > HTTP_TOKEN_MAX)
		return "longer than 256 octets; expected a line with a token";
	for (size_t i = 0; i < length; i++)
		if (!isgraph((unsigned char)text[i]))
			return "not a token; expected one line of printable ASCII without spaces";
	memcpy(token, text, length);
	token[length] = '\0';
	return NULL;
}

static int read_token(const char *path, char token[HTTP_TOKEN_MAX + 1], const char **reason)
{
	autoclose int fd = file_open_secret(path, reason);
	autofree char *text = NULL;
	size_t length;
	int err = fd < 0 ? fd : file_read(fd, 2 * HTTP_TOKEN_MAX, &text, &length);

	if (err == -EFBIG)
		*reason = "longer than any token";
	if (err)
		return err;
	*reason = parse_token(text, length, token);
	explicit_bzero(text, length);
	return *reason ? -EINVAL : 0;
}

/* Empty where the configuration names no file. */
static int token_of(const struct config *config, char token[HTTP_TOKEN_MAX + 1],
                    char why[CONFIG_ERROR])
{
	const char *path = config->http.token_file, *reason = NULL;
	int err;

	token[0] = '\0';
	err = *path ? read_token(path, token, &reason) : 0;
	if (err)
		snprintf(why, CONFIG_ERROR, "http-token-file: %.1024s: %s", path,
		         reason ? reason : strerror(-err));
	return err;
}

int http_check_config(const struct config *config, char why[CONFIG_ERROR])
{
	char token[HTTP_TOKEN_MAX + 1];
	const int err = token_of(config, token, why);

	explicit_bzero(token, sizeof(token));
	return err;
}

static socklen_t socket_address(const struct endpoint *endpoint, struct sockaddr_storage *address)
{
	const struct ipv4 ipv4 = ip_to_ipv4(&endpoint->address);
	struct sockaddr_in *in = (struct sockaddr_in *)address;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)address;

	memset(address, 0, sizeof(*address));
	if (ip_is_ipv4(&endpoint->address)) {
		in->sin_family = AF_INET;
		in->sin_port = htons(endpoint->port);
		memcpy(&in->sin_addr, &ipv4, sizeof(ipv4));
		return sizeof(*in);
	}
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(endpoint->port);
	memcpy(&in6->sin6_addr, &endpoint->address, sizeof(in6->sin6_addr));
	return sizeof(*in6);
}

static bool is_loopback(const struct ipv6 *address)
{
	const struct in6_addr *in6 = (const struct in6_addr *)address;

	return ip_is_ipv4(address) ? ip_to_ipv4(address).octet[0] == 127
	                           : IN6_IS_ADDR_LOOPBACK(in6);
}

/* The address may come later, as the network does at a boot. */
static int open_listener(const struct endpoint *endpoint)
{
	static const int on = 1;
	const int64_t deadline = clock_ms() + BIND_PATIENCE;
	struct sockaddr_storage address;
	const socklen_t size = socket_address(endpoint, &address);
	const int fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int err;

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &SEND_BUFFER, sizeof(SEND_BUFFER));
	setsockopt(fd, IPPROTO_IP, IP_FREEBIND, &on, sizeof(on));
	if (address.ss_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	do {
		err = bind(fd, (struct sockaddr *)&address, size) || listen(fd, BACKLOG) ? -errno
		                                                                         : 0;
	} while (err == -EADDRINUSE && clock_ms() < deadline && !usleep(1000 * BIND_INTERVAL));
	if (!err)
		return fd;
	close(fd);
	return err;
}

/* A connection that nobody else has: what the process does to its end does not reach ours. */
static void pass_connection(struct daemon *daemon)
{
	int ends[2], err;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends)) {
		log_error("no connection for HTTP: %s", strerror(errno));
		return;
	}
	err = file_pass(daemon->http->channel, ends[1]);
	close(ends[1]);
	if (err)
		close(ends[0]);
	else
		control_adopt(daemon, ends[0]);
}

static void on_process(evutil_socket_t fd, short what, void *context)
{
	struct daemon *daemon = context;
	char octet;

	(void)what;
	if (recv(fd, &octet, sizeof(octet), MSG_DONTWAIT) > 0)
		pass_connection(daemon);
	else
		event_del(daemon->http->on_process);
}

/* What the daemon is for goes on. */
static void on_end(evutil_socket_t fd, short what, void *context)
{
	struct daemon *daemon = context;

	(void)fd;
	(void)what;
	log_error(
		"the process that starts the one for HTTP has ended: no HTTP until the next start");
	event_del(daemon->http->on_end);
}

static int watch(struct daemon *daemon, const struct http *http)
{
	struct http *kept = malloc(sizeof(*kept));

	if (!kept)
		return -ENOMEM;
	*kept = *http;
	daemon->http = kept;
	kept->on_process =
		daemon_watch(daemon, kept->channel, EV_READ | EV_PERSIST, on_process, NULL);
	kept->on_end = daemon_watch(daemon, kept->control, EV_READ | EV_PERSIST, on_end, NULL);
	return kept->on_process && kept->on_end ? 0 : -ENOMEM;
}

static int start_process(struct daemon *daemon, struct http_setup *setup)
{
	struct http http;
	int channel[2], err;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, channel))
		return -errno;
	setup->channel = channel[1];
	err = supervisor_start(&http_process, setup, (int[]){ setup->listener, channel[1] }, 2,
	                       &http.control);
	close(channel[1]);
	http.channel = channel[0];
	if (!err)
		return watch(daemon, &http);
	close(channel[0]);
	return err;
}

enum { URL_MAX = TEXT_IP + 24 };

static const char *url_of(const struct endpoint *endpoint, char text[URL_MAX])
{
	const bool is_ipv4 = ip_is_ipv4(&endpoint->address);
	char ip[TEXT_IP];

	snprintf(text, URL_MAX, is_ipv4 ? "http://%s:%u/" : "http://[%s]:%u/",
	         text_from_ip(&endpoint->address, ip), endpoint->port);
	return text;
}

static int start(struct daemon *daemon, struct http_setup *setup)
{
	const struct endpoint *endpoint = &daemon->config.http.listen;
	char text[URL_MAX];
	struct utsname machine;
	int err;

	url_of(endpoint, text);
	setup->listener = open_listener(endpoint);
	if (setup->listener < 0) {
		log_error("cannot listen for %s: %s", text, strerror(-setup->listener));
		return setup->listener;
	}
	if (!uname(&machine))
		snprintf(setup->name, sizeof(setup->name), "%s", machine.nodename);
	err = start_process(daemon, setup);
	close(setup->listener);
	if (err)
		log_error("http: cannot start its process: %s", strerror(-err));
	else
		log_info("HTTP is served: %s%s", text,
		         is_loopback(&endpoint->address)
		                 ? ""
		                 : ": other machines can read there who sleeps and who wakes whom");
	return err;
}

int http_start(struct daemon *daemon)
{
	struct http_setup setup = { .listener = -1 };
	char why[CONFIG_ERROR];
	int err;

	if (!daemon->config.http.listen.port)
		return 0;
	tzset(); /* reads a file, which gmtime_r() does once otherwise: the process may not */
	err = token_of(&daemon->config, setup.token, why);
	if (err) {
		daemon->is_misconfigured = true;
		log_error("%s", why);
		return err;
	}
	if (*setup.token && strlen(setup.token) < TOKEN_SHORT)
		log_warning("http-token-file: a token of less than %d characters can be guessed",
		            TOKEN_SHORT);
	err = start(daemon, &setup);
	explicit_bzero(&setup, sizeof(setup));
	return err;
}

void http_stop(struct daemon *daemon)
{
	if (!daemon->http)
		return;
	close(daemon->http->channel);
	close(daemon->http->control);
	free(daemon->http);
	daemon->http = NULL;
}
