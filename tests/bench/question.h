/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is asked for hosts, by ARP (RFC 826), ND (RFC 4861) or an echo request (RFC 792), and what
 * is to come back: the answer, or the request with its MACs swapped.
 */
#ifndef SLEEPPROXY_BENCH_QUESTION_H
#define SLEEPPROXY_BENCH_QUESTION_H

#include <stdbool.h>
#include "traffic.h"

/* As struct traffic has them. */
struct question {
	__u64 request[QUESTION_WORDS], answer[QUESTION_WORDS], mask[QUESTION_WORDS];
};

struct question question_make(enum ask ask, bool is_reflected);
unsigned question_octets(enum ask ask);

#endif
