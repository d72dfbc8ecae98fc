/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Every frame has exactly one outcome. The datapath's verdicts, the `counters` map, the command
 * line and the manual all derive from this table. A row: enumerator, name of the counter, verdict,
 * meaning.
 *
 * Verdicts: PASS, the frame goes on to the network stack unchanged; ANSWER, it was rewritten into
 * our answer or a Magic Packet, or to go to its host, and is sent; CONSUME, it is dropped, since it
 * was for a sleeping host.
 */
#ifndef SLEEPPROXY_OUTCOME_H
#define SLEEPPROXY_OUTCOME_H

/* clang-format off */
#define OUTCOMES(ROW) \
	ROW(OUTCOME_OTHER_PROTOCOL, other_protocol, PASS, \
	    "neither ARP nor IP") \
	ROW(OUTCOME_ETHER_MALFORMED, ether_malformed, PASS, \
	    "too short for its Ethernet or VLAN headers") \
	ROW(OUTCOME_OWNER_AWAKE, owner_awake, PASS, \
	    "sent by a host that was thought asleep: it is awake from now on") \
	ROW(OUTCOME_OWNER_OFFLOAD, owner_offload, PASS, \
	    "ARP or ND answered by a sleeping host's network card") \
	ROW(OUTCOME_REFUSAL_KEPT, refusal_kept, CONSUME, \
	    "a host that just woke refuses the connection that was held for it, which is sent again") \
	ROW(OUTCOME_ARP_MALFORMED, arp_malformed, PASS, \
	    "ARP that is truncated or inconsistent") \
	ROW(OUTCOME_ARP_OTHER, arp_other, PASS, \
	    "ARP that concerns no sleeping host") \
	ROW(OUTCOME_ARP_ANSWERED, arp_answered, ANSWER, \
	    "an ARP request for a sleeping host, answered") \
	ROW(OUTCOME_ARP_PROBE_ANSWERED, arp_probe_answered, ANSWER, \
	    "an ARP Probe for a sleeping host's address, answered") \
	ROW(OUTCOME_ARP_CLAIM, arp_claim, PASS, \
	    "another machine claims a host's address: reported") \
	ROW(OUTCOME_ARP_CLAIM_WAKE, arp_claim_wake, PASS, \
	    "another machine claims a sleeping host's address: wake started") \
	ROW(OUTCOME_ARP_CLAIM_RING_FULL, arp_claim_ring_full, PASS, \
	    "a claim, but no room to report it: a sleeping host is woken all the same") \
	ROW(OUTCOME_ND_MALFORMED, nd_malformed, PASS, \
	    "IPv6 Neighbor Discovery that is truncated, inconsistent or from another link") \
	ROW(OUTCOME_ND_OTHER, nd_other, PASS, \
	    "IPv6 Neighbor Discovery that concerns no sleeping host") \
	ROW(OUTCOME_ND_ANSWERED, nd_answered, ANSWER, \
	    "a Neighbor Solicitation for a sleeping host, answered") \
	ROW(OUTCOME_ND_PROBE_ANSWERED, nd_probe_answered, ANSWER, \
	    "another machine's duplicate address detection, answered for a sleeping host") \
	ROW(OUTCOME_ND_CLAIM, nd_claim, PASS, \
	    "another machine claims a host's IPv6 address: reported") \
	ROW(OUTCOME_ND_CLAIM_WAKE, nd_claim_wake, PASS, \
	    "another machine claims a sleeping host's IPv6 address: wake started") \
	ROW(OUTCOME_ND_CLAIM_RING_FULL, nd_claim_ring_full, PASS, \
	    "such a claim, but no room to report it: a sleeping host is woken all the same") \
	ROW(OUTCOME_IPV6_MALFORMED, ipv6_malformed, PASS, \
	    "IPv6 with a header that is truncated or inconsistent") \
	ROW(OUTCOME_IPV6_OTHER, ipv6_other, PASS, \
	    "IPv6 that concerns no sleeping host") \
	ROW(OUTCOME_IPV4_MALFORMED, ipv4_malformed, PASS, \
	    "IPv4 with a header that is truncated or inconsistent") \
	ROW(OUTCOME_IPV4_OTHER, ipv4_other, PASS, \
	    "IPv4 that concerns no sleeping host") \
	ROW(OUTCOME_BOUNCED, bounced, ANSWER, \
	    "IP for a host that is awake, from a sender that has the proxy's MAC for it: sent on to the host") \
	ROW(OUTCOME_ECHO_ANSWERED, echo_answered, ANSWER, \
	    "an echo request (ping) for a sleeping host, answered") \
	ROW(OUTCOME_WAKE_SENT, wake_sent, ANSWER, \
	    "a connection to a sleeping host, turned into its first Magic Packet") \
	ROW(OUTCOME_WAKE_STARTED, wake_started, CONSUME, \
	    "a connection to a sleeping host, to which the daemon sends Magic Packets") \
	ROW(OUTCOME_WAKE_IN_PROGRESS, wake_in_progress, CONSUME, \
	    "a packet for a host that is being woken") \
	ROW(OUTCOME_WAKE_PORT_DENIED, wake_port_denied, CONSUME, \
	    "a connection to a port that does not wake the host") \
	ROW(OUTCOME_WAKE_SOURCE_DENIED, wake_source_denied, CONSUME, \
	    "a connection from a source that may not wake the host") \
	ROW(OUTCOME_WAKE_CHECKSUM, wake_checksum, CONSUME, \
	    "a connection with a wrong IP, TCP or UDP checksum") \
	ROW(OUTCOME_WAKE_SOURCE_INVALID, wake_source_invalid, CONSUME, \
	    "a connection from an address that cannot be answered") \
	ROW(OUTCOME_WAKE_SOURCE_ROUTE, wake_source_route, CONSUME, \
	    "a connection whose sender chooses the route of the answer") \
	ROW(OUTCOME_WAKE_ZERO, wake_zero, CONSUME, \
	    "a connection with a port, or a time to live or hop limit, of 0") \
	ROW(OUTCOME_WAKE_RING_FULL, wake_ring_full, CONSUME, \
	    "such a connection, but no room to report it: the daemon finds it in the map") \
	ROW(OUTCOME_TCP_NOT_SYN, tcp_not_syn, CONSUME, \
	    "TCP for a sleeping host that opens no connection") \
	ROW(OUTCOME_TRANSPORT_MALFORMED, transport_malformed, CONSUME, \
	    "TCP or UDP for a sleeping host with inconsistent lengths") \
	ROW(OUTCOME_FRAGMENT, fragment, CONSUME, \
	    "a later fragment for a sleeping host: it has no port numbers") \
	ROW(OUTCOME_IPV4_IGNORED, ipv4_ignored, CONSUME, \
	    "other IPv4 for a sleeping host") \
	ROW(OUTCOME_IPV6_IGNORED, ipv6_ignored, CONSUME, \
	    "other IPv6 for a sleeping host") \
	ROW(OUTCOME_DHCP_SNOOPED, dhcp_snooped, PASS, \
	    "a DHCP message of a host or for one, copied to the daemon") \
	ROW(OUTCOME_DHCP_NOT_SNOOPED, dhcp_not_snooped, PASS, \
	    "the same, not copied: no room, or too many in a second") \
	ROW(OUTCOME_DHCP_CONSUMED, dhcp_consumed, CONSUME, \
	    "a DHCP server's message to a sleeping host, copied to the daemon") \
	ROW(OUTCOME_DHCP_DROPPED, dhcp_dropped, CONSUME, \
	    "to a sleeping host's DHCP port, not copied: invalid, of no host, or too many") \
	ROW(OUTCOME_WRONG_VLAN, wrong_vlan, PASS, \
	    "for a sleeping host, but not in its VLAN") \
	ROW(OUTCOME_WRONG_INTERFACE, wrong_interface, PASS, \
	    "for a sleeping host, but not on its interface") \
	ROW(OUTCOME_HOST_INVALID, host_invalid, PASS, \
	    "for a host whose map entry has an unknown state") \
	ROW(OUTCOME_HEARTBEAT_STALE, heartbeat_stale, PASS, \
	    "for a sleeping host, but the daemon's heartbeat is too old")

/* clang-format on */

#define OUTCOME_ENUMERATOR(outcome, name, verdict, meaning) outcome,
enum outcome { OUTCOMES(OUTCOME_ENUMERATOR) OUTCOME_COUNT };
#undef OUTCOME_ENUMERATOR

#endif
