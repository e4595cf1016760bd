# SPDX-License-Identifier: GPL-2.0-only
# What cannot be probed by the preprocessor: enum constants, by their text.
mempool-srctree := $(if $(KBUILD_EXTMOD),$(abs_srctree),$(srctree))
ifneq ($(shell grep -sl '\bWQ_PERCPU\b' $(mempool-srctree)/include/linux/workqueue.h $(srctree)/include/linux/workqueue.h),)
ccflags-y += -DMEMPOOL_HAVE_WQ_PERCPU
endif
