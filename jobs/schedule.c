#include "jobs/schedule.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/hash.h"
#include "lib/zone.h"

enum {
    A_DAY_S = 86400,
    LONGEST_LOOK_S = 400 * A_DAY_S, /* back in time; what is older is not even listed */
    MISSED_S = 900,                 /* with catchup: skip, later than this is missed */
};

time_t schedule_delay(const struct job *job)
{
    char hex[HASH_HEX_SIZE];
    if (job->schedule.spread_s <= 0)
        return 0;
    hash_bytes(job->name, strlen(job->name), hex);
    hex[8] = '\0';
    return (time_t)(strtoul(hex, NULL, 16) % (unsigned long)(job->schedule.spread_s + 1));
}

/* The first such time of day, in the job's zone, that is not before the event. */
static time_t late_at(const struct job *job, time_t event)
{
    struct civil local;
    if (job->schedule.due_by < 0)
        return 0;
    zone_from_utc(job->period.timezone, event, &local);
    int64_t day = civil_to_days(local.year, local.month, local.day);
    for (;; day++) {
        civil_from_days(day, &local);
        local.hour = job->schedule.due_by / 60;
        local.minute = job->schedule.due_by % 60;
        time_t at = zone_to_utc(job->period.timezone, &local);
        if (at >= event)
            return at;
    }
}

/* An instant whose local time was there before: no event falls on it. */
static bool comes_again(const char *zone, time_t t)
{
    struct civil local;
    zone_from_utc(zone, t, &local);
    return zone_to_utc(zone, &local) != t;
}

static bool by_the_clock(const struct job *job)
{
    return job->period.unit == PERIOD_HOUR || job->period.unit == PERIOD_MINUTE;
}

/*
 * The first of the periods that an event makes due, which is nearly always the only one: the last
 * that is complete at `at`. Before it there may be hours that ended while clocks showed times a
 * second time, for then the calendar had no event for them; and days before one that was left out
 * where a date line moved.
 */
static void first_of_event(const struct job *job, time_t at, struct period *p)
{
    struct period before;
    period_last_complete(&job->period, at, p);
    for (before = *p;; *p = before) {
        period_shift(&job->period, -1, &before);
        bool goes_along = by_the_clock(job) ? comes_again(job->period.timezone, before.end)
                                            : before.end == p->end;
        if (!goes_along || strcmp(before.label, p->label) == 0)
            return;
    }
}

/* A day that a date line left out is empty: it begins and ends with the end of the day before. */
static bool is_after(const struct period *p, const struct period *last)
{
    return p->end > last->end || (p->end == last->end && p->start > last->start);
}

void schedule_walk(const struct job *job, time_t after, time_t until,
                   bool (*each)(void *ctx, const struct due_period *due), void *ctx)
{
    struct calendar_event event;
    time_t delay = schedule_delay(job);
    struct period last = {.end = INT64_MIN};
    for (time_t t = after - delay; calendar_next(job->schedule.calendar, t, &event); t = event.at) {
        struct due_period due = {.event = event.at,
                                 .due_at = event.at + delay,
                                 .late_at = late_at(job, event.at),
                                 .shifted = event.shifted,
                                 .folded = event.folded};
        if (due.due_at > until)
            return;
        /* A gap may have moved the event over midnight: then the day before goes along. */
        time_t at = event.shifted && !by_the_clock(job) ? event.at - 1 : event.at;
        for (first_of_event(job, at, &due.period); due.period.end <= event.at;
             period_shift(&job->period, 1, &due.period)) {
            if (!is_after(&due.period, &last))
                continue;
            last = due.period;
            if (!each(ctx, &due))
                return;
        }
    }
}

struct collecting {
    struct due_period *items;
    size_t n, skip; /* the first `skip` are only counted */
    size_t seen;
};

static bool count(void *ctx, const struct due_period *due)
{
    (void)due;
    ++*(size_t *)ctx;
    return true;
}

static bool collect(void *ctx, const struct due_period *due)
{
    struct collecting *c = ctx;
    if (c->seen++ >= c->skip)
        c->items[c->n++] = *due;
    return true;
}

/* Why the i-th of n is not run, or NULL. */
static const char *reason_to_skip(const struct job *job, const struct due_period *due, size_t i,
                                  size_t n, time_t now)
{
    const struct job_schedule *s = &job->schedule;
    if (now - due->due_at > s->max_age_s)
        return "older than max_age when pressrun came to it";
    if (s->catchup == CATCHUP_SKIP && now - due->due_at > MISSED_S)
        return "missed, and catchup is skip";
    if (s->catchup != CATCHUP_ALL && i + 1 < n)
        return "a newer period was due as well, and catchup is not all";
    if (s->catchup == CATCHUP_ALL && (int64_t)(n - i) > s->max_runs)
        return "more than max_runs periods were missed";
    return NULL;
}

void schedule_plan(const struct job *job, time_t after, time_t now, struct arena *arena,
                   struct due_period **out, size_t *n)
{
    struct collecting c = {0};
    size_t all = 0;
    if (after < now - LONGEST_LOOK_S)
        after = now - LONGEST_LOOK_S;
    schedule_walk(job, after, now, count, &all);
    c.skip = all > SCHEDULE_MOST ? all - SCHEDULE_MOST : 0;
    c.items = arena_alloc(arena, (all - c.skip + 1) * sizeof(*c.items));
    schedule_walk(job, after, now, collect, &c);
    for (size_t i = 0; i < c.n; i++)
        c.items[i].skip_reason = reason_to_skip(job, &c.items[i], i, c.n, now);
    if (c.skip && c.n && c.items[0].skip_reason)
        c.items[0].skip_reason =
            arena_printf(arena, "%s, like %zu periods before it", c.items[0].skip_reason, c.skip);
    *out = c.items;
    *n = c.n;
}
