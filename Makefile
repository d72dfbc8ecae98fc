# sleepproxy: a network proxy for sleeping hosts. `make help` lists what can be done.
VERSION ?= $(shell sed -n '1s/.*(\(.*\)).*/\1/p' debian/changelog)
PREFIX ?= /usr/local
UNITS ?= $(PREFIX)/lib/systemd/system
BUILD ?= build$(if $(SAN),-san)$(if $(COVERAGE),-coverage)$(if $(ARCH),-$(ARCH))
IFACE ?=

# ARCH=arm64 builds for that architecture, by Debian's cross compiler and its libraries.
CROSS := $(if $(ARCH),$(shell dpkg-architecture -a $(ARCH) -q DEB_HOST_GNU_TYPE)-)
ifdef CROSS
CC = $(CROSS)gcc
PKG_CONFIG = $(CROSS)pkg-config
endif
CC ?= gcc
CLANG ?= clang
PKG_CONFIG ?= pkg-config
BPFTOOL ?= $(firstword $(wildcard /usr/sbin/bpftool /sbin/bpftool) bpftool)
LLVM_STRIP ?= llvm-strip
Q = $(if $(V),,@)
say = $(if $(V),,@printf '  %-7s %s\n' $(1) $(2))

LIBS = libbpf libxdp libevent libmnl json-c sqlite3 nettle libseccomp
FOUND := $(foreach lib,$(LIBS),$(shell $(PKG_CONFIG) --exists $(lib) 2>/dev/null && echo $(lib)))
# Of what is being built: the daemon's, unless it is said below.
NEEDS = $(LIBS)
named = $(foreach lib,$(filter-out $(FOUND),$(NEEDS)),$(error $(PKG_CONFIG) finds no $(lib): packaging/install-deps build))
CFLAGS ?= -O2 -g
WERROR ?= -Werror
# Hardening. FORTIFY: where the optimizer runs and CFLAGS do not say; sanitizers check more than it does.
OPTIMIZED := $(filter-out -O0,$(lastword $(filter -O%,$(CFLAGS))))
FORTIFY_LEVEL := $(shell $(CC) $(OPTIMIZED) -D_FORTIFY_SOURCE=3 -Werror -include features.h -E -x c /dev/null >/dev/null 2>&1 && echo 3 || echo 2)
FORTIFY := $(if $(OPTIMIZED),$(if $(SAN)$(findstring _FORTIFY_SOURCE,$(CFLAGS) $(CPPFLAGS)),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=$(FORTIFY_LEVEL)))
CONTROL_FLOW_x86_64 = -fcf-protection
CONTROL_FLOW_aarch64 = -mbranch-protection=standard
CONTROL_FLOW := $(CONTROL_FLOW_$(firstword $(subst -, ,$(shell $(CC) -dumpmachine))))
HARDENING = $(FORTIFY) $(CONTROL_FLOW) -fPIE -fstack-protector-strong -fstack-clash-protection
override LDFLAGS += -pie -Wl,-z,relro,-z,now
override CFLAGS += -std=gnu11 -Wall -Wextra $(WERROR) $(HARDENING)
CPPFLAGS += -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -Iinclude -Imaps -Iloader -I$(BUILD)
override CPPFLAGS += $(if $(FOUND),$(shell $(PKG_CONFIG) --cflags $(FOUND)))
SANITIZERS = -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
override CFLAGS += $(if $(SAN),$(SANITIZERS)) $(if $(COVERAGE),--coverage)
# v3: the state of a host is one 32-bit compare and swap (on arm64, Linux 5.18 and later)
BPF_FLAGS = -target bpf -mcpu=v3 -O2 -g -Wall -Wextra -Wno-unused-function $(WERROR) -Ivmlinux -Iinclude -Imaps -Ibpf
# Lines of the source are in the program, by name: the same in any folder.
BPF_FLAGS += -ffile-prefix-map=$(CURDIR)=.
# Stack slots of one use each: without CAP_PERFMON, kernels before 6.3 refuse a store of less than 8 octets into a slot
# that was partly written before. So the code stores smaller values once, or not on the stack.
BPF_FLAGS += -mllvm -no-stack-coloring -mllvm -no-stack-slot-sharing

