// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/prefixes.h"

#include <string.h>
#include <sys/param.h>

#include "base/addr.h"

/*
 * RFC 4862, 5.5.3 d: hosts make addresses of no other prefix, since their own part of one has as
 * many bits (RFC 2464, 4). Else one forged advertisement of a host's whole address would end that.
 */
enum { INTERFACE_ID_BITS = 64 };

static int64_t after(int64_t now, uint32_t seconds)
{
	return seconds == RA_INFINITE ? INT64_MAX : now + seconds * INT64_C(1000);
}

static struct known_prefix *find(struct prefixes *prefixes, uint32_t ifindex,
                                 const struct ra_prefix *said)
{
	for (size_t i = 0; i < prefixes->count; i++) {
		struct known_prefix *known = &prefixes->of[i];

		if (known->ifindex == ifindex && known->bits == said->bits &&
		    ip_equal(&known->prefix, &said->prefix))
			return known;
	}
	return NULL;
}

/* In place of who was heard first, if there is no room. */
static struct known_prefix *add(struct prefixes *prefixes)
{
	struct known_prefix *oldest = prefixes->of;

	if (prefixes->count < PREFIXES_MAX)
		return &prefixes->of[prefixes->count++];
	for (size_t i = 1; i < prefixes->count; i++)
		if (prefixes->of[i].heard < oldest->heard)
			oldest = &prefixes->of[i];
	return oldest;
}

static bool is_over(const struct known_prefix *prefix, int64_t now)
{
	return now >= prefix->preferred_until || now >= prefix->valid_until;
}

/* RFC 4862, 5.5.3 e. */
static int64_t valid_until(const struct known_prefix *known, const struct ra_prefix *said,
                           int64_t now)
{
	const int64_t until = after(now, said->valid);

	if (!known || said->valid * INT64_C(1000) > PREFIX_MIN_VALID || until > known->valid_until)
		return until;
	return MIN(known->valid_until, now + PREFIX_MIN_VALID);
}

static bool advertise_prefix(struct prefixes *prefixes, uint32_t ifindex,
                             const struct ra_prefix *said, int64_t now)
{
	struct known_prefix *known = find(prefixes, ifindex, said);
	const struct known_prefix before = known ? *known : (struct known_prefix){ .heard = 0 };
	const int64_t until = valid_until(known, said, now);

	if (!known)
		known = add(prefixes);
	*known = (struct known_prefix){
		.prefix = said->prefix,
		.ifindex = ifindex,
		.bits = said->bits,
		.on_link = said->on_link,
		.autonomous = said->autonomous && said->bits == INTERFACE_ID_BITS,
		.preferred_until = after(now, said->preferred),
		.valid_until = until,
		.heard = now,
	};
	known->over = is_over(known, now);
	return !before.heard || before.over != known->over || before.on_link != known->on_link ||
	       before.autonomous != known->autonomous;
}

static bool advertise_router(struct prefixes *prefixes, uint32_t ifindex,
                             const struct ipv6 *address, int64_t now)
{
	struct known_router *oldest = prefixes->routers;

	for (size_t i = 0; i < prefixes->router_count; i++) {
		struct known_router *router = &prefixes->routers[i];

		if (router->ifindex == ifindex && ip_equal(&router->address, address)) {
			router->heard = now;
			return false;
		}
		if (router->heard < oldest->heard)
			oldest = router;
	}
	if (prefixes->router_count < ROUTERS_MAX)
		oldest = &prefixes->routers[prefixes->router_count++];
	*oldest = (struct known_router){ *address, ifindex, now };
	return true;
}

bool prefixes_advertise(struct prefixes *prefixes, uint32_t ifindex, const struct ipv6 *router,
                        const struct router_advert *advert, int64_t now)
{
	bool changed = advertise_router(prefixes, ifindex, router, now);

	for (size_t i = 0; i < advert->prefix_count; i++)
		changed |= advertise_prefix(prefixes, ifindex, &advert->prefixes[i], now);
	return changed;
}

bool prefixes_expire(struct prefixes *prefixes, int64_t now)
{
	bool changed = false;

	for (size_t i = 0; i < prefixes->router_count; i++)
		if (now - prefixes->routers[i].heard >= ROUTER_LINGER) {
			prefixes->routers[i--] = prefixes->routers[--prefixes->router_count];
			changed = true;
		}
	for (size_t i = 0; i < prefixes->count; i++) {
		struct known_prefix *known = &prefixes->of[i];
		const int64_t over_since =
			MAX(known->heard, MIN(known->preferred_until, known->valid_until));

		if (is_over(known, now) && now - over_since >= PREFIX_MIN_VALID) {
			prefixes->of[i--] = prefixes->of[--prefixes->count];
			changed = true;
		} else if (is_over(known, now) != known->over) {
			known->over = changed = true;
		}
	}
	return changed;
}

void prefixes_renumber(struct prefixes *prefixes, uint32_t before, uint32_t ifindex)
{
	for (size_t i = 0; i < prefixes->count; i++)
		if (prefixes->of[i].ifindex == before)
			prefixes->of[i].ifindex = ifindex;
	for (size_t i = 0; i < prefixes->router_count; i++)
		if (prefixes->routers[i].ifindex == before)
			prefixes->routers[i].ifindex = ifindex;
}

static bool has(const struct known_prefix *prefix, const struct ipv6 *address)
{
	const size_t octets = prefix->bits / 8;
	const unsigned int mask = 0xff00u >> prefix->bits % 8 & 0xff;

	return !memcmp(&prefix->prefix, address, octets) &&
	       (!mask || !((prefix->prefix.octet[octets] ^ address->octet[octets]) & mask));
}

/*
 * One that hosts make no addresses of says only what is on the link; and one that is not said to be
 * on it says nothing of that (RFC 4861, 6.3.4).
 */
static enum prefix_state state_of(const struct known_prefix *prefix)
{
	if (prefix->over)
		return prefix->autonomous ? PREFIX_OVER : PREFIX_UNKNOWN;
	return prefix->on_link ? PREFIX_ON_LINK : PREFIX_UNKNOWN;
}

enum prefix_state prefixes_find(const struct prefixes *prefixes, uint32_t ifindex,
                                const struct ipv6 *address)
{
	enum prefix_state state = PREFIX_UNKNOWN;
	uint8_t bits = 0;

	for (size_t i = 0; i < prefixes->count; i++) {
		const struct known_prefix *prefix = &prefixes->of[i];
		const enum prefix_state this = state_of(prefix);

		if ((ifindex && prefix->ifindex != ifindex) || this == PREFIX_UNKNOWN ||
		    prefix->bits < bits || !has(prefix, address))
			continue;
		if (prefix->bits > bits || this == PREFIX_ON_LINK)
			state = this;
		bits = prefix->bits;
	}
	return state;
}

bool prefixes_is_router(const struct prefixes *prefixes, const struct ipv6 *address)
{
	for (size_t i = 0; i < prefixes->router_count; i++)
		if (ip_equal(&prefixes->routers[i].address, address))
			return true;
	return false;
}
