/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The index in front of the maps (maps/index.h). In: an address or a MAC. Out: what is known of it
 * without a lookup in a hash map; where nothing is, the maps are asked.
 *
 * Why it never says that a host sleeps which is awake:
 *
 * - Who changes the row of a host, the datapath or update_host, does it in `hosts` first, and then
 *   in the home cell: it adds 1 to the version, then clears what the cell says (index_forget). So
 *   once the change is done the cell says nothing, and frames are handled by the maps.
 * - Only a look of the daemon (look.bpf.h), of which there is one, writes into a cell what the maps
 *   say, and takes these steps in this order: the host's home is in index_homes; the cell is read;
 *   the maps are read; the cell is written by compare and swap with what was read.
 * - If the change in `hosts` came before the look read that, the look has seen it. If it came
 *   after, its index_forget comes after the cell was read: either before the compare and swap,
 *   which then fails, as the version is another one; or after it, and clears what it wrote. The
 *   index_forget finds the home, unless that was put after the change; and then the maps were read
 *   after it too.
 * - A row that others delete in the middle of a look may be another host's when it is read: what is
 *   written then is wrong until the next look, as it is where they edit after a look. The version's
 *   7 bits, too, come round only with edits of others: between the reading of a cell and its
 *   compare and swap the datapath itself changes a row three times at most, as no look runs when
 *   the daemon sets a state.
 * - The version is first, since a cell that says nothing is no other one once it is cleared:
 *   between the clearing and the counting a compare and swap would succeed.
 * - What is sent to an IPv6 address is found in two loads, of its host's home in a bucket and of
 *   the cell there. Homes are given anew with the index off, each time with another number
 *   (`build`), which is beside the home in the bucket: what the cell says counts only where that is
 *   still the number. (A CPU may reorder the loads, but by far less than a build takes.)
 * - Each step is an atomic operation that returns a value, so a full barrier, or is ordered by one.
 *
 * What others write into the maps (bpftool) is seen by the next look. So that a look that does not
 * come does no harm, the index is valid for a short time after each, and no longer than the
 * daemon's heartbeat. Before that look:
 *
 * - Where the index has no answer the maps are asked, also for the target of an ARP request, of a
 *   Neighbor Solicitation or of TCP that opens a connection, where it does not know the address.
 * - Where they have an address that it does not know, or a host by its address whose MAC the filter
 *   lacks, the index is switched off until the next look. So from the first frame on for which an
 *   added host was found, its own frames are known as such, and other machines' claims, and all
 *   that is sent to it. Only if that frame comes during a look which has passed the row's place
 *   already, it is the look after it.
 * - Before such a frame, what an added host itself sends is a stranger's, and what claims its
 *   address or opens no connection to it passes: to look up each stranger's MAC and addresses would
 *   cost what the index saves.
 *
 * Where the daemon itself adds or deletes rows, it switches the index off until the next look. An
 * index that an earlier daemon has left is valid for as short, and its programs are replaced before
 * the next daemon changes any state.
 */
#ifndef SLEEPPROXY_CELL_BPF_H
#define SLEEPPROXY_CELL_BPF_H

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "index.bpf.h"

/* The sizes of the tables, less 1: set with them before the program is loaded. */
const volatile __u32 index_cells_mask = INDEX_CELLS_MIN - 1;
const volatile __u32 index_words_mask = INDEX_MAC_WORDS_MIN - 1;
const volatile __u32 index_buckets_mask = INDEX_BUCKETS_MIN - 1;
const volatile __u32 index_awake_mask = INDEX_AWAKE_MIN - 1;

/* Set by the looks (look.bpf.h), but for `own`; others switch the index off. */
struct {
	__u64 valid_until;           /* jiffies; 0: off */
	__u64 tick_shift;            /* a tick of index_awake is 1 << this jiffies */
	__u64 addresses;             /* digest of the rows of addresses4 and addresses6 */
	__u32 build;                 /* of places and homes: 1 to 255, in turns */
	__u32 changes;               /* of states, by the datapath and the daemon */
	__u32 held;                  /* there may be rows in `held`: by the daemon */
	__u32 ports[INDEX_PORTS];    /* the numbers of interfaces; that of 0 is 0, any */
	struct mac own[INDEX_PORTS]; /* this machine's MACs, which no host may have */
	struct {                     /* of the last look that was whole: */
		__u64 rows, states;  /* digests */
		__u64 repeated;      /* the one before had the same */
		__u64 left;          /* so many looks may be short */
	} settled;
	struct {                 /* of the look in progress: sums over the rows of a map */
		__u64 hosts;     /* how many */
		__u64 rows;      /* digest of the rows of hosts */
		__u64 addresses; /* … of addresses4 and addresses6 */
		__u64 states;    /* … of what cells should say */
	} look;
} index_state SEC(".data.index");
__u32 index_copies[INDEX_COPIES] SEC(".data.index");

