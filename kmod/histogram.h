/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * histogram.h - leaf: which sizes are asked for, and what is wasted on them
 *
 * Called from: sizeclass.c, sizeclass_life.c, debugfs_pools.c.  Calls: nothing.
 */
#ifndef _MEMPOOL_HISTOGRAM_H
#define _MEMPOOL_HISTOGRAM_H

#include <linux/bitops.h>
#include <linux/minmax.h>
#include <linux/percpu.h>
#include <linux/types.h>

/* Sizes are told apart by multiples of this below the largest class. */
#define HISTOGRAM_GRANULE	8u

/*
 * Rows: eight a power of two, so that a row's ends are 12 % apart, up to 65536; a row
 * ends at each class too, so that it is of one class.  Above the classes a row is a
 * power of two, and the last is all that nobody serves.
 */
#define HISTOGRAM_STEPS		8u
#define HISTOGRAM_ABOVE		32u
#define HISTOGRAM_ROWS		(8 + 10 * HISTOGRAM_STEPS + 32 + HISTOGRAM_ABOVE)

/**
 * struct histogram_cell - one row on one CPU
 * @asked: how often (P)
 * @bytes: how many, in all (P)
 */
struct histogram_cell {
	unsigned long	asked;
	unsigned long	bytes;
};

/**
 * struct histogram - a table of sizes
 * @cell: HISTOGRAM_ROWS of them
 * @last: the largest class in bytes (I)
 * @nr:   rows, those above the classes not counted (I)
 * @to:   the largest size of a row (I)
 * @row:  for each granule up to @last (I)
 */
struct histogram {
	struct histogram_cell __percpu *cell;
	unsigned int	last;
	unsigned int	nr;
	u64		to[HISTOGRAM_ROWS];
	u8		row[];
};

/**
 * struct histogram_line - a row, of all CPUs
 * @from:  its smallest size
 * @to:    its largest
 * @asked: how often it was asked for
 * @bytes: how many bytes, in all
 */
struct histogram_line {
	u64	from;
	u64	to;
	u64	asked;
	u64	bytes;
};

struct histogram *histogram_create(const u8 *class, unsigned int last);
void histogram_destroy(struct histogram *h);
void histogram_reset(struct histogram *h);
unsigned int histogram_rows(const struct histogram *h);
void histogram_read(const struct histogram *h, unsigned int row, struct histogram_line *line);

/* Not 0. */
static inline unsigned int histogram_row(const struct histogram *h, size_t size)
{
	if (size <= h->last)
		return h->row[(size - 1) / HISTOGRAM_GRANULE];
	return h->nr + min_t(unsigned int, fls_long(size - 1) - fls(h->last),
			     HISTOGRAM_ABOVE - 1);
}

/* A size that is asked for, not 0.  Any context. */
static inline void histogram_count(const struct histogram *h, size_t size)
{
	struct histogram_cell __percpu *cell = h->cell + histogram_row(h, size);

	this_cpu_inc(cell->asked);
	this_cpu_add(cell->bytes, size);
}

#endif /* _MEMPOOL_HISTOGRAM_H */
