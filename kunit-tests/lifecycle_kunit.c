// SPDX-License-Identifier: GPL-2.0-only
/*
 * lifecycle_kunit.c - floor 1: create, resize, destroy, and every errno
 *
 * Called from: KUnit.  Calls: the public API.
 * Locks: none.  Context: a thread pinned to the first CPU.
 */
#include "kunit_cache.h"

#include <linux/module.h>

struct create_row {
	const char *desc;
	const char *name;
	unsigned int size;
	struct objcache_params params;
	long err;
};

#define NAME_31 "kunit-0123456789-0123456789-012"

static const struct create_row create_rows[] = {
	{ "no name",		NULL,		 64, {}, -EINVAL },
	{ "empty name",		"",		 64, {}, -EINVAL },
	{ "31 characters",	NAME_31,	 64, {}, 0 },
	{ "32 characters",	NAME_31 "3",	 64, {}, -ENAMETOOLONG },
	{ "space in name",	"kunit a",	 64, {}, -EINVAL },
	{ "slash in name",	"kunit/a",	 64, {}, -EINVAL },
	{ "newline in name",	"kunit\n",	 64, {}, -EINVAL },
	{ "percent in name",	"kunit%s",	 64, {}, -EINVAL },
	{ "not ASCII",		"kunit\xc3\xa9", 64, {}, -EINVAL },
	{ "leading dot",	".kunit",	 64, {}, -EINVAL },
	{ "leading dash",	"-kunit",	 64, {}, -EINVAL },
	{ "leading digit",	"0-kunit",	 64, {}, 0 },
	{ "all kinds",		"Ku-n_i.t9",	 64, {}, 0 },
	{ "reserved name",	"stats",	 64, {}, -EINVAL },
	{ "starts like it",	"stats-kunit",	 64, {}, 0 },
	{ "size 0",		"kunit-a",	 0, {}, -EINVAL },
	{ "size 1",		"kunit-a",	 1, {}, 0 },
	{ "largest size",	"kunit-a",	 65536, {}, 0 },
	{ "size too large",	"kunit-a",	 65537, {}, -E2BIG },
	{ "size -1",		"kunit-a",	 -1, {}, -E2BIG },
	{ "align 1",		"kunit-a",	 64, { .align = 1 }, 0 },
	{ "align 3",		"kunit-a",	 64, { .align = 3 }, -EINVAL },
	{ "align a page",	"kunit-a",	 64, { .align = PAGE_SIZE }, 0 },
	{ "align two pages",	"kunit-a",	 64, { .align = 2 * PAGE_SIZE }, -EINVAL },
	{ "unknown flag",	"kunit-a",	 64, { .flags = 1u << 30 }, -EINVAL },
	{ "highest flag",	"kunit-a",	 64, { .flags = 1u << 31 }, -EINVAL },
	{ "node -1",		"kunit-a",	 64,
	  { .flags = OBJCACHE_NODE, .node = -1 }, -EINVAL },
	{ "node offline",	"kunit-a",	 64,
	  { .flags = OBJCACHE_NODE, .node = MAX_NUMNODES - 1 + (MAX_NUMNODES == 1) }, -EINVAL },
	{ "node beyond all",	"kunit-a",	 64,
	  { .flags = OBJCACHE_NODE, .node = MAX_NUMNODES }, -EINVAL },
	{ "node not asked for",	"kunit-a",	 64, { .node = -1 }, 0 },
};

static void create_desc(const struct create_row *row, char *desc)
{
	strscpy(desc, row->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(create, create_rows, create_desc);

static void create_takes_or_refuses(struct kunit *test)
{
	const struct create_row *row = test->param_value;
	struct objcache *cache = objcache_create(row->name, row->size, &row->params);

	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(cache), row->err);
	if (!IS_ERR(cache))
		KUNIT_EXPECT_EQ(test, objcache_destroy(cache), 0);
}

static void a_name_can_be_had_once(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make(test, 64, NULL);
	const char *name = to_priv(kc->cache)->name;

	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(objcache_create(name, 64, NULL)), -EEXIST);
	KUNIT_EXPECT_EQ(test, PTR_ERR_OR_ZERO(objcache_create(name, 128, NULL)), -EEXIST);
}

/* Nothing is left of the first: slab would refuse or merge its name. */
static void a_name_is_free_after_destroy(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < 3; i++) {
		struct objcache *cache = objcache_create("kunit-again", 64, NULL);

		KUNIT_ASSERT_FALSE(test, IS_ERR(cache));
		KUNIT_EXPECT_EQ(test, objcache_destroy(cache), 0);
	}
}

struct capacity_row {
	unsigned int size, capacity, phys, most;
};

static const struct capacity_row capacity_rows[] = {
	{ 1, 128, 256, 256 },
	{ 256, 128, 256, 256 },
	{ 257, 127, 256, 256 },
	{ 512, 64, 256, 256 },
	{ 1024, 32, 128, 128 },
	{ 4096, 8, 64, 64 },
	{ 8192, 8, 64, 32 },
	{ 65536, 4, 64, 4 },
};

