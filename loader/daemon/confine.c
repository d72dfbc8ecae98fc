// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What the daemon gives up once it is up, so that whoever takes it over by a bug has no more than
 * it needs: it can still load and attach the datapath, and send and receive frames.
 */
#include <errno.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <linux/ethtool.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/capability.h"
#include "base/log.h"
#include "daemon/daemon.h"
#include "seccomp/syscall_filter.h"

/* clang-format off */
#define ANY(name) { .number = SCMP_SYS(name) }
#define FIRST_IS(name, value) { .number = SCMP_SYS(name), .arguments = { SYSCALL_ARGUMENT_IS(0, value) } }
#define SECOND_IS(name, value) { .number = SCMP_SYS(name), .arguments = { SYSCALL_ARGUMENT_IS(1, value) } }
#define NO_CODE(name) { .number = SCMP_SYS(name), .arguments = { SYSCALL_ARGUMENT_LACKS(2, PROT_EXEC) } }
#define NETLINK(bus) \
	{ .number = SCMP_SYS(socket), .arguments = { SYSCALL_ARGUMENT_IS(0, AF_NETLINK), SYSCALL_ARGUMENT_IS(2, bus) } }

/*
 * What the daemon, its store's thread and its libraries call once it is up; also where a configured
 * interface comes later, or the disk is full. No program is executed, no process or thread started,
 * no memory made executable, nothing mounted or traced. tests/lan finds what is missing here: each
 * test fails where the log has a refused call.
 */
static const struct syscall_rule rules[] = {
	/* files */
	ANY(openat), ANY(open), ANY(close), ANY(read), ANY(readv), ANY(pread64), ANY(write), ANY(writev),
	ANY(pwrite64), ANY(lseek), ANY(fcntl), ANY(fsync), ANY(fdatasync), ANY(ftruncate), ANY(fallocate),
	ANY(fstat), ANY(stat), ANY(lstat), ANY(newfstatat), ANY(statx),
	ANY(access), ANY(faccessat), ANY(faccessat2), ANY(readlink), ANY(readlinkat), ANY(getcwd),
	ANY(getdents64), ANY(unlink), ANY(unlinkat), ANY(rmdir), ANY(rename), ANY(renameat),
	ANY(renameat2), ANY(fchmod), ANY(fchown), ANY(flock), ANY(dup3),
	/* sockets; of IPv6, if_nametoindex() tries where there is no descriptor for another */
	FIRST_IS(socket, AF_UNIX), FIRST_IS(socket, AF_INET), FIRST_IS(socket, AF_INET6),
	FIRST_IS(socket, AF_PACKET), FIRST_IS(socketpair, AF_UNIX),
	NETLINK(NETLINK_ROUTE), NETLINK(NETLINK_GENERIC),
	ANY(bind), ANY(connect), ANY(listen), ANY(accept), ANY(accept4), ANY(getsockname),
	ANY(getpeername), ANY(getsockopt), ANY(setsockopt), ANY(sendto), ANY(sendmsg), ANY(sendmmsg),
	ANY(recvfrom), ANY(recvmsg), ANY(recvmmsg), ANY(shutdown),
	SECOND_IS(ioctl, FIONREAD), SECOND_IS(ioctl, SIOCETHTOOL), SECOND_IS(ioctl, SIOCGIFINDEX),
	SECOND_IS(ioctl, SIOCGIFHWADDR), SECOND_IS(ioctl, SIOCGIFFLAGS), SECOND_IS(ioctl, SIOCGIFNAME),
	/* waiting, time, signals */
	ANY(epoll_ctl), ANY(epoll_wait), ANY(epoll_pwait), ANY(poll), ANY(ppoll),
	ANY(clock_gettime), ANY(clock_nanosleep), ANY(nanosleep), ANY(gettimeofday),
	ANY(time), ANY(restart_syscall), ANY(futex), ANY(sched_yield), ANY(rt_sigaction),
	ANY(rt_sigprocmask), ANY(rt_sigreturn), ANY(exit), ANY(exit_group),
	/* memory */
	ANY(brk), NO_CODE(mmap), NO_CODE(mprotect), ANY(mremap), ANY(munmap), ANY(madvise),
	/* itself; the store's thread, which may yet have to start and give up some rights */
	ANY(set_robust_list), ANY(rseq),
	ANY(getpid), ANY(gettid), ANY(getuid), ANY(geteuid), ANY(getgid), ANY(getegid), ANY(getrandom),
	ANY(uname), ANY(capget), ANY(capset), FIRST_IS(prctl, PR_SET_NO_NEW_PRIVS),
	FIRST_IS(setpriority, PRIO_PROCESS),
	FIRST_IS(prctl, PR_CAPBSET_READ), FIRST_IS(prctl, PR_CAPBSET_DROP), FIRST_IS(prctl, PR_CAP_AMBIENT),
	/* the datapath: maps; an interface that comes later, and who has it */
	FIRST_IS(bpf, BPF_MAP_LOOKUP_ELEM), FIRST_IS(bpf, BPF_MAP_UPDATE_ELEM),
	FIRST_IS(bpf, BPF_MAP_DELETE_ELEM), FIRST_IS(bpf, BPF_MAP_GET_NEXT_KEY),
	FIRST_IS(bpf, BPF_MAP_LOOKUP_BATCH), FIRST_IS(bpf, BPF_PROG_TEST_RUN),
	FIRST_IS(bpf, BPF_MAP_CREATE), FIRST_IS(bpf, BPF_MAP_FREEZE), FIRST_IS(bpf, BPF_BTF_LOAD),
	FIRST_IS(bpf, BPF_PROG_LOAD), FIRST_IS(bpf, BPF_PROG_BIND_MAP), FIRST_IS(bpf, BPF_OBJ_PIN),
	FIRST_IS(bpf, BPF_OBJ_GET), FIRST_IS(bpf, BPF_OBJ_GET_INFO_BY_FD),
	FIRST_IS(bpf, BPF_LINK_CREATE), FIRST_IS(bpf, BPF_LINK_UPDATE),
	FIRST_IS(bpf, BPF_PROG_GET_FD_BY_ID),
};
/* clang-format on */

int confine_syscalls(void)
{
	return syscall_filter_load(rules, sizeof(rules) / sizeof(*rules), SYSCALL_REFUSED);
}

/* A reload reads two again, an interface that comes later is pinned, the store is closed. */
static uint64_t needed_for_files(const struct daemon *daemon)
{
	const struct {
		const char *path;
		int mode;
	} files[] = {
		{ daemon->options.config, R_OK },
		{ daemon->config.npp.keys, R_OK },
		{ daemon->options.pin_dir, R_OK | W_OK | X_OK },
		{ daemon->options.state_dir, R_OK | W_OK | X_OK },
	};
	uint64_t needed = 0;

	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
		const char *path = files[i].path;

		if (!path || !*path || !capability_for_file(path, files[i].mode))
			continue;
		log_info("keeps CAP_DAC_OVERRIDE: %s is another user's", path);
		needed |= CAPABILITY_BIT(CAP_DAC_OVERRIDE);
	}
	return needed;
}

int confine_start(struct daemon *daemon)
{
	int err = capability_limit(capability_lasting() | needed_for_files(daemon));

	if (err)
		log_warning("capabilities cannot be dropped: %s", strerror(-err));
	err = confine_syscalls();
	if (err && err != -ENOTSUP)
		log_warning("system calls cannot be limited: %s", strerror(-err));
	return 0;
}
