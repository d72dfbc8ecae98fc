// SPDX-License-Identifier: GPL-2.0-or-later
#include "doctor/findings.h"

#include <langinfo.h>
#include <locale.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct {
	const char *sign, *word, *colour;
} looks[GRADES] = {
	[GRADE_OK] = { "✓", "ok  ", "32" },
	[GRADE_NOTE] = { "·", "note", "2" },
	[GRADE_WARN] = { "!", "warn", "33" },
	[GRADE_BAD] = { "✗", "bad ", "31" },
};

static bool wants_colours(FILE *out)
{
	const char *forbidden = getenv("NO_COLOR");

	return isatty(fileno(out)) && !(forbidden && *forbidden);
}

struct findings findings_start(FILE *out)
{
	setlocale(LC_CTYPE, "");
	return (struct findings){
		.out = out,
		.words = strcmp(nl_langinfo(CODESET), "UTF-8") != 0,
		.colours = wants_colours(out),
	};
}

void findings_title(struct findings *findings, const char *title)
{
	fprintf(findings->out, findings->colours ? "\033[1m%s\033[0m\n" : "%s\n", title);
}

void findings_add(struct findings *findings, enum grade grade, const char *format, ...)
{
	const char *sign = findings->words ? looks[grade].word : looks[grade].sign;
	va_list arguments;

	findings->count[grade]++;
	if (findings->colours)
		fprintf(findings->out, "  \033[%sm%s\033[0m ", looks[grade].colour, sign);
	else
		fprintf(findings->out, "  %s ", sign);
	va_start(arguments, format);
	vfprintf(findings->out, format, arguments);
	va_end(arguments);
	fputc('\n', findings->out);
}
