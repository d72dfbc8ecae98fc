// SPDX-License-Identifier: GPL-2.0-or-later
#include "net/iface.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "base/cleanup.h"

int iface_find(const char *name, struct iface *port)
{
	struct ifreq request = { 0 };
	autoclose int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct iface found = { 0 };

	if (fd < 0)
		return -errno;
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	snprintf(found.name, sizeof(found.name), "%s", name);
	if (ioctl(fd, SIOCGIFINDEX, &request))
		return -errno;
	found.ifindex = (uint32_t)request.ifr_ifindex;
	if (ioctl(fd, SIOCGIFHWADDR, &request))
		return -errno;
	memcpy(&found.mac, request.ifr_hwaddr.sa_data, sizeof(found.mac));
	*port = found;
	return 0;
}

void iface_driver(const char *name, char driver[IFACE_DRIVER])
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };
	struct ifreq request = { .ifr_data = (void *)&info };
	autoclose int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	*driver = 0;
	if (fd >= 0 && !ioctl(fd, SIOCETHTOOL, &request))
		snprintf(driver, IFACE_DRIVER, "%s", info.driver);
}

bool iface_forwards(const struct iface *port)
{
	char path[64 + IFNAMSIZ];
	FILE *file;
	int forwards;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv4/conf/%s/forwarding", port->name);
	file = fopen(path, "re");
	if (!file)
		return false;
	forwards = fgetc(file);
	fclose(file);
	return forwards == '1';
}
