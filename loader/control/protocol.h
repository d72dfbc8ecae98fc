/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The control protocol between the daemon and its clients: JSON objects, one a line, over a Unix
 * stream socket.
 *
 *  request   {"command": NAME, …}          one a connection or many, answered in order; where
 *                                          "name" is a host's, its MAC or address will do
 *  answer    {"ok": true, "result": …}     or {"ok": false, "error": "what is wrong"}, and
 *                                          "unknown": true where no host has the name
 *
 *  command      takes                          result
 *  status       -                              STATUS
 *  host-list    -                              [HOST, …], by name
 *  host-show    "name"                         HOST
 *  host-add     DESCRIPTION                    HOST; one of that name is replaced, its state kept
 *  host-remove  "name"                         {}
 *  host-sleep   "name", "now": bool            HOST
 *  host-wake    "name"                         HOST
 *  discover     -                              [NEIGHBOUR, …]: seen in the last day, and no host
 *  lease-list   -                              [LEASE, …], by host, of those that have one
 *  lease-show   "name"                         LEASE
 *  lease-set    "name", GRANT                  LEASE
 *  lease-forget "name"                         {}
 *  counters     "meanings": bool               {OUTCOME: frames, …}, as in include/outcome.h,
 *                                              dhcp_message_NAME, npp_NAME, group_NAME: messages;
 *                                              held, held_NAME: connections (host/hold.h);
 *                                              with meanings {…: {"count": n, "meaning": text}}
 *  history      "name" (or without: of all),   [EVENT, …], the newest last
 *               "limit": the newest n (200),
 *               "since": RFC 3339, UTC, ms     or, with "after": the "id" of an EVENT, 0: none,
 *                                              the oldest n of those after it, each with its "id"
 *  watch        -                              {}, and from then on an EVENT a line
 *  reload       -                              {}
 *
 *  DESCRIPTION
 *          "name", "mac", "addresses": ["192.168.1.5", "fd00::5", …], and optionally
 *          "groups": ["239.1.2.3", …]: multicast, of which it is a member; of a HOST also as seen,
 *          "wake": ["tcp/22", "udp/any", …], "allow": ["192.168.1.0/24", …], "deny": […],
 *          "interface": "eth0", "vlan": 10, "arp-offload": bool, "detect-sleep": bool,
 *          "echo": "answer" | "ignore" | "wake", "secureon": "01:02:03:04:05:06",
 *          "watts": what it takes while it is up, up to 100000, with a fraction; missing: not said
 *  HOST    DESCRIPTION, all members, and "state": "awake" | "drowsy" | "asleep" | "waking",
 *          "for": seconds in that state, "ignored": frames in this sleep that did not wake it,
 *          unless 0, "origin": "config" | "command" | "map" | "registration":
 *          who added it; "failed-wakes": in a row, since it was seen, unless 0; "address-in-use":
 *          true: another machine needs its address, and it is not answered for until that is gone;
 *          "leased": an address that it has by DHCP alone, or
 *          "withheld": one that it has lost; "learnt": those that it has as it uses them, alone;
 *          "incomplete": true: an address of it is not answered
 *          for, as it is another host's, or none that a host may have here, or the maps could not
 *          be written; if it ever registered "registration": REGISTRATION; in host-show
 *          "map-rules": ["tcp/22=wake", "any=ignore", NET "=allow" or "=deny", …] where the wake
 *          rules in the maps are not those that follow from the rest, and "held": connections that
 *          are kept for it until it is up
 *  REGISTRATION
 *          "active": bool: it has not been up since, "standby": bool: another proxy answers for it,
 *          and its state here is "awake" or "drowsy", "client-identifier", "addresses", "ports":
 *          the requested wake ports, [] for none, missing if it named none; and where they apply
 *          "backup-of": the proxy with priority, "wake-in": seconds until its Sleep Timer expires,
 *          "expires-in": seconds until the registration of a host that is up again is deleted
 *  LEASE   "host", "state": "none" | "bound" | "renewing" | "rebinding" | "lost",
 *          "renewed-by": "host" | "proxy", "confirmed": bool: the proxy has renewed it since the
 *          host fell asleep, "address", "server" or null, "relay" or null, "seconds": its
 *          duration, null (not known) or "infinite",
 *          "since", "t1", "t2", "expires": RFC 3339 or null (not known, or never),
 *          "t1-in", "t2-in", "expires-in": seconds from now, negative in the past, or null,
 *          "next-request-in": s or null, "result": "renewed" | "no-answer" | "nak" | "expired" |
 *          "address-changed" or null, "result-at": RFC 3339 or null, "reason": text or "",
 *          "client-id", "parameters", "fqdn": octets as "01:52:54", "hostname", "vendor-class":
 *          text: what the host sends to servers; "" for an option that it does not send
 *          and where it has one, or has lost it, "dhcpv6": the members "state", "renewed-by",
 *          "confirmed", "seconds" … "reason" for its lease by DHCPv6, where a host without one by
 *          DHCP has the "state" "none" above; "addresses": that it has, and "lost": that it has
 *          lost; "source": the link-local address that the proxy sends from, "iaid": a number,
 *          "duid", "server-duid": octets
 *  GRANT   "address", and where known "server", "seconds", "left": seconds until it expires,
 *          "client-id": "01:52:54", "hostname"; or, of DHCPv6, "address", "iaid", and where known
 *          "seconds", "left", "server-duid", and "duid", unless it was seen already
 *  NEIGHBOUR
 *          "name": that it can be added by: what it calls itself, if that is free, or one of its
 *          MAC, "mac", "addresses": those that a host may have; perhaps none, "seen": s ago, and
 *          where known "interface", "hostname": that it sends to DHCP servers, "leased": the
 *          address that it has by DHCP. The command line adds "vendor", where known, and "add": the
 *          command that adds it
 *  STATUS  "serving": bool: a sleeper of one interface at least is answered for, "healthy": bool:
 *          all that is configured works, "problems": [text, …]: what does not,
 *          "version", "pid", "uptime": s, "heartbeat-timeout": s, "heartbeat-age": s, since it
 *          was written, "stored": bool: what changes is kept on the disk,
 *          "hosts": {"awake": n, "drowsy": n, "asleep": n, "waking": n},
 *          "npp": {"on": bool, "type": ICMP type, "keys": how many; 0: requests are not signed,
 *          "preference", "active": registrations of hosts that have not been up since,
 *          "max-registrations": of the configuration, "registrations": hosts that are known by
 *          their registration alone},
 *          "interfaces": [{"name", "state": "attached" | "absent" | "failed" | "detached",
 *          "answer": "proxy" | "host", and where attached "mode": "native" | "generic", "mac",
 *          "link": bool: frames can come in; where nothing is answered "detail": why not}, …]
 *  EVENT   "time": RFC 3339, "host": name, "text": a sentence,
 *          "event": "drowsy" | "asleep" | "waking" | "awake" | "still-active" |
 *          "address-in-use" | "standby" | "wake-failed" | "wake-delayed" |
 *          "registration-expired" | "added" | "removed" | "magic-packet" |
 *          "lease-renewed" | "lease-unanswered" | "lease-lost",
 *          "why": "command" | "sleep-request" | "wakeup-report" | "sleep-timer" | "lifetime" |
 *          "connection" | "address-claim" | "address-probe" | "host-seen" | "map-edit" |
 *          "timeout" | "lease",
 *          with a lease "detail": its result, as text,
 *          and where known "address", "peer", "peer-mac", "protocol": "tcp" | "udp" | "icmp" |
 *          "icmpv6" (an echo request, without a port), "port", "took": s,
 *          "ignored": frames that did not wake it in the sleep that ends
 */
#ifndef SLEEPPROXY_CONTROL_PROTOCOL_H
#define SLEEPPROXY_CONTROL_PROTOCOL_H

#define CONTROL_SOCKET "/run/sleepproxy/control.sock"

enum { CONTROL_LINE_MAX = 65536 };

struct json_object;

/* The "state" of a HOST, up to NULL. */
extern const char *const protocol_states[];

/* Members are added without another number, and never taken away or changed. */
enum { PROTOCOL_SCHEMA = 1 };

/*
 * The result of a command as programs are given it, by the command line and by HTTP: lists are
 * members of an object with the schema's number. Takes the result, and gives what takes its place;
 * of NULL, NULL.
 */
struct json_object *protocol_document(const char *command, struct json_object *result);
/* In one line; it is the object's. */
const char *protocol_text(struct json_object *json);

#endif
