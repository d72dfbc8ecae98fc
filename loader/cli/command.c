// SPDX-License-Identifier: GPL-2.0-or-later
/* In: words. Out: the command that they name, or what might have been meant. */
#include "cli/command.h"

#include <string.h>

#include "cli/groups.h"
#include "cli/suggest.h"

const struct command_group *const command_groups[] = { &hosts_group, &leases_group,
	                                               &happenings_group, &daemon_group, NULL };

const struct command *command_at(size_t index)
{
	for (const struct command_group *const *group = command_groups; *group; group++)
		for (const struct command *row = (*group)->commands; row->name; row++)
			if (index-- == 0)
				return row;
	return NULL;
}

/* The number of words in the name, where they all stand in `words`; else 0. */
static size_t words_matched(const char *name, char *const *words)
{
	size_t count = 0;

	while (*name && words[count]) {
		size_t length = strcspn(name, " ");

		if (strlen(words[count]) != length || strncmp(name, words[count], length) != 0)
			return 0;
		name += length;
		name += strspn(name, " ");
		count++;
	}
	return *name ? 0 : count;
}

const struct command *command_find(char *const *words, size_t *used)
{
	const struct command *command;

	for (size_t i = 0; (command = command_at(i)); i++) {
		*used = words_matched(command->name, words);
		if (*used)
			return command;
	}
	return NULL;
}

bool command_is_of(const struct command *command, const char *word)
{
	size_t length = strlen(word);

	return strncmp(command->name, word, length) == 0 && command->name[length] == ' ';
}

static bool is_first_word(const char *word)
{
	const struct command *command;

	for (size_t i = 0; (command = command_at(i)); i++)
		if (command_is_of(command, word))
			return true;
	return false;
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* "add" and "hosts" for "host add" are slips too: its words count as well as the whole name. */
static size_t distance(const char *typed, const char *name)
{
	size_t length = strcspn(name, " ");
	char first[WORDS_MAX + 1];
	size_t least;

	snprintf(first, sizeof(first), "%.*s", (int)length, name);
	least = smaller(words_distance(typed, name), words_distance(typed, first));
	return name[length] ? smaller(least, words_distance(typed, name + length + 1)) : least;
}

static const struct command *nearest(const char *typed)
{
	const struct command *command, *best = NULL;
	size_t least = WORDS_FAR;

	for (size_t i = 0; (command = command_at(i)); i++) {
		size_t now = distance(typed, command->name);

		if (now < least) {
			least = now;
			best = command;
		}
	}
	return best;
}

static void complain(const char *typed, const struct command *near)
{
	if (near)
		say("unknown command '%s' (did you mean '%s'?)", typed, near->name);
	else
		say("unknown command '%s'", typed);
}

static void list_second_words(const char *first)
{
	const struct command *command;

	fprintf(stderr, "%s takes one of:", first);
	for (size_t i = 0; (command = command_at(i)); i++)
		if (command_is_of(command, first))
			fprintf(stderr, " %s", command->name + strlen(first) + 1);
	fputc('\n', stderr);
}

int command_unknown(char *const *words)
{
	const char *second = words[1] ? words[1] : "";
	const struct command *near;
	char both[WORDS_MAX + 1];

	snprintf(both, sizeof(both), "%s%s%s", words[0], words[1] ? " " : "", second);
	near = nearest(both);
	if (!is_first_word(words[0])) {
		complain(words[0], near ? near : nearest(words[0]));
		fputs("'sleepproxyctl help' lists the commands\n", stderr);
		return CTL_USAGE;
	}
	if (words[1])
		complain(both, near);
	else
		say("'%s' needs one more word", words[0]);
	list_second_words(words[0]);
	return CTL_USAGE;
}
