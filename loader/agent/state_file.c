// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/state_file.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include "base/fields.h"
#include "base/files.h"
#include "npp/npp_auth.h"

enum { STATE_FILE_MAX = 256 * 1024 }; /* octets; three times what the largest state needs */
enum { LOCK_TRIES = 20 };

static const char *const missed_names[] = { [MISSED_DHCP4] = "dhcp4",
	                                    [MISSED_ND] = "nd",
	                                    [MISSED_WAKE_ON_PACKET] = "wake-on-packet",
	                                    [MISSED_DHCP6] = "dhcp6",
	                                    NULL };

/* clang-format off */
#define REGISTRATION(member) FIELD_AT(struct proxy_registration, member)
#define HOST_INFO(member) REGISTRATION(host_info.member)
#define HOST_INFO_LIST(list, count) \
	FIELD_LIST(struct proxy_registration, host_info.list, host_info.count)

static const struct field proxy_fields[] = {
	{ "address", FIELD_IPV4, FIELD_AT(struct proxy_registration, proxy), .flags = FIELD_REQUIRED },
	{ "mac", FIELD_MAC, FIELD_AT(struct proxy_registration, proxy_mac), .flags = FIELD_REQUIRED },
	{ 0 },
};

static const struct field lease_fields[] = {
	{ "server", FIELD_IPV4, FIELD_AT(struct client_lease, server), .flags = FIELD_REQUIRED },
	{ "total", FIELD_NUMBER, FIELD_AT(struct client_lease, total), .flags = FIELD_REQUIRED },
	{ "left", FIELD_NUMBER, FIELD_AT(struct client_lease, left), .flags = FIELD_REQUIRED },
	{ "client-id", FIELD_OCTETS, FIELD_AT(struct client_lease, client_id.data), .room = NPP_CLIENT_ID,
	  .count_offset = offsetof(struct client_lease, client_id.length), .count_size = 1,
	  .flags = FIELD_OMIT_ZERO },
	{ 0 },
};

static const struct field lease6_address_fields[] = {
	{ "address", FIELD_IP, FIELD_AT(struct dhcp6_address, address), .flags = FIELD_REQUIRED },
	{ "preferred", FIELD_NUMBER, FIELD_AT(struct dhcp6_address, preferred), .flags = FIELD_REQUIRED },
	{ "valid", FIELD_NUMBER, FIELD_AT(struct dhcp6_address, valid), .flags = FIELD_REQUIRED },
	{ 0 },
};

#define DUID(name) FIELD_OCTETS, FIELD_COUNTED(struct dhcp6_lease, name.octets, name.length)

static const struct field lease6_fields[] = {
	{ "duid", DUID(client), .flags = FIELD_REQUIRED },
	{ "iaid", FIELD_NUMBER, FIELD_AT(struct dhcp6_lease, iaid), .flags = FIELD_REQUIRED },
	{ "server-duid", DUID(server), .flags = FIELD_OMIT_ZERO },
	{ "t1", FIELD_NUMBER, FIELD_AT(struct dhcp6_lease, t1), .flags = FIELD_OMIT_ZERO },
	{ "t2", FIELD_NUMBER, FIELD_AT(struct dhcp6_lease, t2), .flags = FIELD_OMIT_ZERO },
	{ "addresses", FIELD_OBJECT, FIELD_LIST(struct dhcp6_lease, addresses, address_count),
	  .fields = lease6_address_fields, .flags = FIELD_REQUIRED },
	{ 0 },
};

enum { NEEDED = FIELD_REQUIRED | FIELD_OMIT_ZERO };

static const struct field registration_fields[] = {
	{ "interface", FIELD_INTERFACE, REGISTRATION(interface), .flags = NEEDED },
	{ "proxy", FIELD_OBJECT, .offset = 0, .size = sizeof(struct proxy_registration),
	  .fields = proxy_fields, .flags = FIELD_REQUIRED },
	{ "client", FIELD_NUMBER, REGISTRATION(client), .min = 1, .flags = NEEDED },
	{ "transaction", FIELD_NUMBER, REGISTRATION(transaction), .min = 1, .flags = NEEDED },
	{ "key", FIELD_NUMBER, REGISTRATION(key), .min = 1, .flags = FIELD_OMIT_ZERO },
	{ "signed-at", FIELD_NUMBER, REGISTRATION(signed_at), .flags = FIELD_OMIT_ZERO },
	{ "signed-count", FIELD_NUMBER, REGISTRATION(signed_count), .max = NPP_NONCES,
	  .flags = FIELD_OMIT_ZERO },
	{ "when", FIELD_TEXT, REGISTRATION(when), .flags = NEEDED },
	/* from here on what status shows of an interface, too: FIRST_HOST_INFO_FIELD */
	{ "mac", FIELD_MAC, HOST_INFO(mac), .flags = FIELD_REQUIRED },
	{ "addresses", FIELD_IP, HOST_INFO_LIST(addresses, address_count),
	  .flags = FIELD_REQUIRED },
	{ "lease", FIELD_OBJECT, HOST_INFO(lease), .fields = lease_fields,
	  FIELD_PRESENT(struct proxy_registration, host_info.has_lease) },
	{ "lease6", FIELD_OBJECT, HOST_INFO(lease6), .fields = lease6_fields,
	  FIELD_PRESENT(struct proxy_registration, host_info.has_lease6) },
	{ "hostname", FIELD_NAME, HOST_INFO(hostname), .flags = FIELD_OMIT_ZERO },
	{ "timer", FIELD_NUMBER, HOST_INFO(timer), .min = 1, .flags = FIELD_OMIT_ZERO },
	{ "wake", FIELD_PORT, HOST_INFO_LIST(wake.ports, wake.count),
	  FIELD_PRESENT(struct proxy_registration, host_info.has_ports) },
	{ "summed-up", FIELD_BOOL, HOST_INFO(wake.summed_up), .flags = FIELD_OMIT_ZERO },
	{ "backup-of", FIELD_IPV4, HOST_INFO(backup_of), .flags = FIELD_OMIT_ZERO },
	{ "missed", FIELD_ENUM, HOST_INFO_LIST(missed, missed_count), .names = missed_names,
	  .flags = FIELD_OMIT_ZERO },
	{ 0 },
};

