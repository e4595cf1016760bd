// SPDX-License-Identifier: GPL-2.0-only
/*
 * debug_report.c - beside floor 1: what debugging has to say
 *
 * Called from: debug.c, lifecycle.c, validate.c.  Calls: check.c, backing.c.
 * Locks: none.  Context: any; under rcu_read_lock().
 *
 * A report is a line that says what happened, to which object and by whom; then
 * who had it last, as far as that is known; then the stack of who is here now.
 */
#include "internal.h"

#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/mm.h>
#include <linux/printk.h>
#include <linux/ratelimit.h>

#include "debug_report.h"

/* As many reports as a screen or two have room for; the counters miss none. */
static DEFINE_RATELIMIT_STATE(report_limit, 5 * HZ, 40);

/* Leaks that are listed when a cache is destroyed. */
#define LEAKS_SHOWN	10u

static void print_stack(const struct check_event *event)
{
	unsigned int i;

	for (i = 0; i < event->nr; i++)
		pr_err("    %pS\n", (void *)event->stack[i]);
}

static void print_event(const char *what, const struct check_event *event)
{
	u64 age = ktime_get_mono_fast_ns() - event->when;

	if (!event->when)
		return;
	pr_err("  %s %llu.%03llu s ago on CPU %u by pid %d (%s), %s:\n", what,
	       div_u64(age, NSEC_PER_SEC), div_u64(age, NSEC_PER_MSEC) % 1000,
	       event->cpu, event->pid, event->comm, event->context);
	print_stack(event);
}

static void print_now(void)
{
	struct check_event now;

	check_note(&now);
	pr_err("  now on CPU %u by pid %d (%s), %s:\n", now.cpu, now.pid, now.comm,
	       now.context);
	print_stack(&now);
}

/**
 * debug_report_owner() - who had an object last
 * @d:   the cache's
 * @obj: the object
 *
 * Context: any.
 */
void debug_report_owner(const struct debug *d, const void *obj)
{
	const struct check_record *rec;
	enum check_state state = check_look(d->table, obj, &rec);

	if (state == CHECK_NONE || (!rec->got.when && !rec->gave.when)) {
		pr_err("  its last owner is not known: it was in use before debugging began, or long free\n");
		return;
	}
	if (!rec->got.when)
		pr_err("  allocated before debugging began\n");
	print_event("allocated", &rec->got);
	/* Of an object that is in use again it is history. */
	if (state != CHECK_USED)
		print_event(rec->by_rcu ? "left to RCU" : "freed", &rec->gave);
}

/* What is said before and after the object. */
static void print_crime(const char *cache, const struct debug_crime *crime)
{
	static const char *const where[] = {
		[CHECK_NONE]	 = ", which is not in use,",
		[CHECK_USED]	 = "",
		[CHECK_FREE]	 = "",
		[CHECK_RESERVED] = ", which lies in a reservation,",
		[CHECK_RCU]	 = ", which is left to RCU,",
		[CHECK_BUSY]	 = ", at the same time,",
	};
	bool twice = crime->was == CHECK_FREE || crime->was == CHECK_BUSY;

	if (crime->to == CHECK_USED)
		pr_err("cache '%s': slab gave %p, which is in use: freed twice before\n",
		       cache, crime->obj);
	else
		pr_err("cache '%s': %sfree of %p%s by %pS\n", cache,
		       twice ? "double " : "", crime->obj, where[crime->was], crime->caller);
}

/* Slab says what it is; of vmalloc() it takes a lock to know, on some kernels. */
static void print_foreign(const void *ptr)
{
	if (is_vmalloc_addr(ptr) && (!in_task() || irqs_disabled())) {
		pr_err("  it is vmalloc memory\n");
		return;
	}
	pr_err("  it is");
	mem_dump_obj((void *)ptr);
}

static void report_foreign(const struct debug *d, const struct debug_crime *crime,
			   const struct backing_origin *origin)
{
	const char *name = d->priv->name;
	struct debug *other;

	switch (origin->kind) {
	case BACKING_INSIDE:
		pr_err("cache '%s': free of %p, %lu bytes into an object, by %pS\n", name,
		       crime->obj, (unsigned long)(crime->obj - origin->start), crime->caller);
		debug_report_owner(d, origin->start);
		return;
	case BACKING_OTHERS:
		pr_err("cache '%s': free of %p, an object of another cache, by %pS\n", name,
		       crime->obj, crime->caller);
		other = debug_of_slab(origin->slab);
		print_foreign(crime->obj);
		if (other)
			pr_err("  of cache '%s':\n", other->priv->name);
		if (other)
			debug_report_owner(other, crime->obj);
		return;
	default:
		pr_err("cache '%s': free of %p, which is no object, by %pS\n", name,
		       crime->obj, crime->caller);
		print_foreign(crime->obj);
	}
}

/**
 * debug_report_crime() - somebody did what must not be done
 * @d:     the cache's
 * @crime: what
 *
 * Context: any; under rcu_read_lock().
 */
void debug_report_crime(const struct debug *d, const struct debug_crime *crime)
{
	struct backing_origin origin;

	if (!__ratelimit(&report_limit))
		return;
	backing_origin(&d->priv->backing, crime->obj, &origin);
	if (crime->was == CHECK_NONE && origin.kind != BACKING_OWN) {
		report_foreign(d, crime, &origin);
	} else {
		print_crime(d->priv->name, crime);
		debug_report_owner(d, crime->obj);
	}
	print_now();
}

/**
 * debug_report_write() - somebody wrote to an object after its free
 * @d:      the cache's
 * @damage: what was found
 *
 * Context: any; under rcu_read_lock(), or when nobody can end debugging.
 */
void debug_report_write(const struct debug *d, const struct quarantine_damage *damage)
{
	account_inc(d->priv->acct, ACCOUNT_BAD_WRITE);
	if (!__ratelimit(&report_limit))
		return;
	pr_err("cache '%s': write after free to %p, byte %u: %*ph\n", d->priv->name,
	       damage->obj, damage->at, (int)damage->nr, damage->found);
	debug_report_owner(d, damage->obj);
}

/**
 * debug_report_leaks() - who has the objects that are not back
 * @priv: the cache, which is being destroyed
 *
 * Context: task.
 */
void debug_report_leaks(struct objcache_priv *priv)
{
	struct debug *d = rcu_dereference_protected(priv->debug, true);
	const struct check_record *rec;
	unsigned long at = 0;
	unsigned int n;
	void *obj;

	for (n = 0; d && n < LEAKS_SHOWN; n++) {
		obj = check_next(d->table, &at, BIT(CHECK_USED) | BIT(CHECK_RESERVED) |
				 BIT(CHECK_RCU), &rec);
		if (!obj)
			return;
		pr_err("cache '%s': object %p is in use\n", priv->name, obj);
		debug_report_owner(d, obj);
	}
}
