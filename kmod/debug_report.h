/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * debug_report.h - beside floor 1: what debugging has to say
 */
#ifndef _MEMPOOL_DEBUG_REPORT_H
#define _MEMPOOL_DEBUG_REPORT_H

#include "debug.h"

/**
 * struct debug_crime - what somebody did to an object
 * @obj:    the object, or what was passed for it
 * @was:    where it was, if that is known
 * @to:     where it was to go
 * @caller: who did it
 */
struct debug_crime {
	void			*obj;
	enum check_state	was;
	enum check_state	to;
	void			*caller;
};

void debug_report_crime(const struct debug *d, const struct debug_crime *crime);
void debug_report_write(const struct debug *d, const struct quarantine_damage *damage);
void debug_report_owner(const struct debug *d, const void *obj);

#endif /* _MEMPOOL_DEBUG_REPORT_H */