/*
 * Map keys are passed from where they are, in a frame, a map or here, and not copied to the stack:
 * without CAP_PERFMON the kernel puts a barrier of 8 ns after the first store to each stack slot
 * (Spectre v4).
 */
static const __u32 ONLY_ROW = 0; /* key of a map with one row */

static __always_inline bool index_is_valid(void)
{
	return bpf_jiffies64() < *(volatile __u64 *)&index_state.valid_until;
}

/* Until the next look: it lacks what others have added to the maps. */
static __always_inline void index_off(void)
{
	*(volatile __u64 *)&index_state.valid_until = 0;
}

/* The tables of the index. Who asks for two addresses has them looked up once. */
static __always_inline __u32 *index_all_cells(void)
{
	return bpf_map_lookup_elem(&index_cells, &ONLY_ROW);
}

static __always_inline struct index_bucket *index_all_buckets(void)
{
	return bpf_map_lookup_elem(&index_buckets, &ONLY_ROW);
}

/*
 * The cell at a place. The mask is applied last, right before its use, where neither clang nor the
 * verifier can have another opinion of what it leaves.
 */
static __always_inline __u32 *index_cell_at(__u32 *cells, __u32 place)
{
	asm volatile("" : "+r"(place));
	return &cells[place & index_cells_mask];
}

static __always_inline __u32 *index_cell(__u32 place)
{
	__u32 *cells = index_all_cells();

	return cells ? index_cell_at(cells, place) : NULL;
}

/* What the cell of an address says; 0: nothing, it is in no map as far as the index knows. */
static __always_inline __u32 index_find(__u32 *cells, const struct ipv4 *address)
{
	const __u32 number = bpf_ntohl(*(const volatile __u32 *)address);
	const __u32 content = *(const volatile __u32 *)index_cell_at(cells, index_place(number));

	if (content & INDEX_SHARED)
		return content;
	return (content ^ index_upper(number)) & INDEX_ADDRESS ? 0 : content;
}

static __always_inline struct index_bucket *index_bucket_at(struct index_bucket *buckets,
                                                            __u64 hash)
{
	asm volatile("" : "+r"(hash));
	return &buckets[hash & index_buckets_mask];
}

static __always_inline struct index_bucket *index_bucket(__u64 hash)
{
	struct index_bucket *buckets = index_all_buckets();

	return buckets ? index_bucket_at(buckets, hash) : NULL;
}

/*
 * Of an address's two halves, as they are in memory. What differs most between addresses, their
 * last octets, comes lowest, so that the products have it in all bits.
 */
static __always_inline __u64 index_hash6(__u64 first, __u64 last)
{
	const __u64 mixed = bpf_be64_to_cpu(last) * 0xff51afd7ed558ccdULL;

	return (mixed ^ bpf_be64_to_cpu(first)) * 0x9e3779b97f4a7c15ULL >> 28;
}

#define HALF(address, i) (*(volatile const __u64 *)((const void *)(address) + 8 * (i)))

/* In assembly, or clang makes one load of several, at an address that it chooses: refused. */
#define LOAD_HOME(into, bucket, slot) \
	asm volatile("%0 = *(u32 *)(%1 + %2)" \
	             : "=r"(into) \
	             : "r"(bucket), "i"(offsetof(struct index_bucket, home[slot])))

/* The home of the slot, if that has the address, and else 0. */
static __always_inline __u32 index_slot_home(const struct index_bucket *bucket, unsigned slot,
                                             __u64 first, __u64 last)
{
	const void *address = &bucket->address[slot];
	__u32 home;

	if (HALF(address, 1) != last || HALF(address, 0) != first)
		return 0;
	LOAD_HOME(home, bucket, slot);
	return home;
}

/* What the bucket has as the home of an address's host; 0: none. Mostly it is the first slot's. */
static __always_inline __u32 index_home6(const struct index_bucket *bucket,
                                         const struct ipv6 *address)
{
	const __u64 first = HALF(address, 0), last = HALF(address, 1);

	return index_slot_home(bucket, 0, first, last)
	               ?: index_slot_home(bucket, 1, first, last)
	                          ?: index_slot_home(bucket, 2, first, last);
}

/* The bucket that an address is in, if any. What is kept of the hash would go to the stack. */
static __always_inline const struct index_bucket *index_bucket_of(struct index_bucket *buckets,
                                                                  const struct ipv6 *address)
{
	const __u64 hash = index_hash6(HALF(address, 0), HALF(address, 1));
	const struct index_bucket *bucket = index_bucket_at(buckets, hash);

	asm volatile("" : "+r"(bucket)); /* or clang adds it up for each load */
	return bucket;
}

