/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Numbers, addresses, ports and times as text, both ways. Parsers return 0, or a negative errno
 * (-EINVAL unless said otherwise) with the output untouched. Formatters write zero-terminated text
 * into a buffer of the size that the constant names, and return it.
 */
#ifndef SLEEPPROXY_BASE_TEXT_H
#define SLEEPPROXY_BASE_TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

enum {
	TEXT_MAC = 18,
	TEXT_IP = 46,
	TEXT_PREFIX = TEXT_IP + 4,
	TEXT_TIME = 32,
};

/* Decimal digits alone. -ERANGE: more than `max`. */
int text_to_number(const char *text, int64_t max, int64_t *number);
/*
 * "36", "36.5": as thousandths, to which it is rounded. -ERANGE: more than `max` of them.
 */
int text_to_decimal(const char *text, int64_t max, int64_t *thousandths);
/* "500ms", "5s", "2m" or "2min", "1h", "1d"; "5" is 5 s. -ERANGE: more than fits. */
int text_to_duration(const char *text, int64_t *ms);
/* The value of a hexadecimal digit, of either case; -1: it is none. */
int text_hex_digit(char digit);

/* "52:54:00:12:34:56", also with "-". A host's: neither all zeros nor a group address. */
int text_to_mac(const char *text, struct mac *mac);
char *text_from_mac(const struct mac *mac, char buffer[TEXT_MAC]);

/*
 * Six octets or four, in the form of a MAC or as dotted quad: a SecureOn password. `length` becomes
 * 6 or 4.
 */
int text_to_secureon(const char *text, uint8_t secureon[6], size_t *length);

/*
 * "01:52:54": at least one octet, at most `size` and 255. The buffer needs three characters for
 * each octet, and one where there is none.
 */
enum { TEXT_OCTETS_MAX = 255, TEXT_OCTETS = 3 * TEXT_OCTETS_MAX };
int text_to_octets(const char *text, uint8_t *octets, size_t size, size_t *length);
char *text_from_octets(const uint8_t *octets, size_t length, char *buffer);

/* An IPv4 address becomes ::ffff:a.b.c.d, and is written as a.b.c.d. */
int text_to_ip(const char *text, struct ipv6 *address);
char *text_from_ip(const struct ipv6 *address, char buffer[TEXT_IP]);
int text_to_ipv4(const char *text, struct ipv4 *address); /* IPv4 only */
char *text_from_ipv4(struct ipv4 address, char buffer[TEXT_IP]);

/* "192.168.1.2:9464", "[fd00::2]:9464"; the port is not 0. */
struct endpoint {
	struct ipv6 address;
	uint16_t port;
};
int text_to_endpoint(const char *text, struct endpoint *endpoint);

/*
 * "192.168.1.0/24" or an address alone. `bits` is the length in the mapped address, 0 to 128. Host
 * bits are cleared: "192.168.1.5/24" becomes 192.168.1.0/24.
 */
int text_to_prefix(const char *text, struct ipv6 *address, uint8_t *bits);
char *text_from_prefix(const struct ipv6 *address, uint8_t bits, char buffer[TEXT_PREFIX]);

/*
 * "tcp/22", "udp/5353", "tcp/any", "none", as in struct wake_port; to a port also "tcp/ssh" and
 * "ssh" by services(5), the latter of TCP where TCP has it.
 */
enum { TEXT_PORT = 10 };
int text_to_port(const char *text, uint8_t *protocol, uint16_t *port);
char *text_from_port(uint8_t protocol, uint16_t port, char buffer[TEXT_PORT]);

/*
 * Letters, digits, '-', '_' and '.', 1 to 63 of them: a host's name. Not one that a command line
 * takes for something else: it begins with a letter, a digit or '_', and is none of the words that
 * the commands about hosts have, such as "list".
 */
int text_is_name(const char *text);

/*
 * What the kernel accepts as an interface's name: 1 to 15 octets without '/', ':' and white space,
 * but not "." or "..".
 */
int text_is_interface(const char *text);

/* Wall-clock milliseconds since 1970 as RFC 3339, UTC, e.g. "2026-01-31T12:00:00.123Z". */
char *text_from_time(int64_t wall_ms, char buffer[TEXT_TIME]);
/* The same, with a fraction of any length, cut to ms, or without one. */
int text_to_time(const char *text, int64_t *wall_ms);

/*
 * For "did you mean": is `meant` nearer to `typed` than all before? The `least` distance begins as
 * WORDS_FAR. A distance is the number of letters to add, drop or change (Levenshtein); more than 2,
 * or than half of the word, is too far.
 */
enum { WORDS_MAX = 63, WORDS_FAR = WORDS_MAX + 1 };
bool words_nearer(const char *typed, const char *meant, size_t *least);

#endif
