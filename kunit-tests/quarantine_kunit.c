// SPDX-License-Identifier: GPL-2.0-only
/*
 * quarantine_kunit.c - first in, first out; poisoned; damage is found once
 *
 * Called from: KUnit.  Calls: kmod/quarantine.c.
 * Locks: none.  Context: the thread of a KUnit case.
 */
#include "kunit_util.h"

#include <linux/module.h>
#include <linux/poison.h>
#include <linux/slab.h>

#include "quarantine.h"

#define SIZE	4096
#define ROOM	64	/* 256 KiB of them */

struct quarantined {
	struct quarantine *q;
	u8 *memory;
};

static struct quarantined *make(struct kunit *test, bool poisoned)
{
	struct quarantined *k = kunit_kzalloc(test, sizeof(*k), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, k);
	k->memory = kvzalloc((ROOM + 1) * SIZE, GFP_KERNEL);
	k->q = quarantine_create(SIZE, poisoned);
	test->priv = k;
	KUNIT_ASSERT_NOT_NULL(test, k->memory);
	KUNIT_ASSERT_NOT_NULL(test, k->q);
	return k;
}

static void quarantine_exit(struct kunit *test)
{
	struct quarantined *k = test->priv;

	kfree(k->q);
	kvfree(k->memory);
}

static void *object(struct quarantined *k, unsigned int i)
{
	return k->memory + i * SIZE;
}

static void *put(struct kunit *test, struct quarantined *k, unsigned int i)
{
	void *oldest = k;

	KUNIT_EXPECT_TRUE(test, quarantine_put(k->q, object(k, i), &oldest));
	return oldest;
}

static void first_in_is_first_out(struct kunit *test)
{
	struct quarantined *k = make(test, false);
	unsigned int i;

	for (i = 0; i < ROOM; i++)
		KUNIT_EXPECT_NULL(test, put(test, k, i));
	KUNIT_EXPECT_EQ(test, k->q->nr, ROOM);
	KUNIT_EXPECT_PTR_EQ(test, put(test, k, ROOM), object(k, 0));
	KUNIT_EXPECT_PTR_EQ(test, put(test, k, 0), object(k, 1));
	for (i = 2; i <= ROOM; i++)
		KUNIT_EXPECT_PTR_EQ(test, quarantine_get(k->q), object(k, i));
	KUNIT_EXPECT_PTR_EQ(test, quarantine_get(k->q), object(k, 0));
	KUNIT_EXPECT_NULL(test, quarantine_get(k->q));
	KUNIT_EXPECT_NULL(test, memchr_inv(k->memory, 0, ROOM * SIZE));
}

static void a_closed_one_lets_out_only(struct kunit *test)
{
	struct quarantined *k = make(test, false);
	void *listed[4], *oldest;

	put(test, k, 3);
	put(test, k, 1);
	quarantine_close(k->q);
	KUNIT_EXPECT_FALSE(test, quarantine_put(k->q, object(k, 2), &oldest));
	KUNIT_EXPECT_NULL(test, oldest);
	KUNIT_EXPECT_EQ(test, quarantine_list(k->q, 0, listed, 4), 2);
	KUNIT_EXPECT_PTR_EQ(test, listed[0], object(k, 3));
	KUNIT_EXPECT_PTR_EQ(test, listed[1], object(k, 1));
	KUNIT_EXPECT_EQ(test, quarantine_list(k->q, 0, listed, 1), 1);
	KUNIT_EXPECT_EQ(test, quarantine_list(k->q, 1, listed, 4), 1);
	KUNIT_EXPECT_PTR_EQ(test, listed[0], object(k, 1));
	KUNIT_EXPECT_EQ(test, quarantine_list(k->q, 2, listed, 4), 0);
	KUNIT_EXPECT_PTR_EQ(test, quarantine_get(k->q), object(k, 3));
	KUNIT_EXPECT_PTR_EQ(test, quarantine_get(k->q), object(k, 1));
}

struct damage_row {
	unsigned int at, nr;
};

static const struct damage_row damage_rows[] = {
	{ 0, 16 }, { 1, 16 }, { 100, 16 }, { SIZE - 16, 16 }, { SIZE - 5, 5 }, { SIZE - 1, 1 },
};

static void damage_desc(const struct damage_row *row, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "byte %u", row->at);
}

KUNIT_ARRAY_PARAM(damage, damage_rows, damage_desc);

