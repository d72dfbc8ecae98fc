/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The commands and their options, a row each, from which the help is generated. */
#ifndef SLEEPPROXY_CLI_COMMAND_H
#define SLEEPPROXY_CLI_COMMAND_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "cli/view.h"

/*
 * An option's value becomes a member of a JSON object: the request to the daemon, or the settings
 * of the client itself.
 */
enum cli_option_type {
	OPTION_FLAG,            /* true */
	OPTION_TEXT,            /* a string */
	OPTION_NUMBER,          /* a number, 0 to INT32_MAX */
	OPTION_DECIMAL,         /* a number, perhaps with a fraction */
	OPTION_OPTIONAL_NUMBER, /* the same; 0 where it is left out */
	OPTION_LIST,            /* an array of strings: "A B", "A,B", or the option repeated */
};

struct cli_option {
	const char *name;  /* "--address" */
	const char *value; /* the value's name in the help; NULL for flags */
	enum cli_option_type type;
	const char *brief; /* "-j", or NULL */
	const char *key;   /* NULL: the name without "--" */
	bool setting;      /* of the client, not part of the request */
	bool required;
	const char *help;
};

/*
 * The connection to the daemon (control/protocol.h), of which there is one. On failure the error is
 * printed, and false or NULL returned. Objects are the caller's.
 */
bool client_connect(const char *path);                       /* which must stay */
struct json_object *client_ask(struct json_object *request); /* the result */
bool client_send(struct json_object *request);               /* … which is read later */
/*
 * The next object that the daemon sends; an error where it takes longer (ms; -1: no limit, 0: what
 * has come so far).
 */
struct json_object *client_read(int timeout);
/* The result in an answer, which is freed; takes NULL. */
struct json_object *client_result(struct json_object *answer);
/* The daemon closed the connection: waits until there is one again. False: something else ended. */
bool client_reconnect(void);
/*
 * For who does more than to wait for it: to poll the connection; what failed last (-errno);
 * nothing is printed but what is asked for; one attempt to connect again, which is 0, -ENOENT where
 * no daemon is there, or other -errno.
 */
int client_fd(void);
int client_error(void);
void client_set_quiet(bool is_quiet);
void client_print_error(int error);
int client_retry(void);

/* Exit statuses. */
enum { CTL_OK = 0, CTL_FAILED = 1, CTL_USAGE = 2, CTL_NOT_SERVING = 3 };

struct cli_command;

enum { OPTION_WHY = 256 };

/* A command line that is parsed. */
struct cli_call {
	char **next;                            /* the argument to read next, as in argv */
	const struct cli_command *command;      /* NULL: none yet, only global options */
	char **words;                           /* from its name on; of a raw command: after it */
	struct json_object *request, *settings; /* settings: of the client, "socket", "json", … */
	const char *attached;                   /* what follows "=" in an option, or NULL */
	char why[OPTION_WHY];                   /* of the last refusal */
};

/* Prints a result for people. */
typedef void view(const struct output *output, struct json_object *result);

struct cli_command {
	const char *name;     /* one word, or two; in a request joined by '-' */
	const char *argument; /* "NAME"; "[NAME]": optional; NULL: none */
	const struct cli_option *options;
	bool raw;                 /* its arguments are not parsed */
	const char *help;         /* one line */
	const char *text;         /* more, in lines of at most 78 columns */
	const char *const *words; /* of the daemon's, which the help explains; NULL: none */
	const char *example;      /* NULL: the name, and a host's where it takes one */
	int (*run)(const struct cli_call *call); /* an exit status; NULL: call_simple */
	view *view;
	const char *none; /* instead of an empty list */
	const char *done; /* without a view: a format for the argument */
};

struct command_group {
	const char *title;
	const struct cli_command *commands; /* up to one without a name */
};

extern const struct command_group host_group, lease_group, event_group, daemon_group;
extern const struct cli_option global_options[];

/* All commands in the order of the help; NULL after the last. */
const struct cli_command *command_at(size_t index);
/* NULL: none. `used`: the number of words in its name. */
const struct cli_command *command_find(char *const *words, size_t *used);
int command_unknown(char *const *words); /* prints the error; CTL_USAGE */

void command_usage(FILE *file, const struct cli_command *command);
int command_help(const struct cli_call *call);
void command_overview(FILE *file);

/* Sets why; -EINVAL. */
#define call_refuse(call, ...) (snprintf((call)->why, OPTION_WHY, __VA_ARGS__), -EINVAL)
/* Not "-" and "--". */
bool option_is(const char *word);
/* Reads the option at `next` and its values. 0, or -EINVAL with the reason in `why`. */
int option_read(struct cli_call *call);
/* The first required option that was not given, or NULL. */
const struct cli_option *option_missing(const struct cli_call *call);

/* The time that an option says, ms since 1970: so long ago, or a date; -1: none, as printed. */
int64_t call_since(const struct cli_call *call, const char *since);

/* report_command.c: a report of all hosts. */
int report_run(const struct cli_call *call);
view report_view;

/* Prints a result as text. */
void call_view(const struct output *output, const struct cli_call *call,
               struct json_object *result);
/* Prints a result as text, or as JSON with -j; an exit status. */
int call_show(const struct cli_call *call, struct json_object *result);
/* Sends the request and shows the result: what most commands do. */
int call_simple(const struct cli_call *call);

/* host_commands.c: a list of a host: the first items, and how many more there are */
enum { HOST_LIST_TEXT = 256 };
void host_list_text(struct json_object *host, const char *member, char text[HOST_LIST_TEXT]);
bool host_is_standby(struct json_object *host);

/* event_commands.c: its sentence without the name of the host, for a column of its own */
const char *event_text(struct json_object *event, const char *host);

/* top.c, discover.c */
int run_top(const struct cli_call *call);
int run_discover(const struct cli_call *call);
view view_neighbours;

#endif
