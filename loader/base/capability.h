/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Capabilities of this process (capabilities(7)); a number is CAP_BPF or the like. */
#ifndef SLEEPPROXY_BASE_CAPABILITY_H
#define SLEEPPROXY_BASE_CAPABILITY_H

#include <stdbool.h>
#include <stddef.h>

/* What the daemon uses. */
extern const struct capability {
	unsigned number;
	bool needed;
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

/* Names the capabilities that the daemon needs and this process lacks, and what each is for. */
void capability_explain(char *why, size_t why_size);

#endif
