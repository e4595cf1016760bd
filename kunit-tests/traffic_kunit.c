// SPDX-License-Identifier: GPL-2.0-only
/*
 * traffic_kunit.c - all floors at once: who owns an object owns it alone
 *
 * Called from: KUnit.  Calls: the public API.
 * Locks: none.  Context: task, softirq and hardirq, on all CPUs.
 *
 * On each CPU a thread, a tasklet and a hardirq timer allocate and free for a
 * moment.  Who has an object has stamped it, so one that is handed out twice,
 * or is lost on the way, is seen by whoever meets it.
 */
#include "kunit_cache.h"

#include <linux/hrtimer.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/prandom.h>

#define HAND	24		/* objects an actor has at most */
#define PERIOD	(20 * NSEC_PER_USEC)
#define BURST	8		/* operations of an interrupt */
#define MOMENT	msecs_to_jiffies(250)

/* The constructor stamps it as nobody's, and so does every free. */
struct stamped {
	unsigned long owner;
	unsigned long check;
};

static void construct(void *obj)
{
	struct stamped *s = obj;

	s->owner = 0;
	s->check = (unsigned long)s;
}

/* Errors are counted: KUnit's expectations need a task. */
struct actor {
	struct objcache *cache;
	unsigned long id;
	struct rnd_state rnd;
	unsigned int n;
	struct stamped *hand[HAND];
	unsigned long ops, stolen, dirty, failed;
};

struct cpu_actors {
	struct actor task, softirq, hardirq;
	struct task_struct *thread;
	struct tasklet_struct tasklet;
	struct hrtimer timer;
	bool stop;
};

struct traffic {
	struct kunit_cache *kc;
	struct cpu_actors *cpus;
};

static void actor_alloc(struct actor *a)
{
	struct stamped *s = objcache_alloc_inline(a->cache, GFP_ATOMIC | __GFP_NOWARN);

	if (!s) {
		a->failed++;
		return;
	}
	if (cmpxchg(&s->owner, 0, a->id))
		a->stolen++;
	if (s->check != (unsigned long)s)
		a->dirty++;
	a->hand[a->n++] = s;
}

static void actor_free(struct actor *a)
{
	struct stamped *s = a->hand[--a->n];

	if (cmpxchg(&s->owner, a->id, 0) != a->id)
		a->stolen++;
	if (a->ops & 1)
		objcache_free(a->cache, s);
	else
		objcache_free_inline(a->cache, s);
}

static void act(struct actor *a, unsigned int n)
{
	while (n--) {
		bool alloc = prandom_u32_state(&a->rnd) & 1;

		a->ops++;
		if (!a->n || (alloc && a->n < HAND))
			actor_alloc(a);
		else
			actor_free(a);
	}
}

static int act_in_task(void *arg)
{
	struct cpu_actors *c = arg;

	while (!kthread_should_stop()) {
		act(&c->task, 64);
		tasklet_schedule(&c->tasklet);
		cond_resched();
	}
	return 0;
}

static void act_in_softirq(struct tasklet_struct *tasklet)
{
	act(&container_of(tasklet, struct cpu_actors, tasklet)->softirq, BURST);
}

static enum hrtimer_restart act_in_hardirq(struct hrtimer *timer)
{
	struct cpu_actors *c = container_of(timer, struct cpu_actors, timer);

	if (READ_ONCE(c->stop))
		return HRTIMER_NORESTART;
	act(&c->hardirq, BURST);
	hrtimer_forward_now(timer, ns_to_ktime(PERIOD));
	return HRTIMER_RESTART;
}

