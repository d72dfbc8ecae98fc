// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Who may ask. A web page elsewhere can make a browser send requests to us, even under a name of
 * its own that leads to our address (DNS rebinding); but the browser says so in Host and Origin.
 */
#include <event2/http.h>
#include <nettle/memops.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "http/internal.h"

/* With brackets, as Host has an IPv6 address. */
static bool is_address(const char *host)
{
	const size_t length = strlen(host);
	struct ipv6 address;
	char text[TEXT_IP];

	if (*host != '[')
		return !text_to_ip(host, &address);
	if (host[length - 1] != ']' || length - 2 >= sizeof(text))
		return false;
	snprintf(text, sizeof(text), "%.*s", (int)length - 2, host + 1);
	return !text_to_ip(text, &address);
}

/* Also by mDNS. */
static bool is_machine(const char *host, const char *name)
{
	const size_t length = strlen(name);

	return length && !strncasecmp(host, name, length) &&
	       (!host[length] || !strcasecmp(host + length, ".local"));
}

/* "http://HOST" of this server; a proxy in front of it may speak TLS. */
static bool is_own_origin(const struct http_caller *caller)
{
	static const char *const schemes[] = { "http://", "https://" };

	for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++) {
		const size_t length = strlen(schemes[i]);

		if (!strncasecmp(caller->origin, schemes[i], length) &&
		    !strcasecmp(caller->origin + length, caller->authority))
			return true;
	}
	return false;
}

int http_check_caller(const struct http_caller *caller, const char *name, const char **why)
{
	if (!caller->host || !caller->authority) {
		*why = "expected a Host header";
		return HTTP_BADREQUEST;
	}
	if (!is_address(caller->host) && strcasecmp(caller->host, "localhost") != 0 &&
	    !is_machine(caller->host, name)) {
		*why = "expected an address, localhost or this machine's name as the host";
		return 403;
	}
	if (caller->origin && !is_own_origin(caller)) {
		*why = "requests of other web sites are refused";
		return 403;
	}
	return 0;
}

/* In a time that says nothing of where they differ, or of their lengths. */
static bool is_equal(const char *a, const char *b)
{
	const char *const texts[] = { a, b };
	uint8_t digests[2][SHA256_DIGEST_SIZE];

	for (int i = 0; i < 2; i++) {
		struct sha256_ctx context;

		sha256_init(&context);
		sha256_update(&context, strlen(texts[i]), (const uint8_t *)texts[i]);
		sha256_digest(&context, SHA256_DIGEST_SIZE, digests[i]);
	}
	return memeql_sec(digests[0], digests[1], SHA256_DIGEST_SIZE);
}

int http_check_token(const struct http_caller *caller, const char *token, const char **why)
{
	static const char scheme[] = "Bearer ";
	const char *given = caller->authorization;

	if (!*token) {
		*why = "the configuration has no http-token-file: nobody may do this by HTTP";
		return 403;
	}
	if (!given || strncasecmp(given, scheme, strlen(scheme)) != 0) {
		*why = "expected 'Authorization: Bearer TOKEN'";
		return 401;
	}
	given += strlen(scheme);
	if (is_equal(given + strspn(given, " "), token))
		return 0;
	*why = "wrong token";
	return 401;
}
