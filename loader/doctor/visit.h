/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One look at a machine: what is asked, and what earlier checks have snooped for later ones. */
#ifndef SLEEPPROXY_DOCTOR_VISIT_H
#define SLEEPPROXY_DOCTOR_VISIT_H

#include "doctor/findings.h"
#include "doctor/doctor_link.h"

struct visit {
	const char *interface; /* NULL: none is asked about */
	const char *pin_dir;
	struct findings findings;
	bool bpf_works; /* maps and XDP programs may be made */
	struct link link;
};

/* Looks, and adds findings. False: there is nothing for the rest of the group to look at. */
typedef bool check_fn(struct visit *visit);

/* Each ends with NULL. */
extern check_fn *const machine_checks[];
extern check_fn *const privilege_checks[];
extern check_fn *const bpf_checks[];
extern check_fn *const pin_checks[];
extern check_fn *const interface_checks[];

#define OK(visit, ...) findings_add(&(visit)->findings, GRADE_OK, __VA_ARGS__)
#define NOTE(visit, ...) findings_add(&(visit)->findings, GRADE_NOTE, __VA_ARGS__)
#define WARN(visit, ...) findings_add(&(visit)->findings, GRADE_WARN, __VA_ARGS__)
#define BAD(visit, ...) findings_add(&(visit)->findings, GRADE_BAD, __VA_ARGS__)

#endif
