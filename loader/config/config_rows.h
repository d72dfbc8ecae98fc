/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What may stand in the daemon's configuration: a table for each kind of section. */
#ifndef SLEEPPROXY_CONFIG_ROWS_H
#define SLEEPPROXY_CONFIG_ROWS_H

#include "config/option_table.h"

extern const struct keys keys_of_config;    /* into struct config */
extern const struct keys keys_of_interface; /* into struct config_interface */
extern const struct keys keys_of_host;      /* into struct host_description */

#endif
