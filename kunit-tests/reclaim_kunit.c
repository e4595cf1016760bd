// SPDX-License-Identifier: GPL-2.0-only
/*
 * reclaim_kunit.c - beside floor 1: drains, shrinking, CPUs that go and come
 *
 * Called from: KUnit.  Calls: kmod/reclaim.c, the public API.
 * Locks: none.  Context: a thread pinned to the first CPU.
 */
#include "kunit_cache.h"

#include <linux/cpu.h>
#include <linux/module.h>

#include "reclaim.h"

struct remote_fill {
	struct objcache *cache;
	unsigned int n;
};

/* On the CPU whose magazine is to be filled. */
static int fill_this_cpu(void *arg)
{
	struct remote_fill *fill = arg;
	void *objs[MAGDEPOT_BATCH];
	unsigned int i, n;

	while (fill->n) {
		n = min_t(unsigned int, fill->n, MAGDEPOT_BATCH);
		n = backing_take(&to_priv(fill->cache)->backing, GFP_KERNEL, objs, n);
		if (!n)
			return -ENOMEM;
		fill->n -= n;
		/* Past the capacity, as a free in NMI does it. */
		i = mag_fill(fill->cache->mag, objs, n, to_priv(fill->cache)->phys);
		if (i)
			backing_give(&to_priv(fill->cache)->backing, objs, i);
	}
	return 0;
}

/* n objects in the magazine of each online CPU. */
static void fill_all_cpus(struct kunit *test, struct kunit_cache *kc, unsigned int n)
{
	int cpu;

	for_each_online_cpu(cpu) {
		struct remote_fill fill = { .cache = kc->cache, .n = n };

		KUNIT_ASSERT_EQ(test, smp_call_on_cpu(cpu, fill_this_cpu, &fill, false), 0);
	}
	KUNIT_ASSERT_EQ(test, mag_count_objects(kc->cache->mag), n * num_online_cpus());
}

struct drain_row {
	unsigned int filled, above;
};

static const struct drain_row drain_rows[] = {
	{ 0, 0 },
	{ 1, 0 },
	{ 100, 0 },		/* several batches */
	{ 100, 1 },
	{ 100, 64 },
	{ 100, 99 },
	{ 100, 100 },
	{ 256, 0 },		/* every slot */
	{ 256, 255 },
};

static void drain_desc(const struct drain_row *row, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "%u to %u", row->filled, row->above);
}

KUNIT_ARRAY_PARAM(drain, drain_rows, drain_desc);

static void a_drain_empties_every_cpu_down_to_a_slot(struct kunit *test)
{
	const struct drain_row *row = test->param_value;
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, 64, NULL);
	struct objcache_priv *priv = to_priv(kc->cache);
	unsigned int i;
	int cpu;

	fill_all_cpus(test, kc, row->filled);
	reclaim_drain_cpus(priv, row->above);
	for_each_online_cpu(cpu) {
		struct magazine *mag = per_cpu_ptr(kc->cache->mag, cpu);

		for (i = 1; i <= mag->phys; i++)
			KUNIT_EXPECT_EQ(test, !!mag->slot[i], i <= min(row->filled, row->above));
		KUNIT_EXPECT_LE(test, mag->hint, row->above);
	}
}

static void drained_objects_go_to_the_depot_first(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, 64, NULL);
	struct objcache_priv *priv = to_priv(kc->cache);

	KUNIT_ASSERT_EQ(test, objcache_set_capacity(kc->cache, 8), 0);
	KUNIT_ASSERT_EQ(test, objcache_set_depot_capacity(kc->cache, 64), 0);
	fill_all_cpus(test, kc, 50);
	reclaim_drain_cpus(priv, 0);
	KUNIT_EXPECT_EQ(test, magdepot_count_objects(priv->depot),
			min(64u, 50 * num_online_cpus()));
}

static const unsigned int shrink_rows[] = { 255, 128, 100, 33, 7, 1, 0 };

static void shrink_desc(const unsigned int *row, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "to %u", *row);
}

KUNIT_ARRAY_PARAM(shrink, shrink_rows, shrink_desc);

/* R7 */
static void nothing_stays_above_a_lowered_capacity(struct kunit *test)
{
	const unsigned int *capacity = test->param_value;
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, 64, NULL);

	KUNIT_ASSERT_EQ(test, objcache_set_capacity(kc->cache, 256), 0);
	fill_all_cpus(test, kc, 256);
	KUNIT_EXPECT_EQ(test, objcache_set_capacity(kc->cache, *capacity), 0);
	kunit_expect_capacity(test, kc->cache, *capacity);
	KUNIT_EXPECT_EQ(test, mag_count_objects(kc->cache->mag), *capacity * num_online_cpus());
	KUNIT_EXPECT_EQ(test, magdepot_count_objects(to_priv(kc->cache)->depot),
			*capacity ? (256 - *capacity) * num_online_cpus() : 0);
}

