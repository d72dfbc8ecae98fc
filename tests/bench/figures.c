// SPDX-License-Identifier: GPL-2.0-or-later
#include "figures.h"

#include <json-c/json.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

enum { NAME_MAX_OCTETS = 64, TEXT_MAX = 512, DIGITS = 4 };

struct figures {
	struct json_object *object;
	bool unexpected;
};

struct figures *figures_new(void)
{
	struct figures *figures = calloc(1, sizeof(*figures));

	need(figures != NULL, "no memory");
	figures->object = json_object_new_object();
	need(figures->object != NULL, "no memory");
	printf("%-36s  %10s  %-9s  %10s  %10s\n", "", "value", "", "min", "max");
	return figures;
}

void figures_free(struct figures *figures)
{
	json_object_put(figures->object);
	free(figures);
}

static struct json_object *number(double value)
{
	char text[32];

	snprintf(text, sizeof(text), "%.*g", DIGITS, value);
	return json_object_new_double_s(strtod(text, NULL), text);
}

static struct json_object *entry(struct figures *figures, const char *name, const char *unit,
                                 struct json_object *value)
{
	struct json_object *entry = json_object_new_object();

	json_object_object_add(figures->object, name, entry);
	json_object_object_add(entry, "value", value);
	json_object_object_add(entry, "unit", json_object_new_string(unit));
	return entry;
}

static void set_limits(struct json_object *entry, struct json_object *min, struct json_object *max)
{
	json_object_object_add(entry, "min", min);
	json_object_object_add(entry, "max", max);
}

void figures_add(struct figures *figures, struct summary summary, const char *unit,
                 const char *format, ...)
{
	char name[NAME_MAX_OCTETS];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(name, sizeof(name), format, arguments);
	va_end(arguments);
	set_limits(entry(figures, name, unit, number(summary.value)), number(summary.min),
	           number(summary.max));
	printf("%-36s  %10.*g  %-9s  %10.*g  %10.*g\n", name, DIGITS, summary.value, unit, DIGITS,
	       summary.min, DIGITS, summary.max);
}

void figures_skip(struct figures *figures, const char *reason, const char *unit, const char *name)
{
	struct json_object *skipped = entry(figures, name, unit, NULL);

	set_limits(skipped, NULL, NULL);
	json_object_object_add(skipped, "skipped", json_object_new_string(reason));
	printf("%-36s  skipped: %s\n", name, reason);
}

static void add_text(struct figures *figures, const char *name, const char *text)
{
	set_limits(entry(figures, name, "text", json_object_new_string(text)), NULL, NULL);
	printf("%-36s  %s\n", name, text);
}

/* The first line of a file after `key`, without what separates them; "unknown" where it is not. */
static const char *line_of(const char *path, const char *key, char line[TEXT_MAX])
{
	FILE *file = fopen(path, "r");
	bool found = false;

	while (file && !found && fgets(line, TEXT_MAX, file))
		found = !strncmp(line, key, strlen(key));
	if (file)
		fclose(file);
	line[strcspn(line, "\n")] = 0;
	return found ? line + strlen(key) + strspn(line + strlen(key), "\t :") : "unknown";
}

#define SYSTEM_CPU "/sys/devices/system/cpu/"

void figures_add_machine(struct figures *figures)
{
	static const struct {
		const char *name, *path, *key;
	} rows[] = {
		{ "machine_cpu", "/proc/cpuinfo", "model name" },
		{ "machine_l2", SYSTEM_CPU "cpu0/cache/index2/size", "" },
		{ "machine_spec_rstack_overflow", SYSTEM_CPU "vulnerabilities/spec_rstack_overflow",
		  "" },
		{ "machine_spectre_v2", SYSTEM_CPU "vulnerabilities/spectre_v2", "" },
	};
	char line[TEXT_MAX] = "";
	struct utsname system;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		add_text(figures, rows[i].name, line_of(rows[i].path, rows[i].key, line));
	need(!uname(&system), "uname");
	add_text(figures, "machine_kernel", system.release);
}

void figures_expect(struct figures *figures, bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "not so: %s\n", what);
	figures->unexpected = true;
}

bool figures_write(const struct figures *figures, const char *path)
{
	const int form =
		JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED | JSON_C_TO_STRING_NOSLASHESCAPE;

	need(!json_object_to_file_ext(path, figures->object, form), path);
	return !figures->unexpected;
}
