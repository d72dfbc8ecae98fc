// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/json.h"

#include <json-c/json.h>
#include <stdio.h>

struct json_object *json_seconds(int64_t ms)
{
	const double seconds = (double)ms / 1000;
	char text[32];

	snprintf(text, sizeof(text), "%.3f", seconds);
	return json_object_new_double_s(seconds, text);
}
