/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Fields of JSON objects, both ways. What is read is checked; the first that is wrong or missing
 * makes the reading fail, and from then on leaves what is read into as it is.
 */
#ifndef SLEEPPROXY_AGENT_JSON_FIELDS_H
#define SLEEPPROXY_AGENT_JSON_FIELDS_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "address.h"

void field_add_text(struct json_object *object, const char *key, const char *text);
void field_add_number(struct json_object *object, const char *key, uint64_t number);
void field_add_mac(struct json_object *object, const char *key, const struct mac *mac);
void field_add_ipv4(struct json_object *object, const char *key, struct ipv4 address);

struct fields {
	struct json_object *object;
	bool *failed;
};

bool field_is_there(struct fields fields, const char *key);
uint64_t field_number(struct fields fields, const char *key, uint64_t low, uint64_t high);
/* As long as the object lives; empty on failure. */
const char *field_text(struct fields fields, const char *key);
void field_mac(struct fields fields, const char *key, struct mac *mac);
void field_ipv4(struct fields fields, const char *key, struct ipv4 *address);
struct fields field_object(struct fields fields, const char *key);

/* How many there are; where they are more than `max`, or no array, 0 and a failure. */
size_t field_count(struct fields fields, const char *key, size_t max);
const char *field_text_at(struct fields fields, const char *key, size_t index);
struct fields field_object_at(struct fields fields, const char *key, size_t index);

void field_require(struct fields fields, bool right);

#endif
