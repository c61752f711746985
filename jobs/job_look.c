/* How a report and its result sets are shown: language, logo, figures, charts, sheets. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "formats/logo.h"
#include "jobs/job_parts.h"

const struct label *job_label(struct arena *arena, const char *text)
{
    struct label *label = arena_alloc(arena, sizeof(*label));
    struct label_text *texts = arena_alloc(arena, sizeof(*texts));
    texts->text = text;
    *label = (struct label){texts, 1};
    return label;
}

/* ---- of the report ---- */

static void unknown_locale(const struct job_reading *r, const struct place *at, const char *tag)
{
    const char *list = "one of: ";
    for (size_t i = 0; locale_at(i); i++)
        list = arena_printf(r->arena, "%s%s%s", list, i ? ", " : "", locale_at(i)->tag);
    problems_add(r->problems, at, list, "locale \"%s\" is not known", yaml_show(r->arena, tag));
}

static void read_logo(const struct job_reading *r, const struct place *at, const char *path)
{
    struct err e = {0};
    struct logo logo;
    r->job->look.logo = path;
    if (logo_read(&logo, path, &e) != 0)
        problems_add(r->problems, at, e.hint, "%s", e.msg);
    else
        logo_release(&logo);
}

void job_look_read(const struct job_reading *r, const struct yaml_node *root, const char *locale,
                   const char *logo)
{
    const struct config *c = r->config;
    const char *tag = locale ? locale : c->locale;
    r->job->locale = locale_by_tag(tag);
    if (!r->job->locale) {
        unknown_locale(r, locale ? &yaml_get(root, "locale")->at : &c->locale_at, tag);
        r->job->locale = &locale_default;
    }
    if (logo)
        read_logo(r, &yaml_get(root, "logo")->at, config_path(c, r->arena, logo));
    else if (c->logo)
        read_logo(r, &c->logo_at, c->logo);
}

struct figure_entry {
    const char *result, *column, *format;
    int value;
    const struct label *title;
};

/* In the order of enum look_total, from TOTAL_SUM on. */
static const char *const values[] = {"sum",   "average", "min",  "max",
                                     "count", "first",   "last", NULL};

const struct field job_figure_fields[] = {
    {"result", FIELD_LITERAL, offsetof(struct figure_entry, result), .required = true,
     .help = "the name of a result set"},
    {"column", FIELD_LITERAL, offsetof(struct figure_entry, column), .required = true,
     .help = "a column of it"},
    {"value", FIELD_CHOICE, offsetof(struct figure_entry, value), .fallback = "first",
     .choices = values, .help = "first (the default), last, sum, average, min, max or count"},
    {"title", FIELD_LABEL, offsetof(struct figure_entry, title),
     .help = "shown with it (default: the column's)"},
    {"format", FIELD_LITERAL, offsetof(struct figure_entry, format),
     .help = "a number format, such as \"0.0%\" (default: the column's)"},
    {0},
};

static bool has_result(const struct job *job, const char *name)
{
    for (size_t i = 0; i < job->nresults; i++) {
        if (strcmp(job->results[i].name, name) == 0)
            return true;
    }
    return false;
}

static void no_result(const struct job_reading *r, const struct place *at, const char *name)
{
    const struct job *job = r->job;
    const char **names = arena_alloc(r->arena, (job->nresults + 1) * sizeof(*names));
    for (size_t i = 0; i < job->nresults; i++)
        names[i] = job->results[i].name;
    problems_add(r->problems, at, "name one of \"results\"", "there is no result set \"%s\"%s",
                 yaml_show(r->arena, name),
                 fields_did_you_mean(r->arena, name, names, job->nresults));
}

void job_figures_read(const struct job_reading *r, const struct yaml_node *node)
{
    enum { MAX_FIGURES = 12 };
    static const char example[] = "such as:  figures: [{result: totals, column: videos}]";
    if (!node || yaml_is_null(node))
        return;
    if (node->kind != YAML_SEQUENCE) {
        problems_add(r->problems, &node->at, example, "\"figures\" must be a list");
        return;
    }
    size_t n = job_count(r, node, "figures", MAX_FIGURES);
    struct figure_look *list = arena_alloc(r->arena, (n + 1) * sizeof(*list));
    struct place *places = arena_alloc(r->arena, (n + 1) * sizeof(*places));
    struct report_look *look = &r->job->look;
    for (const struct yaml_node *f = n ? node->first : NULL; f; f = f->next) {
        struct figure_entry entry = {0};
        if (fields_need_mapping(f, "a figure", example, r->problems) != 0 ||
            fields_read(f, "a figure", job_figure_fields, &entry, r->arena, r->problems) != 0)
            continue;
        if (entry.format)
            job_number_format_check(r, f, "format");
        if (!has_result(r->job, entry.result))
            no_result(r, &yaml_get(f, "result")->at, entry.result);
        places[look->nfigures] = f->at;
        list[look->nfigures++] = (struct figure_look){
            .result = entry.result,
            .column = entry.column,
            .value = (enum look_total)(entry.value + TOTAL_SUM),
            .title = entry.title,
            .number_format = entry.format,
        };
    }
    look->figures = list;
    r->job->figures_at = places;
}

/* ---- of a result set ---- */

struct chart_entry {
    int kind, place;
    bool stacked;
    const char *x, *y_format;
    const struct label *title, *x_title, *y_title;
    const struct yaml_node *y;
};

static const char *const kinds[] = {"line", "area", "column", "bar", "pie", NULL};
static const char *const places[] = {"beside", "cover", "sheet", NULL};

