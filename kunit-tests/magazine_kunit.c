// SPDX-License-Identifier: GPL-2.0-only
/*
 * magazine_kunit.c - floor 2 alone: ownership, the hint as advice, moves
 *
 * Called from: KUnit.  Calls: kmod/magazine.c, <mempool/magazine.h>.
 * Locks: none.  Context: a thread pinned to the first CPU.
 *
 * The objects are no memory, so a magazine that touched one would crash.
 * What interrupts leave behind, a stale hint and slots in any pattern, is set
 * up by hand, and for a few slots every possible state is tried.
 */
#include "kunit_util.h"

#include <linux/bitops.h>
#include <linux/module.h>

#define PHYS_SMALL	5	/* 2^5 patterns, 6 hints, 6 caps: 1152 states */
#define PHYS		16

static void *obj(unsigned int i)
{
	return (void *)(0x100UL * (i + 1));
}

/* The thread is pinned, so the pointer stays right. */
static struct magazine *here(struct magazine __percpu *m)
{
	return raw_cpu_ptr(m);
}

/* Slot i + 1 holds obj(i) where the pattern has bit i. */
static void set_state(struct magazine __percpu *m, unsigned int pattern,
		      unsigned int hint, unsigned int cap)
{
	struct magazine *mag = here(m);
	unsigned int i;

	for (i = 0; i < mag->phys; i++)
		mag->slot[i + 1] = pattern & BIT(i) ? obj(i) : NULL;
	mag->hint = hint;
	mag_set_cap(m, cap);
}

static unsigned int pattern_of(struct magazine __percpu *m)
{
	struct magazine *mag = here(m);
	unsigned int i, pattern = 0;

	for (i = 0; i < mag->phys; i++)
		if (mag->slot[i + 1])
			pattern |= BIT(i);
	return pattern;
}

static struct magazine __percpu *make(struct kunit *test, unsigned int phys)
{
	struct magazine __percpu *m = mag_create(phys);

	KUNIT_ASSERT_TRUE(test, m);
	test->priv = (void __force *)m;
	return m;
}

static void *pop_any(struct magazine __percpu *m)
{
	return mag_pop(m) ?: mag_pop_scan(m, here(m)->phys);
}

static bool push_any(struct magazine __percpu *m, void *object)
{
	return mag_push(m, object) || mag_push_scan(m, object, here(m)->cap);
}

static void new_magazines_are_empty_and_off(struct kunit *test)
{
	struct magazine __percpu *m = make(test, PHYS);
	int cpu;

	for_each_possible_cpu(cpu) {
		struct magazine *mag = per_cpu_ptr(m, cpu);

		KUNIT_EXPECT_EQ(test, mag->hint, 0);
		KUNIT_EXPECT_EQ(test, mag->cap, 0);
		KUNIT_EXPECT_EQ(test, mag->phys, PHYS);
		KUNIT_EXPECT_EQ(test, mag->allocs, 0);
		KUNIT_EXPECT_EQ(test, mag->frees, 0);
	}
	KUNIT_EXPECT_EQ(test, mag_count_objects(m), 0);
	KUNIT_EXPECT_FALSE(test, push_any(m, obj(0)));
	KUNIT_EXPECT_NULL(test, pop_any(m));
}

static void objects_come_back_last_in_first_out(struct kunit *test)
{
	struct magazine __percpu *m = make(test, PHYS);
	unsigned int i;

	mag_set_cap(m, PHYS);
	for (i = 0; i < PHYS; i++)
		KUNIT_EXPECT_TRUE(test, mag_push(m, obj(i)));
	while (i--)
		KUNIT_EXPECT_PTR_EQ(test, mag_pop(m), obj(i));
	KUNIT_EXPECT_NULL(test, mag_pop(m));
}

struct push_row {
	const char *desc;
	unsigned int cap, hint, pattern;
	bool fast, scan;
};

static const struct push_row push_rows[] = {
	{ "off",			0, 0, 0x0000, false, false },
	{ "room at hint",		8, 3, 0x0007, true,  true  },
	{ "full to cap",		4, 4, 0x000f, false, false },
	{ "hint at cap, hole below",	4, 4, 0x000d, false, true  },
	{ "hint too low",		8, 1, 0x0007, false, true  },
	{ "hint above a lowered cap",	2, 6, 0x003f, false, false },
	{ "hint at the last slot",	PHYS, PHYS, 0xffff, false, false },
	{ "hint at the last, hole",	PHYS, PHYS, 0xfffe, false, true },
};

