/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One word of a file, read into one field: a function a kind of value. Each returns NULL, or what
 * is wrong with the word, and has then left the field untouched.
 */
#ifndef SLEEPPROXY_CONFIG_VALUE_READERS_H
#define SLEEPPROXY_CONFIG_VALUE_READERS_H

#include <stdbool.h>
#include <stddef.h>

/* An option that may stand in a file. */
struct key {
	const char *name;
	const char *(*read)(const struct key *key, const char *text, void *field);
	size_t offset;
	const char *expected;
	const char *from, *to;    /* the range, written as the option is; NULL: none */
	const char *const *names; /* of an enum's values, in their order; NULL: none */
	bool many;
};

const char *key_read_ms(const struct key *key, const char *text, void *field);
const char *key_read_seconds(const struct key *key, const char *text, void *field);
const char *key_read_number(const struct key *key, const char *text, void *field);
const char *key_read_vlan(const struct key *key, const char *text, void *field);
const char *key_read_preference(const struct key *key, const char *text, void *field);
const char *key_read_path(const struct key *key, const char *text, void *field);
const char *key_read_name(const struct key *key, const char *text, void *field);
const char *key_read_bool(const struct key *key, const char *text, void *field);
const char *key_read_mac(const struct key *key, const char *text, void *field);
const char *key_read_interface(const struct key *key, const char *text, void *field);
const char *key_read_secureon(const struct key *key, const char *text, void *field);
const char *key_read_ipv4(const struct key *key, const char *text, void *field);
const char *key_read_client_id(const struct key *key, const char *text, void *field);
const char *key_read_hostname(const struct key *key, const char *text, void *field);
const char *key_read_address(const struct key *key, const char *text, void *field);
const char *key_read_port(const struct key *key, const char *text, void *field);
const char *key_read_allow(const struct key *key, const char *text, void *field);
const char *key_read_deny(const struct key *key, const char *text, void *field);

#endif
