// SPDX-License-Identifier: GPL-2.0-only
/*
 * check_kunit.c - records of objects, by address
 *
 * Called from: KUnit.  Calls: kmod/check.c.
 * Locks: none.  Context: the thread of a KUnit case.
 *
 * Objects are addresses that nobody looks into.
 */
#include "kunit_util.h"

#include <linux/module.h>

#include "check.h"

#define BITS	6
#define RECORDS	64u

static void *object(unsigned int i)
{
	return (void *)(0x10000UL + i * 64);
}

static struct check_table *make(struct kunit *test)
{
	struct check_table *t = check_create(BITS);

	KUNIT_ASSERT_NOT_NULL(test, t);
	test->priv = t;
	return t;
}

static void check_exit(struct kunit *test)
{
	check_destroy(test->priv);
}

static enum check_state state_of(struct check_table *t, void *obj)
{
	const struct check_record *rec;

	return check_look(t, obj, &rec);
}

struct move_row {
	const char *desc;
	enum check_state is, to;
	unsigned int from;
	bool moves;
};

static const struct move_row move_rows[] = {
	{ "used to free", CHECK_USED, CHECK_FREE, BIT(CHECK_USED), true },
	{ "free to free", CHECK_FREE, CHECK_FREE, BIT(CHECK_USED), false },
	{ "free to used", CHECK_FREE, CHECK_USED, BIT(CHECK_FREE), true },
	{ "used to used", CHECK_USED, CHECK_USED, BIT(CHECK_FREE), false },
	{ "used to reserved", CHECK_USED, CHECK_RESERVED, BIT(CHECK_USED), true },
	{ "reserved to free", CHECK_RESERVED, CHECK_FREE, BIT(CHECK_USED), false },
	{ "reserved to used", CHECK_RESERVED, CHECK_USED, BIT(CHECK_RESERVED), true },
	{ "RCU to free", CHECK_RCU, CHECK_FREE, BIT(CHECK_USED), false },
	{ "one of two", CHECK_RCU, CHECK_FREE, BIT(CHECK_USED) | BIT(CHECK_RCU), true },
};

