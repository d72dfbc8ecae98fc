// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One interface: what it is, what its driver supports, and what prevents XDP or answers there. The
 * kernel tells it by rtnetlink, by ethtool's ioctl, and by the generic netlink family "netdev"
 * (Linux 6.3), in place of which there is a list of drivers.
 */
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/ethtool.h>
#include <linux/genetlink.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <net/if_arp.h>
#include <net/if.h>
#include <linux/wireless.h> /* after net/if.h, which clashes with linux/if.h otherwise */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "datapath/probe.h"
#include "doctor/doctor.h"
#include "net/iface.h"
#include "net/net_state.h"
#include "net/netlink.h"

enum { LINK_KIND = 32 };

enum link_xdp { LINK_XDP_UNKNOWN, LINK_XDP_NONE, LINK_XDP_NATIVE };

/* What the kernel tells about an interface. */
struct link_info {
	char name[IFNAMSIZ];
	uint32_t ifindex;
	uint16_t type;  /* ARPHRD_* */
	uint32_t flags; /* IFF_* */
	uint32_t mtu;
	char kind[LINK_KIND];        /* "veth", "bridge" …; empty: hardware */
	char master[IFNAMSIZ];       /* the bridge or bond that it is a port of; empty: none */
	char master_kind[LINK_KIND]; /* "bridge", "bond" … */
	char driver[IFACE_DRIVER];   /* empty: unknown */
	bool wireless;
	bool strips_vlan; /* VLAN tags do not reach native XDP */
	bool lro;
	bool has_ipv4;
	enum link_xdp xdp; /* as told by the driver, or by its name */
};

/* From linux/netdev.h, which Debian 12 lacks. */
enum { NETDEV_CMD_DEV_GET = 1, NETDEV_A_DEV_IFINDEX = 1, NETDEV_A_DEV_XDP_FEATURES = 3 };
enum { NETDEV_XDP_ACT_BASIC = 1 };

/* By the name that the driver tells ethtool. */
/* clang-format off */
static const char *const native_drivers[] = {
	"am65-cpsw-nuss", "atlantic", "bnxt_en", "cpsw", "ena", "fec", "fsl_dpa", "fsl_dpaa2_eth", "fsl_enetc",
	"gve", "hv_netvsc", "i40e", "ice", "igb", "igc", "ixgbe", "ixgbevf", "lan966x-switch", "mana", "mlx4_en",
	"mlx5_core", "mtk_soc_eth", "mvneta", "mvpp2", "nfp", "nicvf", "qede", "sfc", "st_gmac", "stmmac", "tsnep",
	"tun", "veth", "virtio_net", "vmxnet3", NULL,
};
static const char *const generic_drivers[] = {
	"alx", "asix", "atl1c", "ax88179_178a", "ax_usb_nic", "b44", "bcmgenet", "bridge", "brcmfmac", "cdc_ether",
	"cdc_ncm", "e1000", "e1000e", "forcedeth", "genet", "iwlwifi", "jme", "lan78xx", "macb", "macvlan", "r8125",
	"r8152", "r8168", "r8169", "rtl8xxxu", "sky2", "smsc75xx", "smsc95xx", "sungem", "tg3", "via-rhine", NULL,
};
/* clang-format on */

static int read_kinds(const struct nlattr *attribute, void *context)
{
	const uint16_t type = mnl_attr_get_type(attribute);
	struct link_info *link = context;

	if (type == IFLA_INFO_KIND)
		snprintf(link->kind, LINK_KIND, "%s", mnl_attr_get_str(attribute));
	if (type == IFLA_INFO_SLAVE_KIND)
		snprintf(link->master_kind, LINK_KIND, "%s", mnl_attr_get_str(attribute));
	return MNL_CB_OK;
}

static int on_link(const struct nlmsghdr *message, void *context)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);
	const uint32_t *mtu = netlink_attribute(message, sizeof(*info), IFLA_MTU, sizeof(*mtu));
	const uint32_t *master =
		netlink_attribute(message, sizeof(*info), IFLA_MASTER, sizeof(*master));
	const struct nlattr *attribute;
	struct link_info *link = context;

	link->type = info->ifi_type;
	link->flags = info->ifi_flags;
	link->mtu = mtu ? *mtu : 0;
	if (master)
		if_indextoname(*master, link->master);
	mnl_attr_for_each (attribute, message, sizeof(*info))
		if (mnl_attr_get_type(attribute) == IFLA_LINKINFO)
			mnl_attr_parse_nested(attribute, read_kinds, link);
	return MNL_CB_OK;
}

static int query_rtnetlink(struct link_info *link)
{
	char buffer[NETLINK_BUFFER];
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct ifinfomsg *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));

	message->nlmsg_type = RTM_GETLINK;
	info->ifi_index = (int)link->ifindex;
	return netlink_ask(NETLINK_ROUTE, message, on_link, link);
}

