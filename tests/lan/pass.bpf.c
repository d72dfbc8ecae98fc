// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Passes everything. What XDP_TX sends into a veth arrives only if the other end runs an XDP
 * program too: this one.
 */
#define SEC(name) __attribute__((section(name), used))

SEC("xdp")
int pass(void *frame)
{
	(void)frame;
	return 2; /* XDP_PASS */
}

char _license[] SEC("license") = "GPL";
