/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the doctor finds: a line each, with a sign, below the title of its group. */
#ifndef SLEEPPROXY_DOCTOR_FINDINGS_H
#define SLEEPPROXY_DOCTOR_FINDINGS_H

#include <stdbool.h>
#include <stdio.h>

enum grade {
	GRADE_OK,
	GRADE_NOTE, /* worth knowing */
	GRADE_WARN, /* something will not work, or not well */
	GRADE_BAD,  /* sleepproxyd cannot run */
	GRADES,
};

struct findings {
	FILE *out;
	bool words;   /* signs are words: the locale has no others */
	bool colours; /* a terminal, whose user has not forbidden them */
	unsigned count[GRADES];
};

struct findings findings_start(FILE *out);
void findings_title(struct findings *findings, const char *title);
void findings_add(struct findings *findings, enum grade grade, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