/* False: index_find6() says nothing of the address. It takes less, since half of one tells that. */
static __always_inline bool index_may_find6(struct index_bucket *buckets,
                                            const struct ipv6 *address)
{
	const struct index_bucket *bucket = index_bucket_of(buckets, address);
	const __u64 last = HALF(address, 1);

	return HALF(&bucket->address[0], 1) == last || HALF(&bucket->address[1], 1) == last ||
	       HALF(&bucket->address[2], 1) == last || *(volatile const __u32 *)&bucket->is_full;
}

/* What the home of an address's host says, as index_find(). */
static __always_inline __u32 index_find6(struct index_bucket *buckets, const struct ipv6 *address)
{
	const struct index_bucket *bucket = index_bucket_of(buckets, address);
	const __u32 home = index_home6(bucket, address), *cell;
	__u32 content;

	if (!home)
		return *(volatile const __u32 *)&bucket->is_full ? INDEX_SHARED : 0;
	cell = index_cell(home & INDEX_HOME);
	if (!cell)
		return INDEX_SHARED;
	content = *(volatile const __u32 *)cell;
	return home >> INDEX_HOME_SHIFT == *(volatile __u32 *)&index_state.build ? content
	                                                                         : INDEX_SHARED;
}

static __always_inline bool index_is_on_interface(__u32 content, const struct xdp_md *xdp)
{
	return !(content & INDEX_PORT) ||
	       index_state.ports[(content & INDEX_PORT) >> INDEX_PORT_SHIFT] ==
	               xdp->ingress_ifindex;
}

static __always_inline __u64 *index_mac_word(__u64 hash)
{
	__u64 *words = bpf_map_lookup_elem(&index_macs, &ONLY_ROW);

	if (!words)
		return NULL;
	asm volatile("" : "+r"(hash));
	return &words[hash & index_words_mask];
}

/* Fibonacci hashing: in the upper bits of the product is all of the MAC, most of all its end. */
static __always_inline __u64 index_mac_hash(__u64 mac)
{
	return (mac >> 16) * 0x9e3779b97f4a7c15ULL >> 28;
}

static __always_inline __u64 index_mac_bits(__u64 hash)
{
	return 1ULL << (hash & 63) | 1ULL << (hash >> 6 & 63);
}

/* Its number in the upper 48 bits. */
static __always_inline __u64 index_mac(const struct mac *mac)
{
	const __u16 *word = (const __u16 *)mac;

	return (__u64)bpf_ntohs(word[0]) << 48 | (__u64)bpf_ntohs(word[1]) << 32 |
	       (__u64)bpf_ntohs(word[2]) << 16;
}

/* The same of a MAC that is followed by two octets at least, as in a frame. */
static __always_inline __u64 index_mac_in_frame(const struct mac *mac)
{
	return bpf_be64_to_cpu(*(const volatile __u64 *)mac) & ~(__u64)INDEX_TICK;
}

/* False: it is in no row of `hosts`, unless others have just added it. The low 16 bits are any. */
static __always_inline bool index_may_have_mac(__u64 mac)
{
	const __u64 hash = index_mac_hash(mac), *word = index_mac_word(hash >> 12);

	return !word || !(~*word & index_mac_bits(hash));
}

static __always_inline void index_forget_cell(const struct mac *mac)
{
	const __u32 *home = bpf_map_lookup_elem(&index_homes, mac);
	__u32 *cell = home ? index_cell(*home) : NULL;

	if (!cell)
		return;
	__sync_fetch_and_add(cell, 1 << INDEX_VERSION_SHIFT);
	__sync_fetch_and_and(cell, ~INDEX_HOST);
}

/* How many connections were copied in this wake of the host. */
static __always_inline __u32 *index_copies_of(const struct mac *mac)
{
	__u64 at = index_mac_hash(index_mac(mac)) >> 12;

	asm volatile("" : "+r"(at));
	return &index_copies[at & (INDEX_COPIES - 1)];
}

static __always_inline bool index_may_copy(const struct mac *mac)
{
	return *(volatile __u32 *)index_copies_of(mac) < INDEX_COPIES_MAX;
}

/*
 * False: this wake has had all its copies. With the last one the cell changes as with a state: the
 * next look finds that no more are copied.
 */
static __always_inline bool index_take_copy(const struct mac *mac)
{
	const __u32 taken = __sync_fetch_and_add(index_copies_of(mac), 1);

	if (taken == INDEX_COPIES_MAX - 1) {
		__sync_fetch_and_add(&index_state.changes, 1);
		index_forget_cell(mac);
	}
	return taken < INDEX_COPIES_MAX;
}

/* The host's row was changed: see above. */
static __noinline void index_forget(const struct mac *mac)
{
	__sync_fetch_and_add(&index_state.changes, 1);
	index_forget_cell(mac);
	*(volatile __u32 *)index_copies_of(mac) = 0;
}

#endif
