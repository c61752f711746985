/* plan --from --to: every run of the schedules between two dates. */
#include <stdio.h>
#include <string.h>

#include "jobs/schedule.h"
#include "lib/json.h"
#include "lib/zone.h"
#include "runner/commands/plan.h"

struct walking {
    const struct command_options *o;
    const struct job *job;
    size_t n;
};

static void local_text(const char *zone, time_t t, char out[32])
{
    struct civil c;
    char text[96]; /* room for any int, as compilers want it */
    zone_from_utc(zone, t, &c);
    snprintf(text, sizeof(text), "%04d-%02d-%02d %02d:%02d:%02d", c.year, c.month, c.day, c.hour,
             c.minute, c.second);
    snprintf(out, 32, "%.31s", text);
}

static const char *rule_text(const struct due_period *due)
{
    return due->shifted  ? "its local time does not exist that day: it runs after the gap"
           : due->folded ? "its local time exists twice that day: it runs the first time"
                         : NULL;
}

static void print_json(const struct walking *w, const struct due_period *due)
{
    const char *zone = calendar_zone(w->job->schedule.calendar);
    char local[32], at[32], start[32], end[32];
    struct buf b;
    local_text(zone, due->due_at, local);
    civil_format_rfc3339(due->due_at, at);
    civil_format_rfc3339(due->period.start, start);
    civil_format_rfc3339(due->period.end, end);
    const struct {
        const char *key, *value;
    } texts[] = {{"job", w->job->name},
                 {"at", at},
                 {"local", local},
                 {"timezone", zone},
                 {"period", due->period.label},
                 {"start", start},
                 {"end", end},
                 {"clock_change", rule_text(due)}};
    buf_init(&b, 16 * 1024);
    buf_add_char(&b, '{');
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        json_add_key(&b, texts[i].key);
        json_add_string(&b, texts[i].value);
    }
    printf("%s\n  %s}", w->n ? "," : "", b.data);
    buf_release(&b);
}

static void print_text(const struct walking *w, const struct due_period *due)
{
    const char *zone = calendar_zone(w->job->schedule.calendar), *rule = rule_text(due);
    char local[32], utc[32], start[32], end[32], local_start[32], local_end[32];
    local_text(zone, due->due_at, local);
    local_text(w->job->period.timezone, due->period.start, local_start);
    local_text(w->job->period.timezone, due->period.end, local_end);
    civil_format_utc(due->due_at, utc);
    civil_format_utc(due->period.start, start);
    civil_format_utc(due->period.end, end);
    printf("%s %s (%s UTC)  %s %s\n", local, zone, utc, w->job->name, due->period.label);
    printf("    from %s to %s (%s to %s UTC)\n", local_start, local_end, start, end);
    if (rule)
        printf("    %s\n", rule);
}

static bool print_due(void *ctx, const struct due_period *due)
{
    struct walking *w = ctx;
    if (w->o->json)
        print_json(w, due);
    else
        print_text(w, due);
    w->n++;
    return true;
}

/* A date begins at midnight in the job's zone. */
static int read_date(const struct job *job, const char *option, const char *text, time_t *out,
                     struct err *e)
{
    struct period_rule day = {PERIOD_DAY, 1, job->period.timezone, 1, 0};
    struct period p;
    if (!text)
        return 0;
    if (period_parse(&day, text, &p, e) != 0)
        return err_wrap(e, "--%s", option);
    *out = p.start;
    return 0;
}

int plan_range(struct app *app, const struct command_options *o, const struct job *only,
               struct err *e)
{
    struct walking w = {.o = o};
    if (o->json)
        printf("{\"schema\": \"pressrun.schedule/1\", \"runs\": [");
    for (size_t i = 0; i < app->jobs->n; i++) {
        time_t from = app->now(), to = from + 7 * 86400;
        w.job = app->jobs->items[i];
        if (!w.job->schedule.calendar || (only && only != w.job))
            continue;
        if (read_date(w.job, "from", o->from, &from, e) != 0)
            return -1;
        to = from + 7 * 86400;
        if (read_date(w.job, "to", o->to, &to, e) != 0)
            return -1;
        schedule_walk(w.job, from - 1, to - 1, print_due, &w);
    }
    if (o->json)
        printf("\n]}\n");
    else if (!w.n)
        printf("no schedule has a run in that time\n");
    return 0;
}

static bool first(void *ctx, const struct due_period *due)
{
    *(struct due_period *)ctx = *due;
    return false;
}

bool plan_next(const struct job *job, time_t now, struct due_period *out)
{
    enum { YEARS_S = 5 * 366 * 86400 };
    out->due_at = 0;
    if (job->schedule.calendar)
        schedule_walk(job, now, now + YEARS_S, first, out);
    return out->due_at != 0;
}

void plan_print_next(const struct job *job, time_t now)
{
    struct due_period due;
    char local[32], utc[32];
    if (!plan_next(job, now, &due)) {
        printf(job->schedule.calendar ? "    has no run in the next five years\n"
                                      : "    runs when it is asked for: it has no schedule\n");
        return;
    }
    const char *zone = calendar_zone(job->schedule.calendar);
    local_text(zone, due.due_at, local);
    civil_format_utc(due.due_at, utc);
    printf("    next run at %s %s (%s UTC), about %s\n", local, zone, utc, due.period.label);
}
