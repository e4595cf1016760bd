// SPDX-License-Identifier: GPL-2.0-only
/*
 * lab_splat.c - a module that misbehaves on demand
 *
 * For the lab's own tests: what a guest does wrong has to reach the caller of
 * lab/vm.  Uses nothing of mempool, so that the lab is tested alone.
 */
#include <linux/irqflags.h>
#include <linux/module.h>
#include <linux/sched.h>

static char *how = "nothing";
module_param(how, charp, 0400);
MODULE_PARM_DESC(how, "nothing, refuse, warn, oops, slab or hang");

static int __init lab_splat_init(void)
{
	pr_info("lab_splat: %s\n", how);
	if (!strcmp(how, "refuse"))
		return -ENODEV;
	if (!strcmp(how, "warn"))
		WARN(1, "lab_splat was asked to warn\n");
	if (!strcmp(how, "oops"))
		WRITE_ONCE(*(int *)NULL, 1);
	/* What slab's debugging says, and goes on. */
	if (!strcmp(how, "slab"))
		pr_err("BUG lab_splat (Tainted: G           OE     ): Object already free\n");
	if (!strcmp(how, "hang")) {
		local_irq_disable();
		for (;;)
			cpu_relax();
	}
	return 0;
}

static void __exit lab_splat_exit(void)
{
}

module_init(lab_splat_init);
module_exit(lab_splat_exit);
MODULE_DESCRIPTION("Misbehaves on demand, for the tests of the lab");
MODULE_LICENSE("GPL");