static void setup_timer(struct hrtimer *timer,
			enum hrtimer_restart (*fn)(struct hrtimer *timer))
{
#ifdef HAVE_HRTIMER_SETUP
	hrtimer_setup(timer, fn, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
#else
	hrtimer_init(timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_PINNED_HARD);
	timer->function = fn;
#endif
}

static int start_timer(void *arg)
{
	struct cpu_actors *c = arg;

	hrtimer_start(&c->timer, ns_to_ktime(PERIOD), HRTIMER_MODE_REL_PINNED_HARD);
	return 0;
}

static void actor_init(struct actor *a, struct objcache *cache, unsigned long id)
{
	a->cache = cache;
	a->id = id;
	prandom_seed_state(&a->rnd, id);
}

static void start(struct kunit *test, struct traffic *t)
{
	int cpu;

	t->cpus = kunit_kcalloc(test, nr_cpu_ids, sizeof(*t->cpus), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, t->cpus);
	for_each_online_cpu(cpu) {
		struct cpu_actors *c = &t->cpus[cpu];

		actor_init(&c->task, t->kc->cache, cpu * 3 + 1);
		actor_init(&c->softirq, t->kc->cache, cpu * 3 + 2);
		actor_init(&c->hardirq, t->kc->cache, cpu * 3 + 3);
		tasklet_setup(&c->tasklet, act_in_softirq);
		setup_timer(&c->timer, act_in_hardirq);
		c->thread = kthread_create(act_in_task, c, "kunit-traffic/%d", cpu);
		KUNIT_ASSERT_FALSE(test, IS_ERR(c->thread));
		kthread_bind(c->thread, cpu);
	}
	for_each_online_cpu(cpu) {
		wake_up_process(t->cpus[cpu].thread);
		smp_call_on_cpu(cpu, start_timer, &t->cpus[cpu], false);
	}
}

/* Each says what it saw, and hands the rest of its objects to the case. */
static void retire(struct kunit *test, struct traffic *t, struct actor *a)
{
	KUNIT_EXPECT_GT_MSG(test, a->ops, 0, "actor %lu never acted", a->id);
	KUNIT_EXPECT_EQ_MSG(test, a->stolen, 0, "actor %lu shared an object", a->id);
	KUNIT_EXPECT_EQ_MSG(test, a->dirty, 0, "actor %lu got a changed object", a->id);
	while (a->n)
		t->kc->objs[t->kc->n++] = a->hand[--a->n];
}

static void stop(struct kunit *test, struct traffic *t)
{
	int cpu;

	for_each_online_cpu(cpu) {
		struct cpu_actors *c = &t->cpus[cpu];

		WRITE_ONCE(c->stop, true);
		hrtimer_cancel(&c->timer);
		kthread_stop(c->thread);
		tasklet_kill(&c->tasklet);
	}
	for_each_online_cpu(cpu) {
		retire(test, t, &t->cpus[cpu].task);
		retire(test, t, &t->cpus[cpu].softirq);
		retire(test, t, &t->cpus[cpu].hardirq);
	}
}

static void unmark(struct traffic *t)
{
	unsigned int i;

	for (i = 0; i < t->kc->n; i++)
		((struct stamped *)t->kc->objs[i])->owner = 0;
}

struct knob_row {
	const char *desc;
	unsigned int capacity[4];
};

/* The capacities that the knob is turned to, over and over, while they act. */
static const struct knob_row knob_rows[] = {
	{ "full size",	 { 128, 128, 128, 128 } },
	{ "tiny",	 { 1, 1, 1, 1 } },
	{ "off",	 { 0, 0, 0, 0 } },
	{ "on and off",	 { 0, 128, 0, 4 } },
	{ "up and down", { 256, 3, 100, 1 } },
};

static void knob_desc(const struct knob_row *row, char *desc)
{
	strscpy(desc, row->desc, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(knob, knob_rows, knob_desc);

static void no_object_has_two_owners(struct kunit *test)
{
	static const struct objcache_params params = { .ctor = construct };
	const struct knob_row *row = test->param_value;
	struct traffic t = {};
	unsigned long end;
	unsigned int turns = 0;

	t.kc = kunit_cache_make_with_magazines(test, sizeof(struct stamped), &params);
	KUNIT_ASSERT_EQ(test, objcache_set_capacity(t.kc->cache, row->capacity[0]), 0);
	start(test, &t);
	end = jiffies + MOMENT;
	while (time_before(jiffies, end)) {
		unsigned int capacity = row->capacity[turns++ % 4];

		KUNIT_EXPECT_EQ(test, objcache_set_capacity(t.kc->cache, capacity), 0);
		usleep_range(500, 1000);
	}
	stop(test, &t);
	unmark(&t);
	kunit_expect_accounts(test, t.kc);

	/* What an interrupt left above the capacity, this takes. */
	KUNIT_EXPECT_EQ(test, objcache_set_capacity(t.kc->cache, row->capacity[0]), 0);
	kunit_expect_capacity(test, t.kc->cache, row->capacity[0]);
}

#define SLOTS	64
#define OBJECTS	48	/* all of them fit into the magazine */

/* A hardirq that takes from and adds to the magazine it interrupts. */
struct player {
	struct magazine __percpu *m;
	struct hrtimer timer;
	unsigned long ops;
	unsigned int n;
	void *hand[OBJECTS];
	bool stop;
};

static void play(struct player *p)
{
	if (p->ops++ & 1 ? !p->n : p->n < OBJECTS / 4) {
		void *obj = mag_pop(p->m) ?: mag_pop_scan(p->m, SLOTS);

		if (obj)
			p->hand[p->n++] = obj;
	} else if (mag_push(p->m, p->hand[p->n - 1]) ||
		   mag_push_scan(p->m, p->hand[p->n - 1], SLOTS)) {
		p->n--;
	}
}

static enum hrtimer_restart play_in_hardirq(struct hrtimer *timer)
{
	struct player *p = container_of(timer, struct player, timer);
	unsigned int i;

	if (READ_ONCE(p->stop))
		return HRTIMER_NORESTART;
	for (i = 0; i < 5; i++)
		play(p);
	hrtimer_forward_now(timer, ns_to_ktime(PERIOD));
	return HRTIMER_RESTART;
}

/* A task's objects through the magazine and back, by each way there is. */
static unsigned int pass_through(struct magazine __percpu *m, void **objs, unsigned int n)
{
	unsigned int i;

	n = mag_fill(m, objs, n, SLOTS);
	n += mag_take(m, SLOTS, 0, objs + n, OBJECTS - n);
	for (i = 0; i < 8 && n; i++)
		n -= mag_push(m, objs[n - 1]);
	for (i = 0; i < 8 && n; i++)
		n -= mag_push_scan(m, objs[n - 1], SLOTS);
	for (i = 0; i < 16 && n < OBJECTS; i++) {
		objs[n] = i & 1 ? mag_pop(m) : mag_pop_scan(m, SLOTS);
		n += !!objs[n];
	}
	return n;
}

/* Every access to a slot can be parted from the next by an interrupt. */
static void moves_survive_interrupts(struct kunit *test)
{
	struct player *p = kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);
	void **objs = kunit_kcalloc(test, OBJECTS + SLOTS, sizeof(*objs), GFP_KERNEL);
	unsigned long end = jiffies + 2 * MOMENT;
	unsigned int n;

	KUNIT_ASSERT_NOT_NULL(test, p);
	KUNIT_ASSERT_NOT_NULL(test, objs);
	kunit_pin(test);
	p->m = mag_create(SLOTS);
	KUNIT_ASSERT_TRUE(test, p->m);
	mag_set_cap(p->m, SLOTS);
	for (n = 0; n < OBJECTS; n++)
		objs[n] = (void *)(0x100UL * (n + 1));

	setup_timer(&p->timer, play_in_hardirq);
	hrtimer_start(&p->timer, ns_to_ktime(PERIOD), HRTIMER_MODE_REL_PINNED_HARD);
	while (time_before(jiffies, end))
		n = pass_through(p->m, objs, n);
	WRITE_ONCE(p->stop, true);
	hrtimer_cancel(&p->timer);

	KUNIT_EXPECT_GT(test, p->ops, 0);
	KUNIT_EXPECT_EQ(test, n + p->n + mag_count_objects(p->m), OBJECTS);
	if (n + p->n <= OBJECTS) {
		memcpy(objs + n, p->hand, p->n * sizeof(*objs));
		n += p->n;
		n += kunit_list_slots(p->m, objs + n, SLOTS);
		kunit_expect_unique(test, objs, n);
	}
	kunit_expect_magazines(test, p->m);
	mag_destroy(p->m);
}

static struct kunit_case traffic_cases[] = {
	KUNIT_CASE(moves_survive_interrupts),
	KUNIT_CASE_PARAM(no_object_has_two_owners, knob_gen_params),
	{}
};

static struct kunit_suite traffic_suite = {
	.name = "mempool_traffic",
	.exit = kunit_cache_exit,
	.test_cases = traffic_cases,
};

kunit_test_suite(traffic_suite);

MODULE_DESCRIPTION("KUnit suite of all floors under traffic");
MODULE_LICENSE("GPL");