/* R7: a push that read the old capacity comes late; the next drain has it. */
static void the_next_drain_takes_a_late_free(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, 64, NULL);
	struct magazine __percpu *mag = kc->cache->mag;

	kunit_take(test, kc, 1);
	KUNIT_ASSERT_EQ(test, objcache_set_capacity(kc->cache, 0), 0);
	KUNIT_ASSERT_TRUE(test, mag_push_scan(mag, kc->objs[--kc->n], 128));
	KUNIT_EXPECT_EQ(test, mag_count_objects(mag), 1);
	KUNIT_EXPECT_EQ(test, objcache_set_capacity(kc->cache, 0), 0);
	KUNIT_EXPECT_EQ(test, mag_count_objects(mag), 0);
	KUNIT_EXPECT_EQ(test, kunit_view(kc->cache, ACCOUNT_HELD), 0);
}

/* What lies in a magazine that was switched off is served still. */
static void objects_above_the_capacity_are_usable(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, 64, NULL);
	unsigned long taken;

	KUNIT_ASSERT_EQ(test, objcache_set_capacity(kc->cache, 0), 0);
	fill_all_cpus(test, kc, 20);
	taken = kunit_view(kc->cache, ACCOUNT_SLAB_TAKEN);
	kunit_take(test, kc, 20);
	KUNIT_EXPECT_EQ(test, kunit_view(kc->cache, ACCOUNT_SLAB_TAKEN), taken);
}

/* R3 and R5: its objects are saved, and what comes back is as it was. */
static void a_dead_cpu_leaves_nothing_behind(struct kunit *test)
{
	struct kunit_cache *kc = kunit_cache_make_with_magazines(test, 64, NULL);
	int cpu = kunit_other_cpu(test);
	struct magazine *mag = per_cpu_ptr(kc->cache->mag, cpu);
	unsigned long allocs, frees;
	unsigned int i, before = num_online_cpus();
	int err;

	if (!IS_ENABLED(CONFIG_HOTPLUG_CPU))
		kunit_skip(test, "no CPU hotplug in this kernel; the torture does it on others");
	fill_all_cpus(test, kc, 100);
	allocs = mag->allocs;
	frees = mag->frees;
	err = remove_cpu(cpu);
	if (err)
		kunit_skip(test, "CPU %d does not go offline: %d", cpu, err);
	for (i = 0; i <= mag->phys; i++)
		KUNIT_EXPECT_NULL(test, mag->slot[i]);
	KUNIT_EXPECT_EQ(test, mag_count_objects(kc->cache->mag), 100 * (before - 1));
	KUNIT_EXPECT_EQ(test, objcache_set_capacity(kc->cache, 50), 0);
	mag->slot[3] = kc->cache;
	KUNIT_ASSERT_EQ(test, add_cpu(cpu), 0);
	KUNIT_EXPECT_PTR_EQ(test, mag->slot[3], (void *)kc->cache);
	mag->slot[3] = NULL;
	KUNIT_EXPECT_EQ(test, mag->cap, 50);
	KUNIT_EXPECT_EQ(test, mag->allocs, allocs);
	KUNIT_EXPECT_EQ(test, mag->frees, frees);
}

static struct kunit_case reclaim_cases[] = {
	KUNIT_CASE_PARAM(a_drain_empties_every_cpu_down_to_a_slot, drain_gen_params),
	KUNIT_CASE(drained_objects_go_to_the_depot_first),
	KUNIT_CASE_PARAM(nothing_stays_above_a_lowered_capacity, shrink_gen_params),
	KUNIT_CASE(the_next_drain_takes_a_late_free),
	KUNIT_CASE(objects_above_the_capacity_are_usable),
	KUNIT_CASE(a_dead_cpu_leaves_nothing_behind),
	{}
};

static struct kunit_suite reclaim_suite = {
	.name = "mempool_reclaim",
	.init = kunit_cache_init,
	.exit = kunit_cache_exit,
	.test_cases = reclaim_cases,
};

kunit_test_suite(reclaim_suite);

MODULE_DESCRIPTION("KUnit suite of drains");
MODULE_LICENSE("GPL");
