/*
 * What the files of the calendar share: an expression that has been read.
 *
 * Each part is kept twice: as the list that was written, for the normal form, and as the set of the
 * values it names, for finding what comes next.
 */
#ifndef JOBS_CALENDAR_PARTS_H
#define JOBS_CALENDAR_PARTS_H

#include <stddef.h>
#include <stdint.h>

#include "jobs/calendar.h"
#include "lib/buf.h"

enum calendar_part {
    CALENDAR_YEAR,
    CALENDAR_MONTH,
    CALENDAR_DAY,
    CALENDAR_HOUR,
    CALENDAR_MINUTE,
    CALENDAR_SECOND,
    CALENDAR_PARTS
};

enum { CALENDAR_ALL_WEEKDAYS = 0x7f };

/* What a number of a list may be, and what it is called in errors. */
struct calendar_range {
    const char *name;
    int min, max;
};
extern const struct calendar_range calendar_ranges[CALENDAR_PARTS];

/* 5 is {5, -1, 0}; 5..9 is {5, 9, 1}; 5/2, which goes on to the end, is {5, -1, 2}. */
struct calendar_item {
    int start, stop, step;
};
struct calendar_list {
    struct calendar_item *items; /* none is "*" */
    size_t n;
};

struct calendar {
    const char *zone;
    struct calendar_list lists[CALENDAR_PARTS];
    unsigned weekdays; /* bit 0 is Monday */
    bool from_end;     /* days count from the month's end: 1 is the last */
    bool either;       /* cron: a day that its number or its weekday names; else both must */
    uint64_t sets[CALENDAR_PARTS][4]; /* bit 0 is the part's least value */
};

struct calendar_reader {
    struct calendar *c;
    struct arena *arena;
    struct err *e;
};

/* One number of a list, or one range of it, as it was written. */
struct calendar_source {
    const char *text;
    size_t len;
};

/* Checks an item and adds it to a list; the source is what an error quotes. */
int calendar_add_item(const struct calendar_reader *r, const struct calendar_range *range,
                      struct calendar_list *list, struct calendar_item item,
                      const struct calendar_source *source);
/* Digits; more than fit any range become a number that is in none. False when there are none. */
bool calendar_read_number(const char **s, int *out);
/* "Mon..Wed,Sun" */
void calendar_add_weekdays(struct buf *out, unsigned weekdays);
/* The sets of the lists, once all are read. */
void calendar_fill_sets(struct calendar *c);

/* "minute hour day month weekday": as many words as were found, five of them in the array. */
int calendar_read_cron(const struct calendar_reader *r, char *const *words, size_t n);
/* "@daily" and the like. */
int calendar_read_nickname(const struct calendar_reader *r, char *const *words, size_t n);

#endif
