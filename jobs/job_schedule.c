/* When a job is due, what happens to what was missed, and what its results must look like. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "jobs/job_parts.h"
#include "lib/parse.h"

struct schedule_entry {
    const char *at, *due_by;
    int catchup;
    int64_t spread_ms, max_age_ms, max_runs;
};

static const char *const catchups[] = {
    [CATCHUP_LATEST] = "latest", [CATCHUP_ALL] = "all", [CATCHUP_SKIP] = "skip", NULL};

const struct field job_schedule_fields[] = {
    {"at", FIELD_LITERAL, offsetof(struct schedule_entry, at), .required = true,
     .help = "when: a calendar expression of systemd.time(7), or a line of cron"},
    {"spread", FIELD_DURATION, offsetof(struct schedule_entry, spread_ms), .fallback = "0s",
     .min = 0, .max = 86400000,
     .help = "later by up to this, the same for each run of the job (default: 0s)"},
    {"catchup", FIELD_CHOICE, offsetof(struct schedule_entry, catchup), .fallback = "latest",
     .choices = catchups,
     .help = "of the periods that were missed: the latest (the default), all, or skip them"},
    {"max_age", FIELD_DURATION, offsetof(struct schedule_entry, max_age_ms), .fallback = "7d",
     .min = 60000, .max = 400 * 86400000LL, .help = "older ones are not made up for (default: 7d)"},
    {"max_runs", FIELD_INTEGER, offsetof(struct schedule_entry, max_runs), .fallback = "31",
     .min = 1, .max = 1000, .help = "at most so many are made up for (default: 31)"},
    {"due_by", FIELD_LITERAL, offsetof(struct schedule_entry, due_by),
     .help = "when it must be done, such as \"06:00\"; later is late"},
    {0},
};

struct expect_entry {
    int64_t min_rows;
    const char *max_drop;
    int otherwise;
};

static const char *const otherwises[] = {
    [EXPECT_HOLD] = "hold", [EXPECT_SKIP] = "skip", [EXPECT_DELIVER] = "deliver", NULL};

const struct field job_expect_fields[] = {
    {"min_rows", FIELD_INTEGER, offsetof(struct expect_entry, min_rows), .fallback = "0", .min = 0,
     .max = 1000000000, .help = "a report has so many rows at least (default: 0)"},
    {"max_drop", FIELD_LITERAL, offsetof(struct expect_entry, max_drop),
     .help = "against the last period: a percentage such as 50%"},
    {"otherwise", FIELD_CHOICE, offsetof(struct expect_entry, otherwise), .fallback = "hold",
     .choices = otherwises,
     .help = "hold the report back (the default), skip it, or deliver it all the same"},
    {0},
};

/* "06:00" or "6:00" to minutes after midnight. */
static bool read_time(const char *text, int *minutes)
{
    int hour, minute, end = 0;
    if (sscanf(text, "%2d:%2d%n", &hour, &minute, &end) != 2 || text[end] || hour < 0 ||
        hour > 23 || minute < 0 || minute > 59 || strspn(text, "0123456789:") != strlen(text))
        return false;
    *minutes = hour * 60 + minute;
    return true;
}

/* `schedule: daily` is short for `schedule: {at: daily}`. */
static int read_entry(const struct job_reading *r, const struct yaml_node *node,
                      struct schedule_entry *entry)
{
    if (node->kind == YAML_MAPPING)
        return fields_read(node, "schedule", job_schedule_fields, entry, r->arena, r->problems);
    struct yaml_node at = *node, mapping = {.kind = YAML_MAPPING, .at = node->at, .first = &at};
    at.key = "at";
    at.next = NULL;
    return fields_read(&mapping, "schedule", job_schedule_fields, entry, r->arena, r->problems);
}

static const struct place *place_of(const struct yaml_node *node, const char *key)
{
    const struct yaml_node *n = node->kind == YAML_MAPPING ? yaml_get(node, key) : NULL;
    return n ? &n->at : &node->at;
}

void job_schedule_read(const struct job_reading *r, const struct yaml_node *node)
{
    struct schedule_entry entry = {0};
    struct job_schedule *s = &r->job->schedule;
    struct err e;
    s->due_by = -1;
    if (!node || read_entry(r, node, &entry) != 0)
        return;
    s->spread_s = entry.spread_ms / 1000;
    s->max_age_s = entry.max_age_ms / 1000;
    s->max_runs = entry.max_runs;
    s->catchup = (enum job_catchup)entry.catchup;
    if (entry.due_by && !read_time(entry.due_by, &s->due_by))
        problems_add(r->problems, place_of(node, "due_by"), "a time of day such as \"06:00\"",
                     "\"%.40s\" is no time of day", entry.due_by);
    if (calendar_parse(entry.at, r->job->period.timezone, r->arena, &s->calendar, &e) != 0)
        problems_add(r->problems, place_of(node, "at"), e.hint, "%s", e.msg);
}

static bool read_percent(const char *text, int *percent)
{
    char digits[8];
    size_t len = strlen(text);
    int64_t n;
    if (len < 2 || len > 4 || text[len - 1] != '%')
        return false;
    snprintf(digits, sizeof(digits), "%.*s", (int)len - 1, text);
    if (!parse_int64(digits, 0, 100, &n))
        return false;
    *percent = (int)n;
    return true;
}

void job_schedule_check_params(const struct job_reading *r, const struct yaml_node *node)
{
    const struct job *job = r->job;
    for (size_t i = 0; job->schedule.calendar && i < job->nparams; i++) {
        if (job->params[i].required)
            problems_add(r->problems, &node->at,
                         "give the parameter a default, or take schedule away",
                         "nobody can give parameter \"%s\" when the job runs by schedule",
                         job->params[i].name);
    }
}

void job_expect_read(const struct job_reading *r, const struct yaml_node *node)
{
    struct expect_entry entry = {0};
    struct job_expect *x = &r->job->expect;
    x->max_drop = -1;
    if (!node ||
        fields_need_mapping(node, "expect", "expect: {min_rows: 1, otherwise: hold}",
                            r->problems) != 0 ||
        fields_read(node, "expect", job_expect_fields, &entry, r->arena, r->problems) != 0)
        return;
    x->min_rows = entry.min_rows;
    x->otherwise = (enum job_otherwise)entry.otherwise;
    if (entry.max_drop && !read_percent(entry.max_drop, &x->max_drop))
        problems_add(r->problems, place_of(node, "max_drop"), "0% to 100%, such as 50%",
                     "\"%.40s\" is no percentage", entry.max_drop);
}
