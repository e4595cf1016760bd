/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * mempoolctl.h - what the parts of the tool share
 *
 * main.c chooses a command; list.c, stats.c, memory.c, top.c, export.c, knobs.c and
 * actions.c are the commands; device.c alone talks to /dev/mempool; show.c alone prints.
 */
#ifndef MEMPOOLCTL_H
#define MEMPOOLCTL_H

#include <mempool/mempool_ioctl.h>
#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdnoreturn.h>

#ifndef MEMPOOLCTL_VERSION
#define MEMPOOLCTL_VERSION	"unknown"
#endif

/* Exit statuses; the man page has them too. */
enum {
	STATUS_OK,
	STATUS_FAILED,		/* the kernel refused, or something is out of order */
	STATUS_USAGE,
	STATUS_NOT_FOUND,	/* no such cache, no such knob */
	STATUS_NOT_PERMITTED,
	STATUS_NO_MODULE,
};

/**
 * struct options - what applies to a command
 * @json: print JSON instead of a table
 * @scan: look into every slot
 * @prometheus: the format of an export, the only one there is
 * @once: print once and stop
 * @delay: seconds between two readings
 * @sort: what to order by, or NULL
 */
struct options {
	bool	json;
	bool	scan;
	bool	prometheus;
	bool	once;
	double	delay;
	const char *sort;
};

/* Which commands know an option beside those of all. */
enum {
	KNOWS_SCAN = 1,
	KNOWS_PROMETHEUS = 2,
	KNOWS_TOP = 4,		/* --once, --delay, --sort */
};

/**
 * struct command - a word of the command line
 * @name:  the word
 * @args:  what follows it, for the help
 * @help:  what it does
 * @least: how many arguments it needs
 * @most:  how many it takes
 * @knows: options, of KNOWS_*
 * @run:   does it; returns or calls fail()
 */
struct command {
	const char	*name;
	const char	*args;
	const char	*help;
	int		least;
	int		most;
	unsigned int	knows;
	void		(*run)(const struct options *o, char *argv[]);
};

void run_list(const struct options *o, char *argv[]);
void run_stats(const struct options *o, char *argv[]);
void run_top(const struct options *o, char *argv[]);
void run_memory(const struct options *o, char *argv[]);
void run_cycles(const struct options *o, char *argv[]);
void run_export(const struct options *o, char *argv[]);
void run_get(const struct options *o, char *argv[]);
void run_set(const struct options *o, char *argv[]);
void run_reset_peaks(const struct options *o, char *argv[]);
void run_reclaim(const struct options *o, char *argv[]);

/* main.c */
noreturn void fail(int status, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void *allocate(size_t n, size_t size);
extern void (*at_fail)(void);	/* called first, if not NULL */

/* device.c */
struct caches {
	struct mempool_cache	*of;
	size_t			nr;
};

struct stats {
	struct mempool_item	*items;
	uint64_t		*values;
	size_t			nr;
	uint64_t		time_ns;
};

struct numbers {
	struct mempool_number	*of;
	size_t			nr;
	uint64_t		time_ns;
};

struct triggers {
	struct mempool_trigger	*of;
	size_t			nr;
	uint64_t		time_ns;
};

struct knobs {
	struct mempool_knob	*of;
	size_t			nr;
};

void device_open(bool change);
void device_version(char version[MEMPOOL_VERSION_MAX]);
struct caches device_list(void);
struct mempool_cache device_find(const char *name);
struct stats device_items(void);
bool device_stats(uint64_t cache, bool scan, struct stats *s);
uint64_t stat_value(const struct stats *s, const char *name);
struct knobs device_knobs(uint64_t cache);
int device_set(uint64_t cache, const char *knob, int64_t value);
int device_reset_peaks(uint64_t cache);
struct numbers device_memory(void);
struct triggers device_cycles(void);
int device_reclaim(uint64_t cache, uint64_t *objects);

/* show.c */
struct table;

struct table *table_new(void);
void table_column(struct table *t, const char *name, bool number);
void table_text(struct table *t, const char *text);
void table_number(struct table *t, int64_t number);
void table_unsigned(struct table *t, uint64_t number);
void table_print(struct table *t);

struct json_object *json_answer(const char *command);
void json_add(struct json_object *to, const char *key, struct json_object *what);
struct json_object *json_unsigned(uint64_t number);
struct json_object *json_text_or_null(const char *text);
void json_print(struct json_object *answer);

const char *state_name(uint32_t state);
const char *unit_name(uint32_t unit);

#endif
