# sleepproxy: a network proxy for sleeping hosts. `make help` lists what can be done.
VERSION ?= 0.1.0
PREFIX ?= /usr/local
BUILD ?= build
IFACE ?=

CC ?= gcc
CLANG ?= clang
BPFTOOL ?= $(firstword $(wildcard /usr/sbin/bpftool /sbin/bpftool) bpftool)
LLVM_STRIP ?= llvm-strip
Q = $(if $(V),,@)
say = $(if $(V),,@printf '  %-7s %s\n' $(1) $(2))

LIBS = libbpf libxdp libelf libevent libmnl json-c libconfuse sqlite3
CFLAGS ?= -O2 -g
override CFLAGS += -std=gnu11 -Wall -Wextra -Werror -fstack-protector-strong
CPPFLAGS += -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -Iinclude -Imaps -Iloader -I$(BUILD)
override CPPFLAGS += $(shell pkg-config --cflags $(LIBS) 2>/dev/null)
DAEMON_LIBS = $(shell pkg-config --libs $(LIBS) 2>/dev/null)
CTL_LIBS = $(shell pkg-config --libs json-c 2>/dev/null)
# v3: the state of a host is one 32-bit compare and swap (Linux 5.12 and later)
BPF_FLAGS = -target bpf -mcpu=v3 -O2 -g -Wall -Wextra -Wno-unused-function -Werror -Ivmlinux -Iinclude -Imaps -Ibpf

CORE = $(wildcard loader/core/*.c)
CTL = $(wildcard loader/ctl/*.c) $(CORE)
DAEMON = loader/main.c $(filter-out $(wildcard loader/ctl/*.c),$(wildcard loader/*/*.c))
objects = $(patsubst %.c,$(BUILD)/%.o,$(1))
BPF = $(BUILD)/sleepproxy.bpf.o
SKELETON = $(BUILD)/sleepproxy.skel.h

.DEFAULT_GOAL := all
.PHONY: all deps demo check run bench install uninstall clean format help

all: $(BUILD)/sleepproxyd $(BUILD)/sleepproxyctl ## build the daemon and its command line

$(BPF): bpf/sleepproxy.bpf.c $(wildcard bpf/*.h include/*.h maps/*.h vmlinux/*.h)
	@mkdir -p $(@D)
	$(call say,BPF,$<)
	$(Q)$(CLANG) $(BPF_FLAGS) -c $< -o $@ && $(LLVM_STRIP) -g $@

$(SKELETON): $(BPF)
	$(call say,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name sleepproxy_bpf > $@.tmp && mv $@.tmp $@

$(BUILD)/loader/datapath/%.o: | $(SKELETON)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/sleepproxyd: $(call objects,$(DAEMON))
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(DAEMON_LIBS) -o $@

$(BUILD)/sleepproxyctl: $(call objects,$(CTL))
	$(call say,LINK,$@)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) $^ $(CTL_LIBS) -o $@

-include $(patsubst %.o,%.d,$(call objects,$(DAEMON) $(CTL)))

clean: ## remove what was built
	$(Q)rm -rf $(BUILD)

format: ## put all C into the project's form
	$(Q)clang-format -i $$(git ls-files '*.c' '*.h')

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' Makefile | column -t -s '|'