BASE = $(wildcard loader/base/*.c)
CTL = $(wildcard loader/cli/*.c loader/report/*.c) loader/control/protocol.c $(BASE)
# What the agent shares with the daemon: the protocol, a lease's options, netlink, and how a configuration is read.
SHARED = $(addprefix loader/config/,config_reader.c value_readers.c) \
	$(addprefix loader/dhcp/,dhcp_message.c dhcp6_message.c) loader/host/description.c \
	$(addprefix loader/net/,iface.c magic.c netlink.c)
AGENT = $(wildcard loader/agent/*.c loader/lease_formats/*.c loader/npp/*.c) $(SHARED) $(BASE)
LAN = $(addprefix $(BUILD)/tests/lan/,agent_facts ask_while)
DAEMON = loader/sleepproxyd.c $(filter-out $(wildcard loader/cli/*.c loader/agent/*.c loader/lease_formats/*.c),$(wildcard loader/*/*.c))
objects = $(patsubst %.c,$(BUILD)/%.o,$(1))

define link
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(shell $(PKG_CONFIG) --libs $(NEEDS)) $(1) -o $@
endef
BPF = $(BUILD)/sleepproxy.bpf.o
SKELETON = $(BUILD)/sleepproxy.skel.h

.DEFAULT_GOAL := all
.PHONY: all lan tests demo check check-containers check-kernels lint coverage picture bench run dist install install-agent clean format help
.SECONDARY:

all: $(BUILD)/sleepproxyd $(BUILD)/sleepproxyctl $(BUILD)/sleepproxy-agent ## build the daemon, its command line and the agent

