// SPDX-License-Identifier: GPL-2.0-or-later
/* The lease of a sleeping host (RFC 2131, 4.4.5): how it is renewed, and how it is lost. */
#include "test.h"

#include "support_dhcp.h"

static const struct lease_case renewals[] = {
	{ "T1 is half, T2 seven eighths", RENEWED("3600"), "",
	  "bound" FIRST_HOUR ", renewed 0, confirmed, next 1800" },
	{ "it is renewed at T1, each time",
	  RENEWED("3600") "due ack:3600 due ack:3600 due ack:3600",
	  "1800 renewing unicast, 1800 bound RENEWED, 3600 renewing unicast, "
	  "3600 bound RENEWED, 5400 renewing unicast, 5400 bound RENEWED",
	  "bound by router via relay since 5400 t1 7200 t2 8550 end 9000, renewed 5400, "
	  "confirmed, next 7200" },
	{ "a server that is dead is asked after half of what remains, at least 60 s, then all are",
	  RENEWED("3600") "until:3600",
	  "1800 renewing unicast, 2475 unicast, 2812.5 unicast, 2981.25 unicast, "
	  "3065.625 unicast, 3125.625 unicast, 3150 rebinding UNANSWERED broadcast, "
	  "3375 broadcast, 3487.5 broadcast, 3547.5 broadcast, 3600 lost LOST",
	  "lost" FIRST_HOUR ", expired 3600, confirmed, requests 10 (10)" },
	{ "that its server did not answer stays the result",
	  RENEWED("3600") "until:3500 | until:3560", "3547.5 broadcast",
	  "rebinding" FIRST_HOUR
	  ", no-answer 3150, confirmed, pending, requests 10 (10), next 3600" },
	{ "a server that is dead until 80 % renews", RENEWED("3600") "until:2880 | due ack:3600",
	  "2981.25 unicast, 2981.25 bound RENEWED",
	  "bound by router via relay since 2981.25 t1 4781.25 t2 6131.25 end 6581.25, "
	  "renewed 2981.25, confirmed, next 4781.25" },
	{ "servers that are dead until 95 % renew, and its own is asked again",
	  RENEWED("3600") "until:3420 | due ack:3600 due",
	  "3487.5 broadcast, 3487.5 bound RENEWED, 5287.5 renewing unicast",
	  "renewing by router via relay since 3487.5 t1 5287.5 t2 6637.5 end 7087.5, "
	  "renewed 3487.5, confirmed, pending, requests 1 (1), next 5962.5" },
	{ "another server answers when all are asked, and is the next to be asked",
	  RENEWED("3600") "until:3150 | stranger-ack:3600 due",
	  "3150 bound RENEWED, 4950 renewing unicast",
	  "renewing by stranger via relay since 3150 t1 4950 t2 6300 end 6750, "
	  "renewed 3150, confirmed, pending, requests 1 (1), next 5625" },
	{ "another lease time is granted", RENEWED("3600") "due ack:86400 due ack:600 due",
	  "1800 renewing unicast, 1800 bound RENEWED, 45000 renewing unicast, "
	  "45000 bound RENEWED, 45300 renewing unicast",
	  "renewing by router via relay since 45000 t1 45300 t2 45525 end 45600, "
	  "renewed 45000, confirmed, pending, requests 1 (1), next 45412.5" },
	{ "a lease counts from the sending of the request", RENEWED("3600") "due wait:40 ack:3600",
	  "1800 renewing unicast, 1840 bound RENEWED",
	  "bound by router via relay since 1800 t1 3600 t2 4950 end 5400, renewed 1840, "
	  "confirmed, next 3600" },
	{ "refused while its server is asked", RENEWED("3600") "due nak",
	  "1800 renewing unicast, 1800 lost LOST",
	  "lost" FIRST_HOUR ", nak 1800, confirmed, requests 1 (1)" },
	{ "refused while all are asked", RENEWED("3600") "until:3150 | nak", "3150 lost LOST",
	  "lost" FIRST_HOUR ", nak 3150, confirmed, requests 7 (7)" },
	{ "another address is acknowledged", RENEWED("3600") "due other-ack:3600",
	  "1800 renewing unicast, 1800 lost LOST",
	  "lost" FIRST_HOUR ", address-changed 1800, confirmed, requests 1 (1)" },
	{ "it expires to the millisecond", RENEWED("3600") "at:3599.999 at:3600",
	  "3599.999 rebinding broadcast, 3600 lost LOST",
	  "lost" FIRST_HOUR ", expired 3600, confirmed, requests 1 (1)" },
	{ "it expires while the host is being woken, and nothing is sent",
	  RENEWED("3600") "waking until:3600", "1800 renewing, 3150 rebinding, 3600 lost LOST",
	  "lost" FIRST_HOUR ", expired 3600, confirmed" },
	{ "it waits for the host to sleep no longer than until the end",
	  RENEWED("3600") "waking at:3599.5", "3599.5 rebinding",
	  "rebinding" FIRST_HOUR ", renewed 0, confirmed, next 3600" },
	{ "the clock jumps beyond T1", RENEWED("3600") "at:2400", "2400 renewing unicast",
	  "renewing" FIRST_HOUR ", renewed 0, confirmed, pending, requests 1 (1), next 2775" },
	{ "the clock jumps beyond T2: no request is unanswered", RENEWED("3600") "at:3300",
	  "3300 rebinding broadcast",
	  "rebinding" FIRST_HOUR ", renewed 0, confirmed, pending, requests 1 (1), next 3450" },
	{ "the clock jumps beyond the end", RENEWED("3600") "at:1440000", "1440000 lost LOST",
	  "lost" FIRST_HOUR ", expired 1440000, confirmed" },
	{ "an answer from before a suspend does not help a lease that is over",
	  RENEWED("3600") "due wait:7200 ack:3600 at:9000",
	  "1800 renewing unicast, 9000 bound RENEWED, 9000 lost LOST",
	  "lost by router via relay since 1800 t1 3600 t2 4950 end 5400, expired 9000, "
	  "confirmed" },
	{ "its server is asked once the host surely sleeps",
	  RENEWED("3600") "waking until:2100 sleeping due", "1800 renewing, 2101 unicast",
	  "renewing" FIRST_HOUR ", renewed 0, confirmed, pending, requests 1 (1), next 2625.5" },
	{ "all are asked once the host surely sleeps",
	  RENEWED("3600") "waking until:3480 sleeping due",
	  "1800 renewing, 3150 rebinding, 3481 broadcast",
	  "rebinding" FIRST_HOUR ", renewed 0, confirmed, pending, requests 1 (1), next 3541" },
	{ "nothing is sent for a host that wakes, not even by a timer that ran already",
	  RENEWED("3600") "due awake awake at:36000", "1800 renewing unicast, 1800 bound STORE",
	  "bound" FIRST_HOUR ", renewed 0, requests 1 (1)" },
	{ "a lost lease stays lost",
	  RENEWED("3600") "due nak awake asleep at:1900 awake asleep at:2000",
	  "1800 renewing unicast, 1800 lost LOST, 1800 STORE", "lost" FIRST_HOUR ", nak 1800" },
	{ "a lease is granted after one was lost: the result of that is forgotten",
	  RENEWED("3600") "due nak awake other-lease:3600,3600 wait:2000 asleep due",
	  "1800 renewing unicast, 1800 lost LOST, 1800 STORE, 3800 renewing broadcast",
	  "renewing elsewhere since 3600 t1 3800 t2 6750 end 7200, pending, requests 1 (1), "
	  "next 3804" },
	{ "what the last renewal granted is over with a new grant", RENEWED("3600") "lease:3600,1",
	  "", "bound by router since 1 t1 1801 t2 3151 end 3601" },
	{ "how a lease was lost is kept if the same address is granted",
	  RENEWED("3600") "due nak lease:0", "1800 renewing unicast, 1800 lost LOST",
	  "bound by router, nak 1800" },
	{ "that its server did not answer as well", RENEWED("3600") "until:3150 lease:0",
	  "1800 renewing unicast, 2475 unicast, 2812.5 unicast, 2981.25 unicast, "
	  "3065.625 unicast, 3125.625 unicast, 3150 rebinding UNANSWERED broadcast",
	  "bound by router, no-answer 3150" },
	{ "each request has an xid of its own", RENEWED("3600") "random:16843009 due random:2 due",
	  "1800 renewing unicast, 2475 unicast",
	  "renewing" FIRST_HOUR
	  ", renewed 0, confirmed, pending, xid 2, requests 2 (2), next 2812.5" },
};

CASES_TEST(renewals)
