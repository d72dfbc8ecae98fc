// SPDX-License-Identifier: GPL-2.0-or-later
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "tables.h"

enum { CONNECTS = 10 };

/* tests/bench/connects of this source, with what was built where this program was. */
static FILE *start(unsigned count)
{
	char build[PATH_MAX] = "", root[PATH_MAX], command[2 * PATH_MAX];
	FILE *lines;

	need(readlink("/proc/self/exe", build, sizeof(build) - 1) > 0, "readlink");
	for (int i = 0; i < 3; i++) /* …/tests/bench/bench */
		dirname(build);
	strcpy(root, build);
	setenv("BUILD", build, true);
	snprintf(command, sizeof(command), "%s/tests/bench/connects %u", dirname(root), count);
	lines = popen(command, "r");
	need(lines != NULL, command);
	return lines;
}

void table_connects(const struct bench *bench)
{
	FILE *lines = start(bench_rounds(bench, CONNECTS));
	struct sample held = { 0 }, unheld = { 0 };
	char word[8];
	double ms;

	while (fscanf(lines, "%7s %lf", word, &ms) == 2)
		sample_add(strcmp(word, "held") ? &unheld : &held, ms);
	need(!pclose(lines) && held.count && unheld.count, "connect to sleeping hosts");
	figures_add(bench->figures, sample_summary(&held), "ms", "connect_held_ms");
	figures_add(bench->figures, sample_summary(&unheld), "ms", "connect_unheld_ms");
}