$(BPF): bpf/sleepproxy.bpf.c $(wildcard bpf/*.h include/*.h maps/*.h vmlinux/*.h)
	@mkdir -p $(@D)
	$(call say,BPF,$<)
	$(Q)$(CLANG) $(BPF_FLAGS) -c $< -o $@ && $(LLVM_STRIP) -g $@

$(SKELETON): $(BPF)
	$(call say,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name sleepproxy_bpf > $@.tmp && mv $@.tmp $@

$(call objects,$(wildcard loader/datapath/*.c tests/datapath/*.c) tests/unit/test_index_own.c): | $(SKELETON)

$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(named)$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/loader/http/http_reply.o $(BUILD)/fuzzed/loader/http/http_reply.o: loader/http/page.html # which it contains

$(BUILD)/sleepproxyd: $(call objects,$(DAEMON))
	$(call link)

$(BUILD)/sleepproxyctl $(BUILD)/tests/unit/test_ctl_%: NEEDS = json-c
$(BUILD)/sleepproxyctl: $(call objects,$(CTL))
	$(call link)

$(BUILD)/sleepproxy-agent $(BUILD)/tests/unit/test_agent_% $(LAN): NEEDS = json-c libmnl nettle
$(BUILD)/sleepproxy-agent: $(call objects,$(AGENT))
	$(call link)

# Tests: a program for each tests/unit/test_*.c and tests/datapath/test_*.c, run by pytest together with the LAN's.
UNIT = $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/test_*.c))
DATAPATH = $(patsubst %.c,$(BUILD)/%,$(wildcard tests/datapath/test_*.c))
DATAPATH_SUPPORT = $(call objects,$(wildcard tests/datapath/support*.c))
agent_tested = $(call objects,$(filter-out loader/agent/sleepproxy_agent.c,$(AGENT)))
ctl_tested = $(call objects,$(filter-out loader/cli/sleepproxyctl.c,$(CTL)))
daemon_tested = $(call objects,$(filter-out loader/sleepproxyd.c,$(DAEMON)))

$(BUILD)/tests/unit/test_ctl_%: $(BUILD)/tests/unit/test_ctl_%.o $(ctl_tested)
	$(call link,-lcmocka)

$(BUILD)/tests/unit/test_agent_%: $(BUILD)/tests/unit/test_agent_%.o $(agent_tested)
	$(call link,-lcmocka)

$(BUILD)/tests/unit/test_%: $(BUILD)/tests/unit/test_%.o $(daemon_tested)
	$(call link,-lcmocka)

$(BUILD)/tests/lan/agent_facts: $(agent_tested)
$(LAN): $(BUILD)/tests/lan/%: $(BUILD)/tests/lan/%.o
	$(call link)

$(BUILD)/tests/%.o: CPPFLAGS += -Itests/unit -Itests/datapath
$(BUILD)/tests/datapath/test_%: $(BUILD)/tests/datapath/test_%.o $(DATAPATH_SUPPORT)
	$(call link,-lcmocka)

# which starts others
$(BUILD)/tests/datapath/test_capabilities: | $(filter-out %/test_capabilities,$(DATAPATH))

# Fuzzers: a program for each tests/fuzz/fuzz_*.c, and the sources that it needs, which are built for all of them once.
FUZZERS = $(patsubst %.c,$(BUILD)/%,$(wildcard tests/fuzz/fuzz_*.c))
fuzzed = $(patsubst %.c,$(BUILD)/fuzzed/%.o,$(wildcard $(1)))
FUZZ_FLAGS = -U_FORTIFY_SOURCE -fsanitize=$(1),address,undefined -fno-sanitize-recover=all
WRAPPED = $(addprefix -Wl$(comma)--wrap=,$(1))
comma = ,
$(BUILD)/tests/fuzz/%: NEEDS = libevent json-c nettle sqlite3

$(BUILD)/fuzzed/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(named)$(call say,FUZZED,$<)
	$(Q)$(CLANG) $(CPPFLAGS) $(CFLAGS) $(call FUZZ_FLAGS,fuzzer-no-link) -MMD -MP -c $< -o $@

$(call fuzzed,loader/datapath/*.c): | $(SKELETON)

FUZZED = $(call fuzzed,loader/base/*.c loader/dhcp/dhcp*_message.c loader/npp/npp_*.c \
	$(addprefix loader/net/,iface.c nd_message.c router_advert.c))
$(BUILD)/tests/fuzz/fuzz_%: $(BUILD)/fuzzed/tests/fuzz/fuzz_%.o $(FUZZED)
	@mkdir -p $(@D)
	$(call say,FUZZ,$@)
	$(Q)$(CLANG) $(CFLAGS) $(call FUZZ_FLAGS,fuzzer) $(LDFLAGS) $(sort $^) $(shell $(PKG_CONFIG) --libs $(NEEDS)) -o $@

$(BUILD)/tests/fuzz/fuzz_npp_server: $(call fuzzed,$(addprefix loader/,npp_server/*.c register/*.c host/*.c group/*.c dhcp/*.c net/magic.c))
$(BUILD)/tests/fuzz/fuzz_npp_server: override LDFLAGS += $(call WRAPPED,packet_send)
$(BUILD)/tests/fuzz/fuzz_store: $(call fuzzed,loader/host/*store*.c)
$(BUILD)/tests/fuzz/fuzz_group_message: $(call fuzzed,loader/group/*.c)
$(BUILD)/tests/fuzz/fuzz_agent_answer $(BUILD)/tests/fuzz/fuzz_agent_state: \
	$(call fuzzed,$(addprefix loader/agent/,candidates.c npp_transaction.c state_file.c))
$(BUILD)/tests/fuzz/fuzz_lease_files: $(call fuzzed,loader/agent/lease_files.c loader/lease_formats/*.c)
$(BUILD)/tests/fuzz/fuzz_netlink: $(call fuzzed,$(addprefix loader/net/,net_state.c net_role.c prefixes.c net_subnets.c netlink.c))
$(BUILD)/tests/fuzz/fuzz_netlink: NEEDS += libmnl
$(BUILD)/tests/fuzz/fuzz_netlink: override LDFLAGS += $(call WRAPPED,mnl_socket_recvfrom)
$(BUILD)/tests/fuzz/fuzz_config: $(call fuzzed,loader/config/*.c loader/host/description.c)
$(BUILD)/tests/fuzz/fuzz_config: override LDFLAGS += $(call WRAPPED,file_read)
$(BUILD)/tests/fuzz/fuzz_control: $(call fuzzed,$(filter-out loader/sleepproxyd.c,$(DAEMON)))
$(BUILD)/tests/fuzz/fuzz_control: NEEDS = $(LIBS)

lan: all $(LAN) $(BUILD)/tests/bench/bench
tests: lan $(UNIT) $(DATAPATH) $(FUZZERS)

# Where nobody said how many jobs there may be, the tests are built by as many as there are CPUs. Tests of the LAN mostly
# wait for what happens there: a CPU has time for two or three of them.
JOBS = $(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))
PYTEST_ALL = /usr/bin/python3 -m pytest -q -n $(shell expr $$(nproc) '*' 5 / 2) tests

deps-%:
	$(Q)packaging/install-deps $*

# Each of these installs what it needs first, then starts make anew: the paths of libraries may just have come.
demo: deps-demo ## install what is missing, build, and show the main job on a small LAN (HTTP=1: its page stays open)
	$(Q)$(MAKE) --no-print-directory all
	$(Q)BUILD=$(BUILD) tests/demo/demo $(if $(HTTP),--http)

check: deps-check ## install what is missing, build, and run all tests (TEST=name: one; SAN=1: with sanitizers)
	$(Q)$(if $(TEST),,$(MAKE) $(JOBS) --no-print-directory tests)
	$(Q)BUILD=$(BUILD) $(if $(TEST),tests/one $(TEST),$(PYTEST_ALL)) $(PYTEST)

check-kernels: deps-kernels ## in QEMU: Debian's kernels, guests that truly sleep; here: the longer runs of wakes and races
	$(Q)$(MAKE) --no-print-directory tests
	$(Q)BUILD=$(BUILD) WAKES=100 RACE_SECONDS=60 /usr/bin/python3 -m pytest -q tests/lan/test_wake_dad.py \
		tests/datapath/test_index_race.c
	$(Q)BUILD=$(BUILD) tests/kernels/check

check-containers: deps-containers ## the image built and run by Docker and podman, the compose file, the Kubernetes manifest
	$(Q)$(MAKE) --no-print-directory lan
	$(Q)BUILD=$(BUILD) /usr/bin/python3 -m pytest -q -rs tests/lan/engines/on_*.py $(PYTEST)

run: deps-build ## build, and serve the interface IFACE until interrupted
	$(if $(IFACE),,$(error name the interface: make run IFACE=eth0))
	$(Q)$(MAKE) --no-print-directory all
	$(Q)$(BUILD)/sleepproxyd --interface $(IFACE)

install: all install-agent ## install below PREFIX (and DESTDIR)
	install -D -m 755 $(BUILD)/sleepproxyd $(DESTDIR)$(PREFIX)/sbin/sleepproxyd
	install -D -m 755 $(BUILD)/sleepproxyctl $(DESTDIR)$(PREFIX)/bin/sleepproxyctl
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man1 packaging/man/sleepproxyctl.1
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man5 packaging/man/sleepproxyd.conf.5
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man8 packaging/man/sleepproxyd.8
	install -D -m 644 packaging/completion/sleepproxyctl.bash \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/sleepproxyctl
	install -D -m 644 packaging/sleepproxyd.conf $(DESTDIR)$(PREFIX)/share/doc/sleepproxy/sleepproxyd.conf
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/doc/sleepproxy/examples/prometheus packaging/prometheus/alerts.yml
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/doc/sleepproxy/examples/grafana packaging/grafana/sleepproxy.json
	install -D -m 644 -t $(DESTDIR)$(UNITS) packaging/systemd/sleepproxyd.service packaging/systemd/sleepproxyd.path
	install -D -m 644 packaging/systemd/sleepproxy.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/sleepproxy.conf

install-agent: $(BUILD)/sleepproxy-agent ## install the agent alone, on a host that sleeps
	install -D -m 755 $(BUILD)/sleepproxy-agent $(DESTDIR)$(PREFIX)/bin/sleepproxy-agent
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man1 packaging/man/sleepproxy-agent.1
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/man/man5 packaging/man/sleepproxy-agent.conf.5
	install -D -m 644 packaging/completion/sleepproxy-agent.bash \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/sleepproxy-agent
	install -D -m 644 packaging/agent.conf $(DESTDIR)$(PREFIX)/share/doc/sleepproxy-agent/agent.conf
	install -D -m 755 packaging/pm/50sleepproxy-agent $(DESTDIR)$(PREFIX)/share/doc/sleepproxy-agent/50sleepproxy-agent
	install -D -m 644 -t $(DESTDIR)$(UNITS) packaging/systemd/sleepproxy-agent.service
	install -D -m 644 packaging/systemd/sleepproxy-agent.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/sleepproxy-agent.conf

-include $(patsubst %.o,%.d,$(call objects,$(DAEMON) $(CTL) $(AGENT) $(wildcard tests/unit/*.c tests/datapath/*.c tests/bench/*.c)))
-include $(wildcard $(BUILD)/fuzzed/*/*.d $(BUILD)/fuzzed/*/*/*.d)