static void push_row_desc(const struct push_row *row, char *desc)
{
	strscpy(desc, row->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(push, push_rows, push_row_desc);

static void push_finds_room_below_cap_only(struct kunit *test)
{
	const struct push_row *row = test->param_value;
	struct magazine __percpu *m = make(test, PHYS);

	set_state(m, row->pattern, row->hint, row->cap);
	KUNIT_EXPECT_EQ(test, mag_push(m, obj(PHYS)), row->fast);
	set_state(m, row->pattern, row->hint, row->cap);
	KUNIT_EXPECT_EQ(test, mag_push_scan(m, obj(PHYS), row->cap), row->scan);
}

/* A free in NMI has nowhere else to go. */
static void push_scan_goes_up_to_its_limit(struct kunit *test)
{
	struct magazine __percpu *m = make(test, PHYS);
	unsigned int i;

	set_state(m, 0x3, 2, 2);
	for (i = 2; i < PHYS; i++)
		KUNIT_EXPECT_TRUE(test, mag_push_scan(m, obj(i), PHYS));
	KUNIT_EXPECT_FALSE(test, mag_push_scan(m, obj(i), PHYS));
	KUNIT_EXPECT_EQ(test, mag_count_objects(m), PHYS);
}

static void a_stale_hint_hides_no_object(struct kunit *test)
{
	struct magazine __percpu *m = make(test, PHYS_SMALL);
	unsigned int pattern, hint, seen, bad = 0;
	void *object;

	for (pattern = 0; pattern < BIT(PHYS_SMALL); pattern++) {
		for (hint = 0; hint <= PHYS_SMALL; hint++) {
			set_state(m, pattern, hint, PHYS_SMALL);
			seen = 0;
			while ((object = pop_any(m)))
				seen |= BIT((unsigned long)object / 0x100 - 1);
			bad += seen != pattern || pattern_of(m) != 0 ||
			       here(m)->hint > PHYS_SMALL;
		}
	}
	KUNIT_EXPECT_EQ(test, bad, 0);
}

static void a_stale_hint_hides_no_room(struct kunit *test)
{
	struct magazine __percpu *m = make(test, PHYS_SMALL);
	unsigned int pattern, hint, cap, bad = 0;

	for (pattern = 0; pattern < BIT(PHYS_SMALL); pattern++) {
		for (hint = 0; hint <= PHYS_SMALL; hint++) {
			for (cap = 0; cap <= PHYS_SMALL; cap++) {
				unsigned int pushed = 0;
				unsigned int room = GENMASK(PHYS_SMALL, 0) >> 1;

				room = room >> (PHYS_SMALL - cap);
				set_state(m, pattern, hint, cap);
				while (pushed <= PHYS_SMALL && push_any(m, obj(8 + pushed)))
					pushed++;
				bad += pattern_of(m) != (pattern | room) ||
				       pushed != hweight32(room & ~pattern) ||
				       here(m)->hint > PHYS_SMALL;
			}
		}
	}
	KUNIT_EXPECT_EQ(test, bad, 0);
}

/* After any pop or push the next pop and push work at the first attempt. */
static void the_scans_repair_the_hint(struct kunit *test)
{
	struct magazine __percpu *m = make(test, PHYS);

	set_state(m, 0x00ff, 0, PHYS);
	KUNIT_EXPECT_NULL(test, mag_pop(m));
	KUNIT_EXPECT_PTR_EQ(test, mag_pop_scan(m, PHYS), obj(7));
	KUNIT_EXPECT_PTR_EQ(test, mag_pop(m), obj(6));

	set_state(m, 0x0001, PHYS, PHYS);
	KUNIT_EXPECT_FALSE(test, mag_push(m, obj(1)));
	KUNIT_EXPECT_TRUE(test, mag_push_scan(m, obj(1), PHYS));
	KUNIT_EXPECT_TRUE(test, mag_push(m, obj(2)));
	KUNIT_EXPECT_EQ(test, pattern_of(m), 0x7);
}

static void fill_uses_the_holes_and_returns_the_rest(struct kunit *test)
{
	struct magazine __percpu *m = make(test, PHYS_SMALL);
	unsigned int pattern, n, limit, left, room, i, bad = 0;
	void *objs[PHYS_SMALL + 2];

	for (pattern = 0; pattern < BIT(PHYS_SMALL); pattern++) {
		for (limit = 0; limit <= PHYS_SMALL; limit++) {
			for (n = 0; n <= ARRAY_SIZE(objs); n++) {
				for (i = 0; i < n; i++)
					objs[i] = obj(8 + i);
				set_state(m, pattern, 0, PHYS_SMALL);
				room = limit - hweight32(pattern & (BIT(limit) - 1));
				left = mag_fill(m, objs, n, limit);
				bad += left != n - min(n, room);
				bad += pattern_of(m) >> limit != pattern >> limit;
				/* Together they are still all of them, each once. */
				left += kunit_list_slots(m, objs + left,
							 ARRAY_SIZE(objs) - left);
				bad += left < min_t(unsigned int, ARRAY_SIZE(objs),
						    n + hweight32(pattern));
				kunit_expect_unique(test, objs, left);
			}
		}
	}
	KUNIT_EXPECT_EQ(test, bad, 0);
}

static void take_empties_from_the_top(struct kunit *test)
{
	struct magazine __percpu *m = make(test, PHYS_SMALL);
	unsigned int pattern, above, n, hint, got, want, i, bad = 0;
	void *objs[PHYS_SMALL + 1];

	for (pattern = 0; pattern < BIT(PHYS_SMALL); pattern++) {
		for (above = 0; above <= PHYS_SMALL; above++) {
			for (n = 0; n <= ARRAY_SIZE(objs); n++) {
				hint = (pattern + n) % (PHYS_SMALL + 1);
				set_state(m, pattern, hint, PHYS_SMALL);
				got = mag_take(m, PHYS_SMALL, above, objs, n);
				want = pattern;
				for (i = 0; i < got; i++) {
					bad += objs[i] != obj(fls(want) - 1);
					want &= ~BIT(fls(want) - 1);
				}
				bad += pattern_of(m) != want;
				bad += got != min(n, hweight32(pattern >> above));
				bad += here(m)->hint > hint;
			}
		}
	}
	KUNIT_EXPECT_EQ(test, bad, 0);
}

/* R3: work that an unplug moved to another CPU must leave its old one alone. */
static void take_and_scans_work_on_their_own_cpu(struct kunit *test)
{
	struct magazine __percpu *m = make(test, PHYS);
	struct magazine *other = per_cpu_ptr(m, kunit_other_cpu(test));
	void *objs[PHYS];

	mag_set_cap(m, PHYS);
	other->slot[1] = obj(0);
	other->hint = 1;
	KUNIT_EXPECT_EQ(test, mag_take(m, PHYS, 0, objs, PHYS), 0);
	KUNIT_EXPECT_NULL(test, mag_pop_scan(m, PHYS));
	KUNIT_EXPECT_TRUE(test, mag_push_scan(m, obj(1), PHYS));
	KUNIT_EXPECT_PTR_EQ(test, other->slot[1], obj(0));
	KUNIT_EXPECT_NULL(test, other->slot[2]);
	KUNIT_EXPECT_EQ(test, other->hint, 1);
}

static void a_dead_cpus_objects_are_taken_in_batches(struct kunit *test)
{
	struct magazine __percpu *m = make(test, PHYS);
	int cpu = kunit_other_cpu(test);
	struct magazine *mag = per_cpu_ptr(m, cpu);
	void *objs[PHYS + 1];
	unsigned int i;

	for (i = 1; i <= PHYS; i += 2)
		mag->slot[i] = obj(i);
	mag->hint = 3;
	KUNIT_EXPECT_EQ(test, mag_take_dead(m, cpu, objs, 5), 5);
	KUNIT_EXPECT_EQ(test, mag_take_dead(m, cpu, objs + 5, 5), 3);
	KUNIT_EXPECT_EQ(test, mag_take_dead(m, cpu, objs + 8, 5), 0);
	KUNIT_EXPECT_EQ(test, mag->hint, 0);
	kunit_expect_unique(test, objs, PHYS / 2);
}

/* R4: what another CPU may write is cap, and nothing else. */
static void set_cap_writes_cap_on_all_cpus_and_nothing_else(struct kunit *test)
{
	struct magazine __percpu *m = make(test, PHYS);
	size_t size = struct_size((struct magazine *)NULL, slot, PHYS + 2);
	void *want = kunit_kzalloc(test, size * nr_cpu_ids, GFP_KERNEL);
	int cpu;

	KUNIT_ASSERT_NOT_NULL(test, want);
	for_each_possible_cpu(cpu) {
		struct magazine *mag = per_cpu_ptr(m, cpu);

		mag->slot[5] = obj(cpu);
		mag->hint = 5;
		mag->allocs = 7;
		mag->frees = 8;
		mag->cap = 3;
		memcpy(want + size * cpu, mag, size);
		mag->cap = PHYS;
	}
	mag_set_cap(m, 3);
	for_each_possible_cpu(cpu) {
		KUNIT_EXPECT_EQ(test, memcmp(per_cpu_ptr(m, cpu), want + size * cpu, size), 0);
		per_cpu_ptr(m, cpu)->slot[5] = NULL;
	}
}

static void pops_and_pushes_are_counted_but_moves_are_not(struct kunit *test)
{
	struct magazine __percpu *m = make(test, PHYS);
	void *objs[] = { obj(4), obj(5) };
	struct account_view view = {};
	struct magazine *mag = here(m);

	mag_set_cap(m, PHYS);
	mag_push(m, obj(0));
	mag_push(m, obj(1));
	mag_push_scan(m, obj(2), PHYS);
	KUNIT_EXPECT_EQ(test, mag->frees, 3);
	mag_pop(m);
	mag_pop_scan(m, PHYS);
	KUNIT_EXPECT_EQ(test, mag->allocs, 2);

	mag_fill(m, objs, ARRAY_SIZE(objs), PHYS);
	mag_take(m, PHYS, 0, objs, 1);
	mag_take_dead(m, smp_processor_id(), objs, 1);
	mag_pop_scan(m, PHYS);
	mag_pop_scan(m, PHYS);
	mag_push_scan(m, obj(0), 0);
	KUNIT_EXPECT_EQ(test, mag->frees, 3);
	KUNIT_EXPECT_EQ(test, mag->allocs, 3);

	per_cpu_ptr(m, cpumask_last(cpu_possible_mask))->frees += 10;
	per_cpu_ptr(m, cpumask_last(cpu_possible_mask))->allocs += 20;
	mag_sum_frees(m, &view);
	mag_sum_allocs(m, &view);
	KUNIT_EXPECT_EQ(test, view.n[ACCOUNT_MAG_FREE_HIT], 13);
	KUNIT_EXPECT_EQ(test, view.n[ACCOUNT_MAG_ALLOC_HIT], 23);
}

static void objects_are_counted_on_all_cpus(struct kunit *test)
{
	struct magazine __percpu *m = make(test, PHYS);
	unsigned int n = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		per_cpu_ptr(m, cpu)->slot[1] = obj(n++);
		per_cpu_ptr(m, cpu)->slot[PHYS] = obj(n++);
	}
	KUNIT_EXPECT_EQ(test, mag_count_objects(m), n);
}

struct both_ways {
	struct magazine __percpu *m;
	bool pushed;
	void *popped;
};

static void push_and_pop(void *arg)
{
	struct both_ways *call = arg;

	call->pushed = mag_push(call->m, obj(0));
	call->popped = mag_pop(call->m);
}

KUNIT_ARRAY_PARAM(context, kunit_contexts, kunit_context_desc);

static void works_in_every_context(struct kunit *test)
{
	const enum kunit_context *context = test->param_value;
	struct both_ways call = { .m = make(test, PHYS) };

	mag_set_cap(call.m, PHYS);
	kunit_run_in(*context, push_and_pop, &call);
	KUNIT_EXPECT_TRUE(test, call.pushed);
	KUNIT_EXPECT_PTR_EQ(test, call.popped, obj(0));
}

static struct kunit_case magazine_cases[] = {
	KUNIT_CASE(new_magazines_are_empty_and_off),
	KUNIT_CASE(objects_come_back_last_in_first_out),
	KUNIT_CASE_PARAM(push_finds_room_below_cap_only, push_gen_params),
	KUNIT_CASE(push_scan_goes_up_to_its_limit),
	KUNIT_CASE(a_stale_hint_hides_no_object),
	KUNIT_CASE(a_stale_hint_hides_no_room),
	KUNIT_CASE(the_scans_repair_the_hint),
	KUNIT_CASE(fill_uses_the_holes_and_returns_the_rest),
	KUNIT_CASE(take_empties_from_the_top),
	KUNIT_CASE(take_and_scans_work_on_their_own_cpu),
	KUNIT_CASE(a_dead_cpus_objects_are_taken_in_batches),
	KUNIT_CASE(set_cap_writes_cap_on_all_cpus_and_nothing_else),
	KUNIT_CASE(pops_and_pushes_are_counted_but_moves_are_not),
	KUNIT_CASE(objects_are_counted_on_all_cpus),
	KUNIT_CASE_PARAM(works_in_every_context, context_gen_params),
	{}
};

static int magazine_case_init(struct kunit *test)
{
	kunit_pin(test);
	return 0;
}

static void magazine_case_exit(struct kunit *test)
{
	struct magazine __percpu *m = (struct magazine __percpu __force *)test->priv;

	if (!m)
		return;
	kunit_expect_magazines(test, m);
	mag_destroy(m);
}

static struct kunit_suite magazine_suite = {
	.name = "mempool_magazine",
	.init = magazine_case_init,
	.exit = magazine_case_exit,
	.test_cases = magazine_cases,
};

kunit_test_suite(magazine_suite);

MODULE_DESCRIPTION("KUnit suite of the magazines");
MODULE_LICENSE("GPL");