static void a_write_is_found_once(struct kunit *test)
{
	const struct damage_row *row = test->param_value;
	struct quarantined *k = make(test, true);
	struct quarantine_damage damage = {};
	u8 *obj = object(k, 1);

	put(test, k, 1);
	KUNIT_EXPECT_FALSE(test, quarantine_inspect(k->q, 4, &damage));
	obj[row->at] = 0x42;
	KUNIT_EXPECT_TRUE(test, quarantine_inspect(k->q, 4, &damage));
	KUNIT_EXPECT_PTR_EQ(test, damage.obj, (void *)obj);
	KUNIT_EXPECT_EQ(test, damage.at, row->at);
	KUNIT_EXPECT_EQ(test, damage.nr, row->nr);
	KUNIT_EXPECT_EQ(test, damage.found[0], 0x42);
	KUNIT_EXPECT_FALSE(test, quarantine_inspect(k->q, 4, &damage));
	obj[row->at] = 0x43;
	KUNIT_EXPECT_TRUE(test, quarantine_damaged(k->q, obj, &damage));
	KUNIT_EXPECT_FALSE(test, quarantine_damaged(k->q, obj, &damage));
}

/* The newest each time, the others in turn. */
static void all_are_looked_at_in_time(struct kunit *test)
{
	struct quarantined *k = make(test, true);
	struct quarantine_damage damage;
	unsigned int i, looks;

	for (i = 0; i < ROOM; i++)
		put(test, k, i);
	*(u8 *)object(k, ROOM - 1) = 1;
	KUNIT_EXPECT_TRUE(test, quarantine_inspect(k->q, 1, &damage));
	for (i = 0; i < ROOM; i += 9) {
		*(u8 *)object(k, i) = 1;
		for (looks = 1; !quarantine_inspect(k->q, 4, &damage) && looks < 100; looks++)
			;
		KUNIT_EXPECT_PTR_EQ(test, damage.obj, object(k, i));
		KUNIT_EXPECT_LE(test, looks, ROOM / 3 + 1);
	}
}

static void what_is_not_poisoned_may_change(struct kunit *test)
{
	struct quarantined *k = make(test, false);
	struct quarantine_damage damage;

	put(test, k, 0);
	*(u8 *)object(k, 0) = 1;
	KUNIT_EXPECT_FALSE(test, quarantine_inspect(k->q, 4, &damage));
	KUNIT_EXPECT_FALSE(test, quarantine_damaged(k->q, object(k, 0), &damage));
}

struct room_row {
	unsigned int size, room;
};

static const struct room_row room_rows[] = {
	{ 1, 256 }, { 1024, 256 }, { 2048, 128 }, { 32768, 8 }, { 65536, 8 },
};

static void room_desc(const struct room_row *row, char *desc)
{
	snprintf(desc, KUNIT_PARAM_DESC_SIZE, "size %u", row->size);
}

KUNIT_ARRAY_PARAM(room, room_rows, room_desc);

static void the_room_follows_the_size(struct kunit *test)
{
	const struct room_row *row = test->param_value;
	struct quarantine *q = quarantine_create(row->size, true);

	KUNIT_ASSERT_NOT_NULL(test, q);
	KUNIT_EXPECT_EQ(test, q->room, row->room);
	kfree(q);
}

static int quarantine_init(struct kunit *test)
{
	test->priv = kunit_kzalloc(test, sizeof(struct quarantined), GFP_KERNEL);
	return test->priv ? 0 : -ENOMEM;
}

static struct kunit_case quarantine_cases[] = {
	KUNIT_CASE(first_in_is_first_out),
	KUNIT_CASE(a_closed_one_lets_out_only),
	KUNIT_CASE_PARAM(a_write_is_found_once, damage_gen_params),
	KUNIT_CASE(all_are_looked_at_in_time),
	KUNIT_CASE(what_is_not_poisoned_may_change),
	KUNIT_CASE_PARAM(the_room_follows_the_size, room_gen_params),
	{}
};

static struct kunit_suite quarantine_suite = {
	.name = "mempool_quarantine",
	.init = quarantine_init,
	.exit = quarantine_exit,
	.test_cases = quarantine_cases,
};

kunit_test_suite(quarantine_suite);

MODULE_DESCRIPTION("KUnit suite of the quarantine");
MODULE_LICENSE("GPL");
