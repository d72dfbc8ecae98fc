/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of this room share, and nobody else sees. */
#ifndef SLEEPPROXY_LEASE_FORMATS_INTERNAL_H
#define SLEEPPROXY_LEASE_FORMATS_INTERNAL_H

#include "lease_formats/lease_formats.h"

enum { LINE_SIZE = 1200 }; /* 255 octets of client identifier by 4 characters, and a name */

/*
 * The line at `at`, without blanks before it, and without dhclient's ';' and the comment after
 * that. Empty where it is too long for any of ours. Returns where the next one begins.
 */
const char *lease_read_line(const char *at, char line[LINE_SIZE]);

/*
 * "1:52:54:0:12:34:56", "01525400123456": one or two digits an octet, with or without ':'; or a
 * text in quotes. Empty: it is neither.
 */
struct dhcp_option lease_parse_octets(const char *text);

/* Of dhclient's: is the lease that has this line that of the file's interface? */
bool lease_names_interface(const char *line, const struct lease_file *file);

#endif
