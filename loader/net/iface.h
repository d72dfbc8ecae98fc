/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * One network interface: what the kernel says of it at this moment; and packet sockets (packet(7))
 * on it: whole frames past the network stack, as those that a proxy sends come from addresses that
 * are not the machine's, and may need a VLAN tag. These need CAP_NET_RAW.
 */
#ifndef SLEEPPROXY_NET_IFACE_H
#define SLEEPPROXY_NET_IFACE_H

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/packet.h"

struct sock_fprog;

struct iface {
	char name[IFNAMSIZ];
	uint32_t ifindex;
	struct mac mac;
};

/* 0 or -errno; -ENODEV: there is no interface of that name. */
int iface_find(const char *name, struct iface *iface);

/* An ioctl of netdevice(7), with what `request` has beside the name. 0 or -errno. */
int iface_ioctl(const char *name, unsigned long command, struct ifreq *request);

/* The name of its driver; empty where the kernel does not say. */
enum { IFACE_DRIVER = 32 };
void iface_driver(const char *name, char driver[IFACE_DRIVER]);

/* It is up, and so is what it is connected to: frames can come in. */
bool iface_has_link(const char *name);

/* Does the machine forward the packets of that family that come in here (ip_forward)? */
int iface_forwards(const struct iface *iface, bool is_ipv4); /* 1, 0, or -errno */

/* By disable_ipv6. 1, 0, or -errno; -ENOENT: the kernel has no IPv6. */
int iface_ipv6_is_disabled(const char *name);

/* A socket that sends, and receives nothing; or -errno. The caller closes it. */
int packet_open(void);

/*
 * A socket that receives, without blocking, what comes in on the interface from now on and passes
 * the filter, with PACKET_AUXDATA; or -errno. `kind`: SOCK_RAW, or SOCK_DGRAM for frames without
 * their Ethernet header. `ethertype` in host byte order. The caller closes it.
 */
int packet_listen(uint32_t ifindex, int kind, uint16_t ethertype, const struct sock_fprog *filter);

/*
 * The next whole frame of such a socket, which was opened with SOCK_RAW and ETH_P_ALL: with another
 * the kernel removes a VLAN tag without a trace. Its length in octets, `size` at most; or -errno.
 */
struct packet_origin {
	uint8_t type;  /* PACKET_HOST, PACKET_MULTICAST … */
	uint16_t vlan; /* of a tag, which is not in the frame; 0: none */
};
ssize_t packet_receive(int fd, void *frame, size_t size, struct packet_origin *origin);

/*
 * Turns the interface's promiscuous mode on or off, so that frames to a sleeper's MAC come in; or
 * the same for frames to all multicast groups. The kernel counts who wants it; closing the socket
 * ends it, too. 0 or -errno.
 */
int packet_promiscuous(int fd, const struct iface *iface, bool on);
int packet_all_multicast(int fd, const struct iface *iface, bool on);

/* Pads to Ethernet's minimum and sends. 0 or -errno. */
int packet_send(int fd, const struct iface *iface, struct packet *packet);
/* A whole frame, as it is. */
int packet_send_octets(int fd, const struct iface *iface, const uint8_t *octets, size_t length);

#endif
