// SPDX-License-Identifier: GPL-2.0-only
/*
 * histogram_kunit.c - leaf: which row a size is in, and what is counted there
 *
 * Called from: KUnit.  Calls: kmod/histogram.c.
 * Locks: none.  Context: the thread of a KUnit case.
 */
#include "kunit_util.h"

#include <linux/module.h>
#include <linux/slab.h>

#include "histogram.h"

#define GRANULES	(65536 / HISTOGRAM_GRANULE)

struct table_row {
	const char	*name;
	unsigned int	nr;
	unsigned int	size[5];
};

static const struct table_row tables[] = {
	{ "powers of two", 5, { 64, 128, 256, 512, 1024 } },
	{ "odd ones", 4, { 8, 96, 200, 1000 } },
	{ "the smallest", 1, { 8 } },
	{ "the largest", 2, { 65528, 65536 } },
};

static void table_desc(const struct table_row *row, char *desc)
{
	strscpy(desc, row->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(table, tables, table_desc);

static u8 *classes_of(struct kunit *test, const struct table_row *t)
{
	u8 *class = kunit_kzalloc(test, GRANULES, GFP_KERNEL);
	unsigned int i, c = 0;

	KUNIT_ASSERT_NOT_NULL(test, class);
	for (i = 0; i < t->size[t->nr - 1] / HISTOGRAM_GRANULE; i++) {
		if ((i + 1) * HISTOGRAM_GRANULE > t->size[c])
			c++;
		class[i] = c;
	}
	return class;
}

static struct histogram *make(struct kunit *test, const struct table_row *t, u8 **class)
{
	struct histogram *h;

	*class = classes_of(test, t);
	h = histogram_create(*class, t->size[t->nr - 1]);
	KUNIT_ASSERT_NOT_NULL(test, h);
	return h;
}

/* Mutations: an end that is missing, one too early; the class not looked at. */
static void rows_are_without_a_gap_and_of_one_class(struct kunit *test)
{
	const struct table_row *t = test->param_value;
	struct histogram_line line;
	u64 next = 1;
	unsigned int i;
	u8 *class;
	struct histogram *h = make(test, t, &class);

	for (i = 0; i < histogram_rows(h); i++) {
		histogram_read(h, i, &line);
		KUNIT_EXPECT_EQ(test, line.from, next);
		KUNIT_EXPECT_GE(test, line.to, line.from);
		if (line.from <= h->last) {
			KUNIT_EXPECT_LE(test, line.to, h->last);
			KUNIT_EXPECT_EQ(test, class[(line.from - 1) / HISTOGRAM_GRANULE],
					class[(line.to - 1) / HISTOGRAM_GRANULE]);
			/* An eighth, but for the first. */
			KUNIT_EXPECT_LE(test, line.to - line.from + 1,
					max_t(u64, HISTOGRAM_GRANULE, line.from / 8));
		}
		next = line.to + 1;
	}
	KUNIT_EXPECT_EQ(test, next, 0);
	histogram_destroy(h);
}

static const u64 some_sizes[] = {
	1, 7, 8, 9, 63, 64, 65, 95, 96, 97, 104, 127, 128, 129, 999, 1000, 1001, 1024, 1025,
	4096, 8192, 8193, 65535, 65536, 65537, 1000000, INT_MAX, 1ull << 40, ULONG_MAX,
};

static void each_size_is_in_its_row(struct kunit *test)
{
	u64 bytes = 0, asked = 0;
	struct histogram_line line;
	unsigned int i;
	u8 *class;
	struct histogram *h = make(test, test->param_value, &class);

	for (i = 0; i < ARRAY_SIZE(some_sizes); i++) {
		unsigned int row = histogram_row(h, some_sizes[i]);

		KUNIT_ASSERT_LT(test, row, histogram_rows(h));
		histogram_read(h, row, &line);
		KUNIT_EXPECT_LE(test, line.from, some_sizes[i]);
		KUNIT_EXPECT_GE(test, line.to, some_sizes[i]);
		histogram_count(h, some_sizes[i]);
		bytes += some_sizes[i];
	}
	for (i = 0; i < histogram_rows(h); i++) {
		histogram_read(h, i, &line);
		asked += line.asked;
		bytes -= line.bytes;
	}
	KUNIT_EXPECT_EQ(test, asked, ARRAY_SIZE(some_sizes));
	KUNIT_EXPECT_EQ(test, bytes, 0);
	histogram_destroy(h);
}

static void it_begins_anew(struct kunit *test)
{
	struct histogram_line line;
	u8 *class;
	struct histogram *h = make(test, &tables[0], &class);

	histogram_count(h, 100);
	histogram_reset(h);
	histogram_count(h, 99);
	histogram_read(h, histogram_row(h, 100), &line);
	KUNIT_EXPECT_EQ(test, line.asked, 1);
	KUNIT_EXPECT_EQ(test, line.bytes, 99);
	histogram_destroy(h);
	histogram_destroy(NULL);
}

static struct kunit_case histogram_cases[] = {
	KUNIT_CASE_PARAM(rows_are_without_a_gap_and_of_one_class, table_gen_params),
	KUNIT_CASE_PARAM(each_size_is_in_its_row, table_gen_params),
	KUNIT_CASE(it_begins_anew),
	{}
};

static struct kunit_suite histogram_suite = {
	.name = "mempool_histogram",
	.test_cases = histogram_cases,
};

kunit_test_suite(histogram_suite);

MODULE_DESCRIPTION("KUnit suite of the histogram of sizes");
MODULE_LICENSE("GPL");
