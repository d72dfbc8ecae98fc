// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Changes that are acknowledged: proposed, stored, and then carried out and confirmed. So what was
 * confirmed outlives a power loss, and what cannot be stored or installed changes nothing.
 */
#include <errno.h>

#include "daemon/daemon.h"

void daemon_propose(struct daemon *daemon, struct host *host, struct proposal *proposal)
{
	proposal->host = host;
	host->proposal = proposal;
	daemon_claim(daemon, host);
	host_persist(daemon, host);
	persist_wait(daemon, &(struct store_wait){ .kind = WAIT_PROPOSAL,
	                                           .batch = STORE_BATCH_NEXT,
	                                           .proposal = proposal });
}

/*
 * What was edited by hand ends with what is said of the host anew, unless it is all that is said.
 */
static void end_edits(struct daemon *daemon, struct host *host)
{
	if (!host->edited || (host->edited->exists && !host->described))
		return;
	host_end_edits(host);
	host_sync(daemon, host);
}

/* 0; or -errno, and then the host has the inputs of before. */
static int take_inputs(struct daemon *daemon, struct host *host, struct proposal *proposal)
{
	int err = proposal->described ? daemon_check_described(daemon, host, proposal) : 0;

	if (err)
		return err;
	proposal_exchange(proposal);
	err = host_sync(daemon, host);
	if (!err)
		return 0;
	proposal_exchange(proposal);
	host_sync(daemon, host);
	return err;
}

static void answer(struct daemon *daemon, struct host *host, struct proposal *proposal, int err,
                   enum reject_reason reason)
{
	if (proposal->npp_requester)
		registration_complete(daemon, host, proposal->npp_requester, reason);
	proposal->npp_requester = NULL; /* it is freed */
	daemon_complete(daemon, proposal->control_token, err);
}

/*
 * The row says what is not so: it is written anew, or, of a host that is not known without, gone.
 */
static void refuse(struct daemon *daemon, struct host *host, struct proposal *proposal, int err,
                   enum reject_reason reason)
{
	answer(daemon, host, proposal, err, reason);
	daemon_claim(daemon, host);
	if (host_is_wanted(host))
		host_persist(daemon, host);
	else
		daemon_remove(daemon, host);
}

static void carry_out(struct daemon *daemon, struct host *host, struct proposal *proposal)
{
	const bool is_new = !host->installed;
	const enum reject_reason reason =
		proposal->registration
			? register_check_addresses(daemon->hosts, host, proposal->registration)
			: REJECT_NONE;
	int err;

	if (reason) {
		refuse(daemon, host, proposal, -EEXIST, reason);
		return;
	}
	err = take_inputs(daemon, host, proposal);
	if (err) {
		refuse(daemon, host, proposal, err, REJECT_TABLES_FULL);
		return;
	}
	if (proposal->name)
		host_take_name(daemon, host, proposal->name);
	end_edits(daemon, host);
	if (is_new)
		host_start(daemon, host, AWAKE);
	if (proposal->trigger != TRIGGER_NONE)
		host_trigger(daemon, host, proposal->trigger);
	host_trigger(daemon, host, TRIGGER_INPUTS_CHANGED);
	host_persist(daemon, host); /* unless the row is the same, it is written once more */
	answer(daemon, host, proposal, 0, REJECT_NONE);
}

void proposal_finish(struct daemon *daemon, struct proposal *proposal, int err)
{
	struct host *host = proposal->host;

	host->proposal = NULL;
	if (err)
		refuse(daemon, host, proposal, err, REJECT_STORE_FAILED);
	else
		carry_out(daemon, host, proposal);
	proposal_free(proposal);
}

void proposal_cancel(struct daemon *daemon, struct host *host)
{
	struct proposal *proposal = host->proposal;

	if (!proposal)
		return;
	persist_cancel(daemon, proposal);
	host->proposal = NULL;
	answer(daemon, host, proposal, -ENOENT, REJECT_STALE_TRANSACTION);
	proposal_free(proposal);
}
