/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The options of messages: which there are, where each may stand, and how it is laid out. */
#ifndef SLEEPPROXY_NPP_OPTIONS_H
#define SLEEPPROXY_NPP_OPTIONS_H

#include "npp/npp_message.h"
#include "npp/npp_cursor.h"

/* Option 3 is as many as there are request types. */
struct npp_option {
	uint8_t type;    /* enum npp_option_type */
	uint8_t request; /* enum npp_request_type, the first octet of option 3; else 0 */
	uint8_t subtype; /* of the message that it goes with; 0: with any */
	/* whether the message has it; NULL: it must */
	bool (*is_said)(const struct npp_message *message);
	/* its data, behind the request type */
	void (*pass)(struct npp_cursor *cursor, struct npp_message *message);
};

enum { NPP_OPTIONS = 15 };

/* In the order in which they are written. */
extern const struct npp_option npp_options[NPP_OPTIONS];

const struct npp_option *npp_option_of(uint8_t type, uint8_t request); /* or NULL */

/* Of the message that options of a type go with; 0: with any. */
uint8_t npp_option_subtype(uint8_t type);

#endif
