# SPDX-License-Identifier: GPL-2.0-only
# What people type.  How modules are built stands in Kbuild; the kernels that
# `make demo` and the tests boot come from lab/, which gets what it needs.
#
# A comment after two #'s behind a target is its line in `make help`.

KDIR	?= /lib/modules/$(shell uname -r)/build
PREFIX	 = $(DESTDIR)/usr/src/mempool
SHELL	:= /bin/bash

# Headers come without what debug information and signatures are made from:
# do not let kbuild complain of it.
KBUILD	 = $(MAKE) --no-print-directory -s -C $(KDIR) M=$(CURDIR) \
	$(if $(wildcard $(KDIR)/vmlinux),,CONFIG_DEBUG_INFO_BTF_MODULES=) \
	$(if $(wildcard $(KDIR)/certs/signing_key.pem),,CONFIG_MODULE_SIG_ALL=)
LANES	?= 6.1 6.12 7

CFLAGS	?= -O2 -g
TOOL	 = build/tools/mempoolctl
RELEASE	 = $(shell sed -n 's/^MODULE_VERSION("\(.*\)");$$/\1/p' kmod/main.c)
SHARE	 = $(DESTDIR)/usr/share

all: modules ## build mempool.ko and the sample driver for the running kernel (or KDIR=)

# Only what a user needs: the lab builds the tests' modules.
modules: headers-are-there
	@$(KBUILD) MEMPOOL_PARTS='kmod samples' modules
	@ls kmod/mempool.ko samples/mempool_blk/mempool_blk.ko

headers-are-there:
	@test -e $(KDIR)/Makefile || { \
		echo "The kernel headers are not in $(KDIR)." >&2; \
		echo "For the running kernel:  apt-get install linux-headers-$$(uname -r)" >&2; \
		echo "For another one:         make KDIR=its-headers" >&2; \
		echo "To try mempool without:  make demo" >&2; \
		exit 1; }

load: modules ## build, then load mempool into the running kernel (as root)
	@lab/get kmod
	@/sbin/insmod kmod/mempool.ko
	@mountpoint -q /sys/kernel/debug || mount -t debugfs debugfs /sys/kernel/debug
	@echo "mempool is loaded; its statistics: /sys/kernel/debug/mempool/stats"

unload: ## unload mempool (as root)
	@/sbin/rmmod mempool

install: headers-are-there ## install the module, and in /usr/src/mempool what drivers need (DESTDIR=)
	@$(KBUILD) MEMPOOL_PARTS=kmod modules
	@$(KBUILD) MEMPOOL_PARTS=kmod INSTALL_MOD_DIR=updates \
		$(if $(DESTDIR),INSTALL_MOD_PATH=$(abspath $(DESTDIR))) modules_install \
		2> >(grep -v 'Skipping depmod' >&2)
	@$(if $(DESTDIR),,/sbin/depmod $$(sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' $(KDIR)/include/generated/utsrelease.h))
	@rm -rf $(PREFIX)/include
	@mkdir -p $(PREFIX)
	@cp -r include $(PREFIX)/
	@cp Module.symvers $(PREFIX)/
	@echo "installed: mempool.ko in updates/, headers and Module.symvers in $(PREFIX)"

tools: $(TOOL) ## build mempoolctl, which reads and tunes a loaded mempool

$(TOOL): $(wildcard tools/mempoolctl/*.[ch]) include/uapi/mempool/mempool_ioctl.h kmod/main.c
	@pkg-config --exists smartcols json-c ncursesw 2>/dev/null || \
		lab/get gcc libc6-dev pkg-config libsmartcols-dev libjson-c-dev libncurses-dev
	@mkdir -p $(@D)
	@$(CC) -std=c11 -D_GNU_SOURCE -Wall -Wextra $(CFLAGS) $(LDFLAGS) -Iinclude/uapi \
		-DMEMPOOLCTL_VERSION='"$(RELEASE)"' $$(pkg-config --cflags smartcols json-c ncursesw) \
		-o $@ tools/mempoolctl/*.c $$(pkg-config --libs smartcols json-c ncursesw)
	@echo $@

install-tools: $(TOOL) ## install mempoolctl with its manual, and the header of /dev/mempool (DESTDIR=)
	@install -D -m 755 $(TOOL) $(DESTDIR)/usr/sbin/mempoolctl
	@install -D -m 644 -t $(SHARE)/man/man8 tools/mempoolctl.8
	@install -D -m 644 -t $(SHARE)/man/man4 tools/mempool.4
	@install -D -m 644 tools/mempoolctl.bash $(SHARE)/bash-completion/completions/mempoolctl
	@install -D -m 644 -t $(SHARE)/mempool tools/mempoolctl.schema.json
	@install -D -m 644 -t $(DESTDIR)/usr/include/mempool include/uapi/mempool/mempool_ioctl.h
	@echo "installed: mempoolctl, mempoolctl(8), mempool(4)"

demo: ## see it work: boot Debian's 6.1 with the sample driver (under 5 minutes)
	@samples/demo.sh

test: ## run all tests; ends with "N passed, N failed"
	@userspace-test/run

kunit: ## run the unit tests alone, on a kernel in user mode
	@userspace-test/run kunit

torture: ## every context at once, 2 minutes a kernel (LANES='6.1 6.12 7')
	@set -e; for lane in $(LANES); do torture/run --lane $$lane; done

bench: ## run all benchmarks; results.json and plots go to build/bench (under 15 minutes)
	@bench/run

bench-icount: ## count the instructions of an allocation and a free on each kernel
	@bench/icount

bench-replay: ## replay real allocation traces through slab and mempool, on UML
	@set -e; for trace in bench/traces/*.xz; do bench/replay $$trace; done

bench-native: ## time allocators against each other, on UML
	@bench/native

clean: ## remove what was built here; lab/clean removes the cache of kernels
	@rm -rf build Module.symvers modules.order .tmp_versions
	@find . -path ./.git -prune -o -type f \( -name '*.o' -o -name '*.ko' -o \
		-name '*.mod' -o -name '*.mod.c' -o -name '*.cmd' -o -name '*.order' -o \
		-name '.*.d' \) -exec rm -f {} +

help: ## this list
	@echo "make TARGET, where TARGET is:"
	@sed -nE 's/^([a-z][a-z-]*):.*## (.*)/  \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | \
		expand -t 16

.PHONY: all load unload install tools install-tools demo test kunit torture bench bench-icount bench-replay bench-native clean help
