#include "jobs/job.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "jobs/job_parts.h"
#include "lib/zone.h"

/* A job as it is written. */
struct entry {
    const char *job, *timezone, *datetime_zone, *locale, *logo;
    const struct label *title, *description;
    int scope;
    int64_t timeout_ms, time_limit_ms;
    const struct yaml_node *schedule, *expect, *period, *params, *figures, *results, *formats,
        *deliver;
};

enum { SCOPE_IS_TENANT, SCOPE_IS_PLATFORM };
static const char *const scopes[] = {"tenant", "platform", NULL};

static const struct field job_fields[] = {
    {"job", FIELD_NAME, offsetof(struct entry, job), .required = true,
     .help = "the job's name: that of the file without .yaml"},
    {"title", FIELD_LABEL, offsetof(struct entry, title), .help = "for people (default: job)"},
    {"description", FIELD_LABEL, offsetof(struct entry, description),
     .help = "for people: what the report says"},
    {"scope", FIELD_CHOICE, offsetof(struct entry, scope), .fallback = "tenant", .choices = scopes,
     .help = "tenant: a report for each tenant; platform: one about all of them"},
    {"locale", FIELD_TEXT, offsetof(struct entry, locale),
     .help = "language and habits: en, en-US, de, fr, ... (default: as in pressrun.yaml)"},
    {"logo", FIELD_TEXT, offsetof(struct entry, logo),
     .help = "a PNG or JPEG for the first page, relative to pressrun.yaml (default: its own)"},
    {"timezone", FIELD_TEXT, offsetof(struct entry, timezone),
     .help = "the zone in which periods begin and end (default: as in pressrun.yaml)"},
    {"datetime_timezone", FIELD_TEXT, offsetof(struct entry, datetime_zone), .fallback = "UTC",
     .help = "the zone that DATETIME columns are in: bounds of the period are given in it"},
    {"schedule", FIELD_NODE, offsetof(struct entry, schedule),
     .help = "when it is due: daily, \"Mon..Fri 06:30\", \"30 6 * * 1-5\" (default: only by hand)"},
    {"expect", FIELD_NODE, offsetof(struct entry, expect),
     .help = "what a report must look like: {min_rows: 1, max_drop: 50%, otherwise: hold}"},
    {"period", FIELD_NODE, offsetof(struct entry, period),
     .help = "what one report is about: {unit: day, window: 30}"},
    {"params", FIELD_NODE, offsetof(struct entry, params),
     .help = "what can be chosen for a run, and used as :name in queries"},
    {"figures", FIELD_NODE, offsetof(struct entry, figures),
     .help = "numbers to show large at the top: [{result: totals, column: videos}]"},
    {"results", FIELD_NODE, offsetof(struct entry, results), .required = true,
     .help = "the queries by name, such as:  videos: {sql: SELECT ...}"},
    {"formats", FIELD_NODE, offsetof(struct entry, formats),
     .help = "the kinds of files: [xlsx, csv, json, json-rows, ndjson, html] (default: [xlsx])"},
    {"deliver", FIELD_NODE, offsetof(struct entry, deliver),
     .help = "names of destinations in pressrun.yaml"},
    {"timeout", FIELD_DURATION, offsetof(struct entry, timeout_ms), .min = 1000, .max = 86400000,
     .help = "how long one query may take (default: as in pressrun.yaml)"},
    {"time_limit", FIELD_DURATION, offsetof(struct entry, time_limit_ms), .fallback = "1h",
     .min = 1000, .max = 86400000, .help = "how long one run may take (default: 1h)"},
    {0},
};

struct period_entry {
    int unit, first_day;
    int64_t window, every;
};

/* By how many days before Monday. ISO 8601 numbers weeks that begin on Mondays. */
static const char *const first_days[] = {"monday", "sunday", "saturday", NULL};

