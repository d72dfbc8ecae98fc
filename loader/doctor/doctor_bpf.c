// SPDX-License-Identifier: GPL-2.0-or-later
/* The kernel's BPF: allowed, complete, and content with this build's program. */
#include <errno.h>
#include <string.h>

#include "datapath/probe.h"
#include "doctor/visit.h"

static const struct {
	const char *what;
	int (*probe)(void);
} permissions[] = {
	{ "maps", probe_maps },
	{ "XDP programs", probe_xdp },
};

static const char *reason(int err)
{
	if (err == -EPERM || err == -EACCES)
		return "a capability is missing above, or a seccomp profile or security module "
		       "forbids bpf(2)";
	if (err == -ENOSYS)
		return "the kernel was built without CONFIG_BPF_SYSCALL, or a seccomp profile hides it";
	if (err == -ENOMEM)
		return "the memory limit of this control group is too small";
	return "the kernel was built without it, or a security module forbids it";
}

static bool check_allowed(struct visit *visit)
{
	visit->bpf_works = true;
	for (size_t i = 0; i < sizeof(permissions) / sizeof(*permissions); i++) {
		int err = permissions[i].probe();

		if (!err)
			OK(visit, "bpf(2) makes %s", permissions[i].what);
		else
			BAD(visit, "bpf(2) refuses %s (%s): %s", permissions[i].what,
			    strerror(-err), reason(err));
		visit->bpf_works &= !err;
	}
	return visit->bpf_works;
}

static bool check_features(struct visit *visit)
{
	for (size_t i = 0; i < probe_feature_count; i++) {
		const struct probe_feature *feature = &probe_features[i];

		if (feature->is_there(feature->id))
			OK(visit, "%s %s", feature->kind, feature->name);
		else
			BAD(visit, "no %s %s: Linux has it since %s", feature->kind, feature->name,
			    feature->since);
	}
	return true;
}

static bool check_jit(struct visit *visit)
{
	if (probe_jit())
		OK(visit, "programs are compiled (JIT)");
	else
		WARN(visit,
		     "programs are interpreted, which is slow: sysctl net.core.bpf_jit_enable=1");
	return true;
}

static bool check_program(struct visit *visit)
{
	int err = probe_program();

	if (err)
		BAD(visit, "the kernel's verifier refuses sleepproxyd's program: %s",
		    strerror(-err));
	else
		OK(visit, "the kernel takes sleepproxyd's program");
	return true;
}

check_fn *const bpf_checks[] = { check_allowed, check_features, check_jit, check_program, NULL };
