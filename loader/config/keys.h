/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What may stand in a file: a row for each option, with what it is read by, where it goes, and what
 * is expected there. In: sections of words. Out: the structs of config.h, or the fault of the first
 * word that makes no sense.
 */
#ifndef SLEEPPROXY_CONFIG_KEYS_H
#define SLEEPPROXY_CONFIG_KEYS_H

#include "config/syntax.h"

struct key;

struct keys {
	const struct key *rows;
	size_t count;
};

extern const struct keys keys_of_config;    /* into struct config */
extern const struct keys keys_of_interface; /* into struct config_interface */
extern const struct keys keys_of_host;      /* into struct host_spec */

enum { KEYS_MAX = 24 };

/* Fills libconfuse's rows; returns how many, without an end. */
size_t keys_options(const struct keys *keys, cfg_opt_t options[KEYS_MAX]);
int keys_read(const struct keys *keys, cfg_t *section, void *into, struct fault *fault);

#endif
