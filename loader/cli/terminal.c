// SPDX-License-Identifier: GPL-2.0-or-later
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "cli/top.h"

/* ECMA-48, and DEC's private modes: the other screen buffer, the cursor's visibility. */
#define ENTER "\033[?1049h\033[?25l"
#define LEAVE "\033[?25h\033[?1049l"
enum { ROWS_DEFAULT = 24, COLUMNS_DEFAULT = 80 };

static struct termios before;
static bool in_use;

/* What cannot be written to a terminal that is gone need not be. */
static void put(const char *text)
{
	if (write(STDOUT_FILENO, text, strlen(text)) < 0)
		return;
}

static int enter(void)
{
	struct termios raw;

	if (tcgetattr(STDIN_FILENO, &before))
		return -errno;
	raw = before;
	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw))
		return -errno;
	in_use = true;
	put(ENTER);
	return 0;
}

void terminal_stop(void)
{
	if (!in_use)
		return;
	in_use = false;
	put(LEAVE);
	tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
}

int terminal_start(void)
{
	static const int handled[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH };
	sigset_t set;
	int err;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(handled) / sizeof(*handled); i++)
		sigaddset(&set, handled[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	atexit(terminal_stop);
	err = enter();
	return err ? err : signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

void terminal_suspend(void)
{
	terminal_stop();
	raise(SIGSTOP);
	enter();
}

void terminal_size(size_t *rows, size_t *columns)
{
	struct winsize size = { 0 };

	ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	*rows = size.ws_row ? size.ws_row : ROWS_DEFAULT;
	*columns = size.ws_col ? size.ws_col : COLUMNS_DEFAULT;
}

/* Keys that are sent as a sequence of octets: ESC [ A, ESC O A, ESC [ 5 ~ */
static int key_of(char number, char last)
{
	static const struct {
		char number, last;
		int key;
	} keys[] = {
		{ 0, 'A', KEY_UP },        { 0, 'B', KEY_DOWN },        { 0, 'H', KEY_HOME },
		{ 0, 'F', KEY_END },       { '1', '~', KEY_HOME },      { '4', '~', KEY_END },
		{ '5', '~', KEY_PAGE_UP }, { '6', '~', KEY_PAGE_DOWN }, { '7', '~', KEY_HOME },
		{ '8', '~', KEY_END },
	};

	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		if (keys[i].number == number && keys[i].last == last)
			return keys[i].key;
	return 0;
}

int terminal_key(unsigned char octet)
{
	static enum { NO_SEQUENCE, BEGUN, WITHIN } state;
	static char number;

	if (octet == '\033') {
		state = BEGUN;
		return 0;
	}
	if (state == BEGUN && (octet == '[' || octet == 'O')) {
		state = WITHIN;
		number = 0;
		return 0;
	}
	if (state == WITHIN && isdigit(octet)) {
		number = (char)octet;
		return 0;
	}
	if (state != WITHIN) {
		state = NO_SEQUENCE;
		return octet;
	}
	state = NO_SEQUENCE;
	return key_of(number, (char)octet);
}
