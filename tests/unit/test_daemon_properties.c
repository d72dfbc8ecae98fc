// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Random inputs set and taken back in any order, failures of tables and store included, leave
 * exactly the merge of what is left, in the kernel's maps and in the store, after each operation.
 * SEED=n makes another run, OPERATIONS=n makes it longer, VERBOSE=1 logs what the daemon does.
 */

#include "test.h"

#include "support_daemon.h"
#include "daemon_properties/model.h"
#include "daemon_properties/hosts.h"
#include "daemon_properties/learning.h"
#include "daemon_properties/people.h"
#include "daemon_properties/edits.h"
#include "daemon_properties/checks.h"

static void op_store(void)
{
	if (store_broken)
		mend_store();
	else
		break_store();
	store_broken = !store_broken;
}

/* What an earlier daemon stored, by its lack of a lifetime, was seen as far as is known. */
static void follow_lifetime(int index)
{
	const struct mac mac = mac_of(index);
	struct json_object *row = stored_row(&mac);
	struct json_object *of_host = json_object_object_get(row, "registered");

	if (of_host && !json_object_object_get(of_host, "expires"))
		model.hosts[index].registered.seen = true;
	json_object_put(row);
}

static void op_restart(void)
{
	if (store_broken)
		op_store();
	tick();
	stop_daemon(true);
	start_daemon();
	model.clock += HOSTS;
	for (int i = 0; i < HOSTS; i++) {
		model.hosts[i].invalid = false;
		follow_lifetime(i);
		model.hosts[i].registered.is_old = true; /* its time is not stored */
		if (host_at(i))                          /* since when it is known is not stored */
			model.hosts[i].since = host_at(i)->order;
	}
	/* with the row of a host of the file, which is the file's, go its addresses */
	for (int i = 0; i < ADDRESSES; i++)
		if (model.orphan[i] != NOBODY && model.foreign[model.orphan[i]] &&
		    in_config(model.orphan[i]))
			model.orphan[i] = NOBODY;
	follow_configuration();
	for (int i = 0; i < HOSTS; i++) /* last, so that no other host had their room */
		model.foreign[i] &= !in_config(i);
}

static const struct operation {
	const char *name;
	unsigned int weight;
	void (*run)(void);
} operations[] = {
	{ "describe", 12, op_describe },
	{ "describe, and meanwhile", 5, op_describe_meanwhile },
	{ "remove", 4, op_remove },
	{ "reload", 5, op_reload },
	{ "own address", 4, op_own_address },
	{ "dhcp request", 8, op_dhcp_request },
	{ "dhcp release", 3, op_dhcp_release },
	{ "lease-set", 3, op_lease_set },
	{ "lease-forget", 2, op_lease_forget },
	{ "register", 14, op_register },
	{ "report", 5, op_report },
	{ "linger", 3, op_linger },
	{ "use an address", 10, op_use },
	{ "learn nothing", 1, op_learn_nothing },
	{ "edit address", 8, op_edit_address },
	{ "edit host", 5, op_edit_host },
	{ "delete host", 2, op_delete_host },
	{ "command", 8, op_command },
	{ "report of the datapath", 8, op_report_of_datapath },
	{ "time", 8, op_time },
	{ "store", 2, op_store },
	{ "restart", 1, op_restart },
};

static const struct operation *pick_operation(void)
{
	const struct operation *operation = operations;
	unsigned int total = 0, at;

	for (size_t i = 0; i < sizeof(operations) / sizeof(*operations); i++)
		total += operations[i].weight;
	for (at = pick(total); at >= operation->weight; operation++)
		at -= operation->weight;
	return operation;
}

static void run_operation(void)
{
	const struct operation *operation = pick_operation();

	operation_name = operation->name;
	if (getenv("VERBOSE"))
		fprintf(stderr, "-- %lu %s\n", operation_number, operation->name);
	may_end = false;
	for (int i = 0; i < HOSTS; i++)
		model.hosts[i].last_state = state_of(i);
	operation->run();
	settle();
	follow_registrations();
	resolve();
	tick();
	adopt_orphans();
	resolve();
	tick();
	follow_registrations();
	resolve();
	check_all();
}

static unsigned long from_environment(const char *name, unsigned long otherwise)
{
	return getenv(name) ? strtoul(getenv(name), NULL, 0) : otherwise;
}

static void run_operations(uint32_t hosts, unsigned long operations_count)
{
	seed = from_environment("SEED", 1);
	prng = seed * 0x9e3779b97f4a7c15ULL + 1;
	memset(&model, 0, sizeof(model));
	memset(model.holder, 0xff, sizeof(model.holder));
	memset(model.orphan, 0xff, sizeof(model.orphan));
	max_hosts = hosts;
	pending = in_flight = NOBODY;
	configured_count = 0;
	store_broken = false;
	HERE("ip address flush dev %s && ip address add 10.9.0.1/8 dev %s", LAN, LAN);
	configured = calloc(HOSTS, sizeof(*configured));
	start_daemon();
	for (unsigned long i = 0; i < operations_count; i++) {
		operation_number = i;
		run_operation();
	}
}

static int end_run(void **state)
{
	(void)state;
	stop_daemon(false);
	free(configured);
	print_message("SEED=%llu, the last operation was %lu, %s\n", (unsigned long long)seed,
	              operation_number, operation_name);
	return 0;
}

TEST_WITH(random_operations_leave_the_merge, NULL, end_run)
{
	run_operations(64, from_environment("OPERATIONS", 1500));
}

TEST_WITH(with_few_places, NULL, end_run)
{
	run_operations(3, from_environment("OPERATIONS", 1000));
}
