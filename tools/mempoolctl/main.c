// SPDX-License-Identifier: GPL-2.0-only
/*
 * main.c - the command line of mempoolctl
 */
#include "mempoolctl.h"

#include <ctype.h>
#include <getopt.h>
#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct command commands[] = {
	{ "list", "", "show all caches, a line each", 0, 0, 0, run_list },
	{ "stats", "[CACHE]", "show all numbers of a cache, or the sums of all", 0, 1,
	  KNOWS_SCAN, run_stats },
	{ "top", "", "show what the caches do, live or once", 0, 0, KNOWS_TOP, run_top },
	{ "memory", "", "show the memory of all caches together", 0, 0, 0, run_memory },
	{ "cycles", "", "show reclaim cycles, by what triggered them", 0, 0, 0, run_cycles },
	{ "export", "[FILE]", "write all numbers as text for Prometheus", 0, 1,
	  KNOWS_SCAN | KNOWS_PROMETHEUS, run_export },
	{ "get", "[CACHE[/KNOB] | KNOB]", "show knobs: one, a cache's, or the module's", 0, 1,
	  0, run_get },
	{ "set", "[CACHE/]KNOB VALUE", "turn a knob", 2, 2, 0, run_set },
	{ "reset-peaks", "[CACHE]", "let the peaks of a cache, or of all, begin anew", 0, 1,
	  0, run_reset_peaks },
	{ "reclaim", "[CACHE]", "give back to slab what a cache, or all, have cached", 0, 1,
	  0, run_reclaim },
};

#define COMMANDS	(sizeof(commands) / sizeof(commands[0]))

void (*at_fail)(void);

noreturn void fail(int status, const char *format, ...)
{
	va_list args;

	if (at_fail)
		at_fail();
	fflush(stdout);
	fputs("mempoolctl: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(status);
}

void *allocate(size_t n, size_t size)
{
	void *memory = calloc(n ? n : 1, size);

	if (!memory)
		fail(STATUS_FAILED, "out of memory");
	return memory;
}

static void help(void)
{
	size_t i;

	puts("Usage: mempoolctl [OPTION...] COMMAND [ARGUMENT...]\n"
	     "Read the statistics and turn the knobs of mempool's caches.\n"
	     "\n"
	     "Commands:");
	for (i = 0; i < COMMANDS; i++) {
		char call[64];

		snprintf(call, sizeof(call), "%s %s", commands[i].name, commands[i].args);
		printf("  %-28s  %s\n", call, commands[i].help);
	}
	puts("\n"
	     "Options:\n"
	     "  -j, --json     print JSON\n"
	     "  -s, --scan     stats, export: also look into every slot, which takes longer\n"
	     "  -p, --prometheus\n"
	     "                 export: in the format of Prometheus (the default)\n"
	     "  -o, --once     top: print once, after a delay\n"
	     "  -d, --delay SECONDS\n"
	     "                 top: between two readings (3)\n"
	     "      --sort WORD\n"
	     "                 top: by memory, name, size, used, cached, allocs or failed\n"
	     "  -h, --help     print this\n"
	     "  -V, --version  print the version\n"
	     "\n"
	     "Exit status: 0 done, 1 refused or failed, 2 wrong usage, 3 no such cache or\n"
	     "knob, 4 not permitted, 5 the module is not loaded.  See mempoolctl(8).");
}

static const struct command *find_command(const char *name)
{
	size_t i;

	for (i = 0; i < COMMANDS; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	fail(STATUS_USAGE, "there is no command '%s': see mempoolctl --help", name);
}

/* An option without a letter. */
#define OPTION_SORT	256

static const struct option options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "scan", no_argument, NULL, 's' },
	{ "prometheus", no_argument, NULL, 'p' },
	{ "once", no_argument, NULL, 'o' },
	{ "delay", required_argument, NULL, 'd' },
	{ "sort", required_argument, NULL, OPTION_SORT },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'V' },
	{ 0 }
};

static double parse_delay(const char *text)
{
	char *end;
	double seconds = strtod(text, &end);

	if (!isdigit((unsigned char)*text) || *end || seconds < 0.1 || seconds > 3600)
		fail(STATUS_USAGE, "a delay is 0.1 to 3600 seconds, not '%s'", text);
	return seconds;
}

static void take_option(int c, struct options *o)
{
	switch (c) {
	case 'j':
		o->json = true;
		break;
	case 's':
		o->scan = true;
		break;
	case 'p':
		o->prometheus = true;
		break;
	case 'o':
		o->once = true;
		break;
	case 'd':
		o->delay = parse_delay(optarg);
		break;
	case OPTION_SORT:
		o->sort = optarg;
		break;
	case 'h':
		help();
		exit(STATUS_OK);
	case 'V':
		puts("mempoolctl " MEMPOOLCTL_VERSION);
		exit(STATUS_OK);
	default:
		fputs("See mempoolctl --help.\n", stderr);
		exit(STATUS_USAGE);
	}
}

/* A value such as -1 is no option. */
static bool is_number(const char *word)
{
	return word[0] == '-' && isdigit((unsigned char)word[1]);
}

/* Options may stand anywhere; returns the other words, with NULL behind them. */
static char **parse(int argc, char *argv[], struct options *o)
{
	char **words = allocate(argc + 1, sizeof(*words));
	bool only_words = false;
	int c, n = 0;

	while (optind < argc) {
		if (only_words || is_number(argv[optind])) {
			words[n++] = argv[optind++];
			continue;
		}
		c = getopt_long(argc, argv, "+jspod:hV", options, NULL);
		if (c != -1)
			take_option(c, o);
		else if (!strcmp(argv[optind - 1], "--"))
			only_words = true;
		else
			words[n++] = argv[optind++];
	}
	return words;
}

static void check_options(const struct command *command, struct options *o)
{
	const char *unknown = NULL;

	if (o->scan && !(command->knows & KNOWS_SCAN))
		unknown = "scan";
	if (o->prometheus && !(command->knows & KNOWS_PROMETHEUS))
		unknown = "prometheus";
	if ((o->once || o->delay || o->sort) && !(command->knows & KNOWS_TOP))
		unknown = o->once ? "once" : o->delay ? "delay" : "sort";
	if (unknown)
		fail(STATUS_USAGE, "%s has no option --%s", command->name, unknown);
	if (!o->delay)
		o->delay = 3;
}

int main(int argc, char *argv[])
{
	const struct command *command;
	struct options o = { 0 };
	int arguments = 0;
	char **words;

	/* Not the numbers: they are for programs too. */
	setlocale(LC_CTYPE, "");
	words = parse(argc, argv, &o);
	if (!words[0])
		fail(STATUS_USAGE, "no command given: see mempoolctl --help");
	command = find_command(words[0]);
	while (words[arguments + 1])
		arguments++;
	if (arguments < command->least || arguments > command->most)
		fail(STATUS_USAGE, "usage: mempoolctl %s %s", command->name, command->args);
	check_options(command, &o);
	command->run(&o, words + 1);
	free(words);
	if (fflush(stdout) || ferror(stdout))
		fail(STATUS_FAILED, "cannot write the answer");
	return STATUS_OK;
}