# The bench: one program, with BPF programs of its own, and what it measures. It sizes the index as the daemon does.
BENCH = $(call objects,$(filter-out %.bpf.c,$(wildcard tests/bench/*.c)) loader/datapath/index.c)
BENCH_SKELETON = $(BUILD)/tests/bench/traffic.skel.h
BENCH_NEEDS = $(BUILD)/tests/bench/bench $(BUILD)/sleepproxyd $(BUILD)/sleepproxyctl

$(BUILD)/tests/bench/traffic.bpf.o: tests/bench/traffic.bpf.c tests/bench/traffic.h $(wildcard include/*.h vmlinux/*.h)
	@mkdir -p $(@D)
	$(call say,BPF,$<)
	$(Q)$(CLANG) $(BPF_FLAGS) -c $< -o $@ && $(LLVM_STRIP) -g $@

$(BENCH_SKELETON): $(BUILD)/tests/bench/traffic.bpf.o
	$(call say,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name traffic_bpf > $@.tmp && mv $@.tmp $@

$(BUILD)/tests/bench/%.o: CPPFLAGS += -I$(BUILD)/tests/bench
$(filter $(BUILD)/tests/%,$(BENCH)): | $(SKELETON) $(BENCH_SKELETON)
$(BUILD)/tests/bench/bench: $(BENCH)
	$(call link)

# Two more readers. What cppcheck must know, as it reads no headers of the system and is no compiler.
CPPCHECK_MACROS = $(addprefix --include=/usr/include/,utlist.h uthash.h bpf/libbpf_common.h)

lint: deps-lint $(SKELETON) ## clang-tidy and cppcheck on all of the C code
	$(Q)git ls-files 'loader/*.c' | xargs -P $$(nproc) -I{} clang-tidy --quiet {} -- $(CPPFLAGS) -std=gnu11
	$(Q)cppcheck --quiet --error-exitcode=1 --std=c11 --inline-suppr -j $$(nproc) -D__$$(uname -m)__ $(CPPCHECK_MACROS) $(filter -D% -I%,$(CPPFLAGS)) loader

coverage: deps-coverage ## run all tests, and say of each room which part of its lines they run
	$(Q)$(MAKE) $(JOBS) --no-print-directory COVERAGE=1 tests
	$(Q)find build-coverage -name '*.gcno' | sed 's/gcno$$/gcda/' | xargs sh -c 'touch "$$@" && chmod a+w "$$@"' sh # for any user
	$(Q)BUILD=build-coverage $(PYTEST_ALL) $(PYTEST)
	$(Q)gcovr --csv --root . --filter loader/ build-coverage | tests/coverage

bench: deps-bench ## measure the datapath, the daemon and others in their place (BENCH_OPTIONS=--help)
	$(Q)$(MAKE) $(JOBS) --no-print-directory $(BENCH_NEEDS)
	$(Q)$(BUILD)/tests/bench/bench --output $(BUILD)/bench.json $(BENCH_OPTIONS)
	$(if $(BENCH_OPTIONS),,$(Q)/usr/bin/python3 tests/bench/draw.py $(BUILD)/bench.json docs/bench.svg)

picture: deps-picture ## record the demo into docs/demo.svg, and the page into docs/page-*.webp
	$(Q)$(MAKE) --no-print-directory all
	$(Q)BUILD=$(BUILD) tests/demo/draw-page
	$(Q)script -qec "stty cols 112 rows 40 && termtosvg docs/demo.svg -g 112x40 -M 3000 -c 'env BUILD=$(BUILD) tests/demo/demo'" /dev/null

dist: ## pack the source of the last commit
	git archive --prefix=sleepproxy-$(VERSION)/ --output=$(BUILD)/sleepproxy-$(VERSION).tar.gz HEAD

clean: ## remove what was built
	$(Q)rm -rf $(BUILD) build-san build-coverage

format: ## put all C into the project's form
	$(Q)clang-format -i $$(git ls-files '*.c' '*.h')

help: ## show this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1|\2/p' Makefile | column -t -s '|'