static const struct field period_fields[] = {
    {"unit", FIELD_CHOICE, offsetof(struct period_entry, unit), .fallback = "day",
     .choices = period_unit_names,
     .help = "day (the default), week, month, quarter, year, hour or minute"},
    {"every", FIELD_INTEGER, offsetof(struct period_entry, every), .fallback = "1", .min = 1,
     .max = 30, .help = "of minutes: how many; they must divide an hour"},
    {"first_day", FIELD_CHOICE, offsetof(struct period_entry, first_day), .fallback = "monday",
     .choices = first_days, .help = "of weeks: monday (the default), sunday or saturday"},
    {"window", FIELD_INTEGER, offsetof(struct period_entry, window), .fallback = "1", .min = 1,
     .max = 1000, .help = "the last so many units in one report (default: 1)"},
    {0},
};

const struct fields_section job_sections[] = {
    {"", job_fields},
    {"period", period_fields},
    {"schedule", job_schedule_fields},
    {"expect", job_expect_fields},
    {"params.NAME", job_param_fields},
    {"results.NAME", job_result_fields},
    {"results.NAME.columns.NAME", job_column_fields},
    {"results.NAME.chart", job_chart_fields},
    {"results.NAME.sheet", job_sheet_fields},
    {"figures", job_figure_fields},
    {"formats.csv", job_csv_fields},
    {"formats.json", job_json_fields},
    {"formats.json-rows", job_json_fields},
    {"formats.ndjson", job_json_fields},
    {"formats.html", job_html_fields},
    {"formats.xlsx", job_xlsx_fields},
    {0},
};

bool job_is_builtin_param(const char *name)
{
    return strcmp(name, "period_start") == 0 || strcmp(name, "period_end") == 0 ||
           strcmp(name, "tenant_id") == 0;
}

size_t job_count(const struct job_reading *r, const struct yaml_node *node, const char *what,
                 size_t max)
{
    size_t n = 0;
    for (const struct yaml_node *c = node->first; c; c = c->next)
        n++;
    if (n <= max)
        return n;
    problems_add(r->problems, &node->at, NULL, "%s holds %zu entries; at most %zu are possible",
                 what, n, max);
    return 0;
}

/* The file's name is what people see first: it must not tell of another job. */
static void check_name(const struct job_reading *r, const struct yaml_node *node)
{
    static const char suffix[] = ".yaml";
    const char *slash = strrchr(r->job->file, '/');
    const char *base = slash ? slash + 1 : r->job->file;
    size_t len = strlen(base);
    if (len > strlen(suffix) && strcmp(base + len - strlen(suffix), suffix) == 0)
        len -= strlen(suffix);
    if (strlen(node->text) == len && memcmp(node->text, base, len) == 0)
        return;
    problems_add(r->problems, &node->at,
                 arena_printf(r->arena, "rename the file to %s.yaml, or write job: %s", node->text,
                              yaml_show(r->arena, arena_strndup(r->arena, base, len))),
                 "job \"%s\" does not have the name of its file", node->text);
}

static void read_period(const struct job_reading *r, const struct yaml_node *node)
{
    struct period_entry entry = {.unit = PERIOD_DAY, .window = 1, .every = 1};
    if (node && fields_need_mapping(node, "period", "such as:  period: {unit: day, window: 30}",
                                    r->problems) == 0)
        fields_read(node, "period", period_fields, &entry, r->arena, r->problems);
    r->job->period.unit = (enum period_unit)entry.unit;
    r->job->period.window = (int)entry.window;
    r->job->period.minutes = (int)entry.every;
    r->job->period.days_before_monday = entry.first_day;
    if (entry.first_day && entry.unit != PERIOD_WEEK)
        problems_add(r->problems, &yaml_get(node, "first_day")->at,
                     "{unit: week, first_day: sunday}", "only weeks have a \"first_day\"");
    if (entry.every != 1 && (entry.unit != PERIOD_MINUTE || 60 % entry.every != 0))
        problems_add(r->problems, &yaml_get(node, "every")->at,
                     "{unit: minute, every: 15}; 2, 3, 4, 5, 6, 10, 12, 15, 20 or 30",
                     "periods of %" PRId64 " %ss are not possible", entry.every,
                     period_unit_names[entry.unit]);
}

