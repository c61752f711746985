/* How a column is shown. */
#include <stddef.h>
#include <string.h>

#include "formats/number_format_check.h"
#include "jobs/job_parts.h"
#include "lib/parse.h"

struct column_entry {
    const char *type, *format;
    const struct label *title, *note;
    int64_t width;
    int align, total;
    bool bar;
    const struct yaml_node *color;
};

static const char *const aligns[] = {"auto", "left", "center", "right", NULL};
static const char *const totals[] = {"none", "sum", "average", "min", "max", "count", NULL};
static const char *const colors[] = {"good", "warning", "bad", "info", "neutral", NULL};

const struct field job_column_fields[] = {
    {"title", FIELD_LABEL, offsetof(struct column_entry, title), .help = "shown as its header"},
    {"type", FIELD_LITERAL, offsetof(struct column_entry, type),
     .help = "if the database's own type is not what it means: integer, date, ..."},
    {"format", FIELD_LITERAL, offsetof(struct column_entry, format),
     .help = "how spreadsheets show numbers and dates, such as \"0.0%\""},
    {"width", FIELD_INTEGER, offsetof(struct column_entry, width), .min = 1, .max = 255,
     .help = "in characters (default: as wide as it needs)"},
    {"align", FIELD_CHOICE, offsetof(struct column_entry, align), .fallback = "auto",
     .choices = aligns, .help = "left, center or right (default: numbers right, the rest left)"},
    {"note", FIELD_LABEL, offsetof(struct column_entry, note),
     .help = "what the column means; shown at its header and on the first page"},
    {"total", FIELD_CHOICE, offsetof(struct column_entry, total), .fallback = "none",
     .choices = totals, .help = "below the rows: sum, average, min, max or count"},
    {"bar", FIELD_BOOLEAN, offsetof(struct column_entry, bar), .fallback = "false",
     .help = "true: a bar in each cell, as long as its number"},
    {"color", FIELD_NODE, offsetof(struct column_entry, color),
     .help = "by value: {completed: good, failed: bad, \">= 5\": warning}; also info, neutral"},
    {0},
};

void job_number_format_check(const struct job_reading *r, const struct yaml_node *node,
                             const char *key)
{
    const struct yaml_node *format = yaml_get(node, key);
    const char *mistake = number_format_check(format->text);
    if (mistake)
        problems_add(r->problems, &format->at, "such as \"0.0%\", \"#,##0.00\", \"ddd dd mmm\"",
                     "\"%s\" is no number format: %s", key, mistake);
}

static void unknown_type(const struct job_reading *r, const struct yaml_node *node)
{
    enum { N = COLUMN_BINARY + 1 };
    const char *names[N], *list = "one of: ";
    for (int t = 0; t < N; t++) {
        names[t] = column_type_name((enum column_type)t);
        list = arena_printf(r->arena, "%s%s%s", list, t ? ", " : "", names[t]);
    }
    problems_add(r->problems, &node->at, list, "\"type\" can't be \"%s\"%s",
                 yaml_show(r->arena, node->text),
                 fields_did_you_mean(r->arena, node->text, names, N));
}

/* "< 5", "<= 5", "> 5", ">= 5", or a text, as long as Excel takes one in a formula. */
static bool read_test(const char *key, struct look_rule *rule)
{
    enum { MAX_TEXT = 255 };
    static const struct {
        const char *sign;
        enum look_test test;
    } signs[] = {{"<=", TEST_AT_MOST}, {">=", TEST_AT_LEAST}, {"<", TEST_BELOW}, {">", TEST_ABOVE}};
    *rule = (struct look_rule){.test = TEST_IS, .value = key};
    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
        size_t n = strlen(signs[i].sign);
        if (strncmp(key, signs[i].sign, n) != 0)
            continue;
        rule->test = signs[i].test;
        rule->value = key + n + strspn(key + n, " ");
        return parse_decimal(rule->value);
    }
    /* "=> 5" is a slip, and no value that a column has. */
    return *key && strlen(key) <= MAX_TEXT && strncmp(key, "=>", 2) != 0 &&
           strncmp(key, "=<", 2) != 0;
}

static void read_colors(const struct job_reading *r, const struct yaml_node *node,
                        struct column_look *look)
{
    enum { MAX_COLORS = 50 };
    if (fields_need_mapping(node, "color", "such as:  color: {completed: good, failed: bad}",
                            r->problems) != 0)
        return;
    size_t n = job_count(r, node, "color", MAX_COLORS);
    struct look_rule *rules = arena_alloc(r->arena, (n + 1) * sizeof(*rules));
    for (const struct yaml_node *c = n ? node->first : NULL; c; c = c->next) {
        struct look_rule *rule = &rules[look->nrules];
        size_t k = 0;
        if (!read_test(c->key, rule)) {
            problems_add(r->problems, &c->key_at, "a value of the column, or such as \">= 5\"",
                         "\"%s\" is no condition", yaml_show(r->arena, c->key));
            continue;
        }
        while (colors[k] && !(c->kind == YAML_SCALAR && strcmp(colors[k], c->text) == 0))
            k++;
        if (!colors[k]) {
            problems_add(r->problems, &c->at, "one of: good, warning, bad, info, neutral",
                         "the color of \"%s\" can't be %s", yaml_show(r->arena, c->key),
                         c->kind == YAML_SCALAR
                             ? arena_printf(r->arena, "\"%s\"", yaml_show(r->arena, c->text))
                             : "more than one word");
            continue;
        }
        rule->color = (enum look_color)k;
        look->nrules++;
    }
    look->rules = rules;
}

void job_column_read(const struct job_reading *r, const struct yaml_node *node,
                     struct column_spec *column)
{
    struct column_entry entry = {0};
    const char *what = arena_printf(r->arena, "column \"%s\"", yaml_show(r->arena, node->key));
    fields_read(node, what, job_column_fields, &entry, r->arena, r->problems);
    *column = (struct column_spec){
        .name = node->key,
        .title = entry.title,
        .look = {.number_format = entry.format,
                 .width = (double)entry.width,
                 .align = (enum look_align)entry.align,
                 .note = entry.note,
                 .total = (enum look_total)entry.total,
                 .bar = entry.bar},
        .at = node->key_at,
    };
    if (entry.type) {
        column->has_type = column_type_by_name(entry.type, &column->type);
        if (!column->has_type)
            unknown_type(r, yaml_get(node, "type"));
    }
    if (entry.format)
        job_number_format_check(r, node, "format");
    if (entry.color)
        read_colors(r, entry.color, &column->look);
}
