/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What this machine, its kernel and an interface can do for us, and what is missing, in plain
 * words.
 */
#ifndef SLEEPPROXY_DOCTOR_H
#define SLEEPPROXY_DOCTOR_H

/*
 * Prints a finding a line. `interface` NULL: nothing is said of one. EXIT_SUCCESS: sleepproxyd can
 * run here.
 */
int doctor(const char *interface, const char *pin_dir);

#endif