static void query_ioctls(struct link_info *link)
{
	struct ethtool_value flags = { .cmd = ETHTOOL_GFLAGS };
	struct ifreq ethtool = { .ifr_data = (void *)&flags }, address = { 0 }, wireless = { 0 };
	char phy[64];

	iface_driver(link->name, link->driver);
	if (!iface_ioctl(link->name, SIOCETHTOOL, &ethtool)) {
		link->strips_vlan = flags.data & ETH_FLAG_RXVLAN;
		link->lro = flags.data & ETH_FLAG_LRO;
	}
	link->has_ipv4 = !iface_ioctl(link->name, SIOCGIFADDR, &address);
	/* both: newer kernels may lack the ioctl, and /sys may be another network namespace's */
	snprintf(phy, sizeof(phy), "/sys/class/net/%s/phy80211", link->name);
	link->wireless = !iface_ioctl(link->name, SIOCGIWNAME, &wireless) || !access(phy, F_OK);
}

static struct nlmsghdr *generic_message(char *buffer, uint16_t family, uint8_t command)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *header = mnl_nlmsg_put_extra_header(message, sizeof(*header));

	message->nlmsg_type = family;
	header->cmd = command;
	header->version = 1;
	return message;
}

/* An attribute to be read from the answer. */
struct answer_value {
	uint16_t type;
	size_t size;
	void *value;
};

static int on_answer(const struct nlmsghdr *message, void *context)
{
	const struct answer_value *wanted = context;
	const void *value = netlink_attribute(message, GENL_HDRLEN, wanted->type, wanted->size);

	if (value)
		memcpy(wanted->value, value, wanted->size);
	return MNL_CB_OK;
}

static enum link_xdp xdp_by_netdev(uint32_t ifindex)
{
	char buffer[NETLINK_BUFFER];
	struct nlmsghdr *message = generic_message(buffer, GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	uint16_t family = 0;
	uint64_t features = 0;
	struct answer_value id = { CTRL_ATTR_FAMILY_ID, sizeof(family), &family };
	struct answer_value mask = { NETDEV_A_DEV_XDP_FEATURES, sizeof(features), &features };

	mnl_attr_put_strz(message, CTRL_ATTR_FAMILY_NAME, "netdev");
	if (netlink_ask(NETLINK_GENERIC, message, on_answer, &id) || !family)
		return LINK_XDP_UNKNOWN;
	message = generic_message(buffer, family, NETDEV_CMD_DEV_GET);
	mnl_attr_put_u32(message, NETDEV_A_DEV_IFINDEX, ifindex);
	if (netlink_ask(NETLINK_GENERIC, message, on_answer, &mask))
		return LINK_XDP_UNKNOWN;
	return features & NETDEV_XDP_ACT_BASIC ? LINK_XDP_NATIVE : LINK_XDP_NONE;
}

static enum link_xdp xdp_by_driver(const char *driver)
{
	for (const char *const *name = native_drivers; *name; name++)
		if (!strcmp(*name, driver))
			return LINK_XDP_NATIVE;
	for (const char *const *name = generic_drivers; *name; name++)
		if (!strcmp(*name, driver))
			return LINK_XDP_NONE;
	return LINK_XDP_UNKNOWN;
}

/* 0 or -errno; -ENODEV: there is no such interface. */
static int read_link(const char *name, struct link_info *link)
{
	int err;

	*link = (struct link_info){ .ifindex = if_nametoindex(name) };
	if (!link->ifindex)
		return -ENODEV;
	snprintf(link->name, sizeof(link->name), "%s", name);
	err = query_rtnetlink(link);
	if (err)
		return err;
	query_ioctls(link);
	link->xdp = xdp_by_netdev(link->ifindex);
	if (link->xdp == LINK_XDP_UNKNOWN)
		link->xdp = xdp_by_driver(link->driver);
	return 0;
}

static void add_missing(const char *interface)
{
	struct if_nameindex *all = if_nameindex();
	char list[256] = "";
	size_t used = 0;

	for (struct if_nameindex *each = all; each && each->if_index && used < sizeof(list); each++)
		used += (size_t)snprintf(list + used, sizeof(list) - used, "%s%s", used ? ", " : "",
		                         each->if_name);
	if (all)
		if_freenameindex(all);
	BAD("there is no interface %s (but: %s); sleepproxyd would wait for it", interface, list);
}

static void check_up(const struct link_info *link)
{
	if (!(link->flags & IFF_UP))
		WARN("%s is down: ip link set %s up", link->name, link->name);
	else if (!(link->flags & IFF_RUNNING))
		WARN("%s is up, but has no carrier: is the cable connected?", link->name);
	else
		OK("%s is up", link->name);
}

static void check_driver(const struct link_info *link)
{
	const char *driver = *link->driver ? link->driver : "unknown";

	if (link->xdp == LINK_XDP_NATIVE)
		OK("driver %s has native XDP", driver);
	else if (link->xdp == LINK_XDP_NONE)
		WARN("driver %s has no native XDP: generic XDP is used, which is slower", driver);
	else
		NOTE("driver %s: whether it has native XDP is known only when the program is "
		     "attached; if not, generic XDP is used",
		     driver);
	/* a veth silently drops what XDP sends into it where its other end has none */
	if (!strcmp(driver, "veth"))
		WARN("veth: answers by native XDP are lost unless the other end has an XDP program "
		     "too, any that passes frames; or set mode = generic");
}

static void check_slot(const struct link_info *link, const char *pin_dir)
{
	struct probe_slot slot;
	int err = probe_slot(link->ifindex, link->name, pin_dir, &slot);

	if (err)
		WARN("cannot read which program is attached to %s: %s", link->name, strerror(-err));
	else if (!slot.id)
		OK("no other XDP program on %s", link->name);
	else if (slot.ours)
		OK("sleepproxyd's own program is attached to %s already (id %u)", link->name,
		   slot.id);
	else if (*slot.names)
		BAD("another XDP program is attached to %s: %s (bpftool prog show id %u)",
		    link->name, slot.names, slot.id);
	else
		BAD("another XDP program is attached to %s: id %u; reading its name needs "
		    "CAP_SYS_ADMIN (bpftool prog show id %u)",
		    link->name, slot.id, slot.id);
}

/* What a driver has room for in a page, beside XDP's headroom and struct skb_shared_info. */
enum { PAGE_MTU = 3498 };

static void check_mtu(const struct link_info *link)
{
	if (link->mtu > PAGE_MTU)
		WARN("MTU %u: most drivers refuse native XDP above %d, then generic XDP is used",
		     link->mtu, PAGE_MTU);
	else
		OK("MTU %u leaves room for XDP", link->mtu);
}

static void check_offloads(const struct link_info *link)
{
	if (link->lro)
		WARN("LRO is on, with which many drivers refuse native XDP: ethtool -K %s lro off",
		     link->name);
	if (link->strips_vlan)
		WARN("VLAN tags are removed before XDP sees them; if hosts are in VLANs: "
		     "ethtool -K %s rxvlan off",
		     link->name);
	if (!link->lro && !link->strips_vlan)
		OK("neither LRO nor VLAN offload interferes");
}

static void check_answer_modes(const struct link_info *link)
{
	if (link->wireless)
		WARN("wireless: access points refuse other MAC addresses, so answer = host "
		     "cannot work; a wired interface is better");
	else
		OK("answer = proxy and answer = host both work (host makes %s promiscuous)",
		   link->name);
}

/* Advice about ports of such an interface, and about itself. */
static const struct {
	const char *kind, *port_advice, *advice;
} kinds[] = {
	{ "bridge",
	  "what is answered here never reaches the bridge; for hosts behind other ports of it, name "
	  "these ports too",
	  "only generic XDP, and only frames to this machine itself; better name the bridge's ports" },
	{ "bond", "name the bond instead", NULL },
	{ "team", "name the team instead", NULL },
	{ "vlan", NULL, "better name the interface below it, and set vlan for the hosts" },
};

static void check_kind(const struct link_info *link)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		const char *kind = kinds[i].kind;

