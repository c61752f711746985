#include "jobs/scaffold.h"

#include <string.h>
#include <strings.h>

#include "lib/limits.h"

/* A table whose own id is the tenant's has one row for each tenant. */
bool scaffold_suits(const struct scope_rule *rule)
{
    return rule->kind == SCOPE_TENANT && strcasecmp(rule->column, "id") != 0;
}

void scaffold_init(struct scaffold *s, const char *job, const struct config *config)
{
    *s = (struct scaffold){.job = job, .table = config->scope[0].table};
    for (size_t i = 0; i < config->nscope; i++) {
        if (scaffold_suits(&config->scope[i])) {
            s->table = config->scope[i].table;
            break;
        }
    }
    for (size_t i = 0; i < config->ndestinations && !s->destination; i++) {
        if (!config->destinations[i].platform)
            s->destination = config->destinations[i].name;
    }
}

/* The one name that YAML takes for something else. */
static const char *quote_of(const char *name)
{
    return strcmp(name, "null") == 0 ? "\"" : "";
}

/* "weekly-videos" as people write it: "Weekly videos". In quotes, for it may be any word. */
static void add_title(const char *name, struct buf *out)
{
    buf_add_char(out, '"');
    for (const char *p = name; *p; p++) {
        bool first = p == name && *p >= 'a' && *p <= 'z';
        bool letter = strchr("-_$", *p) == NULL;
        buf_add_char(out, first ? (char)(*p - 'a' + 'A') : letter ? *p : ' ');
    }
    buf_add_char(out, '"');
}

static void add_head(const struct scaffold *s, struct buf *out)
{
    const char *quote = quote_of(s->job);
    buf_printf(
        out,
        "# A report to start from: change the query, then what is said about its columns.\n"
        "#\n"
        "#   pressrun check                      says what is wrong\n"
        "#   pressrun preview %s --tenant ID\n"
        "#   pressrun run %s --tenant ID\n"
        "#\n"
        "# A line with a # and no blank behind it is a key that is switched off. All keys are\n"
        "# explained in pressrun-job(5).\n"
        "\n"
        "job: %s%s%s    # the name of this file, without .yaml\n"
        "title: ",
        s->job, s->job, quote, s->job, quote);
    add_title(s->job, out);
    buf_printf(
        out,
        "\n"
        "# Any text for people may be in several languages: {en: By day, de: Nach Tagen}\n"
        "#description: What the report is for, on its first page.\n"
        "\n"
        "# What one report is about: here the last complete day and the 29 before it. The unit\n"
        "# may also be hour, week, month, quarter or year.\n"
        "period: {unit: day, window: 30}\n"
        "\n"
        "# When it is made, as in systemd (\"Mon *-*-* 06:00 Europe/Berlin\") or in cron\n"
        "# (\"0 6 * * 1\"). Without it, only by hand.\n"
        "#schedule: \"*-*-* 02:00\"\n"
        "\n"
        "# What can be chosen for a run (--param status=draft), in the query as :status\n"
        "#params:\n"
        "  #status: {type: text, default: publish, description: Only those of this status}\n"
        "\n"
        "# A report that is not as expected is held back until you have looked at it.\n"
        "#expect: {min_rows: 1, max_drop: 50%%, otherwise: hold}\n"
        "\n");
}

/* The result set that counts rows by day, for which a column with a time is needed. */
static void add_days(const struct scaffold *s, const char *column, struct buf *out)
{
    buf_printf(out,
               "  days:\n"
               "    title: By day\n"
               "    sql: |\n"
               "      SELECT DATE(`%s`) AS day, COUNT(*) AS records\n"
               "      FROM `%s`\n"
               "      WHERE `%s` >= :period_start AND `%s` < :period_end\n"
               "      GROUP BY DATE(`%s`)\n"
               "      ORDER BY DATE(`%s`)\n"
               "    # How columns look; what is not said comes from the database. There is also\n"
               "    # note: Why it matters, and color: {\">= 100\": good, \"< 10\": bad}\n"
               "    columns:\n"
               "      day: {title: Day, type: date}\n"
               "      records: {title: ",
               column, s->table, column, column, column, column);
    add_title(s->table, out);
    buf_printf(
        out,
        ", format: \"#,##0\", total: sum, bar: true}\n"
        "    # Or line, area, bar, pie; and place: cover, or sheet, instead of beside the rows.\n"
        "    chart: {kind: column, x: day, y: records}\n");
}

static void add_total(const struct scaffold *s, struct buf *out)
{
    buf_printf(out,
               "  total:\n"
               "    title: In total\n"
               "    sql: |\n"
               "      SELECT COUNT(*) AS records\n"
               "      FROM `%s`\n"
               "    columns:\n"
               "      records: {title: ",
               s->table);
    add_title(s->table, out);
    buf_add_str(out, ", format: \"#,##0\"}\n");
}

static void add_switched_off(const char *lines, struct buf *out)
{
    while (*lines) {
        size_t blanks = strspn(lines, " "), end = strcspn(lines, "\n") + 1;
        buf_add(out, lines, blanks);
        buf_add_char(out, '#');
        buf_add(out, lines + blanks, end - blanks);
        lines += end;
    }
}

static void add_results(const struct scaffold *s, struct buf *out)
{
    buf_printf(
        out,
        "# Numbers to show large on the first page.\n"
        "figures:\n"
        "  - {result: %s, column: records, value: sum}\n"
        "\n"
        "# Each result set is a sheet in XLSX and a file in CSV. No query selects the tenant: it\n"
        "# sees the rows of one tenant only. :period_start and :period_end are the bounds of\n"
        "# the period, in UTC.\n"
        "results:\n",
        s->column ? "days" : "total");
    if (s->column) {
        add_days(s, s->column, out);
    } else {
        struct buf days;
        buf_init(&days, LIMIT_YAML_BYTES);
        add_days(s, "created_at", &days);
        add_total(s, out);
        buf_add_str(out, "\n  # With a column that holds a time, such as created_at:\n");
        add_switched_off(days.data, out);
        buf_release(&days);
    }
}

void scaffold_write(const struct scaffold *s, struct buf *out)
{
    add_head(s, out);
    add_results(s, out);
    buf_add_str(out, "\n"
                     "formats:\n"
                     "  - xlsx\n"
                     "  - csv: {delimiter: \";\"}    # as spreadsheets in much of Europe like it\n"
                     "  - json\n"
                     "\n"
                     "# Destinations of pressrun.yaml.\n");
    if (s->destination)
        buf_printf(out, "deliver: [%s%s%s]\n", quote_of(s->destination), s->destination,
                   quote_of(s->destination));
    else
        buf_add_str(out, "deliver: []    # there is none yet that may receive tenants' reports\n");
}
