/*
 * Which periods a schedule makes due. Pure: time is a parameter, and what was planned before stands
 * in the ledger.
 *
 * Each event of the calendar makes the last complete period due; several events in one period make
 * it due once, at the first. Hours and minutes that end while clocks show times a second time have
 * no event of their own: the next one makes them due as well. So each period has exactly one run,
 * whatever the clocks do.
 */
#ifndef JOBS_SCHEDULE_H
#define JOBS_SCHEDULE_H

#include "jobs/job.h"

struct due_period {
    struct period period;
    time_t event;            /* of the calendar */
    time_t due_at;           /* with the job's own delay */
    time_t late_at;          /* when it is late; 0: never */
    bool shifted, folded;    /* a change of the clocks moved the event: jobs/calendar.h */
    const char *skip_reason; /* NULL: to be run */
};

/* The job's own delay: by its name, up to `spread`, always the same. */
time_t schedule_delay(const struct job *job);

/* Walks through the periods due in (after, until], in order; `each` returns false to stop. */
void schedule_walk(const struct job *job, time_t after, time_t until,
                   bool (*each)(void *ctx, const struct due_period *due), void *ctx);

/*
 * What is due at `now` and was not at `after`: to be run, or to be skipped and why, by the job's
 * `catchup`. After a long time only the last SCHEDULE_MOST are listed; the first of them then tells
 * of those before it. They live in the arena, in order.
 */
enum { SCHEDULE_MOST = 1000 };
void schedule_plan(const struct job *job, time_t after, time_t now, struct arena *arena,
                   struct due_period **out, size_t *n);

#endif
