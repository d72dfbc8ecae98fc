// SPDX-License-Identifier: GPL-2.0-or-later
/* The commands about leases: GRANT in, LEASE out. */
#include <ctype.h>
#include <errno.h>
#include <json-c/json.h>
#include <stdio.h>
#include <string.h>

#include "base/addr.h"
#include "base/clock.h"
#include "base/fields.h"
#include "base/text.h"
#include "control/control.h"
#include "daemon/dhcp6_messages.h"
#include "host/description.h"

static void add_address(struct json_object *json, const char *key, struct ipv4 address)
{
	char text[TEXT_IP];

	json_add_text(json, key, ipv4_is_set(address) ? text_from_ipv4(address, text) : NULL);
}

static void add_wall(struct json_object *json, const char *key, int64_t time, const struct now *now)
{
	char text[TEXT_TIME];
	bool known = time && time != LEASE_NEVER;

	json_add_text(json, key, known ? text_from_time(now->wall + time - now->boot, text) : NULL);
}

static void add_left(struct json_object *json, const char *key, int64_t time, const struct now *now)
{
	bool known = time && time != LEASE_NEVER;

	json_object_object_add(json, key, known ? json_seconds(time - now->boot) : NULL);
}

static void add_seconds(struct json_object *json, uint32_t seconds)
{
	struct json_object *value = NULL;

	if (seconds == DHCP_INFINITE)
		value = json_object_new_string("infinite");
	else if (seconds)
		value = json_object_new_int64(seconds);
	json_object_object_add(json, "seconds", value);
}

static void add_octets(struct json_object *json, const char *key, const struct dhcp_option *option)
{
	char text[TEXT_OCTETS];

	json_add_text(json, key, text_from_octets(option->data, option->length, text));
}

void lease_add_option(struct json_object *json, const char *key, const struct dhcp_option *option)
{
	char text[sizeof(option->data) + 1];

	for (size_t i = 0; i < option->length; i++)
		text[i] = isprint(option->data[i]) ? (char)option->data[i] : '?';
	text[option->length] = '\0';
	json_add_text(json, key, text);
}

void lease_add_times(struct json_object *json, const struct lease_times *lease,
                     const struct now *now)
{
	add_seconds(json, lease->seconds);
	add_wall(json, "since", lease->since, now);
	add_wall(json, "t1", lease->renew_at, now);
	add_wall(json, "t2", lease->rebind_at, now);
	add_wall(json, "expires", lease->expires_at, now);
	add_left(json, "t1-in", lease->renew_at, now);
	add_left(json, "t2-in", lease->rebind_at, now);
	add_left(json, "expires-in", lease->expires_at, now);
	add_left(json, "next-request-in", lease->deadline, now);
}

void lease_add_result(struct json_object *json, enum lease_result result, int64_t at,
                      const char *reason, const struct now *now)
{
	json_add_text(json, "result", lease_result_names[result]);
	add_wall(json, "result-at", at, now);
	json_add_text(json, "reason", reason);
}

struct json_object *lease_json(const char *host, const struct dhcp_client *client,
                               const struct now *now)
{
	const struct dhcp_identity identity = dhcp_client_identity(client);
	struct json_object *json = json_object_new_object();
	const struct lease *lease = &client->lease;
	const struct lease_times times = {
		.seconds = lease->seconds,
		.since = lease->since,
		.renew_at = lease->renew_at,
		.rebind_at = lease->rebind_at,
		.expires_at = lease->expires_at,
		.deadline = lease->deadline,
	};
	char words[LEASE_TEXT];

	json_add_text(json, "host", host);
	json_add_text(json, "state", lease_state_names[lease->state]);
	json_add_text(json, "renewed-by", lease->proxy_renews ? "proxy" : "host");
	json_add_bool(json, "confirmed", lease->confirmed);
	add_address(json, "address", lease->address);
	add_address(json, "server", lease->server);
	add_address(json, "relay", lease->relay);
	lease_add_times(json, &times, now);
	lease_add_result(json, lease->result, lease->result_at, lease_text(lease, NULL, words),
	                 now);
	add_octets(json, "client-id", &identity.client_id);
	add_octets(json, "parameters", &identity.parameters);
	add_octets(json, "fqdn", &identity.fqdn);
	lease_add_option(json, "hostname", &identity.hostname);
	lease_add_option(json, "vendor-class", &identity.vendor_class);
	return json;
}

