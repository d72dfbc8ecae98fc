// SPDX-License-Identifier: GPL-2.0-or-later
/* The steps of host.h, a function a state, and one a cause that any state knows. */
#include "host/life.h"

#include <stddef.h>

#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

/* One call of life_step. */
struct turn {
	struct life *life;
	const struct life_timing *timing;
	const struct life_input *in;
	struct life_actions out;
};

static void enter(struct turn *turn, enum host_state state, enum life_note note)
{
	struct life *life = turn->life;

	life->state = state;
	life->since = turn->in->now;
	life->deadline = 0;
	life->tries = 0;
	turn->out.note = note;
}

/* A step of ours, as against one that the datapath has made already. */
static void step(struct turn *turn, enum host_state state, enum life_note note)
{
	turn->out.step = true;
	turn->out.from = turn->life->state;
	enter(turn, state, note);
}

static int64_t silence_limit(const struct turn *turn)
{
	if (turn->life->standby)
		return turn->timing->standby;
	if (turn->life->quiet_until)
		return turn->timing->grace;
	return turn->in->unasked ? turn->timing->silence : 0;
}

/*
 * Awake hosts are looked at again when they have been silent for as long as makes one think of
 * sleep.
 */
static void await_silence(struct turn *turn)
{
	int64_t limit = silence_limit(turn);
	int64_t heard = MAX(turn->in->last_seen, turn->life->since);

	turn->life->deadline = limit ? MAX(heard + limit, turn->in->now + 1) : 0;
}

static void become_awake(struct turn *turn, enum life_note note)
{
	turn->life->wanted = false;
	enter(turn, AWAKE, note);
	await_silence(turn);
}

static void become_drowsy(struct turn *turn, int64_t wait)
{
	step(turn, DROWSY, turn->life->standby ? NOTE_NONE : NOTE_DROWSY);
	turn->life->deadline = turn->in->now + wait;
}

static void begin_wake(struct turn *turn)
{
	struct life *life = turn->life;

	enter(turn, WAKING, NOTE_WAKING);
	life->standby = false;
	life->quiet_until = 0;
	life->wanted = false;
	life->magic_at = MAX(turn->in->now, life->cool_until);
	life->deadline = life->magic_at;
	if (life->magic_at > turn->in->now)
		turn->out.note = NOTE_COOLING;
}

static void become_asleep(struct turn *turn)
{
	struct life *life = turn->life;

	step(turn, ASLEEP, NOTE_ASLEEP);
	life->cool_until = life->prompt ? 0 : turn->in->now + turn->timing->cooldown;
	life->quiet_until = 0;
	life->standby = false;
	turn->out.announce = true;
	if (life->wanted)
		begin_wake(turn);
}

static void told_to_sleep(struct turn *turn, bool now)
{
	struct life *life = turn->life;

	if (life->state == ASLEEP)
		return;
	life->quiet_until = turn->in->now + turn->timing->patience;
	if (life->state == DROWSY && !now)
		return;
	life->standby = false;
	life->prompt = now;
	life->wanted = false;
	become_drowsy(turn, now ? 0 : turn->timing->grace);
}

/* It may take its time to fall quiet here, too, and the other proxy to answer for it. */
static void told_to_stand_by(struct turn *turn)
{
	struct life *life = turn->life;

	life->handed = true;
	life->standby = true;
	life->quiet_until = turn->in->now + turn->timing->patience;
	if (life->state != AWAKE) {
		turn->out.step = true;
		turn->out.from = life->state;
	}
	become_awake(turn, NOTE_STANDS_BY);
}

static void told_that_up(struct turn *turn)
{
	struct life *life = turn->life;
	const enum host_state before = life->state;
	const bool news = before != AWAKE || life->standby;

	life->handed = false;
	life->standby = false;
	life->quiet_until = 0;
	if (!news) {
		await_silence(turn);
		return;
	}
	turn->out.step = before != AWAKE;
	turn->out.from = before;
	turn->out.update_neighbour = before == WAKING;
	become_awake(turn, NOTE_AWAKE);
}

static void told_to_wake(struct turn *turn)
{
	switch (turn->life->state) {
	case ASLEEP:
		turn->out.step = true;
		turn->out.from = ASLEEP;
		begin_wake(turn);
		break;
	case DROWSY: /* not before it is known to sleep: whoever is woken is answered for */
		turn->life->wanted = true;
		turn->out.magic = turn->life->standby;
		break;
	case AWAKE: /* as far as we know; a round costs nothing */
		turn->out.magic = true;
		break;
	case WAKING:
		break;
	}
}

/* In DROWSY, somebody else's answer to our question: the address is not ours to take. */
static void claimed(struct turn *turn)
{
	enum life_note note;

	if (turn->in->state == WAKING) {
		if (turn->life->state != WAKING)
			begin_wake(turn);
		return;
	}
	note = turn->life->standby ? NOTE_NONE : NOTE_CLAIMED;
	turn->life->quiet_until = 0;
	turn->life->standby = turn->life->handed;
	become_awake(turn, note);
}

static void seen(struct turn *turn)
{
	struct life *life = turn->life;

	if (life->state == AWAKE)
		return;
	turn->out.update_neighbour = life->state == WAKING;
	if (life->state == DROWSY && turn->in->now < life->quiet_until) {
		become_awake(turn, life->standby ? NOTE_NONE : NOTE_AWAKE);
		return;
	}
	life->handed = life->standby = false;
	become_awake(turn, NOTE_AWAKE);
}

