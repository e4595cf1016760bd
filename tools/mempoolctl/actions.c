// SPDX-License-Identifier: GPL-2.0-only
/*
 * actions.c - mempoolctl reset-peaks: what is done to a cache, or to all
 */
#include "mempoolctl.h"

#include <errno.h>
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

void run_reset_peaks(const struct options *o, char *argv[])
{
	struct json_object *answer;
	int err;

	device_open(true);
	err = device_reset_peaks(argv[0] ? device_find(argv[0]).id : MEMPOOL_ALL);
	if (err)
		explain(argv[0], err);
	if (!o->json)
		return;
	answer = json_answer("reset-peaks");
	json_add(answer, "cache", json_text_or_null(argv[0]));
	json_print(answer);
}
