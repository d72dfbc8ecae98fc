// SPDX-License-Identifier: GPL-2.0-or-later
#include "npp/npp_keys.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

struct span {
	const char *at, *end;
};

static bool is_empty(struct span span)
{
	return span.at == span.end;
}

static bool is_blank(char character)
{
	return character == ' ' || character == '\t' || character == '\r';
}

/* Up to the character, which is left out, or to the end. */
static struct span until(struct span span, int character)
{
	const char *found = memchr(span.at, character, (size_t)(span.end - span.at));

	if (found)
		span.end = found;
	return span;
}

/* Off the front of the line; empty at its end. */
static struct span take_word(struct span *line)
{
	struct span word;

	while (!is_empty(*line) && is_blank(*line->at))
		line->at++;
	word.at = line->at;
	while (!is_empty(*line) && !is_blank(*line->at))
		line->at++;
	word.end = line->at;
	return word;
}

static bool read_id(struct span word, uint8_t *id)
{
	unsigned int number = 0;

	for (; !is_empty(word) && number <= NPP_KEYS; word.at++) {
		if (!isdigit((unsigned char)*word.at))
			return false;
		number = number * 10 + (unsigned int)(*word.at - '0');
	}
	*id = (uint8_t)number;
	return number >= 1 && number <= NPP_KEYS;
}

static uint8_t hex_value(char digit)
{
	return (uint8_t)(isdigit((unsigned char)digit) ? digit - '0'
	                                               : tolower((unsigned char)digit) - 'a' + 10);
}

static bool read_secret(struct span word, struct npp_key *key)
{
	const size_t digits = (size_t)(word.end - word.at);

	if (digits % 2 || digits < 2 * NPP_SECRET_MIN || digits > 2 * NPP_SECRET_MAX)
		return false;
	for (size_t i = 0; i < digits; i++) {
		uint8_t *octet = &key->secret[i / 2];

		if (!isxdigit((unsigned char)word.at[i]))
			return false;
		*octet = (uint8_t)(*octet << 4 | hex_value(word.at[i]));
	}
	key->length = digits / 2;
	return true;
}

/* What is wrong with it, or NULL. */
static const char *read_line(struct span line, struct npp_keys *keys)
{
	const struct span id = take_word(&line), secret = take_word(&line);
	struct npp_key *key = &keys->key[keys->count];
	uint8_t number;

	if (is_empty(id))
		return NULL;
	if (!read_id(id, &number))
		return "no key's number; expected 1 to 255, and behind it a secret";
	if (npp_keys_find(keys, number))
		return "a number that stands further up too; expected each once";
	if (!read_secret(secret, key))
		return "no secret; expected an even number of hexadecimal digits, 32 to 128";
	if (!is_empty(take_word(&line)))
		return "more than a number and a secret; expected '#' before a comment";
	key->id = number;
	keys->count++;
	return NULL;
}

static const char *read_lines(struct span text, struct npp_keys *keys, size_t *number)
{
	while (!is_empty(text)) {
		const struct span line = until(text, '\n');
		const char *reason = read_line(until(line, '#'), keys);

		++*number;
		if (reason)
			return reason;
		text.at = line.end < text.end ? line.end + 1 : line.end;
	}
	*number = 0;
	return keys->count ? NULL : "no key; expected one in a line, a number and a secret";
}

int npp_keys_parse(const char *text, size_t length, struct npp_keys *keys,
                   struct npp_keys_fault *fault)
{
	memset(keys, 0, sizeof(*keys));
	memset(fault, 0, sizeof(*fault));
	fault->reason = read_lines((struct span){ text, text + length }, keys, &fault->line);
	if (!fault->reason)
		return 0;
	npp_keys_wipe(keys);
	return -EINVAL;
}

const struct npp_key *npp_keys_find(const struct npp_keys *keys, uint8_t id)
{
	for (size_t i = 0; i < keys->count; i++) {
		if (keys->key[i].id == id)
			return &keys->key[i];
	}
	return NULL;
}

void npp_keys_wipe(struct npp_keys *keys)
{
	explicit_bzero(keys, sizeof(*keys));
}
