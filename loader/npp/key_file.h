/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The file of keys (npp/keys.h), read by whoever shares them. */
#ifndef SLEEPPROXY_NPP_KEY_FILE_H
#define SLEEPPROXY_NPP_KEY_FILE_H

#include "npp/npp_keys.h"

enum { KEY_FILE_WHY = 512 };

/*
 * 0; or -errno, with no keys, and with "FILE:LINE: what is wrong" in `why`. A file that others may
 * read or write is refused (-EPERM): its keys are no secret.
 */
int key_file_read(const char *path, struct npp_keys *keys, char why[KEY_FILE_WHY]);

#endif
