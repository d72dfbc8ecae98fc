/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Capabilities of this process (capabilities(7)); a number is CAP_BPF or the like. */
#ifndef SLEEPPROXY_BASE_CAPABILITY_H
#define SLEEPPROXY_BASE_CAPABILITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the daemon uses. */
extern const struct capability {
	unsigned number;
	bool needed;
	bool lasting; /* for an interface that comes later, too */
	const char *name, *use;
} capabilities[]; /* up to one without a name */

/* Is it effective, or CAP_SYS_ADMIN where that includes it? */
bool capability_has(unsigned capability);

/*
 * Makes all permitted capabilities effective. A program file should have its capabilities permitted
 * only (setcap …=p): if they are effective, too, the kernel refuses to start the program wherever
 * one is outside the bounding set, without telling which.
 */
void capability_raise(void);

/* A set of capabilities has a bit for each. */
#define CAPABILITY_BIT(number) (UINT64_C(1) << (number))

/* Those that the daemon has use for once it is up. */
uint64_t capability_lasting(void);

/*
 * CAP_DAC_OVERRIDE if this thread can use the file only by that: it is another user's. `mode`: of
 * access(2). 0: it has use for none, or there is no such file.
 */
uint64_t capability_for_file(const char *path, int mode);

/*
 * Gives up all others, for this thread and the threads and processes that it starts; and that a
 * program which it executes gets any: the ambient and inheritable ones, the bounding set where it
 * may, and new privileges. 0 or -errno.
 */
int capability_limit(uint64_t kept);

/* Names the capabilities that the daemon needs and this process lacks, and what each is for. */
void capability_explain(char *why, size_t why_size);

#endif
