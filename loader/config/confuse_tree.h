/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The only room that knows how libconfuse parses. In: text and the names that may stand in it. Out:
 * a tree of sections whose values are words, each with its line; what they mean is left to keys.h.
 */
#ifndef SLEEPPROXY_CONFIG_CONFUSE_TREE_H
#define SLEEPPROXY_CONFIG_CONFUSE_TREE_H

#include <confuse.h>

#include "config/config_error.h"

struct word {
	int line;
	const char *option; /* its name, as long as the tree lives */
	char text[];
};

/* Rows of libconfuse's table. */
cfg_opt_t syntax_option(const char *name, bool many); /* one word, or a list of words */
cfg_opt_t syntax_sections(const char *name, cfg_opt_t *options);
cfg_opt_t syntax_begin(void); /* in each section, for syntax_line */
cfg_opt_t syntax_end(void);

/* The tree, to be released by cfg_free; NULL: the fault says why. */
cfg_t *syntax_parse(cfg_opt_t *options, const char *text, struct fault *fault);

unsigned int syntax_count(cfg_t *section, const char *option);
const struct word *syntax_get(cfg_t *section, const char *option, unsigned int index);
int syntax_line(cfg_t *section); /* where a section begins */

#endif
