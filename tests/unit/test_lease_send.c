// SPDX-License-Identifier: GPL-2.0-or-later
/* A lease whose request cannot be sent: not yet, not by unicast, or not at all. */
#include "test.h"

#include "support_dhcp.h"

/* All tries but the last. */
#define FIVE(words) words words words words words
#define FIFTEEN_TRIES FIVE("unresolved due ") FIVE("unresolved due ") FIVE("unresolved due ")

static const struct lease_case failures[] = {
	{ "sent again while the next hop is resolved: the same request",
	  "random:7 " ASLEEP("86400,-1") "unresolved random:8 due unresolved due unresolved due",
	  "0.2 unicast, 0.4 unicast, 0.6 unicast",
	  "renewing" A_DAY ", pending, xid 7, requests 1 (1), next 4" },
	{ "then as if it had gone out at once",
	  ASLEEP("86400,-1") "unresolved due unresolved due ack:3600",
	  "0.2 unicast, 0.4 unicast, 0.4 bound RENEWED",
	  "bound" FIRST_HOUR ", renewed 0.4, confirmed, next 1800" },
	{ "broadcast if the next hop is not resolved in 3 s",
	  ASLEEP("86400,-1") FIFTEEN_TRIES "| unresolved", "3 broadcast",
	  "renewing" A_DAY ", pending, requests 1 (1), next 4" },
	{ "the next request tries the next hop anew",
	  ASLEEP("86400,-1") FIFTEEN_TRIES "unresolved | due unresolved due",
	  "4 unicast, 4.2 unicast", "renewing" A_DAY ", pending, requests 2 (2), next 12" },
	{ "broadcast at once for another reason", ASLEEP("86400,-1") "unreachable", "0 broadcast",
	  "renewing" A_DAY ", pending, requests 1 (1), next 4" },
	{ "the broadcast is answered", ASLEEP("86400,-1") "unreachable ack:3600",
	  "0 broadcast, 0 bound RENEWED", "bound" FIRST_HOUR ", renewed 0, confirmed, next 1800" },
	{ "a broadcast that fails: nobody was asked",
	  ASLEEP("3600,-1") "unreachable unresolved unresolved", "0 broadcast",
	  "renewing by router since -1 t1 0 t2 3149 end 3599, requests 1 (0), next 4" },
	{ "nor has anybody not answered", ASLEEP("3600,-1") "unreachable unresolved at:3149",
	  "0 broadcast, 3149 rebinding broadcast",
	  "rebinding by router since -1 t1 0 t2 3149 end 3599, pending, requests 2 (1), "
	  "next 3157" },
	{ "one request that was sent is unanswered",
	  ASLEEP("3600,-1") "due unreachable unreachable at:3149",
	  "4 unicast, 4 broadcast, 3149 rebinding UNANSWERED broadcast",
	  "rebinding by router since -1 t1 0 t2 3149 end 3599, no-answer 3149, pending, "
	  "requests 3 (2), next 3165" },
	{ "not sent again while the host may be awake", ASLEEP("86400,-1") "unresolved waking due",
	  "", "renewing" A_DAY ", pending, requests 1 (1), next 1.2" },
	{ "but when it surely sleeps", ASLEEP("86400,-1") "unresolved waking due sleeping due",
	  "1.2 unicast", "renewing" A_DAY ", pending, requests 2 (2), next 9.2" },
	{ "nor broadcast while the host may be awake", ASLEEP("86400,-1") "waking unreachable", "",
	  "renewing" A_DAY ", pending, requests 1 (1), next 1" },
	{ "not sent again after the host woke", ASLEEP("86400,-1") "unresolved awake", "0 bound",
	  "bound" A_DAY ", requests 1 (1)" },
	{ "a new request once it sleeps again", ASLEEP("86400,-1") "unresolved awake asleep",
	  "0 bound", "bound" A_DAY ", next 0" },
	{ "the next request does not wait for the next hop",
	  ASLEEP("86400,-1") "wait:3.9 unresolved due", "4 unicast",
	  "renewing" A_DAY ", pending, requests 2 (2), next 12" },
	{ "T2 does not wait for the next hop", ASLEEP("3600,-1") "unresolved at:3149",
	  "3149 rebinding UNANSWERED broadcast",
	  "rebinding by router since -1 t1 0 t2 3149 end 3599, no-answer 3149, pending, "
	  "requests 2 (2), next 3157" },
	{ "expiry does not wait for the next hop", ASLEEP("3600,-1") "unresolved at:3599",
	  "3599 lost LOST",
	  "lost by router since -1 t1 0 t2 3149 end 3599, expired 3599, requests 1 (1)" },
	{ "the last request of an infinite lease is sent again as well",
	  "lease:" INFINITE ",-1 asleep due due due due due | unresolved due", "60.2 unicast",
	  "renewing by router since -1 t1 0 t2 never end never, pending, requests 5 (5)" },
	{ "a timer that is too early", ASLEEP("86400,-1") "at:3.999", "",
	  "renewing" A_DAY ", pending, requests 1 (1), next 4" },
	{ "a timer that is too early for the next hop", ASLEEP("86400,-1") "unresolved at:0.199",
	  "", "renewing" A_DAY ", pending, resolving, requests 1 (1), next 0.2" },
};

CASES_TEST(failures)
