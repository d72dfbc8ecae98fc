/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Network Proxy Protocol (draft-jeong-eman-network-proxy-protocol-02): numbers on the wire.
 * Those that the draft leaves open are ours; docs/npp.md says which.
 */
#ifndef SLEEPPROXY_NPP_H
#define SLEEPPROXY_NPP_H

#include "address.h"

enum {
	NPP_ICMP_TYPE = 253,   /* the default: for experiments (RFC 4727, 3.2) */
	NPP_OPTIONS_MAX = 255, /* octets, of all options of a message */
};

enum npp_code { NPP_SUCCESS, NPP_FAIL };

enum npp_subtype {
	NPP_PROXY_SOLICITATION = 1,
	NPP_PROXY_ADVERTISEMENT,
	NPP_SLEEP_REQUEST,
	NPP_SLEEP_CONFIRM,
	NPP_WAKEUP_REPORT,
	NPP_WAKEUP_CONFIRM,
};

enum npp_option_type {
	NPP_OPTION_SOLICITATION = 1,
	NPP_OPTION_ADVERTISEMENT,
	NPP_OPTION_SLEEP_REQUEST,
	NPP_OPTION_SLEEP_CONFIRM,
	NPP_OPTION_WAKEUP_REPORT,
	NPP_OPTION_WAKEUP_CONFIRM,
	NPP_OPTION_SERVICE,
	NPP_OPTION_AUTHENTICATION = 128,
	NPP_OPTION_WAKE_TEST,
};

/* The Request Option Type of a Sleep Request Option. */
enum npp_request_type {
	NPP_REQUEST_ARP = 1,
	NPP_REQUEST_DHCP4 = 2,
	NPP_REQUEST_TIMER = 0x80,
	NPP_REQUEST_WAKE_PORTS,
	NPP_REQUEST_IPV6,
	NPP_REQUEST_CLIENT_ID,
	NPP_REQUEST_HOSTNAME,
	NPP_REQUEST_BACKUP,
	NPP_REQUEST_LIFETIME,
	NPP_REQUEST_DHCP6,
};

/* Services that a proxy offers. */
enum npp_service {
	NPP_SERVICE_ARP = 1,
	NPP_SERVICE_DHCP4 = 2,
	NPP_SERVICE_ND = 0x8001,
	NPP_SERVICE_ECHO,
	NPP_SERVICE_WAKE_ON_PACKET,
	NPP_SERVICE_DHCP6,
};

/* The DHCP Notification's code in a Wakeup Confirm; NONE is not on the wire. */
enum npp_lease { NPP_LEASE_NONE, NPP_LEASE_RENEWED, NPP_LEASE_FAILED };

#define NPP_LEASE_LONG 0xffff /* s: 65535 or more, so that only the server knows */

/* Precedes the options. In network byte order. */
struct npp_header {
	__u8 type; /* ICMP's */
	__u8 code;
	__be16 checksum; /* ICMP's, over the whole message (RFC 792) */
	__be16 transaction;
	__u8 subtype;
	__u8 length; /* octets of the options */
};

ASSERT_SIZE(struct npp_header, 8);

#endif
