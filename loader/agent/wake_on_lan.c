// SPDX-License-Identifier: GPL-2.0-or-later
#include "agent/system_info.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/files.h"
#include "net/iface.h"

const char *const wake_on_lan_names[] = {
	[WAKE_ON_LAN_UNKNOWN] = NULL,
	[WAKE_ON_LAN_ON] = "on",
	[WAKE_ON_LAN_OFF] = "off",
	[WAKE_ON_LAN_UNSUPPORTED] = "unsupported",
};

static int ethtool(const char *interface, void *command)
{
	struct ifreq request = { .ifr_data = command };

	return iface_ioctl(interface, SIOCETHTOOL, &request);
}

/* A bridge, a bond or a VLAN has none, and says nothing of the card below it. */
static bool has_device(const char *interface)
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };

	return !ethtool(interface, &info) && *info.bus_info;
}

/* Its file in sysfs is everybody's to read (Documentation/ABI/testing/sysfs-devices-power). */
static enum wake_on_lan read_device(const char *interface)
{
	char path[64 + IFNAMSIZ], word[16] = "";
	autoclose int fd = -1;

	snprintf(path, sizeof(path), "/sys/class/net/%s/device/power/wakeup", interface);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, word, sizeof(word) - 1) < 0)
		return WAKE_ON_LAN_UNKNOWN;
	word[strcspn(word, "\n")] = '\0';
	if (!strcmp(word, "enabled"))
		return WAKE_ON_LAN_ON;
	return strcmp(word, "disabled") ? WAKE_ON_LAN_UNKNOWN : WAKE_ON_LAN_OFF;
}

enum wake_on_lan wake_on_lan_read(const char *interface)
{
	struct ethtool_wolinfo wake = { .cmd = ETHTOOL_GWOL };
	int err;

	if (!has_device(interface))
		return WAKE_ON_LAN_UNKNOWN;
	err = ethtool(interface, &wake);
	if (err == -EPERM)
		return read_device(interface);
	if (err == -EOPNOTSUPP || (!err && !(wake.supported & WAKE_MAGIC)))
		return WAKE_ON_LAN_UNSUPPORTED;
	if (err)
		return WAKE_ON_LAN_UNKNOWN;
	return wake.wolopts & WAKE_MAGIC ? WAKE_ON_LAN_ON : WAKE_ON_LAN_OFF;
}

int wake_on_lan_enable(const char *interface)
{
	struct ethtool_wolinfo wake = { .cmd = ETHTOOL_GWOL };
	const int err = ethtool(interface, &wake);

	if (err)
		return err;
	if (!(wake.supported & WAKE_MAGIC))
		return -EOPNOTSUPP;
	if (wake.wolopts & WAKE_MAGIC)
		return 0;
	wake.cmd = ETHTOOL_SWOL; /* with the SecureOn password that it was read with */
	wake.wolopts |= WAKE_MAGIC;
	return ethtool(interface, &wake);
}
