/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Structs as JSON objects, both ways, by a table: a row for each member says its name, its type and
 * where the struct has it.
 *
 *	static const struct field fields[] = {
 *		{ "mac", FIELD_MAC, FIELD_AT(struct sleeper, mac), .flags = FIELD_REQUIRED },
 *		{ "vlan", FIELD_NUMBER, FIELD_AT(struct sleeper, vlan), .max = 4094 },
 *		{ "addresses", FIELD_IP, FIELD_LIST(struct sleeper, addresses, address_count),
 *		  .flags = FIELD_UNIQUE },
 *		{ 0 },
 *	};
 */
#ifndef SLEEPPROXY_BASE_FIELDS_H
#define SLEEPPROXY_BASE_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_object;

/* What is in the struct, and how it is written in JSON. */
enum field_type {
	FIELD_END,       /* the table's last row */
	FIELD_BOOL,      /* bool: true or false */
	FIELD_NUMBER,    /* uint8_t, uint16_t, uint32_t, int64_t or uint64_t, up to INT64_MAX */
	FIELD_DECIMAL,   /* uint32_t, of thousandths, as are min and max: 36500 is 36.5 */
	FIELD_MAC,       /* struct mac, of a host (text_to_mac): "52:54:00:12:34:56" */
	FIELD_IPV4,      /* struct ipv4: "192.0.2.1" */
	FIELD_IP,        /* struct ipv6: "192.0.2.1" or "2001:db8::1" */
	FIELD_GROUP,     /* struct ipv6: "239.1.2.3", a multicast group (group_is_reported) */
	FIELD_PORT,      /* struct wake_port: "tcp/22", "udp/any", "none" */
	FIELD_PREFIX,    /* struct source_prefix, without `allow`: "192.0.2.0/24" */
	FIELD_TEXT,      /* char[], zero-terminated: any text that fits */
	FIELD_NAME,      /* char[], a name (text_is_name) */
	FIELD_INTERFACE, /* char[], an interface's name (text_is_interface) */
	FIELD_OCTETS,    /* uint8_t[], at a FIELD_COUNTED: "01:52:54", "" for none */
	FIELD_SECUREON,  /* uint8_t[6], at a FIELD_COUNTED: "01:02:03:04:05:06", "1.2.3.4", "" */
	FIELD_ENUM,      /* an enum, or a number as above: the name of that index in `names` */
	FIELD_OBJECT,    /* a struct: an object, by the table `fields` */
	FIELD_IGNORED,   /* nothing: may be there, is not looked at and never written */
};

enum field_flag {
	FIELD_REQUIRED = 1,  /* reading fails where it is missing */
	FIELD_UNIQUE = 2,    /* reading refuses a list in which an element comes twice */
	FIELD_OMIT_ZERO = 4, /* not written if all of its octets are 0, or if it has no element */
};

struct field {
	const char *name;
	enum field_type type;
	size_t offset, size; /* of the member; of a list: its size is one element's */
	size_t room;         /* of a list or of octets: how many fit */
	size_t count_offset; /* of a list or of octets: the member that says how many there are, */
	size_t count_size;   /* an unsigned integer of any size */
	bool list;           /* a JSON array; of any type but octets and SecureOn passwords */
	bool optional;       /* a bool in the struct says whether it is there: reading sets it, */
	size_t present_offset;      /* where it is false, the member is not written */
	unsigned int flags;         /* enum field_flag */
	int64_t min, max;           /* of a number; max 0: the most that its integer holds */
	const char *const *names;   /* of an enum, ended by NULL */
	const struct field *fields; /* of an object */
	const char
		*expected; /* for the error: "a VLAN id"; of a list: one element; NULL: by type */
};

/* Columns of a row: where it is. */
/* clang-format off */
#define FIELD_SIZE(type, member) sizeof(((type *)NULL)->member)
#define FIELD_AT(type, member) .offset = offsetof(type, member), .size = FIELD_SIZE(type, member)
#define FIELD_COUNTED(type, member, count) \
	.offset = offsetof(type, member), .size = FIELD_SIZE(type, member[0]), \
	.room = FIELD_SIZE(type, member) / FIELD_SIZE(type, member[0]), \
	.count_offset = offsetof(type, count), .count_size = FIELD_SIZE(type, count)
#define FIELD_LIST(type, member, count) FIELD_COUNTED(type, member, count), .list = true
#define FIELD_PRESENT(type, flag) .optional = true, .present_offset = offsetof(type, flag)
/* clang-format on */

/* A new object, the caller's, with the members in the order of the rows. */
struct json_object *fields_to_json(const struct field *fields, const void *from);
/* The same, added to an object that may have others already. */
void fields_add_to_json(struct json_object *object, const struct field *fields, const void *from);

/*
 * 0, or -EINVAL with "MEMBER: VALUE: expected WORDS" or the like in `why`. Strict: a member that no
 * row names, null, and another JSON type are refused. Members that are not there leave what `into`
 * has: start with a struct of zeros, or of defaults. On failure `into` may be written in part: read
 * into a copy.
 */
int fields_from_json(const struct field *fields, struct json_object *json, void *into, char *why,
                     size_t why_size);

/* For readers of other texts: the value at `at`, a member of `owner` or an element of its list. */
struct field_value {
	const struct field *field;
	char *owner, *at;
};

enum { FIELD_WORDS = 256 };

/* NULL, which is JSON's null, for a number of an enum that has no name. */
struct json_object *field_value_to_json(const struct field_value *place);
/* Of any type but an object. 0 or -EINVAL. */
int field_value_from_json(const struct field_value *place, struct json_object *value);
/* Of the types that JSON has as text. 0 or -EINVAL. */
int field_value_parse(const struct field_value *place, const char *text);
/* An unsigned integer of 1, 2, 4 or 8 octets. */
void field_value_save(void *at, size_t size, uint64_t number);
/* The largest number that the field may have. */
int64_t field_value_max(const struct field *field);
/* How many elements or octets there are, at most as many as fit. */
size_t field_value_count(const struct field_value *place);
void field_value_set_count(const struct field_value *place, size_t count);
/* What a value of the field may be, or an element of a list, for the error. */
const char *field_value_expected(const struct field *field, char words[FIELD_WORDS]);

/* A time as a number of seconds with three decimals: 0.003, not 0.0030000000000000001. */
struct json_object *json_seconds(int64_t ms);
/* The same without zeros at its end: 36.5, 36 */
struct json_object *json_decimal(int64_t thousandths);

#endif
