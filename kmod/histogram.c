// SPDX-License-Identifier: GPL-2.0-only
/*
 * histogram.c - leaf: which sizes are asked for, and what is wasted on them
 *
 * Called from: sizeclass.c, sizeclass_life.c, debugfs_pools.c.  Calls: nothing.
 * Locks: none.  Context: task for what is here; counting: any.
 */
#include "internal.h"

#include <linux/build_bug.h>
#include <linux/kernel.h>
#include <linux/limits.h>
#include <linux/log2.h>
#include <linux/minmax.h>
#include <linux/overflow.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "histogram.h"

static_assert(HISTOGRAM_ROWS <= U8_MAX);

/* Of the sizes above 64, an eighth of the power of two below. */
static bool ends_row(unsigned int size)
{
	unsigned int step = size > HISTOGRAM_STEPS * HISTOGRAM_GRANULE ?
			    rounddown_pow_of_two(size - 1) / HISTOGRAM_STEPS :
			    HISTOGRAM_GRANULE;

	return size % step == 0;
}

static void lay_out(struct histogram *h, const u8 *class)
{
	unsigned int i, n = h->last / HISTOGRAM_GRANULE;

	for (i = 0; i < n; i++) {
		unsigned int size = (i + 1) * HISTOGRAM_GRANULE;

		h->row[i] = h->nr;
		if (i == n - 1 || class[i] != class[i + 1] || ends_row(size))
			h->to[h->nr++] = size;
	}
	for (i = 0; i < HISTOGRAM_ABOVE - 1; i++)
		h->to[h->nr + i] = 1ull << (fls(h->last) + i);
	h->to[h->nr + i] = U64_MAX;
}

/**
 * histogram_create() - make a table for the sizes of a pool
 * @class: the class of each granule
 * @last:  the largest class in bytes, a multiple of the granule
 *
 * Context: task; sleeps.
 * Return: the table, all zero; or NULL.
 */
struct histogram *histogram_create(const u8 *class, unsigned int last)
{
	struct histogram *h = kvzalloc(struct_size(h, row, last / HISTOGRAM_GRANULE),
				       GFP_KERNEL);

	if (!h)
		return NULL;
	h->cell = __alloc_percpu(HISTOGRAM_ROWS * sizeof(struct histogram_cell),
				 __alignof__(struct histogram_cell));
	if (!h->cell) {
		kvfree(h);
		return NULL;
	}
	h->last = last;
	lay_out(h, class);
	return h;
}
EXPORT_SYMBOL_FOR_TEST(histogram_create);

/**
 * histogram_destroy() - free a table that nobody counts in
 * @h: the table, or NULL
 */
void histogram_destroy(struct histogram *h)
{
	if (!h)
		return;
	free_percpu(h->cell);
	kvfree(h);
}
EXPORT_SYMBOL_FOR_TEST(histogram_destroy);

/**
 * histogram_reset() - begin anew
 * @h: the table; what is counted meanwhile may be lost or stay
 *
 * Context: task.
 */
void histogram_reset(struct histogram *h)
{
	unsigned int row;
	int cpu;

	for_each_possible_cpu(cpu) {
		for (row = 0; row < HISTOGRAM_ROWS; row++) {
			struct histogram_cell *cell = per_cpu_ptr(h->cell + row, cpu);

			WRITE_ONCE(cell->asked, 0);
			WRITE_ONCE(cell->bytes, 0);
		}
	}
}
EXPORT_SYMBOL_FOR_TEST(histogram_reset);

/**
 * histogram_rows() - how many rows there are
 * @h: the table
 *
 * Return: their number.
 */
unsigned int histogram_rows(const struct histogram *h)
{
	return h->nr + HISTOGRAM_ABOVE;
}
EXPORT_SYMBOL_FOR_TEST(histogram_rows);

/**
 * histogram_read() - add up a row
 * @h:    the table
 * @row:  which, below histogram_rows()
 * @line: where it goes
 *
 * Context: task.
 */
void histogram_read(const struct histogram *h, unsigned int row, struct histogram_line *line)
{
	int cpu;

	*line = (struct histogram_line) {
		.from = row ? h->to[row - 1] + 1 : 1,
		.to = h->to[row],
	};
	for_each_possible_cpu(cpu) {
		const struct histogram_cell *cell = per_cpu_ptr(h->cell + row, cpu);

		line->asked += READ_ONCE(cell->asked);
		line->bytes += READ_ONCE(cell->bytes);
	}
}
EXPORT_SYMBOL_FOR_TEST(histogram_read);