/* By hand, or by the datapath whose report found no room: the map is right. */
static void edited(struct turn *turn)
{
	struct life *life = turn->life;

	life->cool_until = 0;
	life->quiet_until = 0;
	life->prompt = true;
	switch (turn->in->state) {
	case DROWSY:
		enter(turn, DROWSY, NOTE_DROWSY);
		life->deadline = turn->in->now + turn->timing->grace;
		break;
	case ASLEEP:
		enter(turn, ASLEEP, NOTE_ASLEEP);
		turn->out.announce = true;
		break;
	case WAKING:
		begin_wake(turn);
		break;
	default:
		life->handed = life->standby = false;
		become_awake(turn, NOTE_AWAKE);
	}
}

static void ask(struct turn *turn, enum arp_check whom)
{
	turn->life->tries++;
	turn->life->deadline = turn->in->now + turn->timing->ask_interval;
	turn->out.ask = whom;
}

/*
 * Silent unasked, it is asked first: most such hosts merely have nothing to say, and then nobody
 * hears of it.
 */
static void check_silent(struct turn *turn)
{
	struct life *life = turn->life;

	if (!life->quiet_until && !life->standby && life->tries < turn->timing->asks) {
		ask(turn, CHECK_OWNER);
		return;
	}
	life->prompt = !life->quiet_until; /* it has slept for long */
	become_drowsy(turn, 0);
}

static void time_awake(struct turn *turn)
{
	struct life *life = turn->life;
	int64_t limit = silence_limit(turn), now = turn->in->now;

	if (life->quiet_until && now >= life->quiet_until) {
		life->quiet_until = 0;
		turn->out.note = life->standby ? NOTE_NONE : NOTE_NOT_QUIET;
		life->standby = life->handed; /* it may yet, and relies on us */
	} else if (limit && now >= MAX(turn->in->last_seen, life->since) + limit) {
		check_silent(turn);
		return;
	}
	life->tries = 0;
	await_silence(turn);
}

static void time_drowsy(struct turn *turn)
{
	struct life *life = turn->life;

	if (life->tries == turn->timing->asks) {
		become_asleep(turn);
		return;
	}
	ask(turn, CHECK_ADDRESS);
}

static void give_up(struct turn *turn)
{
	step(turn, ASLEEP, NOTE_GAVE_UP);
	turn->life->cool_until = turn->in->now + turn->timing->cooldown;
}

/*
 * Linux announces nothing on resume, so a host that wakes is asked until it answers: that finds it
 * out, and makes the switch learn its port again.
 */
static void time_waking(struct turn *turn)
{
	struct life *life = turn->life;
	int64_t now = turn->in->now;

	if (now >= life->magic_at) {
		if (life->tries == turn->timing->wake_rounds) {
			give_up(turn);
			return;
		}
		life->tries++;
		life->magic_at = now + turn->timing->wake_interval;
		turn->out.magic = true;
	}
	life->deadline = MIN(now + turn->timing->ask_interval, life->magic_at);
	turn->out.ask = CHECK_OWNER;
}

static void time_over(struct turn *turn)
{
	static void (*const by_state[])(struct turn *) = {
		[AWAKE] = time_awake,
		[DROWSY] = time_drowsy,
		[WAKING] = time_waking,
	};

	turn->life->deadline = 0;
	if (by_state[turn->life->state])
		by_state[turn->life->state](turn);
}

void life_init(struct life *life, const struct life_timing *timing, const struct life_input *input)
{
	struct turn turn = { life, timing, input, { 0 } };

	*life = (struct life){ .since = input->now };
	edited(&turn);
}

struct life_actions life_step(struct life *life, const struct life_timing *timing,
                              const struct life_input *input)
{
	struct turn turn = { life, timing, input, { 0 } };

	switch (input->cause) {
	case TRIGGER_NONE:
		break;
	case TRIGGER_SLEEP:
		told_to_sleep(&turn, false);
		break;
	case TRIGGER_SLEEP_NOW:
		told_to_sleep(&turn, true);
		break;
	case TRIGGER_HANDOVER:
		life->handed = true;
		told_to_sleep(&turn, false);
		break;
	case TRIGGER_STANDBY:
		told_to_stand_by(&turn);
		break;
	case TRIGGER_UP:
		told_that_up(&turn);
		break;
	case TRIGGER_WAKE:
	case TRIGGER_TIMER:
		told_to_wake(&turn);
		break;
	case TRIGGER_LEASE:
		if (life->state == ASLEEP)
			told_to_wake(&turn);
		break;
	case TRIGGER_CONNECTION:
		if (life->state != WAKING)
			begin_wake(&turn);
		break;
	case TRIGGER_CLAIM:
		claimed(&turn);
		break;
	case TRIGGER_SEEN:
		seen(&turn);
		break;
	case TRIGGER_EDITED:
		edited(&turn);
		break;
	case TRIGGER_TIME:
		time_over(&turn);
		break;
	}
	return turn.out;
}

const char *host_state_name(enum host_state state)
{
	static const char *const names[] = { "awake", "drowsy", "asleep", "waking" };

	return state <= WAKING ? names[state] : "invalid";
}
