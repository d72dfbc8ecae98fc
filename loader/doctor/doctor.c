// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Runs the groups of checks, and prints their findings: a line each, below the group's title. Here
 * are the checks of the machine: version and build of the kernel, what this process may do, whether
 * its BPF is permitted and complete and accepts this build's program, and the directory of pins.
 * The daemon has the same privileges if it is started in the same way.
 */
#include "doctor/doctor.h"

#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <langinfo.h>
#include <libgen.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <locale.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/capability.h"
#include "datapath/probe.h"

static const struct {
	const char *sign, *word, *colour;
} grades[GRADES] = {
	[GRADE_OK] = { "✓", "ok  ", "32" },
	[GRADE_NOTE] = { "·", "note", "2" },
	[GRADE_WARN] = { "!", "warn", "33" },
	[GRADE_BAD] = { "✗", "bad ", "31" },
};

static struct {
	bool words;   /* grades are words: the locale is not UTF-8 */
	bool colours; /* to a terminal, and NO_COLOR is not set */
	unsigned count[GRADES];
	struct json_object *json; /* instead of lines: all so far; NULL: lines */
	const char *title;
} findings;

static void add_json(enum grade grade, const char *text)
{
	static const char *const names[GRADES] = { "ok", "note", "warn", "bad" };
	struct json_object *finding = json_object_new_object();

	json_object_object_add(finding, "about", json_object_new_string(findings.title));
	json_object_object_add(finding, "grade", json_object_new_string(names[grade]));
	json_object_object_add(finding, "text", json_object_new_string(text));
	json_object_array_add(findings.json, finding);
}

void findings_title(const char *title)
{
	findings.title = title;
	if (findings.json)
		return;
	printf(findings.colours ? "\033[1m%s\033[0m\n" : "%s\n", title);
}

void findings_add(enum grade grade, const char *format, ...)
{
	const char *sign = findings.words ? grades[grade].word : grades[grade].sign;
	char text[1024];
	va_list arguments;

	findings.count[grade]++;
	va_start(arguments, format);
	vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (findings.json)
		add_json(grade, text);
	else if (findings.colours)
		printf("  \033[%sm%s\033[0m %s\n", grades[grade].colour, sign, text);
	else
		printf("  %s %s\n", sign, text);
}

static void check_machine(void)
{
	unsigned int major = 0, minor = 0;
	struct utsname name;

	findings_title("Machine");
	uname(&name);
	sscanf(name.release, "%u.%u", &major, &minor);
	/* only a hint: distributions backport parts of newer kernels to older ones */
	if (major > 5 || (major == 5 && minor >= 18))
		OK("Linux %s on %s (5.18 or later is needed)", name.release, name.machine);
	else
		WARN("Linux %s on %s is older than 5.18: features that are missing are listed below",
		     name.release, name.machine);
}

static void check_privileges(void)
{
	findings_title("Privileges");
	for (const struct capability *each = capabilities; each->name; each++) {
		const bool has = capability_has(each->number);

		findings_add(has            ? GRADE_OK
		             : each->needed ? GRADE_BAD
		                            : GRADE_NOTE,
		             "%s%s: %s%s", has ? "" : "missing ", each->name,
		             each->needed ? "" : "not needed; with it ", each->use);
	}
	if (prctl(PR_GET_SECCOMP) == SECCOMP_MODE_FILTER)
		NOTE("a seccomp filter is active: it must allow bpf(2)");
}

static const char *reason(int err)
{
	if (err == -EPERM || err == -EACCES)
		return "a capability is missing, see above, or a seccomp profile or security "
		       "module forbids bpf(2)";
	if (err == -ENOSYS)
		return "the kernel was built without CONFIG_BPF_SYSCALL, or a seccomp profile "
		       "hides it";
	if (err == -ENOMEM)
		return "the memory limit of this control group is too small";
	return "the kernel was built without it, or a security module forbids it";
}

static bool check_permission(const char *what, int err)
{
	if (!err)
		OK("bpf(2) permits %s", what);
	else
		BAD("bpf(2) refuses %s (%s): %s", what, strerror(-err), reason(err));
	return !err;
}

static void check_features(void)
{
	for (size_t i = 0; i < probe_feature_count; i++) {
		const struct probe_feature *feature = &probe_features[i];

		if (feature->is_supported(feature->id))
			OK("%s %s", feature->kind, feature->name);
		else
			BAD("no %s %s: it needs Linux %s", feature->kind, feature->name,
			    feature->since);
	}
}

static void check_jit(void)
{
	if (probe_jit())
		OK("programs are compiled (JIT)");
	else
		WARN("programs are interpreted, which is slow: sysctl net.core.bpf_jit_enable=1");
}

