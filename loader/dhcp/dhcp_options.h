/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What reading and writing a message both go by: its types, and the options that struct
 * dhcp_message has fields for.
 */
#ifndef SLEEPPROXY_DHCP_OPTIONS_H
#define SLEEPPROXY_DHCP_OPTIONS_H

#include "dhcp/dhcp_message.h"

/* RFC 2132, 3.1, 3.2 and 9.3 */
enum { OPTION_PAD = 0, OPTION_OVERLOAD = 52, OPTION_END = 255 };
enum { OPTION_HEAD = 2 }; /* code and length, in front of the data */

struct message_option {
	uint8_t code;
	uint8_t length; /* 0: any */
	size_t field;   /* its offset in struct dhcp_message */
	void (*load)(const struct dhcp_option *option, void *field);
	/* NULL: it is a server's to say; else it leaves `option` empty for what is zero */
	void (*store)(const void *field, struct dhcp_option *option);
};

enum { MESSAGE_OPTIONS = 12 };

/* In the order in which they are written. */
extern const struct message_option message_options[MESSAGE_OPTIONS];

uint8_t message_op(enum dhcp_type type); /* DHCP_BOOTREQUEST, DHCP_BOOTREPLY; 0: no type */

#endif
