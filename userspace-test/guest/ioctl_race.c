// SPDX-License-Identifier: GPL-2.0-only
/*
 * ioctl_race.c - readers and writers at once, and one whose memory does not come
 */
#include "ioctl.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define MANY	400
#define WORKERS	4

static int allowed(int err)
{
	return !err || err == ENOENT || err == ENODEV || err == ERANGE || err == EPERM ||
	       err == ENOMEM;
}

/* They fit together, also while objects move. */
static int read_memory(int fd)
{
	static struct mempool_number numbers[64];
	struct mempool_reading reading = {
		.size = sizeof(reading), .room = room_at(numbers, sizeof(numbers[0]), 64),
	};
	uint64_t in_use = 1, cached = 1, held = 1;
	unsigned int i;

	if (call(fd, MEMPOOL_IOC_MEMORY, &reading))
		return -1;
	for (i = 0; i < reading.room.nr; i++) {
		if (!strcmp(numbers[i].name, "in_use_bytes"))
			in_use = numbers[i].value;
		if (!strcmp(numbers[i].name, "cached_bytes"))
			cached = numbers[i].value;
		if (!strcmp(numbers[i].name, "held_bytes"))
			held = numbers[i].value;
	}
	return in_use + cached != held || in_use > held;
}

/* Numbers ascend, whatever comes and goes. */
static int read_all(int fd)
{
	static struct mempool_cache caches[16];
	static struct mempool_knob knobs[64];
	static uint64_t values[MANY];
	struct mempool_list list = { .size = sizeof(list) };
	uint64_t last = 0;
	unsigned int i;

	do {
		list.room = room_at(caches, sizeof(caches[0]), 16);
		if (call(fd, MEMPOOL_IOC_LIST, &list))
			return -1;
		for (i = 0; i < list.room.nr; i++) {
			struct mempool_stats stats = {
				.size = sizeof(stats), .cache = caches[i].id,
				.flags = MEMPOOL_STATS_SCAN,
				.room = room_at(values, 8, MANY),
			};
			struct mempool_knobs what = {
				.size = sizeof(what), .cache = caches[i].id,
				.room = room_at(knobs, sizeof(knobs[0]), 64),
			};

			if (caches[i].id <= last ||
			    !allowed(call(fd, MEMPOOL_IOC_STATS, &stats)) ||
			    !allowed(call(fd, MEMPOOL_IOC_KNOBS, &what)))
				return -1;
			last = caches[i].id;
		}
	} while (list.room.nr);
	return read_memory(fd);
}

static int write_some(int fd)
{
	static const char *const names[] = {
		"magazine_capacity", "depot_capacity", "limit", "reserve",
	};
	struct mempool_value v = { .size = sizeof(v) };
	struct mempool_target all = { .size = sizeof(all) };
	struct mempool_reclaim reclaim = { .size = sizeof(reclaim) };
	struct mempool_cache cache;
	struct mempool_list list = { .size = sizeof(list) };
	unsigned int i;

	do {
		list.room = room_at(&cache, sizeof(cache), 1);
		if (call(fd, MEMPOOL_IOC_LIST, &list))
			return -1;
		v.cache = cache.id;
		for (i = 0; i < 4 && list.room.nr; i++) {
			strcpy(v.name, names[i]);
			v.value = i == 2 ? 0 : rand() % 64;
			if (!allowed(call(fd, MEMPOOL_IOC_SET, &v)))
				return -1;
		}
		reclaim.cache = cache.id;
		if (list.room.nr && !allowed(call(fd, MEMPOOL_IOC_RECLAIM, &reclaim)))
			return -1;
	} while (list.room.nr);
	reclaim.cache = MEMPOOL_ALL;
	return call(fd, MEMPOOL_IOC_RECLAIM, &reclaim) ||
	       call(fd, MEMPOOL_IOC_RESET_PEAKS, &all);
}

/* For so long; the exit status says whether all went well. */
static int work(unsigned int seconds, unsigned int which)
{
	time_t end = time(NULL) + seconds;
	unsigned int rounds = 0;

	srand(which);
	while (time(NULL) < end) {
		int fd = open_device(O_RDWR);

		if (which % 2 ? write_some(fd) : read_all(fd))
			return 1;
		close(fd);
		rounds++;
	}
	return rounds < 2;
}

int run_race(unsigned int seconds)
{
	unsigned int i, well = 0;
	int status;

	for (i = 0; i < WORKERS; i++)
		if (!fork())
			_exit(work(seconds, i));
	while (wait(&status) > 0)
		well += WIFEXITED(status) && !WEXITSTATUS(status);
	say_number("race", "workers were well", well);
	return 0;
}

/* Somewhere that is not there before it is given. */
static int faults;
static unsigned char *slow_page;

static void make_slow_page(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register reg = { .mode = UFFDIO_REGISTER_MODE_MISSING };

	faults = syscall(SYS_userfaultfd, O_CLOEXEC);
	slow_page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS,
			 -1, 0);
	reg.range.start = (uintptr_t)slow_page;
	reg.range.len = 4096;
	if (faults < 0 || ioctl(faults, UFFDIO_API, &api) ||
	    ioctl(faults, UFFDIO_REGISTER, &reg)) {
		perror("userfaultfd");
		exit(1);
	}
}

static void *read_into_slow_page(void *unused)
{
	static int err;
	int fd = open_device(O_RDONLY);
	struct mempool_list list = {
		.size = sizeof(list),
		.room = room_at(slow_page, sizeof(struct mempool_cache), 4),
	};

	(void)unused;
	err = call(fd, MEMPOOL_IOC_LIST, &list);
	return &err;
}

/* While a reader is stuck, COMMAND must get through. */
int run_slow(char *const command[])
{
	struct uffdio_zeropage zero = {};
	struct uffd_msg msg;
	pthread_t reader;
	void *err;
	int status;

	make_slow_page();
	pthread_create(&reader, NULL, read_into_slow_page, NULL);
	if (read(faults, &msg, sizeof(msg)) != sizeof(msg))
		return 1;
	if (!fork()) {
		alarm(120);
		execvp(command[0], command);
		_exit(127);
	}
	wait(&status);
	say_number("slow", "reader stops nobody", status);
	zero.range.start = (uintptr_t)slow_page;
	zero.range.len = 4096;
	ioctl(faults, UFFDIO_ZEROPAGE, &zero);
	pthread_join(reader, &err);
	say("slow", "reader is served", *(int *)err);
	return 0;
}