/* The zone, or UTC when it is not known. */
static const char *check_zone(const struct job_reading *r, const struct yaml_node *root,
                              const char *key, const char *zone)
{
    if (!zone || zone_exists(zone))
        return zone;
    problems_add(r->problems, &yaml_get(root, key)->at,
                 "a name of the tz database such as Europe/Berlin or UTC",
                 "time zone \"%s\" is not known here", yaml_show(r->arena, zone));
    return "UTC";
}

static void unknown_destination(const struct job_reading *r, const struct fields_item *item)
{
    const struct config *c = r->config;
    const char **names = arena_alloc(r->arena, (c->ndestinations + 1) * sizeof(*names));
    for (size_t i = 0; i < c->ndestinations; i++)
        names[i] = c->destinations[i].name;
    problems_add(r->problems, &item->at,
                 arena_printf(r->arena, "describe it in \"destinations\" of %s", c->path),
                 "there is no destination \"%s\"%s", yaml_show(r->arena, item->text),
                 fields_did_you_mean(r->arena, item->text, names, c->ndestinations));
}

static void read_deliver(const struct job_reading *r, const struct yaml_node *node)
{
    struct job *job = r->job;
    const struct fields_item *items;
    size_t n;
    if (fields_read_list(node, "deliver", r->arena, &items, &n, r->problems) != 0)
        return;
    job->deliver = arena_alloc(r->arena, (n + 1) * sizeof(*job->deliver));
    for (size_t i = 0; i < n; i++) {
        const struct destination_config *d = config_destination(r->config, items[i].text);
        if (!d)
            unknown_destination(r, &items[i]);
        else if (job->platform && !d->platform)
            problems_add(r->problems, &items[i].at,
                         "it needs platform: true, and should be open to no tenant",
                         "destination \"%s\" may not receive reports about all tenants", d->name);
        job->deliver[job->ndeliver++] = items[i].text;
    }
}

struct job *job_read(const struct yaml_node *root, const char *file, const struct config *config,
                     struct arena *arena, struct problems *problems)
{
    size_t before = problems->nerrors;
    struct entry entry = {0};
    struct job *job = arena_alloc(arena, sizeof(*job));
    const struct job_reading r = {job, config, arena, problems};
    if (fields_need_mapping(root, "a job", NULL, problems) != 0)
        return NULL;
    /* Whatever is wrong in one part, the others are read, so that all of it is known at once. */
    fields_read(root, "the job", job_fields, &entry, arena, problems);
    job->file = arena_strdup(arena, file);
    job->at = root->at;
    job->name = entry.job;
    job->title = entry.title ? entry.title : job_label(arena, entry.job ? entry.job : "");
    job->description = entry.description;
    job->platform = entry.scope == SCOPE_IS_PLATFORM;
    job->timeout_ms = entry.timeout_ms;
    job->time_limit_ms = entry.time_limit_ms;
    if (entry.job)
        check_name(&r, yaml_get(root, "job"));
    job->period.timezone = check_zone(&r, root, "timezone", entry.timezone);
    if (!job->period.timezone)
        job->period.timezone = config->timezone;
    job->datetime_zone = check_zone(&r, root, "datetime_timezone", entry.datetime_zone);
    read_period(&r, entry.period);
    job_schedule_read(&r, entry.schedule);
    job_expect_read(&r, entry.expect);
    job_params_read(&r, entry.params);
    job_look_read(&r, root, entry.locale, entry.logo);
    job_results_read(&r, entry.results);
    job_figures_read(&r, entry.figures);
    job_params_check_use(&r);
    if (entry.schedule)
        job_schedule_check_params(&r, entry.schedule);
    job_formats_read(&r, entry.formats);
    read_deliver(&r, entry.deliver);
    return problems->nerrors == before ? job : NULL;
}
