/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the files of this room share, and nobody else sees: how the data of options is laid out. */
#ifndef SLEEPPROXY_NPP_INTERNAL_H
#define SLEEPPROXY_NPP_INTERNAL_H

#include "npp/npp_message.h"

/*
 * A position in a message's octets. The same calls read fields and write them (as XDR's filters
 * do), so that the layout of an option is described once, and what is written can be read. After
 * the first error, `failed`, fields and octets stay as they are.
 */
struct cursor {
	const uint8_t *from; /* reads from here, or NULL */
	uint8_t *to;         /* writes to here, or NULL */
	size_t at, end;
	bool failed;
};

void cursor_require(struct cursor *cursor, bool valid);

/* Passes over octets without a transfer. False: fewer remain, or an error precedes. */
bool cursor_skip(struct cursor *cursor, size_t length);

void cursor_octets(struct cursor *cursor, void *octets, size_t length);

/* The last octets of a number as it is on the wire. */
uint64_t cursor_number(struct cursor *cursor, uint64_t value, size_t size);

/* A field in host byte order, big-endian on the wire. */
#define cursor_transfer(cursor, field) ((field) = cursor_number(cursor, field, sizeof(field)))

/* A field of `size` octets in which only one value is valid. */
void cursor_fixed(struct cursor *cursor, uint16_t value, size_t size);

/* A number of entries; 0 after an error, so that no array is exceeded. */
size_t cursor_count(struct cursor *cursor, size_t count, size_t size, size_t max);

/* As many as fill the rest of the option; `count` when writing. */
size_t cursor_entries(struct cursor *cursor, size_t count, size_t size, size_t max);

/* s; NPP_LEASE_LONG may be the value of both */
void cursor_lease_times(struct cursor *cursor, uint16_t *total, uint16_t *left);

/* The data of a Sleep Request Option, after its Request Option Type. */
typedef void option_layout(struct cursor *cursor, struct npp_message *message);

option_layout npp_transfer_pairs, npp_transfer_lease, npp_transfer_timer, npp_transfer_ports,
	npp_transfer_addresses6, npp_transfer_client_id, npp_transfer_hostname, npp_transfer_backup,
	npp_transfer_lifetime, npp_transfer_lease6;

#endif
