# SPDX-License-Identifier: GPL-2.0-only
# What cannot be probed by the preprocessor: enum constants, by their text.
ifneq ($(shell grep -sw WQ_PERCPU $(srctree)/include/linux/workqueue.h),)
ccflags-y += -DMEMPOOL_HAVE_WQ_PERCPU
endif
