// SPDX-License-Identifier: GPL-2.0-or-later
/* One interface: what it is, what its driver can do, and what stands in our way there. */
#include <errno.h>
#include <net/if_arp.h>
#include <string.h>

#include "address.h"
#include "datapath/probe.h"
#include "doctor/drivers.h"
#include "doctor/visit.h"
#include "net/own_addresses.h"

static void list_interfaces(char *list, size_t size)
{
	struct if_nameindex *all = if_nameindex();
	size_t used = 0;

	*list = 0;
	for (struct if_nameindex *each = all; each && each->if_index && used < size; each++)
		used += (size_t)snprintf(list + used, size - used, "%s%s", used ? ", " : "",
		                         each->if_name);
	if (all)
		if_freenameindex(all);
}

static bool check_presence(struct visit *visit)
{
	int err = link_read(visit->interface, &visit->link);
	char there[256];

	if (err == -ENODEV) {
		list_interfaces(there, sizeof(there));
		BAD(visit, "there is no interface %s (but: %s); sleepproxyd would wait for it",
		    visit->interface, there);
	} else if (err) {
		BAD(visit, "%s cannot be asked about: %s", visit->interface, strerror(-err));
	} else if (visit->link.type != ARPHRD_ETHER) {
		BAD(visit, "%s is not Ethernet: no ARP is spoken there", visit->interface);
		return false;
	} else {
		OK(visit, "%s is there, number %u", visit->interface, visit->link.ifindex);
	}
	return !err;
}

static bool check_up(struct visit *visit)
{
	const struct link *link = &visit->link;

	if (!(link->flags & IFF_UP))
		WARN(visit, "%s is down: ip link set %s up", link->name, link->name);
	else if (!(link->flags & IFF_RUNNING))
		WARN(visit, "%s is up, but has no link: is the cable in?", link->name);
	else
		OK(visit, "%s is up", link->name);
	return true;
}

static bool check_driver(struct visit *visit)
{
	const struct link *link = &visit->link;
	const char *driver = *link->driver ? link->driver : "unknown";
	enum link_xdp xdp = link->xdp != LINK_XDP_UNKNOWN ? link->xdp : drivers_xdp_of(driver);

	if (xdp == LINK_XDP_NATIVE)
		OK(visit, "driver %s has native XDP", driver);
	else if (xdp == LINK_XDP_NONE)
		WARN(visit, "driver %s has no native XDP: generic XDP is used, which is slower",
		     driver);
	else
		NOTE(visit,
		     "driver %s: whether it has native XDP will be found out when the program is "
		     "attached; else generic XDP is used",
		     driver);
	return true;
}

static bool check_slot(struct visit *visit)
{
	const char *name = visit->link.name;
	struct probe_slot slot;
	int err = probe_slot(visit->link.ifindex, name, visit->pin_dir, &slot);

	if (err)
		WARN(visit, "what is attached to %s cannot be found out: %s", name, strerror(-err));
	else if (!slot.id)
		OK(visit, "no other XDP program on %s", name);
	else if (slot.ours)
		OK(visit, "sleepproxyd's own program is on %s already (id %u)", name, slot.id);
	else if (*slot.names)
		BAD(visit, "another XDP program has %s: %s (bpftool prog show id %u)", name,
		    slot.names, slot.id);
	else
		BAD(visit,
		    "another XDP program has %s: id %u; only CAP_SYS_ADMIN may ask for its name "
		    "(bpftool prog show id %u)",
		    name, slot.id, slot.id);
	return true;
}

/*
 * A veth drops what XDP sends into it, and counts that nowhere one looks, unless its other end has
 * an XDP program too.
 */
static bool check_veth(struct visit *visit)
{
	if (!strcmp(visit->link.driver, "veth"))
		WARN(visit,
		     "veth: answers by native XDP vanish unless the other end has an XDP program too, "
		     "one that passes everything will do; else set mode = generic");
	return true;
}

/*
 * What a driver has room for in a page beside XDP's headroom and the kernel's own words on the
 * frame.
 */
enum { PAGE_MTU = 3498 };

static bool check_mtu(struct visit *visit)
{
	const struct link *link = &visit->link;

	if (link->mtu > PAGE_MTU)
		WARN(visit,
		     "MTU %u: most drivers refuse native XDP above %d, and generic XDP is used then",
		     link->mtu, PAGE_MTU);
	else
		OK(visit, "MTU %u leaves room for XDP", link->mtu);
	return true;
}

static bool check_offloads(struct visit *visit)
{
	const struct link *link = &visit->link;

	if (link->lro)
		WARN(visit,
		     "LRO is on, with which many drivers refuse native XDP: "
		     "ethtool -K %s lro off",
		     link->name);
	if (link->strips_vlan)
		WARN(visit,
		     "VLAN tags are taken off before XDP sees them; where hosts are in VLANs: "
		     "ethtool -K %s rxvlan off",
		     link->name);
	if (!link->lro && !link->strips_vlan)
		OK(visit, "neither LRO nor VLAN offload is in the way");
	return true;
}

static bool check_promiscuity(struct visit *visit)
{
	const struct link *link = &visit->link;

	if (link->wireless)
		WARN(visit,
		     "wireless: access points refuse foreign MAC addresses, so answer = host "
		     "cannot work, and a switch port would serve better");
	else
		OK(visit, "answer = proxy and answer = host both work (host makes %s promiscuous)",
		   link->name);
	return true;
}

static const struct {
	const char *kind, *advice;
} masters[] = {
	{ "bridge", "what is answered here never reaches the bridge; for hosts behind other ports "
	            "of it, name these ports too" },
	{ "bond", "name the bond instead" },
	{ "team", "name the team instead" },
};

static const struct {
	const char *kind, *advice;
} kinds[] = {
	{ "vlan", "better name the interface below it, and give the hosts their vlan" },
	{ "bridge", "only generic XDP, and only frames that reach this machine itself; better name "
	            "the bridge's ports" },
};

static bool check_relations(struct visit *visit)
{
	const struct link *link = &visit->link;

	for (size_t i = 0; *link->master && i < sizeof(masters) / sizeof(*masters); i++)
		if (!strcmp(masters[i].kind, link->master_kind))
			WARN(visit, "%s is part of %s %s: %s", link->name, masters[i].kind,
			     link->master, masters[i].advice);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (!strcmp(kinds[i].kind, link->kind))
			WARN(visit, "%s is a %s: %s", link->name, kinds[i].kind, kinds[i].advice);
	return true;
}

/*
 * A host is asked whether it is awake by ARP, from an address of ours: never from 0.0.0.0, which is
 * a claim (RFC 5227).
 */
static bool check_address(struct visit *visit)
{
	static const struct ipv4 none;
	const struct link *link = &visit->link;
	const struct ipv4 own = own_ipv4_near(link->ifindex, NULL);

	if (link->has_ipv4)
		OK(visit, "%s has an IPv4 address to ask hosts from", link->name);
	else if (memcmp(&own, &none, sizeof(own)))
		WARN(visit,
		     "%s has no IPv4 address: hosts are asked from %u.%u.%u.%u, of another interface",
		     link->name, own.octet[0], own.octet[1], own.octet[2], own.octet[3]);
	else
		WARN(visit,
		     "this machine has no IPv4 address to ask hosts from: whether one is awake "
		     "cannot be found out, so none is answered for");
	return true;
}

check_fn *const interface_checks[] = {
	check_presence, check_up,          check_driver,    check_slot,    check_veth, check_mtu,
	check_offloads, check_promiscuity, check_relations, check_address, NULL,
};
