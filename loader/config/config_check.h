/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * In: a configuration whose words each make sense. Out: whether they do together, or the fault at
 * the word that does not.
 */
#ifndef SLEEPPROXY_CONFIG_CHECK_H
#define SLEEPPROXY_CONFIG_CHECK_H

#include "config/confuse_tree.h"

/* 0 or negative errno. Host number i was read from section number i of `hosts`. */
int check_hosts(const struct config *config, cfg_opt_t *hosts, struct fault *fault);

#endif
