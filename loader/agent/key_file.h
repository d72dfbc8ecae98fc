/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file of the keys that sign what a host says (npp/keys.h), which is nobody else's to read. */
#ifndef SLEEPPROXY_AGENT_KEY_FILE_H
#define SLEEPPROXY_AGENT_KEY_FILE_H

#include "config/config.h"
#include "npp/keys.h"

/*
 * 0, or a negative errno with "FILE:LINE: what is wrong; what was expected" in `error`, which
 * quotes nothing of the file, and no keys. The caller wipes them.
 */
int key_file_load(const char *path, struct npp_keys *keys, char error[CONFIG_ERROR]);

#endif
