// SPDX-License-Identifier: GPL-2.0-only
/*
 * actions.c - mempoolctl reset-peaks, reclaim: what is done to a cache, or to all
 */
#include "mempoolctl.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static noreturn void explain(const char *cache, int err)
{
	switch (err) {
	case EPERM:
		fail(STATUS_NOT_PERMITTED, "not permitted: that takes CAP_SYS_ADMIN");
	case ENOENT:
		fail(STATUS_NOT_FOUND, "the cache '%s' has just gone", cache);
	case ENODEV:
		fail(STATUS_FAILED, "the cache '%s' is being destroyed", cache);
	}
	fail(STATUS_FAILED, "failed: %s", strerror(err));
}

static uint64_t target(const char *cache)
{
	return cache ? device_find(cache).id : MEMPOOL_ALL;
}

void run_reset_peaks(const struct options *o, char *argv[])
{
	struct json_object *answer;
	int err;

	device_open(true);
	err = device_reset_peaks(target(argv[0]));
	if (err)
		explain(argv[0], err);
	if (!o->json)
		return;
	answer = json_answer("reset-peaks");
	json_add(answer, "cache", json_text_or_null(argv[0]));
	json_print(answer);
}

void run_reclaim(const struct options *o, char *argv[])
{
	struct json_object *answer;
	uint64_t objects;
	int err;

	device_open(true);
	err = device_reclaim(target(argv[0]), &objects);
	if (err)
		explain(argv[0], err);
	if (!o->json) {
		printf("%" PRIu64 " objects went back to slab\n", objects);
		return;
	}
	answer = json_answer("reclaim");
	json_add(answer, "cache", json_text_or_null(argv[0]));
	json_add(answer, "objects", json_unsigned(objects));
	json_print(answer);
}
