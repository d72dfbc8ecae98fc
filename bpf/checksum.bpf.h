/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The Internet checksum (RFC 1071) of a part of a frame. The octets are copied to a map first,
 * since without CAP_PERFMON the verifier lets no helper read a variable length of a frame in place.
 */
#ifndef SLEEPPROXY_CHECKSUM_BPF_H
#define SLEEPPROXY_CHECKSUM_BPF_H

#include "host.bpf.h"

/* As many octets as bpf_csum_diff takes at once; an IPv4 packet is 128 of these at most. */
#define CHECKSUM_CHUNK 512
#define CHECKSUM_CHUNKS 128
#define CHECKSUM_RIGHT 0xffff

struct checksum_chunk {
	__u8 octet[CHECKSUM_CHUNK];
	__u32 sum, added; /* of this and those before; octets */
} __attribute__((aligned(8)));

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct checksum_chunk);
} checksum_scratch SEC(".maps");

static __always_inline __u32 checksum_fold(__u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return (sum & 0xffff) + (sum >> 16);
}

/* Of words of 32 bits, fewer than 32768. */
static __always_inline __u32 checksum_fold64(__u64 sum)
{
	return checksum_fold((sum & 0xffff) + (sum >> 16));
}

/*
 * Continues a sum, which is to be folded, with `octets` that are a multiple of 4. Word by word, or
 * they would all be loaded at once, to the stack; and what is kept over calls is the sum.
 */
static __always_inline __u64 checksum_words(__u64 sum, const void *words, unsigned octets)
{
#pragma unroll
	for (unsigned i = 0; i < octets / sizeof(__u32); i++) {
		sum += ((const volatile __u32 *)words)[i];
		asm volatile("" : "+r"(sum));
	}
	return sum;
}

/* A checksum, once a word of what it is of has another value (RFC 1624). */
static __always_inline __u16 checksum_replace(__u16 checksum, __u16 before, __u16 after)
{
	return ~checksum_fold((__u16)~checksum + (__u16)~before + after);
}

/* The chunk's part after `octets` is zeros, which do not change a sum. False: not in the frame. */
static __always_inline bool checksum_load(struct xdp_md *xdp, __u64 offset, __u32 octets,
                                          struct checksum_chunk *chunk)
{
	__builtin_memset(chunk->octet, 0, sizeof(chunk->octet));
	if (!octets || octets > sizeof(chunk->octet))
		return false;
	/* the bounds once more, so that clang keeps what older verifiers understand */
	asm volatile("" : "+r"(octets));
	octets = ((octets - 1) & (CHECKSUM_CHUNK - 1)) + 1;
	return !bpf_xdp_load_bytes(xdp, offset, chunk->octet, octets);
}

/* Folded, in the byte order of the frame, as everything that is added to it. */
static __always_inline __u32 checksum_add(__u32 sum, struct checksum_chunk *chunk)
{
	return checksum_fold(
		bpf_csum_diff(NULL, 0, (__be32 *)chunk->octet, sizeof(chunk->octet), sum));
}

/* A part of a frame. It stays as it is, or the verifier would follow each round of the loop. */
struct checksum_part {
	struct xdp_md *xdp;
	__u64 offset, octets;
};

static long checksum_step(__u32 step, const struct checksum_part *part)
{
	struct checksum_chunk *chunk = bpf_map_lookup_elem(&checksum_scratch, &ONLY_ROW);
	const __u64 done = (__u64)step * CHECKSUM_CHUNK;
	__u32 octets = CHECKSUM_CHUNK;

	if (!chunk || done >= part->octets)
		return 1;
	if (part->octets - done < octets)
		octets = part->octets - done;
	if (!checksum_load(part->xdp, part->offset + done, octets, chunk))
		return 1;
	chunk->sum = checksum_add(chunk->sum, chunk);
	chunk->added += octets;
	return 0;
}

/*
 * Of `octets` from `offset` on, and `sum`. 0, which no packet sums up to: they are not in the
 * frame. Global, so that the verifier goes through it once, and not on each path to it.
 */
__noinline __u32 checksum_of(struct xdp_md *xdp, __u32 offset, __u32 octets, __u32 sum)
{
	struct checksum_chunk *chunk = bpf_map_lookup_elem(&checksum_scratch, &ONLY_ROW);
	struct checksum_part part = { xdp, offset, octets };

	if (!chunk)
		return 0;
	chunk->sum = sum;
	chunk->added = 0;
	bpf_loop(CHECKSUM_CHUNKS, checksum_step, &part, 0);
	return chunk->added == octets ? chunk->sum : 0;
}

#endif
