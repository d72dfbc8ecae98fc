/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What the daemon and its clients say to each other: JSON objects, one a line, over a Unix stream
 * socket.
 *
 *  request   {"command": NAME, …}          one a connection or many, answered in order
 *  answer    {"ok": true, "result": …}     or {"ok": false, "error": "what is wrong, in words"}
 *
 *  command      takes                          result
 *  status       -                              STATUS
 *  host-list    -                              [HOST, …], by name
 *  host-show    "name"                         HOST
 *  host-add     SPEC                           HOST; one of that name is replaced, its state kept
 *  host-remove  "name"                         {}
 *  host-sleep   "name", "now": bool            HOST
 *  host-wake    "name"                         HOST
 *  lease-list   -                              [LEASE, …], by host, of those that have one
 *  lease-show   "name"                         LEASE
 *  lease-set    "name", GRANT                  LEASE
 *  lease-forget "name"                         {}
 *  counters     -                              {OUTCOME: frames, …}, as in include/outcome.h,
 *                                              and the messages of DHCP and of the Network Proxy
 *                                              Protocol by what they were good for
 *  history      "name" (or without: of all)    [EVENT, …], the newest last
 *  watch        -                              {}, and from then on an EVENT a line
 *  reload       -                              {}
 *
 *  SPEC    "name", "mac", "addresses": ["192.168.1.5", …], and where wanted
 *          "wake": ["tcp/22", "udp/any", …], "allow": ["192.168.1.0/24", …], "deny": […],
 *          "interface": "eth0", "vlan": 10, "nic-answers-arp": bool, "unasked": bool,
 *          "secureon": "01:02:03:04:05:06"
 *  HOST    SPEC, all of it, and "state": "awake" | "drowsy" | "asleep" | "waking",
 *          "for": seconds in that state, "origin": "config" | "command" | "map" | "handover":
 *          where it was added, and where it differs from what was said of it "leased": the one of
 *          its addresses that it has by DHCP alone, "withheld": one that it has lost; and where it
 *          ever handed itself over "handover": HANDOVER
 *  HANDOVER
 *          "open": bool: it has not been up since, "standby": bool: it is left to another proxy,
 *          and "awake" or "drowsy" here, "client": its Client Identifier, "addresses": those that
 *          it said, "ports": those that wake it, [] for none; no such member: it named none,
 *          and where so "backup-of": the proxy that goes first, "wake-in": seconds until its Sleep
 *          Timer is over, "forgotten-in": seconds until what it said counts no more, as it is up
 *  LEASE   "host", "state": "none" | "bound" | "renewing" | "rebinding" | "lost",
 *          "kept-by": "host" | "proxy": who renews it now, "confirmed": bool: whether the proxy
 *          has had it renewed since the host slept, "address", "server" or null, "relay" or
 *          null, "seconds": how long it was granted for, or null (not known) or "infinite",
 *          "since", "t1", "t2", "expires": RFC 3339 or null (not known, or never),
 *          "t1-in", "t2-in", "expires-in": seconds from now, below 0: ago, or null,
 *          "next-request-in": s or null, "result": "renewed" | "silence" | "refused" | "expired" |
 *          "moved" or null, "result-at": RFC 3339 or null, "reason": the result in words or "",
 *          "client-id", "parameters", "fqdn": octets as "01:52:54", "hostname", "vendor-class":
 *          text: as the host says them to servers; "" where it does not
 *  GRANT   "address", and where known "server", "seconds", "left": seconds until it expires,
 *          "client-id": "01:52:54", "hostname"
 *  STATUS  "version", "pid", "uptime": s, "heartbeat-lease": s,
 *          "hosts": {"awake": n, "drowsy": n, "asleep": n, "waking": n},
 *          "npp": {"on": bool, "type": of ICMP, "keys": how many; 0: none are asked for,
 *          "preference", "handed-over": hosts that have not been up since, "places": how many hosts
 *          may be known for their handover alone, "places-taken": how many are},
 *          "interfaces": [{"name", "state": "attached" | "absent" | "failed" | "detached",
 *          "answer": "proxy" | "host", and where attached "mode": "native" | "generic", "mac";
 *          else "detail": why not}, …]
 *  EVENT   "time": RFC 3339, "host": name, "text": the event in words,
 *          "event": "drowsy" | "asleep" | "waking" | "awake" | "not-quiet" | "claimed" |
 *          "stands-by" | "gave-up" | "cooling" | "added" | "removed" | "magic" |
 *          "lease-renewed" | "lease-silence" | "lease-lost",
 *          "why": "command" | "handover" | "report" | "timer" | "connection" | "claim" |
 *          "owner" | "edit" | "time" | "lease",
 *          with a lease "detail": what became of it, in words,
 *          and where known "address", "peer", "peer-mac", "protocol", "port", "took": s
 */
#ifndef SLEEPPROXY_CONTROL_PROTOCOL_H
#define SLEEPPROXY_CONTROL_PROTOCOL_H

#define CONTROL_SOCKET "/run/sleepproxy/control.sock"

enum { CONTROL_LINE_MAX = 65536 };

#endif
