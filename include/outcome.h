/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every frame ends in exactly one outcome. A row is the outcome's name, its verdict and its
 * meaning; the datapath's verdicts, the `counters` map, the command line and the manual all derive
 * from this table.
 *
 * Verdicts: PASS the frame goes on to the network stack, untouched; ANSWER it was rewritten into
 * our answer and goes back out; CONSUME it was for a sleeper, and ends here.
 */
#ifndef SLEEPPROXY_OUTCOME_H
#define SLEEPPROXY_OUTCOME_H

/* clang-format off */
#define OUTCOMES(ROW) \
	ROW(other_protocol, PASS, "neither ARP nor IPv4") \
	ROW(ether_malformed, PASS, "too short for its Ethernet or VLAN headers") \
	ROW(owner_woke, PASS, "a frame of a host thought asleep: it is awake from here on") \
	ROW(owner_nic_answered, PASS, "ARP or ND answered by a sleeping host's network card") \
	ROW(arp_malformed, PASS, "ARP that is cut short or contradicts itself") \
	ROW(arp_other, PASS, "ARP that concerns no sleeper") \
	ROW(arp_answered, ANSWER, "an ARP request for a sleeper, answered") \
	ROW(arp_probe_answered, ANSWER, "a foreign probe for a sleeper's address, answered") \
	ROW(arp_claim, PASS, "another machine claims a host's address, as the daemon knows") \
	ROW(arp_claim_woke, PASS, "another machine claims a sleeper's address: a wake began") \
	ROW(arp_claim_ring_full, PASS, "a claim without room to report it: the next asks again") \
	ROW(ipv4_malformed, PASS, "IPv4 with a header that is cut short or contradicts itself") \
	ROW(ipv4_other, PASS, "IPv4 that concerns no sleeper") \
	ROW(ipv4_redirected, ANSWER, "IPv4 for a host that is awake: its sender was told the MAC") \
	ROW(wake_begun, CONSUME, "a connection to a sleeper: a wake began") \
	ROW(wake_under_way, CONSUME, "a packet for a host that is being woken") \
	ROW(wake_not_listed, CONSUME, "a connection to a port that wakes nobody") \
	ROW(wake_source_denied, CONSUME, "a connection from a source that may not wake") \
	ROW(wake_ring_full, CONSUME, "no room to report a wake: the next packet asks again") \
	ROW(tcp_no_connection, CONSUME, "TCP for a sleeper that opens no connection") \
	ROW(transport_malformed, CONSUME, "TCP or UDP for a sleeper with lengths that contradict") \
	ROW(fragment, CONSUME, "a later fragment for a sleeper: it names no port") \
	ROW(ipv4_ignored, CONSUME, "other IPv4 for a sleeper") \
	ROW(dhcp_snooped, PASS, "a DHCP message of a host or for one, copied to the daemon") \
	ROW(dhcp_not_snooped, PASS, "the same, not copied: no room, or too many in a second") \
	ROW(dhcp_taken, CONSUME, "a DHCP server's word to a sleeper, handed to the daemon") \
	ROW(dhcp_refused, CONSUME, "to a sleeper's DHCP port: nonsense, of no host, or too many") \
	ROW(elsewhere, PASS, "for a sleeper of another VLAN or interface") \
	ROW(host_invalid, PASS, "for a host whose map entry makes no sense") \
	ROW(proxy_stale, PASS, "for a sleeper, but the daemon has not been heard of for too long")

/* clang-format on */

#define OUTCOME_ENUM(name, verdict, meaning) OUTCOME_##name,
enum outcome { OUTCOMES(OUTCOME_ENUM) OUTCOME_COUNT };
#undef OUTCOME_ENUM

#endif