		if (kinds[i].port_advice && *link->master && !strcmp(kind, link->master_kind))
			WARN("%s is part of %s %s: %s", link->name, kind, link->master,
			     kinds[i].port_advice);
		if (kinds[i].advice && !strcmp(kind, link->kind))
			WARN("%s is a %s: %s", link->name, kind, kinds[i].advice);
	}
}

/*
 * Whether a host is awake is found out by ARP requests from an address of ours: those from 0.0.0.0
 * are ARP Probes, which claim the address (RFC 5227).
 */
static void check_address(const struct link_info *link)
{
	struct ipv4 own = { { 0 } };
	struct net_state *state;
	char text[TEXT_IP];

	if (!net_state_open(&state)) {
		own = net_source_address(state, link->ifindex, NULL);
		net_state_close(state);
	}
	if (link->has_ipv4)
		OK("%s has an IPv4 address to send ARP requests from", link->name);
	else if (ipv4_is_set(own))
		WARN("%s has no IPv4 address: ARP requests are sent from %s, of another interface",
		     link->name, text_from_ipv4(own, text));
	else
		WARN("this machine has no IPv4 address to send ARP requests from: whether a host is "
		     "awake cannot be found out, so none is answered for");
}

void check_interface(const char *interface, const char *pin_dir)
{
	struct link_info link;
	int err = read_link(interface, &link);

	findings_title("Interface");
	if (err == -ENODEV)
		add_missing(interface);
	else if (err)
		BAD("cannot read the properties of %s: %s", interface, strerror(-err));
	else if (link.type != ARPHRD_ETHER)
		BAD("%s is not Ethernet: it has no ARP", interface);
	if (err || link.type != ARPHRD_ETHER)
		return;
	OK("%s exists, with index %u", interface, link.ifindex);
	check_up(&link);
	check_driver(&link);
	check_slot(&link, pin_dir);
	check_mtu(&link);
	check_offloads(&link);
	check_answer_modes(&link);
	check_kind(&link);
	check_address(&link);
	if (link.flags & IFF_UP)
		check_ipv6(interface, link.ifindex,
		           strcmp(link.master_kind, "bridge") ? "" : link.master);
}
