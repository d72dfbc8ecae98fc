// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Twice a second: the heartbeat, and a look at what may have changed without a word to us, the
 * tables (bpftool) and the interfaces; and at these also when the kernel tells of a change.
 */
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"
#include "daemon/daemon.h"
#include "daemon/npp_listener.h"

static const struct timeval PERIOD = { .tv_usec = 500000 };

/* Of all that the registry follows; last_seen is not among it. */
static uint64_t mixed(uint64_t digest, uint64_t word)
{
	return (digest ^ word) * 0x9e3779b97f4a7c15ULL + (digest >> 29);
}

static uint64_t word_of(const struct mac *mac)
{
	uint64_t word = 0;

	memcpy(&word, mac, sizeof(*mac));
	return word;
}

static int digest_host(void *context, const struct mac *mac, const struct host_entry *host)
{
	uint64_t *digest = context;

	*digest = mixed(*digest, word_of(mac));
	*digest = mixed(*digest, (uint64_t)host->ifindex << 32 | host->state);
	*digest = mixed(*digest, (uint64_t)host->vlan << 16 | host->flags);
	return 0;
}

static int digest_address(void *context, struct ipv4 address, const struct mac *mac)
{
	uint64_t *digest = context, word = word_of(mac);

	memcpy((uint8_t *)&word + sizeof(*mac), &address, 2);
	*digest = mixed(*digest, word);
	*digest = mixed(*digest, (uint64_t)address.octet[2] << 8 | address.octet[3]);
	return 0;
}

/*
 * Most looks find what the last one found: to see that costs a tenth of following it, entry by
 * entry.
 */
static bool tables_changed(struct daemon *daemon)
{
	uint64_t digest = 1;

	if (!hosts_each(daemon->datapath, digest_host, &digest) &&
	    !addresses4_each(daemon->datapath, digest_address, &digest) &&
	    digest == daemon->tables_digest)
		return false;
	daemon->tables_digest = digest;
	return true;
}

static int on_host(void *context, const struct mac *mac, const struct host_entry *host)
{
	registry_sync_host(((struct daemon *)context)->registry, mac, host);
	return 0;
}

static int on_address(void *context, struct ipv4 address, const struct mac *mac)
{
	struct daemon *daemon = context;
	int err = registry_sync_address(daemon->registry, address, mac);
	char text[TEXT_IP];

	if (err == -ENOENT)
		daemon->strays_found++;
	if (err != -EADDRINUSE)
		return 0;
	log_error("addresses4: %s is this machine's own address: removed",
	          text_from_ipv4(address, text));
	addresses4_delete(daemon->datapath, address);
	return 0;
}

static void say_strays(struct daemon *daemon)
{
	if (daemon->strays_found > daemon->strays)
		log_warning("addresses4: %u addresses belong to no entry of hosts",
		            daemon->strays_found);
	daemon->strays = daemon->strays_found;
	daemon->strays_found = 0;
}

static void follow_tables(struct daemon *daemon)
{
	int err;

	reports_take(daemon);
	if (!tables_changed(daemon))
		return;
	store_begin(daemon->store);
	registry_sync_begin(daemon->registry);
	err = hosts_each(daemon->datapath, on_host, daemon);
	if (!err)
		err = addresses4_each(daemon->datapath, on_address, daemon);
	if (err) /* half a view would make the rest look removed */
		log_error("cannot read the tables: %s", strerror(-err));
	else
		registry_sync_end(daemon->registry);
	store_end(daemon->store);
	say_strays(daemon);
}

static void beat(struct daemon *daemon)
{
	int err = heartbeat_beat(daemon->datapath, daemon->config.heartbeat_lease);

	if (err)
		log_error("cannot write the heartbeat: %s", strerror(-err));
}

static void follow_lines(struct daemon *daemon)
{
	if (lines_check(daemon))
		hosts_follow_lines(daemon);
	ears_follow(daemon);
}

/* By how much the clock that counts suspended time must have run ahead, to be a suspend. ms */
enum { SUSPENDED = 1000 };

static void check_clock(struct daemon *daemon)
{
	const int64_t apart = clock_boot_ms() - clock_ms();

	if (apart - daemon->clocks_apart > SUSPENDED) {
		log_info("the machine was suspended for %lld s",
		         (long long)(apart - daemon->clocks_apart) / 1000);
		lines_renew(daemon);
		leases_resume(daemon);
		proxy_resume(daemon->proxy);
	}
	daemon->clocks_apart = apart;
}

static void on_pulse(evutil_socket_t fd, short what, void *context)
{
	struct daemon *daemon = context;

	(void)fd;
	(void)what;
	beat(daemon);
	check_clock(daemon);
	own_read(&daemon->own);
	follow_tables(daemon);
	follow_lines(daemon);
}

static void on_link(void *context, const struct iface *port, bool present)
{
	(void)port;
	(void)present;
	follow_lines(context);
}

static void on_notices(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	monitor_read(((struct daemon *)context)->monitor);
}

static int watch_links(struct daemon *daemon)
{
	int err = monitor_open(&daemon->monitor, on_link, daemon);

	if (err) {
		log_error("cannot follow the interfaces: %s", strerror(-err));
		return err;
	}
	daemon->link_notices = event_new(daemon->base, monitor_fd(daemon->monitor),
	                                 EV_READ | EV_PERSIST, on_notices, daemon);
	return event_add(daemon->link_notices, NULL);
}

int tick_start(struct daemon *daemon)
{
	int err = watch_links(daemon);

	if (err)
		return err;
	daemon->pulse = event_new(daemon->base, -1, EV_PERSIST, on_pulse, daemon);
	if (!daemon->pulse)
		return -ENOMEM;
	daemon->clocks_apart = clock_boot_ms() - clock_ms();
	beat(daemon);
	return event_add(daemon->pulse, &PERIOD);
}

void tick_stop(struct daemon *daemon)
{
	if (daemon->pulse)
		event_free(daemon->pulse);
	if (daemon->link_notices)
		event_free(daemon->link_notices);
	monitor_close(daemon->monitor);
}
