// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sleepproxyd: the options, and the parts of the daemon in the order in which they start; they stop
 * in reverse.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "control/control.h"
#include "control/protocol.h"
#include "base/capability.h"
#include "base/log.h"
#include "base/notify.h"
#include "base/text.h"
#include "daemon/groups.h"
#include "daemon/holding.h"
#include "daemon/neighbours.h"
#include "doctor/doctor.h"
#include "http/http.h"

static const struct {
	int (*start)(struct daemon *daemon);
	void (*stop)(struct daemon *daemon);
} parts[] = {
	{ parsing_start, parsing_stop },
	{ loop_start, loop_stop },
	{ parsing_watch, NULL },
	{ http_start, http_stop },
	{ maps_start, maps_stop },
	{ holding_start, holding_stop },
	{ persist_start, persist_stop },
	{ registrations_start, registrations_stop },
	{ groups_start, groups_stop },
	{ control_start, control_stop }, /* who asks while hosts start, waits */
	{ hosts_start, NULL },
	{ served_ifaces_start, served_ifaces_stop },
	{ hosts_resume, NULL },
	{ solicited_start, solicited_stop },
	{ discovery_start, discovery_stop },
	{ tick_start, NULL },
	{ confine_start, NULL },
};

enum { PARTS = sizeof(parts) / sizeof(*parts) };

static int serve(const struct options *options)
{
	struct daemon daemon = { .options = *options, .packet_fd = -1 };
	size_t started = 0;
	int err = 0;

	config_init(&daemon.config);
	while (started < PARTS && !err)
		err = parts[started++].start(&daemon);
	if (!err) {
		log_info("ready: %s", options->socket);
		manager_tell_ready(&daemon);
		event_base_dispatch(daemon.base);
	}
	while (started--)
		if (parts[started].stop)
			parts[started].stop(&daemon);
	if (daemon.is_misconfigured)
		return EX_CONFIG;
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}

/* The keys that the configuration points to are a part of it. */
static int check(const struct options *options)
{
	struct npp_keys keys;
	struct config config;
	char why[CONFIG_ERROR];
	int err;

	if (!options->config) {
		fprintf(stderr, "sleepproxyd: --check needs --config FILE\n");
		return EXIT_FAILURE;
	}
	config_init(&config);
	err = config_load(options->config, &config, why);
	if (!err)
		err = daemon_read_keys(&config, &keys, why);
	if (!err)
		err = http_check_config(&config, why);
	if (!err)
		err = addresses_check_config(NULL, &config, why);
	if (err)
		fprintf(stderr, "%s\n", why);
	else
		printf("%s: good, %zu interfaces, %zu hosts\n", options->config,
		       config.interface_count, config.host_count);
	explicit_bzero(&keys, sizeof(keys));
	config_done(&config);
	return err ? EXIT_FAILURE : EXIT_SUCCESS;
}

enum action { SERVE, CHECK, DOCTOR };

static void help(void)
{
	puts("usage: sleepproxyd --interface IF [OPTION …]\n"
	     "Keeps sleeping hosts reachable: answers ARP for them, and wakes them when they are needed.\n"
	     "\n"
	     "  --interface IF     serve this interface; more than one may be named\n"
	     "  --config FILE      read this configuration (see sleepproxyd.conf(5))\n"
	     "  --socket PATH      listen here for sleepproxyctl (" CONTROL_SOCKET ")\n"
	     "  --pin-dir DIR      keep maps and links here, on a BPF file system (/sys/fs/bpf/sleepproxy)\n"
	     "  --state-dir DIR    keep hosts and history here (/var/lib/sleepproxy)\n"
	     "  --http ADDRESS:PORT  serve metrics, events and a page there, such as 127.0.0.1:9464\n"
	     "  --verbose          say more\n"
	     "  --check            only say whether the configuration is good\n"
	     "  --doctor           only say what this machine, kernel and interface can do\n"
	     "  --json             … as JSON, for programs\n"
	     "  --help, --version");
}

static void add_interface(struct options *options, const char *name)
{
	if (options->interface_count == CONFIG_INTERFACES) {
		fprintf(stderr, "sleepproxyd: --interface: at most %d\n", CONFIG_INTERFACES);
		exit(2);
	}
	options->interfaces[options->interface_count++] = name;
}

static enum action parse(int argc, char **argv, struct options *options)
{
	static const struct option names[] = {
		{ "interface", required_argument, NULL, 'i' },
		{ "config", required_argument, NULL, 'c' },
		{ "socket", required_argument, NULL, 's' },
		{ "pin-dir", required_argument, NULL, 'p' },
		{ "state-dir", required_argument, NULL, 'd' },
		{ "http", required_argument, NULL, 'H' },
		{ "verbose", no_argument, NULL, 'v' },
		{ "check", no_argument, NULL, 'k' },
		{ "doctor", no_argument, NULL, 'D' },
		{ "json", no_argument, NULL, 'j' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ 0 },
	};
	const char **const texts[] = {
		['c'] = &options->config,    ['s'] = &options->socket, ['p'] = &options->pin_dir,
		['d'] = &options->state_dir, ['H'] = &options->http,
	};
	enum action action = SERVE;
	int option;

	while ((option = getopt_long(argc, argv, "i:c:s:p:d:vjhV", names, NULL)) != -1) {
		switch (option) {
		case 'i':
			add_interface(options, optarg);
			break;
		case 'c':
		case 's':
		case 'p':
		case 'd':
		case 'H':
			*texts[option] = optarg;
			break;
		case 'v':
			log_init(LOG_DEBUG);
			break;
		case 'k':
		case 'D':
			action = option == 'k' ? CHECK : DOCTOR;
			break;
		case 'j':
			options->json = true;
			break;
		case 'h':
			help();
			exit(EXIT_SUCCESS);
		case 'V':
			puts("sleepproxyd " VERSION);
			exit(EXIT_SUCCESS);
		default:
			exit(2);
		}
	}
	if (optind < argc) {
		fprintf(stderr, "sleepproxyd: unexpected: %s (see --help)\n", argv[optind]);
		exit(2);
	}
	return action;
}

/* The doctor says more of it. */
static bool has_wrong_interface(const struct options *options)
{
	for (size_t i = 0; i < options->interface_count; i++) {
		const char *name = options->interfaces[i], *wrong = config_interface_error(name);

		if (!wrong)
			continue;
		fprintf(stderr, "sleepproxyd: --interface: '%s' %s\n", name, wrong);
		return true;
	}
	return false;
}

static bool has_wrong_http(const struct options *options)
{
	struct endpoint endpoint;

	if (!options->http || !text_to_endpoint(options->http, &endpoint))
		return false;
	fprintf(stderr, "sleepproxyd: --http: '%s' is not understood; expected %s\n", options->http,
	        CONFIG_HTTP_EXPECTED);
	return true;
}

int main(int argc, char **argv)
{
	struct options options = {
		.socket = CONTROL_SOCKET,
		.pin_dir = "/sys/fs/bpf/sleepproxy",
		.state_dir = "/var/lib/sleepproxy",
	};

	log_init(LOG_INFO);
	notify_init();
	capability_raise();
	switch (parse(argc, argv, &options)) {
	case CHECK:
		return check(&options);
	case DOCTOR:
		return doctor(options.interface_count ? options.interfaces[0] : NULL,
		              options.pin_dir, options.json);
	default:
		return has_wrong_interface(&options) || has_wrong_http(&options) ? 2
		                                                                 : serve(&options);
	}
}
