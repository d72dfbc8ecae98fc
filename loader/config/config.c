// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * In: a file's name. Out: a struct config, or the first fault. In this order: source.h makes text
 * of the file, syntax.h a tree of words, keys.h values of the words, check.h sees whether they go
 * together.
 */
#include "config/config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/config_check.h"
#include "config/config_rows.h"
#include "config/config_text.h"
#include "config/confuse_tree.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "npp.h"

void config_init(struct config *config)
{
	*config = (struct config){
		.timing = LIFE_TIMING_DEFAULT,
		.heartbeat_lease = 30,
		.lease_floor = 60000,
		.max_hosts = 4096,
		.on_stop = ON_STOP_WAKE,
		.npp = { .on = true,
		         .icmp_type = NPP_ICMP_TYPE,
		         .interval = 600,
		         .hosts_max = 256 },
	};
}

void config_done(struct config *config)
{
	if (!config)
		return;
	free(config->hosts);
	config_init(config);
}

struct config_interface *config_interface(struct config *config, const char *name)
{
	struct config_interface *interface = config->interfaces;
	struct config_interface *end = interface + config->interface_count;

	for (; interface < end; interface++) {
		if (strcmp(interface->name, name) == 0)
			return interface;
	}
	if (config->interface_count == CONFIG_INTERFACES)
		return NULL;
	config->interface_count++;
	*interface = (struct config_interface){ .mode = XDP_MODE_AUTO, .answer = ANSWER_PROXY };
	snprintf(interface->name, sizeof(interface->name), "%s", name);
	return interface;
}

static int read_interface(cfg_t *section, struct config *config, struct fault *fault)
{
	const char *name = cfg_title(section);
	struct config_interface *interface;

	if (!text_is_interface(name))
		return fault_at(fault, syntax_line(section),
		                "'%s' cannot be an interface; expected a name such as eth0", name);
	interface = config_interface(config, name);
	if (!interface)
		return fault_at(fault, syntax_line(section),
		                "interface '%s' is one too many; expected at most %d", name,
		                CONFIG_INTERFACES);
	return table_read(&keys_of_interface, section, interface, fault);
}

static int read_host(cfg_t *section, struct config *config, struct fault *fault)
{
	const char *name = cfg_title(section);
	struct host_description *host = &config->hosts[config->host_count];

	if (!text_is_name(name))
		return fault_at(fault, syntax_line(section),
		                "'%s' cannot be a host; expected a name of 1 to 63 letters, "
		                "digits, '-', '_' and '.'",
		                name);
	config->host_count++;
	snprintf(host->name, sizeof(host->name), "%s", name);
	return table_read(&keys_of_host, section, host, fault);
}

static int read_sections(cfg_opt_t *sections, struct config *config, struct fault *fault,
                         int (*read)(cfg_t *, struct config *, struct fault *))
{
	for (unsigned int i = 0; i < cfg_opt_size(sections); i++) {
		if (read(cfg_opt_getnsec(sections, i), config, fault))
			return -EINVAL;
	}
	return 0;
}

static int read_tree(cfg_t *tree, struct config *config, struct fault *fault)
{
	cfg_opt_t *hosts = cfg_getopt(tree, "host");

	config->hosts = calloc(cfg_opt_size(hosts) + 1, sizeof(*config->hosts));
	if (!config->hosts) {
		fault_at(fault, 0, "not enough memory");
		return -ENOMEM;
	}
	if (table_read(&keys_of_config, tree, config, fault) ||
	    read_sections(cfg_getopt(tree, "interface"), config, fault, read_interface) ||
	    read_sections(hosts, config, fault, read_host))
		return -EINVAL;
	return check_hosts(config, hosts, fault);
}

static void options_of(const struct keys *keys, cfg_opt_t options[KEYS_MAX])
{
	size_t count = table_options(keys, options);

	options[count++] = syntax_begin();
	options[count] = syntax_end();
}

static cfg_t *parse(const char *text, struct fault *fault)
{
	cfg_opt_t interface[KEYS_MAX];
	cfg_opt_t host[KEYS_MAX];
	cfg_opt_t options[KEYS_MAX];
	size_t count;

	options_of(&keys_of_interface, interface);
	options_of(&keys_of_host, host);
	count = table_options(&keys_of_config, options);
	options[count++] = syntax_sections("interface", interface);
	options[count++] = syntax_sections("host", host);
	options[count] = syntax_end();
	return syntax_parse(options, text, fault);
}

static int load(struct config *config, struct fault *fault)
{
	autofree char *text = NULL;
	cfg_t *tree;
	int error = source_read(fault, &text);

	if (error)
		return error;
	tree = parse(text, fault);
	if (!tree)
		return -EINVAL;
	error = read_tree(tree, config, fault);
	cfg_free(tree);
	return error;
}

int config_load(const char *path, struct config *config, char error[CONFIG_ERROR])
{
	struct fault fault = { .path = path };
	struct config fresh;
	int result;

	config_init(&fresh);
	result = load(&fresh, &fault);
	if (result) {
		memcpy(error, fault.text, sizeof(fault.text));
		config_done(&fresh);
		return result;
	}
	config_done(config);
	*config = fresh;
	return 0;
}