struct grant_members {
	struct lease_grant grant;
	uint32_t left;
	struct dhcp_option client_id;
	char hostname[HOST_NAME_MAX_SIZE];
};

#define GRANT(member) FIELD_AT(struct grant_members, member)
#define SECONDS .min = 1, .max = DHCP_INFINITE - 1, .expected = "a number of seconds, at least 1"

static const struct field grant_fields[] = {
	{ "command", .type = FIELD_IGNORED },
	{ "name", .type = FIELD_IGNORED },
	{ "address", FIELD_IPV4, GRANT(grant.address), .flags = FIELD_REQUIRED,
	  .expected = "the IPv4 address that the host has by DHCP" },
	{ "server", FIELD_IPV4, GRANT(grant.server), .expected = "an IPv4 address" },
	{ "seconds", FIELD_NUMBER, GRANT(grant.seconds), SECONDS },
	{ "left", FIELD_NUMBER, GRANT(left), SECONDS },
	{ "client-id", FIELD_OCTETS,
	  FIELD_COUNTED(struct grant_members, client_id.data, client_id.length),
	  .expected = "octets as \"01:52:54:00:12:34:56\"" },
	{ "hostname", FIELD_NAME, GRANT(hostname),
	  .expected = "letters, digits, '-', '_' and '.', at most 63" },
	{ 0 },
};

/* 0, or -EINVAL as of a member that is not as expected. */
static int check_address(const char *member, struct ipv4 address4, char *why, size_t why_size)
{
	const struct ipv6 address = ipv4_mapped(address4);
	const char *error = address_error(&address);
	char text[TEXT_IP];

	if (!error)
		return 0;
	snprintf(why, why_size, "%s: \"%s\": %s; expected a host's IPv4 address", member,
	         text_from_ipv4(address4, text), error);
	return -EINVAL;
}

/* "left" says when it began, if the whole is said too. */
static int check(const struct grant_members *members, char *why, size_t why_size)
{
	const struct lease_grant *grant = &members->grant;
	int err = check_address("address", grant->address, why, why_size);

	if (!err && ipv4_is_set(grant->server))
		err = check_address("server", grant->server, why, why_size);
	if (!err && members->left > grant->seconds) {
		snprintf(why, why_size, "left: expected \"seconds\" too, and no more than that");
		err = -EINVAL;
	}
	return err;
}

int lease_from_json(struct json_object *json, const struct now *now, struct lease_grant *grant,
                    struct dhcp_identity *identity, char *why, size_t why_size)
{
	struct grant_members members = { .left = 0 };

	if (fields_from_json(grant_fields, json, &members, why, why_size) ||
	    check(&members, why, why_size))
		return -EINVAL;
	*grant = members.grant;
	if (members.left)
		grant->since = now->boot - (grant->seconds - members.left) * 1000LL;
	*identity = dhcp_identity_of(members.client_id.data, members.client_id.length,
	                             members.hostname);
	return 0;
}

static struct json_object *leases_json(const struct host *host, const struct now *now)
{
	static const struct dhcp_client none;
	struct json_object *json = lease_json(host->name, host->dhcp ? host->dhcp : &none, now);

	if (dhcp6_client_is_known(host->dhcp6))
		json_object_object_add(json, "dhcpv6", lease6_json(host->dhcp6, now));
	return json;
}