static void capacity_desc(const struct capacity_row *row, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "size %u", row->size);
}

KUNIT_ARRAY_PARAM(capacity, capacity_rows, capacity_desc);

static void capacity_follows_the_size(struct kunit *test)
{
	const struct capacity_row *row = test->param_value;
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, row->size, NULL);

	kunit_expect_capacity(test, kc->cache, row->capacity);
	KUNIT_EXPECT_EQ(test, objcache_set_capacity(kc->cache, row->phys), 0);
	KUNIT_EXPECT_EQ(test, to_priv(kc->cache)->capacity, row->most);
	KUNIT_EXPECT_EQ(test, objcache_set_capacity(kc->cache, row->most), 0);
	kunit_expect_capacity(test, kc->cache, row->most);
	KUNIT_EXPECT_EQ(test, objcache_set_capacity(kc->cache, row->phys + 1), -ERANGE);
	KUNIT_EXPECT_EQ(test, objcache_set_capacity(kc->cache, UINT_MAX), -ERANGE);
	kunit_expect_capacity(test, kc->cache, row->most);
}

static void a_capacity_is_kept_exactly(struct kunit *test)
{
	static const unsigned int capacities[] = { 1, 2, 3, 7, 100, 128, 0, 5 };
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, 64, NULL);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(capacities); i++) {
		KUNIT_EXPECT_EQ(test, objcache_set_capacity(kc->cache, capacities[i]), 0);
		kunit_take(test, kc, 300);
		kunit_give(kc, 300);
		kunit_expect_capacity(test, kc->cache, capacities[i]);
		kunit_expect_accounts(test, kc);
	}
}

static void a_cache_that_passes_through_has_no_capacity(struct kunit *test)
{
	static const struct objcache_params params = { .flags = OBJCACHE_PASSTHROUGH };
	struct kunit_cache *kc = kunit_cache_make(test, 64, &params);

	KUNIT_EXPECT_EQ(test, objcache_capacity(kc->cache), 0);
	KUNIT_EXPECT_EQ(test, objcache_set_capacity(kc->cache, 8), -EPERM);
	KUNIT_EXPECT_EQ(test, objcache_set_capacity(kc->cache, 0), -EPERM);
	KUNIT_EXPECT_EQ(test, objcache_capacity(kc->cache), 0);
}

struct align_row {
	unsigned int size, align, flags, want;
};

static const struct align_row align_rows[] = {
	{ 1, 0, 0, sizeof(void *) },
	{ 13, 0, 0, sizeof(void *) },
	{ 13, 4, 0, sizeof(void *) },
	{ 24, 16, 0, 16 },
	{ 100, 64, 0, 64 },
	{ 200, 0, OBJCACHE_HWCACHE_ALIGN, L1_CACHE_BYTES },
	{ 300, 512, 0, 512 },
	{ 8, PAGE_SIZE, 0, PAGE_SIZE },
};

static void align_desc(const struct align_row *row, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "size %u align %u flags %u",
		 row->size, row->align, row->flags);
}

KUNIT_ARRAY_PARAM(align, align_rows, align_desc);

static void objects_are_aligned(struct kunit *test)
{
	const struct align_row *row = test->param_value;
	struct objcache_params params = { .align = row->align, .flags = row->flags };
	struct kunit_cache *kc = kunit_cache_make(test, row->size, &params);
	unsigned int i;

	kunit_take(test, kc, 100);
	for (i = 0; i < kc->n; i++)
		KUNIT_EXPECT_TRUE(test, IS_ALIGNED((unsigned long)kc->objs[i], row->want));
}

struct typed {
	long a;
	u8 b[56];
} __aligned(128);

static void a_cache_for_a_type_has_its_size_and_alignment(struct kunit *test)
{
	struct kunit_cache *kc = kunit_kzalloc(test, sizeof(*kc), GFP_KERNEL);
	struct objcache *cache = OBJCACHE(typed, OBJCACHE_HWCACHE_ALIGN);

	KUNIT_ASSERT_NOT_NULL(test, kc);
	KUNIT_ASSERT_FALSE(test, IS_ERR(cache));
	kc->cache = cache;
	test->priv = kc;
	KUNIT_EXPECT_STREQ(test, to_priv(cache)->name, "typed");
	KUNIT_EXPECT_EQ(test, cache->size, sizeof(struct typed));
	kunit_take(test, kc, 2);
	KUNIT_EXPECT_TRUE(test, IS_ALIGNED((unsigned long)kc->objs[0], 128));
	KUNIT_EXPECT_TRUE(test, IS_ALIGNED((unsigned long)kc->objs[1], 128));
}

static void destroying_null_is_nothing(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, objcache_destroy(NULL), 0);
}

