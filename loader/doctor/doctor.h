/* SPDX-License-Identifier: GPL-2.0-or-later */
/* sleepproxyd --doctor: what this machine, its kernel and an interface support. */
#ifndef SLEEPPROXY_DOCTOR_H
#define SLEEPPROXY_DOCTOR_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Prints a line for each finding, or with `json` one object, and changes nothing. `interface` NULL:
 * none is checked. EXIT_SUCCESS: sleepproxyd can run here.
 */
int doctor(const char *interface, const char *pin_dir, bool json);

/* The rest is for the files of this room. */
enum grade {
	GRADE_OK,
	GRADE_NOTE, /* worth knowing */
	GRADE_WARN, /* something will not work, or not well */
	GRADE_BAD,  /* sleepproxyd cannot run */
	GRADES,
};

/* To standard output. */
void findings_title(const char *title);
void findings_add(enum grade grade, const char *format, ...) __attribute__((format(printf, 2, 3)));

#define OK(...) findings_add(GRADE_OK, __VA_ARGS__)
#define NOTE(...) findings_add(GRADE_NOTE, __VA_ARGS__)
#define WARN(...) findings_add(GRADE_WARN, __VA_ARGS__)
#define BAD(...) findings_add(GRADE_BAD, __VA_ARGS__)

/* The checks of an interface (doctor_iface.c). */
void check_interface(const char *interface, const char *pin_dir);

/* Its IPv6, while it is up. `bridge`: of which it is a port; empty: of none. */
void check_ipv6(const char *interface, uint32_t ifindex, const char *bridge);

#endif
