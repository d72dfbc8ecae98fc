// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sleepproxy-agent, the host's side of the Network Proxy Protocol. In: the command line. Out: the
 * exit status: 0 done, 1 not done, 2 not understood.
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
#include "agent/messages.h"
#include "agent/signals.h"
#include "base/capability.h"
#include "base/text.h"

#define CONFIG_FILE "/etc/sleepproxy/agent.conf"
#define STATE_FILE "/run/sleepproxy-agent/state.json"

static const struct command {
	const char *name, *help;
	int (*run)(const struct agent *agent);
	bool has_json;
} commands[] = {
	{ "status", "what this host would hand over, and to whom it is handed over", command_status,
	  true },
	{ "discover", "look for proxies, and say what they offer, the best first", command_discover,
	  true },
	{ "sleep", "hand this host over; ends when that is confirmed, or the wait is over",
	  command_sleep, true },
	{ "wake", "take it back: report to the proxies, and say how the lease stands", command_wake,
	  true },
	{ "alarm", "set the machine's alarm clock (wake-by = rtc): before sleep, as root",
	  command_alarm, false },
};

enum { COMMANDS = sizeof(commands) / sizeof(*commands) };

struct served_iface {
	struct agent agent;
	const char *interfaces[AGENT_INTERFACES]; /* in the place of the configuration's */
	size_t interface_count;
	const struct command *command;
};

/*
 * A descriptor that is closed would become a file's. For reading only, also for output: what is
 * written there must still fail.
 */
static void occupy_standard_descriptors(void)
{
	for (int fd = 0; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDONLY) < 0)
			_exit(AGENT_FAILED);
	}
}

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
	     "  --json           print JSON, for programs\n"
	     "  --verbose        say each step, on standard error\n"
	     "  --help, --version");
}

static int refuse(const char *what, const char *word, const char *expected)
{
	agent_say("%s '%s'; expected %s", what, word, expected);
	fputs("'sleepproxy-agent --help' shows what there is\n", stderr);
	return AGENT_USAGE;
}

static int add_interface(struct served_iface *line, const char *name)
{
	if (!text_is_interface(name))
		return refuse("--interface", name, "a name such as eth0");
	if (line->interface_count == AGENT_INTERFACES)
		return refuse("--interface", name, "at most 8 of them");
	line->interfaces[line->interface_count++] = name;
	return AGENT_DONE;
}

static void print_and_exit(int option)
{
	if (option == 'h')
		help();
	else
		puts("sleepproxy-agent " VERSION);
	exit(fflush(stdout) ? AGENT_FAILED : AGENT_DONE);
}

static int take_option(struct served_iface *line, int option)
{
	switch (option) {
	case 'c':
		line->agent.config_path = optarg;
		break;
	case 'i':
		return add_interface(line, optarg);
	case 's':
		line->agent.state_path = optarg;
		break;
	case 'j':
		line->agent.json = true;
		break;
	case 'v':
		agent_say_steps(true);
		break;
	case 'h':
	case 'V':
		print_and_exit(option);
		break;
	default:
		fputs("'sleepproxy-agent --help' shows what there is\n", stderr);
		return AGENT_USAGE;
	}
	return AGENT_DONE;
}

static int take_command(struct served_iface *line, char **words)
{
	static const char expected[] = "one of status, discover, sleep, wake, alarm";

	if (!words[0]) {
		agent_say("no command; expected %s", expected);
		fputs("'sleepproxy-agent --help' tells more\n", stderr);
		return AGENT_USAGE;
	}
	for (size_t i = 0; i < COMMANDS; i++) {
		if (strcmp(commands[i].name, words[0]) == 0)
			line->command = &commands[i];
	}
	if (!line->command)
		return refuse("unknown command", words[0], expected);
	if (words[1])
		return refuse("one word too many:", words[1], "a command, and options");
	if (line->agent.json && !line->command->has_json)
		return refuse("--json with", words[0], "a command that has something to show");
	return AGENT_DONE;
}

static int parse(struct served_iface *line, int argc, char **argv)
{
	static const struct option names[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "interface", required_argument, NULL, 'i' },
		{ "state", required_argument, NULL, 's' },
		{ "json", no_argument, NULL, 'j' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};
	int status = AGENT_DONE, option;

	while (!status && (option = getopt_long(argc, argv, "c:i:s:jvhV", names, NULL)) != -1)
		status = take_option(line, option);
	return status ? status : take_command(line, argv + optind);
}

/* What the command line says goes before what the file says. The default file need not be there. */
static int configure(struct served_iface *line)
{
	const bool is_named = line->agent.config_path;
	struct agent_config *config = &line->agent.config;
	char error[CONFIG_ERROR];
	int err;

	agent_config_init(config);
	if (!is_named)
		line->agent.config_path = CONFIG_FILE;
	err = agent_config_load(line->agent.config_path, config, error);
	if (err && (is_named || err != -ENOENT)) {
		fprintf(stderr, "%s\n", error);
		return AGENT_USAGE;
	}
	if (line->interface_count)
		config->interface_count = line->interface_count;
	for (size_t i = 0; i < line->interface_count; i++)
		snprintf(config->interfaces[i], IFNAMSIZ, "%s", line->interfaces[i]);
	return AGENT_DONE;
}

int main(int argc, char **argv)
{
	struct served_iface line = { .agent = { .state_path = STATE_FILE, .root = "" } };
	int status;

	occupy_standard_descriptors();
	signal(SIGPIPE, SIG_IGN);
	capability_raise();
	status = parse(&line, argc, argv);
	if (!status)
		status = configure(&line);
	if (status)
		return status;
	signals_catch();
	status = line.command->run(&line.agent);
	if (ferror(stdout) || fflush(stdout)) {
		agent_say("cannot write the output: %s", strerror(errno));
		return status ? status : AGENT_FAILED;
	}
	return status;
}
