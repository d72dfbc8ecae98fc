// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Any octets as the kernel's notifications and dumps: nothing is read beyond them, and what they
 * say of addresses and gateways can be asked for.
 */
#undef NDEBUG
#include <assert.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <string.h>
#include <sys/param.h>

#include "base/addr.h"
#include "net/net_state.h"

ssize_t __wrap_mnl_socket_recvfrom(const struct mnl_socket *socket, void *buffer, size_t size);
ssize_t __real_mnl_socket_recvfrom(const struct mnl_socket *socket, void *buffer, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length);

static const uint8_t *next;
static size_t left;

/* libmnl trusts the kernel, and nobody else can send here, with the lengths of messages. */
static void frame(uint8_t *at, size_t length)
{
	while (length >= sizeof(struct nlmsghdr)) {
		struct nlmsghdr header;

		memcpy(&header, at, sizeof(header));
		header.nlmsg_len = MIN(MAX(header.nlmsg_len, sizeof(header)), length);
		memcpy(at, &header, sizeof(header));
		at += MIN(MNL_ALIGN(header.nlmsg_len), length);
		length -= MIN(MNL_ALIGN(header.nlmsg_len), length);
	}
}

ssize_t __wrap_mnl_socket_recvfrom(const struct mnl_socket *socket, void *buffer, size_t size)
{
	const size_t length = MIN(left, size);

	if (!next)
		return __real_mnl_socket_recvfrom(socket, buffer, size);
	if (!length) {
		errno = EAGAIN;
		return -1;
	}
	memcpy(buffer, next, length);
	frame(buffer, length);
	left -= length;
	return (ssize_t)length;
}

int LLVMFuzzerTestOneInput(const uint8_t *octets, size_t length)
{
	const struct ipv6 address = ipv4_mapped((struct ipv4){ { 10, 0, 0, 1 } });
	struct net_state *state;

	next = NULL;
	assert(!net_state_open(&state));
	next = octets;
	left = length;
	net_state_read(state);
	net_state_refresh(state);
	net_is_own(state, &address);
	net_is_gateway(state, &address);
	net_source_address(state, 1, NULL);
	net_state_close(state);
	return 0;
}
