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
 *  counters     -                              {OUTCOME: frames, …}, as in include/outcome.h
 *  history      "name" (or without: of all)    [EVENT, …], the newest last
 *  watch        -                              {}, and from then on an EVENT a line
 *  reload       -                              {}
 *
 *  SPEC    "name", "mac", "addresses": ["192.168.1.5", …], and where wanted
 *          "wake": ["tcp/22", "udp/any", …], "allow": ["192.168.1.0/24", …], "deny": […],
 *          "interface": "eth0", "vlan": 10, "nic-answers-arp": bool, "unasked": bool,
 *          "secureon": "01:02:03:04:05:06"
 *  HOST    SPEC, all of it, and "state": "awake" | "drowsy" | "asleep" | "waking",
 *          "for": seconds in that state, "origin": "config" | "command" | "map": where it was added
 *  STATUS  "version", "pid", "uptime": s, "heartbeat-lease": s,
 *          "hosts": {"awake": n, "drowsy": n, "asleep": n, "waking": n},
 *          "interfaces": [{"name", "state": "attached" | "absent" | "failed" | "detached",
 *          "answer": "proxy" | "host", and where attached "mode": "native" | "generic", "mac";
 *          else "detail": why not}, …]
 *  EVENT   "time": RFC 3339, "host": name, "text": the event in words,
 *          "event": "drowsy" | "asleep" | "waking" | "awake" | "not-quiet" | "claimed" |
 *          "gave-up" | "cooling" | "added" | "removed" | "magic",
 *          "why": "command" | "connection" | "claim" | "owner" | "edit" | "time",
 *          and where known "address", "peer", "peer-mac", "protocol", "port", "took": s
 */
#ifndef SLEEPPROXY_PROTOCOL_H
#define SLEEPPROXY_PROTOCOL_H

#define CONTROL_SOCKET "/run/sleepproxy/control.sock"

enum { CONTROL_LINE_MAX = 65536 };

#endif
