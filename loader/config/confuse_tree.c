// SPDX-License-Identifier: GPL-2.0-or-later
#include "config/confuse_tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * libconfuse hands its callbacks no context, and has one lexer for the process anyway. NULL:
 * nothing is being parsed.
 */
static struct fault *parsing;

/*
 * libconfuse moves a section's line on to its end. It gives options their default values at its
 * beginning, however, so that an option with a name that nobody writes keeps the line.
 */
static const char begin[] = "{";

/* By libconfuse's own words, which say what is wrong but not what was expected. */
static const struct {
	const char *message;
	const char *expected;
} hints[] = {
	{ "missing equal sign after option '%s'", "NAME = VALUE" },
	{ "unexpected token '%s'", "a NAME, a VALUE, or { \"VALUE\", \"VALUE\" }" },
	{ "premature end of file", "the rest of NAME = VALUE or NAME { ... }" },
	{ "unexpected closing brace", "each '}' to close a '{'" },
	{ "missing opening brace for section '%s'", "'{' behind its name" },
	{ "missing title for section '%s'", "a name, such as host nas { ... }" },
	{ "found duplicate title '%s'", "each name once" },
	{ "attempt to append to non-list option '%s'", "'=', since it takes one value" },
};

static const char *hint_for(const char *message)
{
	for (size_t i = 0; i < sizeof(hints) / sizeof(*hints); i++) {
		if (strcmp(hints[i].message, message) == 0)
			return hints[i].expected;
	}
	return "NAME = VALUE or NAME { ... }";
}

static void list_options(const cfg_t *section, char *list, size_t size)
{
	size_t used = snprintf(list, size, "one of");
	const char *separator = " ";

	for (const cfg_opt_t *option = section->opts; option->name; option++) {
		if (strcmp(option->name, begin) == 0)
			continue;
		if (used < size)
			used += snprintf(list + used, size - used, "%s%s", separator, option->name);
		separator = ", ";
	}
}

static void note_error(cfg_t *section, const char *message, va_list values)
{
	char what[CONFIG_ERROR / 2];
	char expected[CONFIG_ERROR / 2];

	vsnprintf(what, sizeof(what), message, values);
	if (strcmp(message, "no such option '%s'") == 0)
		list_options(section, expected, sizeof(expected));
	else
		snprintf(expected, sizeof(expected), "%s", hint_for(message));
	fault_at(parsing, section->line, "%s; expected %s", what, expected);
}

static int take_word(cfg_t *section, cfg_opt_t *option, const char *text, void *result)
{
	struct word *word = malloc(sizeof(*word) + strlen(text) + 1);

	if (!word) {
		cfg_error(section, "not enough memory for '%s'", option->name);
		return -1;
	}
	word->line = section->line;
	word->option = option->name;
	strcpy(word->text, text);
	*(struct word **)result = word;
	return 0;
}

/*
 * While it parses, libconfuse releases a value only to put the next one of the same option in its
 * place.
 */
static void drop_word(void *pointer)
{
	struct word *word = pointer;

	if (parsing)
		fault_at(parsing, word->line,
		         "'%s' is set here and again further down; expected once", word->option);
	free(word);
}

cfg_opt_t syntax_option(const char *name, bool many)
{
	cfg_opt_t one = CFG_PTR_CB(name, NULL, CFGF_NODEFAULT, take_word, drop_word);
	cfg_opt_t list = CFG_PTR_LIST_CB(name, NULL, CFGF_NODEFAULT, take_word, drop_word);

	return many ? list : one;
}

cfg_opt_t syntax_sections(const char *name, cfg_opt_t *options)
{
	cfg_opt_t sections = CFG_SEC(name, options, CFGF_MULTI | CFGF_TITLE | CFGF_NO_TITLE_DUPES);

	return sections;
}

cfg_opt_t syntax_begin(void)
{
	cfg_opt_t option = CFG_PTR_CB(begin, "begin", CFGF_NONE, take_word, drop_word);

	return option;
}

cfg_opt_t syntax_end(void)
{
	cfg_opt_t end = CFG_END();

	return end;
}

cfg_t *syntax_parse(cfg_opt_t *options, const char *text, struct fault *fault)
{
	cfg_t *tree = cfg_init(options, CFGF_NONE);

	if (!tree) {
		fault_at(fault, 0, "not enough memory");
		return NULL;
	}
	cfg_set_error_function(tree, note_error);
	parsing = fault;
	/* an error in the form of a name passes libconfuse's error function by */
	if (cfg_parse_buf(tree, text) != CFG_SUCCESS)
		fault_at(fault, tree->line, "not understood; expected %s", hint_for(""));
	parsing = NULL;
	if (!fault_found(fault))
		return tree;
	cfg_free(tree);
	return NULL;
}

unsigned int syntax_count(cfg_t *section, const char *option)
{
	return cfg_size(section, option);
}

const struct word *syntax_get(cfg_t *section, const char *option, unsigned int index)
{
	return cfg_getnptr(section, option, index);
}

int syntax_line(cfg_t *section)
{
	return syntax_get(section, begin, 0)->line;
}
