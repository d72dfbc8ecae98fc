// SPDX-License-Identifier: GPL-2.0-or-later
#include "doctor/doctor.h"

#include <stdlib.h>

#include "doctor/visit.h"

static const struct {
	const char *title;
	check_fn *const *checks;
	bool of_interface;
} groups[] = {
	{ "Machine", machine_checks, false },
	{ "Privileges", privilege_checks, false },
	{ "BPF", bpf_checks, false },
	{ "Pins", pin_checks, false },
	{ "Interface", interface_checks, true },
};

static int verdict(const struct findings *findings)
{
	unsigned bad = findings->count[GRADE_BAD], warnings = findings->count[GRADE_WARN];

	if (bad)
		fprintf(findings->out,
		        "\nsleepproxyd cannot run here: %u finding%s above stand%s in its way.\n",
		        bad, bad == 1 ? "" : "s", bad == 1 ? "s" : "");
	else if (warnings)
		fprintf(findings->out, "\nsleepproxyd can run here; mind the %u warning%s above.\n",
		        warnings, warnings == 1 ? "" : "s");
	else
		fprintf(findings->out, "\nsleepproxyd can run here.\n");
	return bad ? EXIT_FAILURE : EXIT_SUCCESS;
}

int doctor(const char *interface, const char *pin_dir)
{
	struct visit visit = {
		.interface = interface,
		.pin_dir = pin_dir,
		.findings = findings_start(stdout),
	};

	for (size_t i = 0; i < sizeof(groups) / sizeof(*groups); i++) {
		check_fn *const *check = groups[i].checks;

		if (groups[i].of_interface && !interface)
			continue;
		findings_title(&visit.findings, groups[i].title);
		while (*check && (*check)(&visit))
			check++;
	}
	return verdict(&visit.findings);
}
