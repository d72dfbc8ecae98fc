/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SLEEPPROXY_NET_GROUP_SOCKET_H
#define SLEEPPROXY_NET_GROUP_SOCKET_H

struct iface;

/*
 * A socket that receives, without blocking, whole frames with IGMP or MLD that are to a group; or
 * -errno. The interface's network card lets frames to all groups pass meanwhile (ALLMULTI): reports
 * of IGMPv2 and MLDv1 are sent to the group that they name. For packet_receive. The caller closes
 * it.
 */
int group_listen(const struct iface *iface);

#endif