static void move_desc(const struct move_row *row, char *desc)
{
	strscpy(desc, row->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(move, move_rows, move_desc);

static void only_what_may_move_does(struct kunit *test)
{
	const struct move_row *row = test->param_value;
	struct check_table *t = make(test);

	KUNIT_ASSERT_TRUE(test, check_add(t, object(1), row->is));
	KUNIT_EXPECT_EQ(test, check_move(t, object(1), row->from, row->to), row->is);
	KUNIT_EXPECT_EQ(test, state_of(t, object(1)), row->moves ? row->to : row->is);
}

static void what_is_unknown_is_none(struct kunit *test)
{
	struct check_table *t = make(test);
	void *strange[] = { NULL, (void *)7, (void *)-4096L, object(1) + 1, object(1) + 8 };
	unsigned int i;

	KUNIT_ASSERT_TRUE(test, check_add(t, object(1), CHECK_USED));
	for (i = 0; i < ARRAY_SIZE(strange); i++) {
		KUNIT_EXPECT_EQ(test, state_of(t, strange[i]), CHECK_NONE);
		KUNIT_EXPECT_EQ(test, check_move(t, strange[i], BIT(CHECK_USED), CHECK_FREE),
				CHECK_NONE);
	}
	KUNIT_EXPECT_EQ(test, state_of(t, object(1)), CHECK_USED);
}

/* Those that were freed first give way where there is no room; those in use never. */
static void a_new_object_displaces_the_longest_free(struct kunit *test)
{
	struct check_table *t = make(test);
	unsigned int n = 0, known = 0, i;

	while (check_add(t, object(n), CHECK_USED) && n < 4 * RECORDS)
		n++;
	KUNIT_ASSERT_GE(test, n, RECORDS / 2);
	KUNIT_ASSERT_LT(test, n, 4 * RECORDS);
	for (i = 0; i < n; i++)
		KUNIT_EXPECT_EQ(test, check_move(t, object(i), BIT(CHECK_USED), CHECK_FREE),
				CHECK_USED);
	for (i = n; i < n + 8; i++)
		KUNIT_EXPECT_TRUE(test, check_add(t, object(i), CHECK_USED));
	for (i = n; i < n + 8; i++)
		KUNIT_EXPECT_EQ(test, state_of(t, object(i)), CHECK_USED);
	for (i = 0; i < n; i++)
		known += state_of(t, object(i)) == CHECK_FREE;
	KUNIT_EXPECT_GE(test, known, n - 8);
	KUNIT_EXPECT_EQ(test, state_of(t, object(n - 1)), CHECK_FREE);
}

static noinline void owner_notes(struct check_table *t)
{
	check_move(t, object(1), BIT(CHECK_FREE), CHECK_USED);
	barrier();
}

static bool on_stack(const struct check_event *event, const void *fn)
{
	unsigned int i;

	for (i = 0; i < event->nr; i++)
		if (event->stack[i] - (unsigned long)fn < 256)
			return true;
	return false;
}

static void the_owner_is_noted(struct kunit *test)
{
	struct check_table *t = make(test);
	const struct check_record *rec;

	KUNIT_ASSERT_TRUE(test, check_add(t, object(1), CHECK_FREE));
	owner_notes(t);
	KUNIT_EXPECT_EQ(test, check_look(t, object(1), &rec), CHECK_USED);
	KUNIT_EXPECT_EQ(test, rec->got.pid, current->pid);
	KUNIT_EXPECT_STREQ(test, rec->got.comm, current->comm);
	KUNIT_EXPECT_STREQ(test, rec->got.context, "task");
	KUNIT_EXPECT_GT(test, rec->got.when, 0);
	if (rec->got.nr)
		KUNIT_EXPECT_TRUE(test, on_stack(&rec->got, owner_notes));
}

/* Who left it to RCU has freed it, and not the callback. */
static void rcu_does_not_hide_who_freed(struct kunit *test)
{
	struct check_table *t = make(test);
	const struct check_record *rec;
	u64 when;

	KUNIT_ASSERT_TRUE(test, check_add(t, object(1), CHECK_USED));
	check_move(t, object(1), BIT(CHECK_USED), CHECK_RCU);
	check_look(t, object(1), &rec);
	when = rec->gave.when;
	check_move(t, object(1), BIT(CHECK_RCU), CHECK_USED);
	check_move(t, object(1), BIT(CHECK_USED), CHECK_FREE);
	KUNIT_EXPECT_EQ(test, rec->gave.when, when);
	KUNIT_EXPECT_TRUE(test, rec->by_rcu);
	check_move(t, object(1), BIT(CHECK_FREE), CHECK_USED);
	check_move(t, object(1), BIT(CHECK_USED), CHECK_FREE);
	KUNIT_EXPECT_GT(test, rec->gave.when, when);
	KUNIT_EXPECT_FALSE(test, rec->by_rcu);
}

static void the_unknown_are_counted(struct kunit *test)
{
	struct check_table *t = make(test);

	KUNIT_EXPECT_FALSE(test, check_take_unknown(t));
	atomic_long_set(&t->unknown, 2);
	KUNIT_EXPECT_TRUE(test, check_take_unknown(t));
	KUNIT_EXPECT_TRUE(test, check_take_unknown(t));
	KUNIT_EXPECT_FALSE(test, check_take_unknown(t));
}

static void a_walk_sees_each_once(struct kunit *test)
{
	struct check_table *t = make(test);
	const struct check_record *rec;
	unsigned long at = 0, sum = 0;
	unsigned int i, n = 0;
	void *obj;

	for (i = 0; i < 20; i++)
		check_add(t, object(i), i % 2 ? CHECK_USED : CHECK_FREE);
	while ((obj = check_next(t, &at, BIT(CHECK_USED), &rec))) {
		sum += (unsigned long)obj;
		n++;
	}
	KUNIT_EXPECT_EQ(test, n, 10);
	KUNIT_EXPECT_EQ(test, sum, 10 * (unsigned long)object(10));
}

static struct kunit_case check_cases[] = {
	KUNIT_CASE_PARAM(only_what_may_move_does, move_gen_params),
	KUNIT_CASE(what_is_unknown_is_none),
	KUNIT_CASE(a_new_object_displaces_the_longest_free),
	KUNIT_CASE(the_owner_is_noted),
	KUNIT_CASE(rcu_does_not_hide_who_freed),
	KUNIT_CASE(the_unknown_are_counted),
	KUNIT_CASE(a_walk_sees_each_once),
	{}
};

static struct kunit_suite check_suite = {
	.name = "mempool_check",
	.exit = check_exit,
	.test_cases = check_cases,
};

kunit_test_suite(check_suite);

MODULE_DESCRIPTION("KUnit suite of the records of objects");
MODULE_LICENSE("GPL");
