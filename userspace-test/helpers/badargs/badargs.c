// SPDX-License-Identifier: GPL-2.0-only
/*
 * badargs.c - mempool_badargs: every argument that must be refused
 *
 * Called from: insmod.  Calls: objcache.  Context: task.
 *
 * Prints a line for each case: "case N: WHAT: ERRNO", which 40-badargs.sh
 * compares, together with what mempool itself said between two of them.
 */
#define pr_fmt(fmt) "mempool_badargs: " fmt

#include <linux/err.h>
#include <linux/module.h>
#include <linux/nodemask.h>

#include <mempool/objcache.h>

struct bad_case {
	const char		*what;
	const char		*name;
	unsigned int		size;
	struct objcache_params	params;
};

static const struct bad_case cases[] = {
	{ "name-null", NULL, 64 },
	{ "name-empty", "", 64 },
	{ "name-long", "a-name-of-thirty-two-characters-", 64 },
	{ "name-slash", "a/b", 64 },
	{ "name-space", "a b", 64 },
	{ "name-newline", "a\nb", 64 },
	{ "name-dot", ".hidden", 64 },
	{ "name-dots", "..", 64 },
	{ "name-reserved", "stats", 64 },
	{ "name-duplicate", "badargs", 64 },
	{ "size-zero", "bad", 0 },
	{ "size-huge", "bad", OBJCACHE_SIZE_MAX + 1 },
	{ "size-absurd", "bad", UINT_MAX },
	{ "align-three", "bad", 64, { .align = 3 } },
	{ "align-huge", "bad", 64, { .align = 2 * PAGE_SIZE } },
	{ "flags-unknown", "bad", 64, { .flags = 1u << 31 } },
	{ "usercopy-outside", "bad", 64, { .useroffset = 60, .usersize = 5 } },
	{ "usercopy-wraps", "bad", 64, { .useroffset = 8, .usersize = UINT_MAX - 4 } },
	{ "node-negative", "bad", 64, { .flags = OBJCACHE_NODE, .node = -1 } },
	{ "node-offline", "bad", 64, { .flags = OBJCACHE_NODE, .node = MAX_NUMNODES } },
};

static void try_case(const struct bad_case *c)
{
	struct objcache *cache = objcache_create(c->name, c->size, &c->params);

	if (IS_ERR(cache)) {
		pr_info("case %s: %ld\n", c->what, PTR_ERR(cache));
		return;
	}
	pr_info("case %s: 0\n", c->what);
	objcache_destroy(cache);
}

/* The bounds themselves are good arguments. */
static const struct bad_case good_cases[] = {
	{ "good-size-one", "g", 1 },
	{ "good-size-max", "good", OBJCACHE_SIZE_MAX },
	{ "good-name-long", "a-name-of-thirty-one-characters", 64 },
	{ "good-align-page", "good", 64, { .align = PAGE_SIZE } },
	{ "good-usercopy", "good", 64, { .useroffset = 60, .usersize = 4 } },
	{ "good-node", "0.good_name-9", 64, { .flags = OBJCACHE_NODE, .node = 0 } },
};

static int __init badargs_init(void)
{
	struct objcache *cache = objcache_create("badargs", 64, NULL);
	unsigned int i;
	void *obj, *other;

	if (IS_ERR(cache))
		return PTR_ERR(cache);
	pr_info("case start: 0\n");
	for (i = 0; i < ARRAY_SIZE(cases); i++)
		try_case(&cases[i]);
	for (i = 0; i < ARRAY_SIZE(good_cases); i++)
		try_case(&good_cases[i]);

	objcache_free(cache, NULL);
	pr_info("case free-null: 0\n");
	objcache_free_inline(cache, NULL);
	pr_info("case free-null-inline: 0\n");
	pr_info("case destroy-null: %d\n", objcache_destroy(NULL));
	pr_info("case capacity-max: %d\n", objcache_set_capacity(cache, 256));
	pr_info("case capacity-more: %d\n", objcache_set_capacity(cache, 257));
	pr_info("case capacity-after: %u\n", objcache_capacity(cache));
	pr_info("case depot-more: %d\n", objcache_set_depot_capacity(cache, UINT_MAX));

	/* With preemption off, so that the CPU is the same. */
	preempt_disable();
	obj = objcache_alloc(cache, GFP_ATOMIC);
	objcache_free(cache, obj);
	objcache_free(cache, obj);
	pr_info("case double-free: 0\n");
	objcache_free_inline(cache, obj);
	pr_info("case double-free-inline: 0\n");
	preempt_enable();
	/* One owner, and another object for the next. */
	obj = objcache_alloc(cache, GFP_KERNEL);
	other = objcache_alloc(cache, GFP_KERNEL);
	pr_info("case two-owners: %d\n", obj == other);
	objcache_free(cache, other);
	pr_info("case destroy-busy: %d\n", objcache_destroy(cache));
	pr_info("case destroy-twice: %d\n", objcache_destroy(cache));
	pr_info("case alloc-after: %d\n", objcache_alloc(cache, GFP_KERNEL) ? 0 : -ENOMEM);
	objcache_free(cache, obj);
	return 0;
}

static void __exit badargs_exit(void)
{
}

module_init(badargs_init);
module_exit(badargs_exit);

MODULE_DESCRIPTION("Arguments that mempool must refuse");
MODULE_AUTHOR("The mempool authors");
MODULE_LICENSE("GPL");