/* Whether a cache of this name exists still, asked by making another. */
static bool name_is_taken(struct kunit *test, const char *name)
{
	struct objcache *cache = objcache_create(name, 64, NULL);

	if (IS_ERR(cache)) {
		KUNIT_EXPECT_EQ(test, PTR_ERR(cache), -EEXIST);
		return true;
	}
	KUNIT_EXPECT_EQ(test, objcache_destroy(cache), 0);
	return false;
}

static bool name_gets_free(struct kunit *test, const char *name)
{
	unsigned int i;

	for (i = 0; i < 250; i++) {
		if (!name_is_taken(test, name))
			return true;
		msleep(20);
	}
	return false;
}

struct free_call {
	struct objcache *cache;
	void *obj;
};

static void free_one(void *arg)
{
	struct free_call *call = arg;

	objcache_free(call->cache, call->obj);
}

KUNIT_ARRAY_PARAM(context, kunit_contexts, kunit_context_desc);

/* As after a double free that slab let pass: one reference too few. */
static void freeing_too_much_does_not_end_a_live_cache(struct kunit *test)
{
	struct objcache_params params = { .flags = OBJCACHE_PASSTHROUGH };
	struct kunit_cache *kc = kunit_cache_make(test, 64, &params);
	struct backing *b = &to_priv(kc->cache)->backing;

	kunit_take(test, kc, 1);
	atomic_long_dec(&b->refs);
	kunit_give(kc, 1);
	KUNIT_EXPECT_EQ(test, atomic_long_read(&b->refs), 1);
	KUNIT_EXPECT_FALSE(test, irq_work_is_busy(&to_priv(kc->cache)->reap.raise));
	KUNIT_EXPECT_FALSE(test, delayed_work_pending(&to_priv(kc->cache)->reap.work));
	KUNIT_EXPECT_TRUE(test, name_is_taken(test, to_priv(kc->cache)->name));
	kunit_take(test, kc, 1);
	kunit_give(kc, 1);
}

static void the_last_free_ends_a_zombie(struct kunit *test)
{
	const enum kunit_context *context = test->param_value;
	struct kunit_cache *kc = kunit_cache_make(test, 64, NULL);
	struct objcache *cache = kc->cache;
	struct free_call call = { .cache = cache };
	char name[OBJCACHE_NAME_MAX];

	strscpy(name, to_priv(cache)->name, sizeof(name));
	kunit_take(test, kc, 40);
	kunit_give(kc, 20);
	KUNIT_EXPECT_EQ(test, objcache_destroy(cache), -EBUSY);
	/* Gone for the end of the case, but it takes frees. */
	kc->cache = NULL;
	KUNIT_EXPECT_EQ(test, to_priv(cache)->state, OBJCACHE_ZOMBIE);
	KUNIT_EXPECT_EQ(test, backing_held(&to_priv(cache)->backing) + 1, 20);
	KUNIT_EXPECT_EQ(test, objcache_destroy(cache), -EBUSY);
	KUNIT_EXPECT_NULL(test, objcache_alloc(cache, GFP_KERNEL));
	while (kc->n > 1)
		objcache_free(cache, kc->objs[--kc->n]);
	KUNIT_EXPECT_TRUE(test, name_is_taken(test, name));
	call.obj = kc->objs[--kc->n];
	kunit_run_in(*context, free_one, &call);
	KUNIT_EXPECT_TRUE(test, name_gets_free(test, name));
}

static void a_full_cache_can_be_destroyed(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make(test, 64, NULL);

	kunit_take(test, kc, KUNIT_OBJS);
	kunit_give(kc, KUNIT_OBJS);
	KUNIT_EXPECT_EQ(test, objcache_destroy(kc->cache), 0);
	kc->cache = NULL;
}

static struct kunit_case lifecycle_cases[] = {
	KUNIT_CASE_PARAM(create_takes_or_refuses, create_gen_params),
	KUNIT_CASE(a_name_can_be_had_once),
	KUNIT_CASE(a_name_is_free_after_destroy),
	KUNIT_CASE_PARAM(capacity_follows_the_size, capacity_gen_params),
	KUNIT_CASE(a_capacity_is_kept_exactly),
	KUNIT_CASE(a_cache_that_passes_through_has_no_capacity),
	KUNIT_CASE_PARAM(objects_are_aligned, align_gen_params),
	KUNIT_CASE(a_cache_for_a_type_has_its_size_and_alignment),
	KUNIT_CASE(destroying_null_is_nothing),
	KUNIT_CASE(freeing_too_much_does_not_end_a_live_cache),
	KUNIT_CASE_PARAM(the_last_free_ends_a_zombie, context_gen_params),
	KUNIT_CASE(a_full_cache_can_be_destroyed),
	{}
};

static struct kunit_suite lifecycle_suite = {
	.name = "mempool_lifecycle",
	.init = kunit_cache_init,
	.exit = kunit_cache_exit,
	.test_cases = lifecycle_cases,
};

kunit_test_suite(lifecycle_suite);

MODULE_DESCRIPTION("KUnit suite of a cache's life");
MODULE_LICENSE("GPL");
