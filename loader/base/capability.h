/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Capabilities of this process (capabilities(7)), named by numbers such as CAP_BPF. */
#ifndef SLEEPPROXY_BASE_CAPABILITY_H
#define SLEEPPROXY_BASE_CAPABILITY_H

#include <stdbool.h>
#include <stddef.h>

/* Is it effective, or one that contains it? */
bool capability_has(unsigned capability);

/*
 * Makes effective what is permitted. A program file may come with capabilities that are permitted
 * only (setcap …=p): were they effective by themselves, the kernel would not start the program
 * where one is out of bounds, and nobody said which.
 */
void capability_raise(void);

/* Names those that the daemon needs and this process lacks, and what for. */
void capability_explain(char *why, size_t why_size);

#endif