static void check_program(void)
{
	int err = probe_program();

	if (err)
		BAD("the kernel's verifier refuses sleepproxyd's program: %s", strerror(-err));
	else
		OK("the kernel accepts sleepproxyd's program");
}

static void check_bpf(void)
{
	bool maps, programs;

	findings_title("BPF");
	maps = check_permission("maps", probe_maps());
	programs = check_permission("XDP programs", probe_xdp());
	if (!maps || !programs)
		return;
	check_features();
	check_jit();
	check_program();
}

static void add_no_bpffs(const char *pin_dir)
{
	if (!capability_has(CAP_SYS_ADMIN))
		BAD("%s is on no BPF file system. As root: mount -t bpf -o uid=%u,mode=0700 bpf %s "
		    "(Linux before 6.8 has no uid=: then chown it)",
		    pin_dir, geteuid(), pin_dir);
	else
		WARN("%s is on no BPF file system yet: sleepproxyd tries to mount one "
		     "(by hand: mount -t bpf bpf %s)",
		     pin_dir, pin_dir);
}

static void check_directory(const char *pin_dir)
{
	char path[PATH_MAX];
	const char *existing = path; /* the directory itself, or the nearest one above it */
	struct statvfs fs;

	snprintf(path, sizeof(path), "%s", pin_dir);
	while (access(existing, F_OK))
		existing = dirname(path);
	if (!probe_bpffs(existing))
		add_no_bpffs(pin_dir);
	else if (!statvfs(existing, &fs) && fs.f_flag & ST_RDONLY)
		BAD("the BPF file system at %s is mounted read-only here (in a systemd unit: "
		    "ReadWritePaths=%s)",
		    existing, existing);
	else if (faccessat(AT_FDCWD, existing, W_OK | X_OK, AT_EACCESS))
		BAD("user %u may not write to %s: %s (chown %u %s)", geteuid(), existing,
		    strerror(errno), geteuid(), existing);
	else if (strcmp(existing, pin_dir))
		OK("%s can be created, on the BPF file system at %s", pin_dir, existing);
	else
		OK("%s is on a BPF file system, and writable", pin_dir);
}

/* An earlier daemon may have run as another user. */
static void check_owner(const char *pin_dir)
{
	char hosts[PATH_MAX];

	snprintf(hosts, sizeof(hosts), "%s/hosts", pin_dir);
	if (faccessat(AT_FDCWD, hosts, R_OK | W_OK, AT_EACCESS) && errno == EACCES)
		BAD("user %u may not use %s, which another user's sleepproxyd left: rm %s/*",
		    geteuid(), hosts, pin_dir);
}

/* Beside a daemon that runs, its directory is not to be given to whoever asks. */
static bool is_ordinary_user(void)
{
	return geteuid() && !capability_has(CAP_BPF) && !capability_has(CAP_NET_ADMIN);
}

static int print_result(void)
{
	const unsigned bad = findings.count[GRADE_BAD];
	const unsigned count = bad ? bad : findings.count[GRADE_WARN];

	if (findings.json) {
		struct json_object *json = json_object_new_object();

		json_object_object_add(json, "schema", json_object_new_int(1));
		json_object_object_add(json, "can-run", json_object_new_boolean(!bad));
		json_object_object_add(json, "findings", findings.json);
		puts(json_object_to_json_string_ext(json, JSON_C_TO_STRING_NOSLASHESCAPE));
		json_object_put(json);
		return bad ? EXIT_FAILURE : EXIT_SUCCESS;
	}
	printf("\nsleepproxyd %s here", bad ? "cannot run" : "can run");
	if (count)
		printf(": %u %s%s, see above", count, bad ? "problem" : "warning",
		       count == 1 ? "" : "s");
	puts(".");
	return bad ? EXIT_FAILURE : EXIT_SUCCESS;
}

int doctor(const char *interface, const char *pin_dir, bool json)
{
	const char *no_color = getenv("NO_COLOR");

	setlocale(LC_CTYPE, "");
	findings.words = strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
	findings.colours = isatty(STDOUT_FILENO) && !(no_color && *no_color);
	if (json)
		findings.json = json_object_new_array();
	probe_init();
	check_machine();
	check_privileges();
	check_bpf();
	findings_title("Pins");
	if (is_ordinary_user()) {
		NOTE("user %u cannot be the daemon's, and is not told what it would have to own: ask "
		     "as the daemon's user, with its capabilities, or as root (sudo)",
		     geteuid());
	} else {
		check_directory(pin_dir);
		check_owner(pin_dir);
	}
	if (interface)
		check_interface(interface, pin_dir);
	return print_result();
}
