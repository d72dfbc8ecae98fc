// SPDX-License-Identifier: GPL-2.0-or-later
/* What is on the screen: the hosts, of which there may be thousands, then the last events. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/param.h>
#include <time.h>

#include "cli/command.h"
#include "control/protocol.h"
#include "cli/top.h"

enum { NAME_WIDTH = 18, STATE_WIDTH = 9, FOR_WIDTH = 9, ADDRESS_WIDTH = 26 };
enum { TIME_WIDTH = 12, EVENT_NAME_WIDTH = 13, DATE_TIME = sizeof("2026-01-31 13:00:00") - 1 };
enum { LINES_AROUND = 4 }; /* the title, the headings, the events' heading, the keys */
enum { EVENTS_MIN = 6 };
#define REST SIZE_MAX /* as wide as there is room */

/* One frame, which is written at once. */
struct screen {
	struct output output;
	size_t rows, columns;
	size_t row, left; /* the line that is being written, and its columns that are left */
	bool is_chosen;
};

static void begin_line(struct screen *screen)
{
	screen->row++;
	screen->left = screen->row <= screen->rows ? screen->columns : 0;
	if (screen->left)
		fprintf(screen->output.file, "\033[%zu;1H\033[2K", screen->row);
}

/* A column of a line, cut, and filled with blanks. */
static void put(struct screen *screen, enum style style, size_t width, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

static void put(struct screen *screen, enum style style, size_t width, const char *format, ...)
{
	const int cut = (int)MIN(width, screen->left);
	char text[512];
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	output_write(&screen->output, screen->is_chosen ? REVERSE : style, "%-*.*s", cut, cut,
	             text);
	screen->left -= (size_t)cut;
}

static size_t count_of(const struct top *top, const char *state)
{
	size_t count = 0;

	for (size_t i = 0; i < json_length(top->hosts); i++)
		count += strcmp(json_get_text(json_object_array_get_idx(top->hosts, i), "state"),
		                state) == 0;
	return count;
}

static void put_title(struct screen *screen, const struct top *top)
{
	const size_t hosts = json_length(top->hosts);
	char text[64];

	begin_line(screen);
	snprintf(text, sizeof(text), "%zu host%s: ", hosts, hosts == 1 ? "" : "s");
	put(screen, BOLD, strlen(text), "%s", text);
	for (const char *const *state = protocol_states; *state; state++) {
		const size_t count = count_of(top, *state);

		snprintf(text, sizeof(text), "%zu %s%s", count, *state, state[1] ? ", " : "  ");
		put(screen, count ? word_of(*state)->style : DIM, strlen(text), "%s", text);
	}
}

/* The last line: what is wrong, what a command said, or the keys. */
static void put_foot(struct screen *screen, const struct top *top)
{
	screen->row = screen->rows - 1;
	begin_line(screen);
	if (top->trouble)
		put(screen, RED, REST, "%s", top->trouble);
	else if (*top->message)
		put(screen, YELLOW, REST, "%s", top->message);
	else
		put(screen, DIM, REST, "up/down choose  w wake  s let it sleep  q quit");
}

static void put_host(struct screen *screen, struct json_object *host, bool is_chosen, int64_t now)
{
	const char *state = host_is_standby(host) ? "standby" : json_get_text(host, "state");
	char text[HOST_LIST_TEXT], duration[TIME_TEXT];

	screen->is_chosen = is_chosen;
	begin_line(screen);
	put(screen, PLAIN, 2, is_chosen ? ">" : "");
	put(screen, PLAIN, NAME_WIDTH - 1, "%s", json_get_text(host, "name"));
	put(screen, PLAIN, 1, " ");
	put(screen, word_of(state)->style, STATE_WIDTH, "%s", state);
	put(screen, PLAIN, FOR_WIDTH, "%s",
	    duration_text((now - json_get_number(host, "since")) / 1000, duration));
	host_list_text(host, "addresses", text);
	put(screen, PLAIN, ADDRESS_WIDTH - 1, "%s", *text ? text : "-");
	put(screen, PLAIN, 1, " ");
	host_list_text(host, "wake", text);
	put(screen, PLAIN, REST, "%s", *text ? text : "default");
	screen->is_chosen = false;
}

static void put_headings(struct screen *screen)
{
	begin_line(screen);
	put(screen, BOLD, 2 + NAME_WIDTH, "  NAME");
	put(screen, BOLD, STATE_WIDTH, "STATE");
	put(screen, BOLD, FOR_WIDTH, "FOR");
	put(screen, BOLD, ADDRESS_WIDTH, "ADDRESSES");
	put(screen, BOLD, REST, "WAKES");
}

/* "13:00:00" of today, "01-31 13:00" of another day */
static const char *event_time(struct json_object *event, char text[TIME_TEXT])
{
	char today[TIME_TEXT];
	struct tm local;
	const time_t now = time(NULL);

	local_time(json_get_text(event, "time"), text);
	strftime(today, sizeof(today), "%Y-%m-%d", localtime_r(&now, &local));
	if (strlen(text) != DATE_TIME)
		return text;
	if (strncmp(text, today, strlen(today)) == 0)
		return text + strlen("2026-01-31 ");
	text[DATE_TIME - strlen(":00")] = '\0';
	return text + strlen("2026-");
}

/* Without the MAC of who woke it: in 80 columns that leaves no room for the port. */
static void put_event(struct screen *screen, struct json_object *event)
{
	const char *host = json_get_text(event, "host"), *text = event_text(event, host);
	const enum style style = word_of(json_get_text(event, "event"))->style;
	char time[TIME_TEXT], mac[TIME_TEXT];
	const char *found;

	begin_line(screen);
	put(screen, DIM, TIME_WIDTH, "%s", event_time(event, time));
	put(screen, BOLD, EVENT_NAME_WIDTH - 1, "%s", host);
	put(screen, PLAIN, 1, " ");
	snprintf(mac, sizeof(mac), " (%s)", json_get_text(event, "peer-mac"));
	found = strstr(text, mac);
	if (found)
		put(screen, style, (size_t)(found - text), "%s", text);
	put(screen, style, REST, "%s", found ? found + strlen(mac) : text);
}

/* The chosen host is among those that are shown. */
static void scroll(struct top *top, size_t rows)
{
	const size_t count = json_length(top->hosts);
	const size_t room = rows > LINES_AROUND ? rows - LINES_AROUND : 0;

	top->page = MIN(count, room - MIN(room / 2, EVENTS_MIN));
	top->page = MAX(top->page, 1);
	top->chosen = MIN(top->chosen, count ? count - 1 : 0);
	top->first = MIN(top->first, count > top->page ? count - top->page : 0);
	top->first = MIN(top->first, top->chosen);
	if (top->chosen >= top->first + top->page)
		top->first = top->chosen - top->page + 1;
}

static void put_all(struct screen *screen, struct top *top, int64_t now)
{
	const size_t count = json_length(top->hosts);
	size_t room, shown;

	put_title(screen, top);
	put_headings(screen);
	for (size_t i = top->first; i < top->first + top->page && i < count; i++)
		put_host(screen, json_object_array_get_idx(top->hosts, i), i == top->chosen, now);
	begin_line(screen);
	put(screen, BOLD, 2 + NAME_WIDTH, "EVENTS");
	if (count > top->page)
		put(screen, DIM, REST, "hosts %zu to %zu of %zu are shown", top->first + 1,
		    top->first + top->page, count);
	room = screen->rows > screen->row ? screen->rows - screen->row - 1 : 0;
	shown = MIN(room, top->event_count);
	for (size_t i = top->event_count - shown; i < top->event_count; i++)
		put_event(screen, top->events[i]);
	while (screen->row + 1 < screen->rows)
		begin_line(screen);
	put_foot(screen, top);
}

void top_draw(struct top *top, size_t rows, size_t columns, int64_t now)
{
	struct screen screen = { .output = output_stdout(), .rows = rows, .columns = columns };
	char *text;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	if (!file)
		out_of_memory();
	screen.output.file = file;
	scroll(top, rows);
	put_all(&screen, top, now);
	if (fclose(file))
		out_of_memory();
	fwrite(text, 1, size, stdout);
	fflush(stdout);
	free(text);
}
