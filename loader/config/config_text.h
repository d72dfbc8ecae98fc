/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * In: a file's name. Out: its text with the comments blanked, each line still where it was, and
 * each string, comment and brace closed: libconfuse takes no comment within a list or behind '=',
 * miscounts lines behind some, and finds the end of whatever is not closed at the end of the file,
 * if at all.
 */
#ifndef SLEEPPROXY_CONFIG_TEXT_H
#define SLEEPPROXY_CONFIG_TEXT_H

#include "config/config_error.h"

/* 0 with text to free, or negative errno with the fault. */
int source_read(struct fault *fault, char **text);

#endif
