// SPDX-License-Identifier: GPL-2.0-or-later
/* Answers: their headers, and how much of them clients may leave unread. */
#include <event2/buffer.h>
#include <nettle/base64.h>
#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "control/protocol.h"
#include "http/internal.h"

/* octets of all answers together */
enum { UNREAD_ALL_MAX = 64 << 20 };

__asm__(".pushsection .rodata\n"
        ".global http_page, http_page_end\n"
        "http_page: .incbin \"loader/http/page.html\"\n"
        "http_page_end: .byte 0\n"
        ".popsection\n");
extern const char http_page[], http_page_end[];

static const struct {
	int status;
	const char *text;
} reasons[] = {
	{ 200, "OK" },        { 400, "Bad Request" },         { 401, "Unauthorized" },
	{ 403, "Forbidden" }, { 404, "Not Found" },           { 405, "Method Not Allowed" },
	{ 409, "Conflict" },  { 503, "Service Unavailable" },
};

static const char *reason_of(int status)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(*reasons); i++)
		if (reasons[i].status == status)
			return reasons[i].text;
	return "Error";
}

void http_reply_prepare(struct evhttp_request *request, const char *type)
{
	static const char *const headers[][2] = {
		{ "Cache-Control", "no-store" },
		{ "X-Content-Type-Options", "nosniff" },
		{ "X-Frame-Options", "DENY" },
		{ "Referrer-Policy", "no-referrer" },
		{ "Cross-Origin-Resource-Policy", "same-origin" },
		{ "Connection", "close" },
	};
	struct evkeyvalq *out = evhttp_request_get_output_headers(request);

	for (size_t i = 0; i < sizeof(headers) / sizeof(*headers); i++)
		evhttp_add_header(out, headers[i][0], headers[i][1]);
	evhttp_add_header(out, "Content-Type", type);
	if (!evhttp_find_header(out, "Content-Security-Policy"))
		evhttp_add_header(out, "Content-Security-Policy",
		                  "default-src 'none'; frame-ancestors 'none'");
}

static size_t unread; /* octets of answers that are still in memory */

static void release(const void *text, size_t length, void *context)
{
	(void)context;
	unread -= length;
	free((void *)text);
}

static void add_body(struct evhttp_request *request, const char *text, size_t length)
{
	char *copy = malloc(length + 1);

	if (!copy)
		_exit(EXIT_FAILURE);
	memcpy(copy, text, length);
	unread += length;
	evbuffer_add_reference(evhttp_request_get_output_buffer(request), copy, length, release,
	                       NULL);
}

void http_reply_text(struct evhttp_request *request, int status, const char *type, const char *text,
                     size_t length)
{
	struct evkeyvalq *out = evhttp_request_get_output_headers(request);
	char length_text[24];

	if (unread + length > UNREAD_ALL_MAX && status == HTTP_OK) {
		http_reply_error(request, 503, "too many answers are not read yet: try again");
		return;
	}
	http_reply_prepare(request, type);
	snprintf(length_text, sizeof(length_text), "%zu", length);
	evhttp_add_header(out, "Content-Length", length_text);
	if (evhttp_request_get_command(request) != EVHTTP_REQ_HEAD)
		add_body(request, text, length);
	evhttp_send_reply(request, status, reason_of(status), NULL);
}

void http_reply_json(struct evhttp_request *request, int status, struct json_object *json)
{
	const char *text = protocol_text(json);

	http_reply_text(request, status, "application/json", text, strlen(text));
}

void http_reply_error(struct evhttp_request *request, int status, const char *why)
{
	struct evkeyvalq *out = evhttp_request_get_output_headers(request);
	struct json_object *json = json_object_new_object();

	if (status == 401)
		evhttp_add_header(out, "WWW-Authenticate", "Bearer realm=\"sleepproxy\"");
	if (status == 503)
		evhttp_add_header(out, "Retry-After", "1");
	json_object_object_add(json, "error", json_object_new_string(why));
	http_reply_json(request, status, json);
	json_object_put(json);
}

/* "'sha256-…'" of what is between the tags, as a Content-Security-Policy names it. */
static void hash_between(const char *open, const char *close, char hash[64])
{
	const char *begin = strstr(http_page, open), *end = begin ? strstr(begin, close) : NULL;
	uint8_t digest[SHA256_DIGEST_SIZE];
	char text[BASE64_ENCODE_RAW_LENGTH(SHA256_DIGEST_SIZE) + 1] = "";
	struct sha256_ctx context;

	if (!end) {
		snprintf(hash, 64, "'none'");
		return;
	}
	begin += strlen(open);
	sha256_init(&context);
	sha256_update(&context, (size_t)(end - begin), (const uint8_t *)begin);
	sha256_digest(&context, sizeof(digest), digest);
	base64_encode_raw(text, sizeof(digest), digest);
	snprintf(hash, 64, "'sha256-%s'", text);
}

/* The page has one script and one style. */
static const char *page_policy(void)
{
	static char policy[512];
	char script[64], style[64];

	if (*policy)
		return policy;
	hash_between("<script>", "</script>", script);
	hash_between("<style>", "</style>", style);
	snprintf(policy, sizeof(policy),
	         "default-src 'none'; script-src %s; style-src %s; img-src data:; "
	         "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
	         script, style);
	return policy;
}

void http_reply_page(struct evhttp_request *request)
{
	evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Security-Policy",
	                  page_policy());
	http_reply_text(request, HTTP_OK, "text/html; charset=utf-8", http_page,
	                (size_t)(http_page_end - http_page));
}
