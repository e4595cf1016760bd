// SPDX-License-Identifier: GPL-2.0-only
/*
 * ioctl_knobs.c - every knob there is: its bounds; and who may do what
 */
#include "ioctl.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define MANY	64

static int fd;

static int get(uint64_t cache, const char *name, long long *to)
{
	struct mempool_value v = { .size = sizeof(v), .cache = cache };
	int err;

	strcpy(v.name, name);
	err = call(fd, MEMPOOL_IOC_GET, &v);
	*to = v.value;
	return err;
}

static int set(uint64_t cache, const char *name, long long to)
{
	struct mempool_value v = { .size = sizeof(v), .cache = cache, .value = to };

	strcpy(v.name, name);
	return call(fd, MEMPOOL_IOC_SET, &v);
}

/* Refused outside of its bounds, and as it was then; taken at what it is. */
static int bounds_hold(uint64_t cache, const struct mempool_knob *k)
{
	long long now;
	int err;

	if (get(cache, k->name, &now) || now != k->value || now < k->min || now > k->max)
		return 0;
	if (k->min > LLONG_MIN && set(cache, k->name, k->min - 1) != ERANGE)
		return 0;
	if (k->max < LLONG_MAX && set(cache, k->name, k->max + 1) != ERANGE)
		return 0;
	if (get(cache, k->name, &now) || now != k->value)
		return 0;
	/* Another knob may not allow the least for the time being. */
	err = set(cache, k->name, k->min);
	if (err && err != ERANGE)
		return 0;
	if (!err && (get(cache, k->name, &now) || now != k->min))
		return 0;
	return !set(cache, k->name, k->value) && !get(cache, k->name, &now) && now == k->value;
}

static void try_all(const char *what, uint64_t cache)
{
	static struct mempool_knob knobs[MANY];
	struct mempool_knobs list = {
		.size = sizeof(list), .cache = cache,
		.room = room_at(knobs, sizeof(knobs[0]), MANY),
	};
	struct mempool_info info = { .size = sizeof(info) };
	unsigned int i, held = 0;

	call(fd, MEMPOOL_IOC_INFO, &info);
	say(what, "list", call(fd, MEMPOOL_IOC_KNOBS, &list));
	say_number(what, "all that info counts", list.room.nr ==
		   (cache ? info.cache_knobs : info.module_knobs));
	for (i = 0; i < list.room.nr; i++) {
		if (bounds_hold(cache, &knobs[i]))
			held++;
		else
			printf("the bounds of %s do not hold: %lld to %lld, is %lld\n",
			       knobs[i].name, (long long)knobs[i].min,
			       (long long)knobs[i].max, (long long)knobs[i].value);
		printf("knob %s %s\n", what, knobs[i].name);
	}
	say_number(what, "bounds hold", held == list.room.nr);
}

int run_knobs(void)
{
	struct mempool_value v = { .size = sizeof(v) };
	uint64_t crowd, plain;
	long long now;

	fd = open_device(O_RDWR);
	crowd = find_cache(fd, "crowd-0");
	plain = find_cache(fd, "plain");
	try_all("module", MEMPOOL_ALL);
	try_all("cache", crowd);

	say("knob", "the most", set(crowd, "magazine_capacity", 256));
	say("knob", "is", get(crowd, "magazine_capacity", &now));
	say_number("knob", "so many", now);
	say("knob", "one more", set(crowd, "magazine_capacity", 257));
	say("knob", "far too many", set(crowd, "magazine_capacity", 1ll << 32));
	say("knob", "negative", set(crowd, "magazine_capacity", -1));
	say("knob", "unknown", set(crowd, "magazine", 1));
	say("knob", "unknown to read", get(crowd, "magazine", &now));
	say("knob", "of the module", set(crowd, "memory_limit", 1));
	say("knob", "of a cache", set(MEMPOOL_ALL, "magazine_capacity", 1));
	say("knob", "no name", set(crowd, "", 1));
	say("knob", "passed through", set(plain, "magazine_capacity", 1));
	memset(v.name, 'a', sizeof(v.name));
	say("knob", "endless name", call(fd, MEMPOOL_IOC_GET, &v));
	say("knob", "memory", set(MEMPOOL_ALL, "memory_limit", 1));
	say("knob", "no memory", set(crowd, "reserve", 50000));
	say("knob", "memory again", set(MEMPOOL_ALL, "memory_limit", 0));
	say("knob", "a reserve", set(crowd, "reserve", 30));
	say("knob", "a limit below it", set(crowd, "limit", 29));
	say("knob", "no reserve", set(crowd, "reserve", 0));
	return 0;
}

/* A child, since rights do not come back; its exit status is an errno. */
static int as(int (*become)(void), int (*what)(void))
{
	int status;
	pid_t pid = fork();

	if (!pid)
		_exit(become() ? 255 : what());
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int be_root(void)
{
	return 0;
}

static int be_nobody(void)
{
	return setgid(65534) || setuid(65534);
}

/* Root, who owns the node, but CAP_SYS_ADMIN. */
static int be_less(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &head, data))
		return -1;
	data[CAP_TO_INDEX(CAP_SYS_ADMIN)].effective &= ~CAP_TO_MASK(CAP_SYS_ADMIN);
	data[CAP_TO_INDEX(CAP_SYS_ADMIN)].permitted &= ~CAP_TO_MASK(CAP_SYS_ADMIN);
	return syscall(SYS_capset, &head, data);
}

static int do_open(void)
{
	return open(DEVICE, O_RDONLY) < 0 ? errno : 0;
}

static int do_open_write(void)
{
	return open(DEVICE, O_RDWR) < 0 ? errno : 0;
}

static int do_read(void)
{
	struct mempool_info info = { .size = sizeof(info) };

	return call(fd, MEMPOOL_IOC_INFO, &info);
}

static int do_set(void)
{
	return set(MEMPOOL_ALL, "memory_limit", 0);
}

static int do_reset(void)
{
	struct mempool_target all = { .size = sizeof(all) };

	return call(fd, MEMPOOL_IOC_RESET_PEAKS, &all);
}

static int do_reclaim(void)
{
	struct mempool_reclaim all = { .size = sizeof(all) };

	return call(fd, MEMPOOL_IOC_RECLAIM, &all);
}

static void row(const char *who, int (*become)(void))
{
	static const struct {
		const char *name;
		int flags;
	} ways[] = {
		{ "read-only", O_RDONLY }, { "write-only", O_WRONLY },
		{ "read-write", O_RDWR }, { "neither", O_ACCMODE },
	};
	char name[64];
	unsigned int i;

	say(who, "open", as(become, do_open));
	say(who, "open to write", as(become, do_open_write));
	for (i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		/* Opened by root, and inherited. */
		fd = open_device(ways[i].flags);
		snprintf(name, sizeof(name), "%s, read", ways[i].name);
		say(who, name, as(become, do_read));
		snprintf(name, sizeof(name), "%s, set", ways[i].name);
		say(who, name, as(become, do_set));
		snprintf(name, sizeof(name), "%s, reset", ways[i].name);
		say(who, name, as(become, do_reset));
		snprintf(name, sizeof(name), "%s, reclaim", ways[i].name);
		say(who, name, as(become, do_reclaim));
		close(fd);
	}
}

int run_privileges(void)
{
	row("root", be_root);
	row("nobody", be_nobody);
	row("root without CAP_SYS_ADMIN", be_less);
	return 0;
}
