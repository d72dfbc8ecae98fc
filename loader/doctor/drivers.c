// SPDX-License-Identifier: GPL-2.0-or-later
#include "doctor/drivers.h"

#include <stddef.h>
#include <string.h>

/* clang-format off */
static const char *const natives[] = {
	"am65-cpsw-nuss", "atlantic", "bnxt_en", "cpsw", "ena", "fec", "fsl_dpa", "fsl_dpaa2_eth", "fsl_enetc",
	"gve", "hv_netvsc", "i40e", "ice", "igb", "igc", "ixgbe", "ixgbevf", "lan966x-switch", "mana", "mlx4_en",
	"mlx5_core", "mtk_soc_eth", "mvneta", "mvpp2", "nfp", "nicvf", "qede", "sfc", "st_gmac", "stmmac", "tsnep",
	"tun", "veth", "virtio_net", "vmxnet3",
};
static const char *const generics[] = {
	"alx", "asix", "atl1c", "ax88179_178a", "ax_usb_nic", "b44", "bcmgenet", "bridge", "brcmfmac", "cdc_ether",
	"cdc_ncm", "e1000", "e1000e", "forcedeth", "genet", "iwlwifi", "jme", "lan78xx", "macb", "macvlan", "r8125",
	"r8152", "r8168", "r8169", "rtl8xxxu", "sky2", "smsc75xx", "smsc95xx", "sungem", "tg3", "via-rhine",
};
/* clang-format on */

static const struct {
	const char *const *names;
	size_t count;
	enum link_xdp xdp;
} lists[] = {
	{ natives, sizeof(natives) / sizeof(*natives), LINK_XDP_NATIVE },
	{ generics, sizeof(generics) / sizeof(*generics), LINK_XDP_NONE },
};

enum link_xdp drivers_xdp_of(const char *driver)
{
	for (size_t i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		for (size_t j = 0; j < lists[i].count; j++)
			if (!strcmp(lists[i].names[j], driver))
				return lists[i].xdp;
	return LINK_XDP_UNKNOWN;
}
