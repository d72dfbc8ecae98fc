// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * In: the sleep timer. Out: the machine's alarm clock, set to it (Documentation/admin-guide/rtc.rst
 * of Linux).
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "agent/agent.h"
#include "agent/messages.h"
#include "agent/strbuf.h"
#include "base/cleanup.h"

static int write_word(const char *path, const char *word)
{
	autoclose int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);

	return fd < 0 || write(fd, word, strlen(word)) < 0 ? -errno : 0;
}

/* An alarm that is set already must be taken back before another is. */
static int set(const char *path, uint32_t seconds)
{
	char word[16];
	int err = write_word(path, "0");

	snprintf(word, sizeof(word), "+%u", seconds);
	return err ? err : write_word(path, word);
}

int command_alarm(const struct agent *agent)
{
	const struct agent_config *config = &agent->config;
	char path[PATH_MAX + sizeof("/wakealarm")], span[WORDS_SPAN];
	int err;

	if (config->wake_by != WAKE_BY_RTC || !config->sleep_timer) {
		agent_say_step("no alarm is to be set: that takes wake-by = rtc and a sleep-timer");
		return AGENT_DONE;
	}
	snprintf(path, sizeof(path), "%s/wakealarm", config->rtc);
	err = set(path, config->sleep_timer);
	if (err) {
		agent_say("%s cannot be written: %s%s", path, strerror(-err),
		          err == -EACCES ? " (run this as root)" : "");
		return AGENT_FAILED;
	}
	printf("the machine wakes in %s\n", words_span(config->sleep_timer, span));
	return AGENT_DONE;
}
