/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SLEEPPROXY_DOCTOR_DRIVERS_H
#define SLEEPPROXY_DOCTOR_DRIVERS_H

#include "doctor/doctor_link.h"

/*
 * What is known of XDP in a driver, by the name that it tells ethtool: for kernels that cannot be
 * asked.
 */
enum link_xdp drivers_xdp_of(const char *driver);

#endif
