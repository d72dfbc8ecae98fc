/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sentences for people, piece by piece. Pure. */
#ifndef SLEEPPROXY_AGENT_STRBUF_H
#define SLEEPPROXY_AGENT_STRBUF_H

#include <stddef.h>
#include <stdint.h>

enum { WORDS_TEXT = 1024 };

/* What does not fit is left out. */
struct words {
	char text[WORDS_TEXT];
	size_t length;
};

void words_add(struct words *words, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* In front of the `index`-th of `count` things: nothing, ", " or " and ". */
void words_join(struct words *words, size_t index, size_t count);

/* s, as people say it: "45 s", "90 min", "8 h", "3 days"; whole and rounded down. */
enum { WORDS_SPAN = 24 };
char *words_span(uint32_t seconds, char text[WORDS_SPAN]);

#endif
