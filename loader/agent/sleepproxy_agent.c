// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sleepproxy-agent, the host's side of the Network Proxy Protocol: options, commands, and the alarm
 * of the machine's clock. Exit status: 0 done, 1 failed, 2 the command line or the configuration is
 * wrong.
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/agent.h"
#include "base/capability.h"
#include "base/files.h"
#include "base/text.h"

#define CONFIG_FILE "/etc/sleepproxy/agent.conf"
#define STATE_FILE "/run/sleepproxy-agent/state.json"

static int write_value(const char *path, const char *value)
{
	autoclose int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);

	return fd < 0 || write(fd, value, strlen(value)) < 0 ? -errno : 0;
}

/* Linux's Documentation/admin-guide/rtc.rst */
static int command_alarm(struct agent *agent)
{
	const struct settings *settings = &agent->settings;
	char path[PATH_MAX + sizeof("/wakealarm")], seconds[16];
	int err;

	if (settings->wake_by != WAKE_BY_RTC || !settings->sleep_timer) {
		if (agent_verbose)
			agent_error("no alarm is to be set: that takes wake-by = rtc and a "
			            "sleep-timer");
		return AGENT_DONE;
	}
	snprintf(path, sizeof(path), "%s/wakealarm", settings->rtc);
	snprintf(seconds, sizeof(seconds), "+%u", settings->sleep_timer);
	/* an alarm that is set must be cancelled before another can be */
	err = write_value(path, "0");
	if (!err)
		err = write_value(path, seconds);
	if (err) {
		agent_error("%s cannot be written: %s%s", path, strerror(-err),
		            err == -EACCES ? " (run this as root)" : "");
		return AGENT_FAILED;
	}
	printf("alarm: %u s\n", settings->sleep_timer);
	return AGENT_DONE;
}

/* clang-format off */
static const struct agent_command {
	const char *name, *help;
	int (*run)(struct agent *agent);
	bool has_json;
} commands[] = {
	{ "status", "what this host would hand over, and to whom it is handed over", command_status, true },
	{ "discover", "look for proxies, and say what they offer, the best first", command_discover, true },
	{ "doctor", "whether a Magic Packet of the proxies arrives here, and would wake this host", command_doctor, true },
	{ "sleep", "hand this host over; ends when that is confirmed, or the wait is over", command_sleep, true },
	{ "wake", "take it back: report to the proxies, and say how the lease stands", command_wake, true },
	{ "alarm", "set the machine's alarm clock (wake-by = rtc): before sleep, as root", command_alarm, false },
};
/* clang-format on */

enum { COMMANDS = sizeof(commands) / sizeof(*commands) };

static void help(void)
{
	puts("usage: sleepproxy-agent [OPTION …] COMMAND\n"
	     "Hands this host over to a network proxy before it sleeps, and takes it back when it wakes.\n"
	     "\n"
	     "commands:");
	for (size_t i = 0; i < COMMANDS; i++)
		printf("  %-16s %s\n", commands[i].name, commands[i].help);
	puts("\n"
	     "options:\n"
	     "  --config FILE    read this configuration (" CONFIG_FILE ", where it is there)\n"
	     "  --interface IF   this interface (that of the default route); more than one may be named\n"
	     "  --state FILE     what is handed over (" STATE_FILE ")\n"
	     "  --enable-wol     turn Wake-on-LAN on for Magic Packets, before the command; as root\n"
	     "  --json           print JSON, for programs\n"
	     "  --verbose        say each step, on standard error\n"
	     "  --help, --version");
}

static int reject(const char *what, const char *argument, const char *expected)
{
	agent_error("%s '%s'; expected %s ('sleepproxy-agent --help' shows all)", what, argument,
	            expected);
	return AGENT_USAGE;
}

static int add_interface(struct settings *settings, const char *name)
{
	if (!text_is_interface(name))
		return reject("--interface", name, "a name such as eth0");
	if (settings->interface_count == AGENT_INTERFACES)
		return reject("--interface", name, "at most 8 of them");
	strcpy(settings->interfaces[settings->interface_count++], name);
	return AGENT_DONE;
}

static int set_option(struct agent *agent, int option)
{
	if (option == 'i')
		return add_interface(&agent->settings, optarg);
	if (option == 'c')
		agent->config_path = optarg;
	else if (option == 's')
		agent->state_path = optarg;
	else if (option == 'j')
		agent->json = true;
	else if (option == 'w')
		agent->enable_wol = true;
	else if (option == 'v')
		agent_verbose = true;
	else if (option == 'h')
		help();
	else if (option == 'V')
		puts("sleepproxy-agent " VERSION);
	else /* getopt_long has said why */
		return AGENT_USAGE;
	if (option == 'h' || option == 'V')
		exit(fflush(stdout) ? AGENT_FAILED : AGENT_DONE);
	return AGENT_DONE;
}

static int find_command(const struct agent *agent, char **arguments,
                        const struct agent_command **command)
{
	static const char expected[] = "one of status, discover, doctor, sleep, wake, alarm";
	size_t i = 0;

	if (!arguments[0])
		return reject("no command", "", expected);
	while (i < COMMANDS && strcmp(commands[i].name, arguments[0]))
		i++;
	if (i == COMMANDS)
		return reject("unknown command", arguments[0], expected);
	if (arguments[1])
		return reject("unexpected argument", arguments[1], "a command, and options");
	if (agent->json && !commands[i].has_json)
		return reject("--json with", arguments[0], "a command that has something to show");
	*command = &commands[i];
	return AGENT_DONE;
}

static int parse(struct agent *agent, int argc, char **argv, const struct agent_command **command)
{
	static const struct option names[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "interface", required_argument, NULL, 'i' },
		{ "state", required_argument, NULL, 's' },
		{ "enable-wol", no_argument, NULL, 'w' },
		{ "json", no_argument, NULL, 'j' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};
	int status = AGENT_DONE, option;

	while (!status && (option = getopt_long(argc, argv, "c:i:s:jvhV", names, NULL)) != -1)
		status = set_option(agent, option);
	return status ? status : find_command(agent, argv + optind, command);
}

/* The command line overrides the file. The default file need not exist. */
static int configure(struct agent *agent)
{
	const char *path = agent->config_path ? agent->config_path : CONFIG_FILE;
	const struct settings given = agent->settings;
	struct settings *settings = &agent->settings;
	char error[CONFIG_ERROR];
	int err;

	settings_init(settings);
	err = settings_load(path, settings, error);
	if (err && (agent->config_path || err != -ENOENT)) {
		fprintf(stderr, "%s\n", error);
		return AGENT_USAGE;
	}
	agent->config_path = path;
	if (given.interface_count) {
		memcpy(settings->interfaces, given.interfaces, sizeof(given.interfaces));
		settings->interface_count = given.interface_count;
	}
	return AGENT_DONE;
}

int main(int argc, char **argv)
{
	struct agent agent = { .state_path = STATE_FILE };
	const struct agent_command *command;
	int status;

	files_open_standard();
	signal(SIGPIPE, SIG_IGN);
	capability_raise();
	status = parse(&agent, argc, argv, &command);
	if (!status)
		status = configure(&agent);
	if (status)
		return status;
	signals_catch();
	status = command->run(&agent);
	output_lists(&agent);
	explicit_bzero(&agent.keys, sizeof(agent.keys));
	if (ferror(stdout) || fflush(stdout)) {
		agent_error("cannot write the output: %s", strerror(errno));
		return status ? status : AGENT_FAILED;
	}
	return status;
}
