// SPDX-License-Identifier: GPL-2.0-only
/*
 * trace.c - reads a recorded trace, and refuses one that makes no sense
 *
 * Called from: replay.c.  Calls: nothing.  Locks: none.  Context: task.
 *
 * A file is checked to its last record before anything is replayed: after
 * that, a double free or an object that never comes is impossible.  Each
 * refusal names the record, counted from 0.
 *
 * Records are cut into sections, short enough that CPUs can keep to the order
 * of the file, and such that a section only waits for what other CPUs do
 * before its own first record.  So the section whose turn is next never
 * waits, and the replay cannot hang.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/err.h>
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/minmax.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "trace.h"

struct file_header {
	char	magic[8];
	__le32	records;
	__le32	allocations;
	__le16	cpus;
	__le16	sites;
	__le32	zero;
} __packed;

struct file_record {
	__le32	id;
	__le32	bytes;
	__le16	site;
	u8	cpu;
	u8	op;
} __packed;

#define FILE_MAGIC		"MPTRACE1"
#define FILE_OP_FREE		1
#define FILE_OP_CONTEXT(op)	((op) >> 1 & 3)
#define FILE_OP_KNOWN		7

/* Longer ones would let a CPU run ahead of the order of the file. */
#define SECTION_SPAN		64

/* What is known of an object while the file is read. */
struct object {
	u32 index;	/* of its allocation */
	u32 op;		/* the same, in its CPU's ops */
	u8 cpu;
	u8 state;	/* of enum object_state */
};

enum object_state { OBJECT_UNKNOWN, OBJECT_LIVE, OBJECT_FREED };

struct reader {
	struct trace *t;
	const struct file_header *header;
	const struct file_record *record;
	struct object *object;
	u64 live;
	u32 allocated;
	bool fold;
};

#define refuse_at(where, err, fmt, ...) ({				\
	const int err_ = (err);						\
	pr_err(where ": " fmt " (errno %d)\n", ##__VA_ARGS__, err_);	\
	-err_;								\
})