const struct field job_chart_fields[] = {
    {"kind", FIELD_CHOICE, offsetof(struct chart_entry, kind), .fallback = "column",
     .choices = kinds, .help = "column (the default), line, area, bar or pie"},
    {"stacked", FIELD_BOOLEAN, offsetof(struct chart_entry, stacked), .fallback = "false",
     .help = "true: the series on top of each other"},
    {"place", FIELD_CHOICE, offsetof(struct chart_entry, place), .fallback = "beside",
     .choices = places,
     .help = "beside the rows (the default), on the cover, or a sheet of its own"},
    {"title", FIELD_LABEL, offsetof(struct chart_entry, title),
     .help = "above it (default: that of the result set)"},
    {"x", FIELD_LITERAL, offsetof(struct chart_entry, x), .required = true,
     .help = "the column with the categories, or with the names of a pie's pieces"},
    {"y", FIELD_NODE, offsetof(struct chart_entry, y), .required = true,
     .help = "the columns with the numbers: one, or a list"},
    {"x_title", FIELD_LABEL, offsetof(struct chart_entry, x_title), .help = "along that axis"},
    {"y_title", FIELD_LABEL, offsetof(struct chart_entry, y_title), .help = "along that axis"},
    {"y_format", FIELD_LITERAL, offsetof(struct chart_entry, y_format),
     .help = "number format of that axis, such as \"0%\""},
    {0},
};

static void read_series(const struct job_reading *r, const struct yaml_node *node,
                        struct chart_look *chart)
{
    const struct fields_item one = {node->text, node->at}, *items = &one;
    size_t n = !yaml_is_null(node);
    if (node->kind != YAML_SCALAR &&
        fields_read_list(node, "y", r->arena, &items, &n, r->problems) != 0)
        return;
    if (n == 0 || (chart->kind == CHART_PIE && n != 1))
        problems_add(r->problems, &node->at, "such as:  y: videos",
                     n ? "a pie shows one column" : "\"y\" names no column");
    const char **names = arena_alloc(r->arena, (n + 1) * sizeof(*names));
    for (size_t i = 0; i < n; i++)
        names[i] = items[i].text;
    chart->y = names;
    chart->ny = n;
}

static bool read_chart(const struct job_reading *r, const struct yaml_node *node,
                       struct chart_look *chart)
{
    struct chart_entry entry = {0};
    if (fields_need_mapping(node, "chart", "such as:  chart: {kind: line, x: day, y: [videos]}",
                            r->problems) != 0 ||
        fields_read(node, "chart", job_chart_fields, &entry, r->arena, r->problems) != 0)
        return false;
    *chart = (struct chart_look){
        .kind = (enum chart_kind)entry.kind,
        .stacked = entry.stacked,
        .place = (enum chart_place)entry.place,
        .title = entry.title,
        .x = entry.x,
        .x_title = entry.x_title,
        .y_title = entry.y_title,
        .y_format = entry.y_format,
    };
    if (entry.y_format)
        job_number_format_check(r, node, "y_format");
    read_series(r, entry.y, chart);
    return true;
}

void job_charts_read(const struct job_reading *r, const struct yaml_node *node,
                     struct result_spec *result)
{
    enum { MAX_CHARTS = 20 };
    if (!node || yaml_is_null(node))
        return;
    bool list = node->kind == YAML_SEQUENCE;
    size_t n = list ? job_count(r, node, "chart", MAX_CHARTS) : 1;
    struct chart_look *charts = arena_alloc(r->arena, (n + 1) * sizeof(*charts));
    struct place *at = arena_alloc(r->arena, (n + 1) * sizeof(*at));
    struct result_look *look = &result->look;
    for (const struct yaml_node *c = list ? node->first : node; c && look->ncharts < n;
         c = list ? c->next : NULL) {
        if (!read_chart(r, c, &charts[look->ncharts]))
            continue;
        at[look->ncharts++] = c->at;
    }
    look->charts = charts;
    result->charts_at = at;
}

struct sheet_entry {
    const char *color;
    bool hidden;
};

const struct field job_sheet_fields[] = {
    {"color", FIELD_LITERAL, offsetof(struct sheet_entry, color),
     .help = "of its tab, such as \"#1F6FB2\""},
    {"hidden", FIELD_BOOLEAN, offsetof(struct sheet_entry, hidden), .fallback = "false",
     .help = "true: it is there for charts and formulas, and not shown"},
    {0},
};

/* As HTML and CSS write it. */
static bool read_color(const char *text, int *out)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    int color = 0;
    if (text[0] != '#' || strlen(text) != 7)
        return false;
    for (const char *p = text + 1; *p; p++) {
        const char *digit = strchr(digits, *p);
        if (!digit)
            return false;
        color = color * 16 + (int)(digit - digits) % 16;
    }
    *out = color;
    return true;
}

void job_sheet_read(const struct job_reading *r, const struct yaml_node *node,
                    struct result_spec *result)
{
    struct sheet_entry entry = {0};
    if (!node || yaml_is_null(node))
        return;
    if (fields_need_mapping(node, "sheet", "such as:  sheet: {color: \"#1F6FB2\"}", r->problems) !=
            0 ||
        fields_read(node, "sheet", job_sheet_fields, &entry, r->arena, r->problems) != 0)
        return;
    result->look.hidden = entry.hidden;
    if (entry.color && !read_color(entry.color, &result->look.tab_color))
        problems_add(r->problems, &yaml_get(node, "color")->at, "such as \"#1F6FB2\"",
                     "\"%s\" is no color", yaml_show(r->arena, entry.color));
}
