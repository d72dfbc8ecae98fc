/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What json-c lacks. The caller owns what is returned. */
#ifndef SLEEPPROXY_BASE_JSON_H
#define SLEEPPROXY_BASE_JSON_H

#include <stdint.h>

struct json_object;

/* Milliseconds as a number of seconds that people can read: 0.003, not 0.0030000000000000001. */
struct json_object *json_seconds(int64_t ms);

#endif