#define refuse(record, err, fmt, ...) \
	refuse_at("record %u", err, fmt, record, ##__VA_ARGS__)

#define refuse_header(err, fmt, ...) \
	refuse_at("header", err, fmt, ##__VA_ARGS__)

static int check_header(const struct file_header *h, size_t len)
{
	u32 records;
	size_t have;

	if (len < sizeof(*h))
		return refuse_header(ENODATA, "truncated: %zu bytes", len);
	if (memcmp(h->magic, FILE_MAGIC, sizeof(h->magic)))
		return refuse_header(EBADMSG, "bad magic");
	if (h->zero)
		return refuse_header(EBADMSG, "the last field is not 0");
	records = le32_to_cpu(h->records);
	if (!records)
		return refuse_header(ENODATA, "no records");
	if (le32_to_cpu(h->allocations) > records)
		return refuse_header(EBADMSG, "more allocations than records");
	if (!h->cpus || le16_to_cpu(h->cpus) > TRACE_CPUS_MAX)
		return refuse_header(ERANGE, "%u CPUs, not 1 to %d",
				     le16_to_cpu(h->cpus), TRACE_CPUS_MAX);
	have = (len - sizeof(*h)) / sizeof(struct file_record);
	if (have < records)
		return refuse((u32)have, ENODATA, "truncated: the header says %u",
			      records);
	if (len - sizeof(*h) != (size_t)records * sizeof(struct file_record))
		return refuse(records, EBADMSG, "more follows than the header says");
	return 0;
}

/* What a record may say, whatever came before it. */
static int check_record(const struct reader *rd, u32 i)
{
	const struct file_record *r = &rd->record[i];
	u32 bytes = le32_to_cpu(r->bytes);

	if (r->cpu >= le16_to_cpu(rd->header->cpus))
		return refuse(i, ERANGE, "cpu %u out of range", r->cpu);
	if (r->op & ~FILE_OP_KNOWN)
		return refuse(i, EBADMSG, "unknown bits in op %#x", r->op);
	if (FILE_OP_CONTEXT(r->op) == TRACE_NMI)
		return refuse(i, EOPNOTSUPP, "slab does not work in NMI");
	if (le16_to_cpu(r->site) >= le16_to_cpu(rd->header->sites))
		return refuse(i, ERANGE, "site %u out of range",
			      le16_to_cpu(r->site));
	if (le32_to_cpu(r->id) >= rd->t->allocations && !(r->op & FILE_OP_FREE))
		return refuse(i, ERANGE, "object %u out of range",
			      le32_to_cpu(r->id));
	if (r->op & FILE_OP_FREE) {
		if (bytes)
			return refuse(i, EBADMSG, "a free of %u bytes", bytes);
	} else if (!bytes || bytes > KMALLOC_MAX_SIZE) {
		return refuse(i, ERANGE, "an allocation of %u bytes", bytes);
	}
	return 0;
}

/* ... and what it may say after those before it. */
static int check_object(const struct reader *rd, u32 i)
{
	const struct file_record *r = &rd->record[i];
	u32 id = le32_to_cpu(r->id);
	u8 state = id < rd->t->allocations ? rd->object[id].state : OBJECT_UNKNOWN;

	if (!(r->op & FILE_OP_FREE)) {
		if (state != OBJECT_UNKNOWN)
			return refuse(i, EBADMSG, "object %u allocated again", id);
	} else if (state == OBJECT_UNKNOWN) {
		return refuse(i, EBADMSG, "free of unknown object %u", id);
	} else if (state == OBJECT_FREED) {
		return refuse(i, EBADMSG, "double free of object %u", id);
	}
	return 0;
}

/* The section that record @i goes to: the last one, or a new one. */
static struct trace_section *section_for(struct trace_cpu *c, u32 i, u8 context,
					 bool cross, u32 allocated)
{
	struct trace_section *s = &c->section[c->nr_sections];

	if (c->nr_sections) {
		s--;
		if (s->context == context && i - s->index < SECTION_SPAN &&
		    (!cross || allocated < s->index))
			return s;
		s++;
	}
	c->nr_sections++;
	s->first = c->nr_ops;
	s->index = i;
	s->context = context;
	return s;
}

static void add_record(struct reader *rd, u32 i)
{
	const struct file_record *r = &rd->record[i];
	u32 id = le32_to_cpu(r->id);
	struct object *o = &rd->object[id];
	u8 cpu = rd->fold ? 0 : r->cpu;
	struct trace_cpu *c = &rd->t->cpu[cpu];
	struct trace_op *op = &c->op[c->nr_ops];
	struct trace_section *s;
	bool cross;

	op->id = id;
	op->free = r->op & FILE_OP_FREE;
	cross = op->free && o->cpu != cpu;
	s = section_for(c, i, FILE_OP_CONTEXT(r->op), cross, o->index);
	if (op->free) {
		op->size = rd->t->size[id];
		rd->live -= op->size;
		o->state = OBJECT_FREED;
		if (cross) {
			op->cross = 1;
			rd->t->cpu[o->cpu].op[o->op].cross = 1;
			s->waits = 1;
		}
	} else {
		op->size = le32_to_cpu(r->bytes);
		rd->t->size[id] = op->size;
		rd->live += op->size;
		rd->t->live_peak = max(rd->t->live_peak, rd->live);
		*o = (struct object){ i, c->nr_ops, cpu, OBJECT_LIVE };
		rd->allocated++;
	}
	s->nr++;
	c->nr_ops++;
}

static int make_room(struct reader *rd)
{
	struct trace *t = rd->t;
	u32 nr[TRACE_CPUS_MAX] = { };
	u32 i;

	for (i = 0; i < t->records; i++)
		nr[rd->fold ? 0 : rd->record[i].cpu % TRACE_CPUS_MAX]++;
	for (i = 0; i < t->cpus; i++) {
		t->cpu[i].op = vzalloc((nr[i] + 1ul) * sizeof(struct trace_op));
		t->cpu[i].section = vzalloc((nr[i] + 1ul) *
					    sizeof(struct trace_section));
		if (!t->cpu[i].op || !t->cpu[i].section)
			return -ENOMEM;
	}
	t->size = vzalloc((t->allocations + 1ul) * sizeof(*t->size));
	rd->object = vzalloc((t->allocations + 1ul) * sizeof(*rd->object));
	return t->size && rd->object ? 0 : -ENOMEM;
}

static int read_records(struct reader *rd)
{
	struct trace *t = rd->t;
	u32 i;
	int err;

	/* First of all of them: make_room() counts by CPU. */
	for (i = 0; i < t->records; i++) {
		err = check_record(rd, i);
		if (err)
			return err;
	}
	err = make_room(rd);
	for (i = 0; !err && i < t->records; i++) {
		err = check_object(rd, i);
		if (!err)
			add_record(rd, i);
	}
	if (!err && rd->allocated != t->allocations)
		err = refuse(t->records, EBADMSG,
			     "%u allocations, the header says %u",
			     rd->allocated, t->allocations);
	t->kept = t->records - 2 * (t->records - rd->allocated);
	return err;
}

/* All of it at *@data, which the caller frees.  Return: bytes, or an errno. */
static ssize_t read_file(const char *path, void **data)
{
	struct file *file = filp_open(path, O_RDONLY, 0);
	loff_t pos = 0, size;
	ssize_t n = 0;

	if (IS_ERR(file))
		return PTR_ERR(file);
	size = i_size_read(file_inode(file));
	if (size > MAX_RW_COUNT)
		n = -EFBIG;
	else
		*data = vmalloc(size + 1);
	if (!n && !*data)
		n = -ENOMEM;
	while (!n && pos < size) {
		n = kernel_read(file, *data + pos, size - pos, &pos);
		/* It became shorter meanwhile. */
		if (!n)
			break;
		n = min_t(ssize_t, n, 0);
	}
	filp_close(file, NULL);
	return n ?: pos;
}

/**
 * trace_load() - read a file and make it ready
 * @t:    where it goes
 * @path: the file
 * @fold: all records on CPU 0, in the order of the file
 *
 * Context: task; sleeps.
 * Return: 0, or an errno whose reason is in the log, with the record's number:
 * -EBADMSG (contradicts itself), -ERANGE, -ENODATA (truncated), -EOPNOTSUPP
 * (NMI), -ENOMEM, or what opening the file says.
 */
int trace_load(struct trace *t, const char *path, bool fold)
{
	struct reader rd = { .t = t, .fold = fold };
	void *data = NULL;
	ssize_t len;
	int err;

	memset(t, 0, sizeof(*t));
	len = read_file(path, &data);
	if (len < 0) {
		pr_err("cannot read '%s' (errno %zd)\n", path, -len);
		vfree(data);
		return len;
	}
	rd.header = data;
	rd.record = data + sizeof(*rd.header);
	err = check_header(rd.header, len);
	if (!err) {
		t->records = le32_to_cpu(rd.header->records);
		t->allocations = le32_to_cpu(rd.header->allocations);
		t->cpus = fold ? 1 : le16_to_cpu(rd.header->cpus);
		err = read_records(&rd);
	}
	vfree(rd.object);
	vfree(data);
	if (err)
		trace_unload(t);
	return err;
}

/**
 * trace_unload() - free what trace_load() made
 * @t: the trace
 *
 * Context: task; sleeps.
 */
void trace_unload(struct trace *t)
{
	unsigned int i;

	for (i = 0; i < TRACE_CPUS_MAX; i++) {
		vfree(t->cpu[i].op);
		vfree(t->cpu[i].section);
	}
	vfree(t->size);
	memset(t, 0, sizeof(*t));
}