enum { FIRST_HOST_INFO_FIELD = 8 };

static const struct field file_fields[] = {
	{ "registrations", FIELD_OBJECT, FIELD_LIST(struct registrations, list, count),
	  .fields = registration_fields, .flags = FIELD_REQUIRED },
	{ 0 },
};
/* clang-format on */

struct json_object *registrations_to_json(const struct registrations *registrations)
{
	return fields_to_json(file_fields, registrations);
}

struct json_object *registration_to_json(const struct proxy_registration *registration)
{
	return fields_to_json(registration_fields, registration);
}

struct json_object *host_info_to_json(const char *interface, const struct host_info *info)
{
	const struct proxy_registration registration = { .host_info = *info };
	struct json_object *object = json_object_new_object();

	json_object_object_add(object, "interface", json_object_new_string(interface));
	fields_add_to_json(object, registration_fields + FIRST_HOST_INFO_FIELD, &registration);
	return object;
}

/*
 * False: its first address is not of IPv4; it has a DHCPv6 lease that nobody has; or `when`, which
 * is printed, is no time.
 */
static bool complete(struct proxy_registration *registration)
{
	struct host_info *info = &registration->host_info;

	while (info->ipv4_count < info->address_count &&
	       ip_is_ipv4(&info->addresses[info->ipv4_count]))
		info->ipv4_count++;
	return info->ipv4_count && (!info->has_lease6 || dhcp6_lease_check(&info->lease6)) &&
	       strspn(registration->when, "0123456789-:.TZ") == strlen(registration->when);
}

bool registrations_parse(const char *text, size_t length, struct registrations *registrations)
{
	struct json_tokener *tokener = json_tokener_new();
	struct json_object *object;
	char why[256];
	bool valid;

	*registrations = (struct registrations){ .count = 0 };
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT); /* nothing follows the object */
	object = json_tokener_parse_ex(tokener, text, (int)length);
	json_tokener_free(tokener);
	valid = !fields_from_json(file_fields, object, registrations, why, sizeof(why));
	json_object_put(object);
	for (size_t i = 0; i < registrations->count && valid; i++)
		valid = complete(&registrations->list[i]);
	if (!valid)
		registrations->count = 0;
	return valid;
}

int state_file_read(const char *path, struct registrations *registrations)
{
	autoclose int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	autofree char *text = NULL;
	size_t length;
	int err;

	registrations->count = 0;
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	err = file_read(fd, STATE_FILE_MAX, &text, &length);
	if (err)
		return err == -EFBIG ? -EBADMSG : err;
	return registrations_parse(text, length, registrations) ? 0 : -EBADMSG;
}

/* A file in this directory. mkostemp(3) makes it with mode 0600. */
static int replace_file(const char *path, int directory, const struct registrations *registrations)
{
	struct json_object *object = registrations_to_json(registrations);
	const int flags = JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_NOSLASHESCAPE;
	char temporary[PATH_MAX + 8];
	autoclose int fd = -1;
	int err = 0;

	snprintf(temporary, sizeof(temporary), "%s.XXXXXX", path);
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0 || json_object_to_fd(fd, object, flags) || fsync(fd) || rename(temporary, path))
		err = -errno;
	if (err && fd >= 0)
		unlink(temporary);
	json_object_put(object);
	return err ? err : (fsync(directory) ? -errno : 0);
}

/* The directory, locked against other agents until it is closed; or -errno. */
static int open_locked(const char *path)
{
	const struct timespec pause = { .tv_nsec = 10 * 1000000 };
	char copy[PATH_MAX];
	const char *directory;
	int fd;

	snprintf(copy, sizeof(copy), "%s", path);
	directory = dirname(copy);
	if (mkdir(directory, 0755) && errno != EEXIST)
		return -errno;
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	/* a process that holds it for longer is no agent, and must not keep the machine awake */
	for (int tries = 0; tries < LOCK_TRIES && flock(fd, LOCK_EX | LOCK_NB); tries++)
		nanosleep(&pause, NULL);
	return fd;
}

int state_file_write(const char *path, const struct registrations *registrations)
{
	autoclose int directory = open_locked(path);

	return directory < 0 ? directory : replace_file(path, directory, registrations);
}

static bool is_same(const struct proxy_registration *a, const struct proxy_registration *b)
{
	return a->transaction == b->transaction && a->client == b->client &&
	       ipv4_equal(a->proxy, b->proxy) && !strcmp(a->interface, b->interface);
}

int state_file_remove(const char *path, const struct proxy_registration *done)
{
	autoclose int directory = open_locked(path);
	struct registrations all, left = { .count = 0 };
	int err = directory < 0 ? directory : state_file_read(path, &all);

	if (err)
		return err;
	for (size_t i = 0; i < all.count; i++)
		if (!is_same(&all.list[i], done))
			left.list[left.count++] = all.list[i];
	if (left.count)
		return replace_file(path, directory, &left);
	return unlink(path) && errno != ENOENT ? -errno : 0;
}
