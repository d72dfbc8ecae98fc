// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A lease that is not confirmed when its host falls asleep: it is renewed at once, and times are
 * assumed where they are unknown.
 */
#include "test.h"

#include "support_dhcp.h"

#define ASSUMED_TRACE \
	"0 renewing unicast, 4 unicast, 12 unicast, 28 unicast, 60 unicast, 180 unicast, " \
	"240 unicast, 300 rebinding UNANSWERED broadcast, 450 broadcast, 525 broadcast, " \
	"585 broadcast, 600 lost LOST"
#define ASSUMED_LEASE "lost by router t1 0 t2 300 end 600, expired 600, requests 11 (11)"
#define ASSUMED_LATER_TRACE \
	"540 renewing unicast, 544 unicast, 552 unicast, 568 unicast, 600 unicast, " \
	"720 unicast, 780 unicast, 840 rebinding UNANSWERED broadcast, 990 broadcast, " \
	"1065 broadcast, 1125 broadcast, 1140 lost LOST"
#define ASSUMED_LATER_LEASE "lost by router t1 540 t2 840 end 1140, expired 1140, requests 11 (11)"

static const struct lease_case asleep[] = {
	{ "it is renewed at once", "| lease:86400,-1 asleep due ack:86400 due",
	  "0 renewing unicast, 0 bound RENEWED, 43200 renewing unicast",
	  "renewing by router via relay since 0 t1 43200 t2 75600 end 86400, renewed 0, "
	  "confirmed, pending, requests 1 (1), next 59400" },
	{ "all are asked if its server is unknown",
	  "| other-lease:0 asleep due stranger-ack:3600 due",
	  "0 renewing broadcast, 0 bound RENEWED, 1800 renewing unicast",
	  "renewing elsewhere by stranger via relay since 0 t1 1800 t2 3150 end 3600, "
	  "renewed 0, confirmed, pending, requests 1 (1), next 2475" },
	{ "quick retries (RFC 2131, 4.1), then half of what remains until T2 (4.4.5)",
	  "| lease:7200,-3600 asleep due due due due due due due",
	  "0 renewing unicast, 4 unicast, 12 unicast, 28 unicast, 60 unicast, 1380 unicast, "
	  "2040 unicast",
	  "renewing by router since -3600 t1 0 t2 2700 end 3600, pending, requests 7 (7), "
	  "next 2370" },
	{ "quick retries each time that it falls asleep",
	  "lease:86400,-1 asleep due due due due due awake | asleep due due due due due awake",
	  "60 renewing unicast, 64 unicast, 72 unicast, 88 unicast, 120 unicast, 120 bound",
	  "bound by router since -1 t1 60 t2 75599 end 86399, requests 5 (5)" },
	{ "a confirmed lease has no quick retries", RENEWED("600") "due due",
	  "300 renewing unicast, 412.5 unicast",
	  "renewing by router via relay since 0 t1 300 t2 525 end 600, renewed 0, "
	  "confirmed, pending, requests 2 (2), next 472.5" },
	{ "ten minutes are assumed if nothing is known", "lease:0 asleep | until:600",
	  ASSUMED_TRACE, ASSUMED_LEASE },
	{ "ten minutes are assumed if the beginning is unknown", "lease:3600 asleep | until:600",
	  ASSUMED_TRACE, ASSUMED_LEASE },
	{ "ten minutes are assumed if its end is past", "lease:3600,-18000 asleep | until:600",
	  ASSUMED_TRACE, ASSUMED_LEASE },
	{ "ten minutes are assumed if its end is now", "lease:3600,-3600 asleep | until:600",
	  ASSUMED_TRACE, ASSUMED_LEASE },
	{ "times that were assumed are not known the next time",
	  "lease:0 asleep until:60 awake wait:480 asleep | until:1140", ASSUMED_LATER_TRACE,
	  ASSUMED_LATER_LEASE },
	{ "nor are they where the end was past",
	  "lease:3600,-18000 asleep until:60 awake wait:480 asleep | until:1140",
	  ASSUMED_LATER_TRACE, ASSUMED_LATER_LEASE },
	{ "T2 that is past is at half of the rest", "| lease:3600,-3360 asleep", "",
	  "bound by router since -3360 t1 0 t2 120 end 240, next 0" },
	{ "that is forgotten with the answer", "| lease:3600,-3360 asleep due ack:3600",
	  "0 renewing unicast, 0 bound RENEWED",
	  "bound" FIRST_HOUR ", renewed 0, confirmed, next 1800" },
	{ "T2 that is now is past", "| lease:3600,-3150 asleep due", "0 renewing unicast",
	  "renewing by router since -3150 t1 0 t2 225 end 450, pending, requests 1 (1), "
	  "next 4" },
	{ "a known end is kept", "| lease:3600,-3540 asleep until:60",
	  "0 renewing unicast, 4 unicast, 12 unicast, 28 unicast, "
	  "30 rebinding UNANSWERED broadcast, 60 lost LOST",
	  "lost by router since -3540 t1 0 t2 30 end 60, expired 60, requests 5 (5)" },
	{ "asleep twice is asleep once", ASLEEP("86400,-1") "wait:1 asleep", "",
	  "renewing" A_DAY ", pending, requests 1 (1), next 4" },
	{ "a restored lease is renewed at T1", RENEWED("3600") "wait:600 restored asleep", "",
	  "bound" FIRST_HOUR ", renewed 0, confirmed, next 1800" },
	{ "a restored lease is late for its server",
	  RENEWED("3600") "wait:3420 restored asleep at:3420", "3420 rebinding broadcast",
	  "rebinding" FIRST_HOUR ", renewed 0, confirmed, pending, requests 1 (1), next 3510" },
	{ "a restored lease has expired", RENEWED("3600") "wait:3600 restored asleep at:3600",
	  "3600 lost LOST", "lost" FIRST_HOUR ", expired 3600, confirmed" },
	{ "a grant ends the pending request, and its timer",
	  RENEWED("3600") "due other-lease:0 at:1900", "1800 renewing unicast", "bound elsewhere" },
	{ "a grant is renewed as a new lease", RENEWED("3600") "due other-lease:0 asleep due",
	  "1800 renewing unicast, 1800 renewing broadcast",
	  "renewing elsewhere t1 1800 t2 2100 end 2400, pending, requests 1 (1), next 1804" },
	{ "no lease, nothing to renew", "| asleep at:5 awake at:10", "", "none" },
	{ "where none is known it is asked about once, and an answer is its lease",
	  "at-home | asleep due ack:3600 due",
	  "0 broadcast, 0 bound RENEWED, 1800 renewing unicast",
	  "renewing" FIRST_HOUR ", renewed 0, confirmed, pending, requests 1 (1), next 2475" },
	{ "no answer is no loss", "at-home | asleep due due at:100", "0 broadcast", "none" },
	{ "nor is a refusal", "at-home | asleep due nak at:100", "0 broadcast", "none" },
	{ "nor another's address", "at-home | asleep due other-ack:3600 at:100", "0 broadcast",
	  "none" },
	{ "nor a request that cannot be sent", "at-home | asleep due unreachable at:10",
	  "0 broadcast", "none" },
	{ "it is not asked about again, until it falls asleep again",
	  "at-home | asleep due due asleep at:20 awake wait:10 asleep due",
	  "0 broadcast, 30 broadcast", "none, pending, requests 1 (1), next 40" },
	{ "nor where the host may be awake", "at-home waking | asleep due at:20", "", "none" },
	{ "a host that wakes ends the question", "at-home asleep due | awake at:20", "", "none" },
	{ "a lease that it is granted meanwhile is renewed",
	  "at-home asleep due | lease:3600,-1 asleep due", "0 renewing unicast",
	  "renewing by router since -1 t1 0 t2 3149 end 3599, pending, requests 1 (1), next 4" },
	{ "an infinite lease that is confirmed is never renewed",
	  RENEWED(INFINITE) "at:429496729500 awake", "429496729500 STORE",
	  "bound by router via relay since 0 t1 never t2 never end never, renewed 0" },
	{ "an infinite lease that is not confirmed is asked for five times, and no more",
	  "| lease:" INFINITE ",-3600 asleep due due due due due",
	  "0 renewing unicast, 4 unicast, 12 unicast, 28 unicast, 60 unicast",
	  "renewing by router since -3600 t1 0 t2 never end never, pending, requests 5 (5)" },
	{ "a server that answers ends the infinite lease",
	  "lease:" INFINITE ",-3600 asleep due due | ack:3600", "4 bound RENEWED",
	  "bound by router via relay since 4 t1 1804 t2 3154 end 3604, renewed 4, "
	  "confirmed, next 1804" },
};

CASES_TEST(asleep)