static enum request_end run_show(struct request *request, struct host *host)
{
	const struct now now = clock_now();

	if (!dhcp_client_is_known(host->dhcp) && !dhcp6_client_is_known(host->dhcp6))
		return request_refuse(request,
		                      "%s has no lease as far as is known: no DHCP of it was seen",
		                      host->name);
	request->result = leases_json(host, &now);
	return REQUEST_DONE;
}

static struct json_object *list(const struct daemon *daemon, const struct host *host,
                                const struct now *now)
{
	(void)daemon;
	if ((!host->dhcp || host->dhcp->lease.state == LEASE_NONE) &&
	    (!host->dhcp6 || host->dhcp6->lease.state == LEASE_NONE))
		return NULL;
	return leases_json(host, now);
}

/* 0 or -errno with `why`. */
static int check_lease(struct daemon *daemon, const struct host *host, struct ipv6 address,
                       char why[DAEMON_WHY])
{
	const uint32_t ifindex = host->installed ? host->installed->ifindex : 0;
	const struct host *owner = host_table_owner(daemon->hosts, &address);
	int err = address_check(daemon->net, ifindex, &address, why);

	if (err || !owner || owner == host)
		return err;
	snprintf(why, DAEMON_WHY, "another host has it already");
	return -EEXIST;
}

static enum request_end end_set(struct request *request, struct host *host)
{
	daemon_complete_when_stored(request->daemon, request->token);
	run_show(request, host); /* it has a lease now */
	return REQUEST_WAITS;
}

static enum request_end run_set6(struct request *request, struct host *host)
{
	const struct now now = clock_now();
	struct dhcp6_identity identity;
	struct lease6_grant grant;
	char why[DAEMON_WHY];
	int err;

	if (lease6_from_json(request->json, &now, &grant, &identity, request->why, REQUEST_WHY))
		return REQUEST_REFUSED;
	if (check_lease(request->daemon, host, grant.addresses[0].address, why))
		return request_refuse(request, "address: %s", why);
	err = host_grant_lease6(request->daemon, host, &grant, &identity);
	if (err == -EINVAL)
		return request_refuse(request, "duid: expected, as none of the host's was seen");
	return err ? request_refuse(request, "out of memory") : end_set(request, host);
}

static bool is_of_ipv6(struct json_object *json)
{
	const char *text = json_object_get_string(json_object_object_get(json, "address"));
	struct ipv6 address;

	return text && !text_to_ip(text, &address) && !ip_is_ipv4(&address);
}

static enum request_end run_set(struct request *request, struct host *host)
{
	const struct now now = clock_now();
	struct dhcp_identity identity;
	struct lease_grant grant;
	char why[DAEMON_WHY];

	if (is_of_ipv6(request->json))
		return run_set6(request, host);
	if (lease_from_json(request->json, &now, &grant, &identity, request->why, REQUEST_WHY))
		return REQUEST_REFUSED;
	if (check_lease(request->daemon, host, ipv4_mapped(grant.address), why))
		return request_refuse(request, "address: %s", why);
	if (host_grant_lease(request->daemon, host, &grant, &identity))
		return request_refuse(request, "out of memory");
	return end_set(request, host);
}

static enum request_end run_forget(struct request *request, struct host *host)
{
	dhcp_client_free(host->dhcp);
	host->dhcp = NULL;
	dhcp6_client_free(host->dhcp6);
	host->dhcp6 = NULL;
	host_sync(request->daemon, host);
	host_arm(request->daemon, host);
	host_persist(request->daemon, host);
	daemon_complete_when_stored(request->daemon, request->token);
	return REQUEST_WAITS;
}

const struct request_row lease_requests[] = {
	{ "lease-list", .is_limited = true, .of_each = list },
	{ "lease-show", .of_host = run_show },
	{ "lease-set", .of_host = run_set },
	{ "lease-forget", .of_host = run_forget },
	{ 0 },
};
