/*
 * What a calendar makes of expressions, for comparison with others:
 *
 *     calendar_probe < LINES
 *     calendar_probe each-day EXPRESSION FIRST-YEAR LAST-YEAR < ZONES
 *
 * each-day walks an expression through the years and answers each zone, one a line, by a line: how
 * many events there were, and how many of them were not on the local date behind the one before.
 *
 * Without arguments each line is "expression<TAB>zone<TAB>after<TAB>count" and is answered by one
 * line: "ok<TAB>zone<TAB>normal form" and a field for each event, seconds since 1970 with an "s"
 * behind a shifted one and an "f" behind a folded one; or "error<TAB>message<TAB>hint".
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jobs/calendar.h"
#include "lib/parse.h"
#include "lib/zone.h"

static void answer(const char *expression, const char *zone, time_t after, int64_t count)
{
    struct arena arena = {0};
    struct err e = {0};
    const struct calendar *c;
    if (calendar_parse(expression, zone, &arena, &c, &e) != 0) {
        printf("error\t%s\t%s\n", e.msg, e.hint);
        arena_release(&arena);
        return;
    }
    printf("ok\t%s\t%s", calendar_zone(c), calendar_text(c, &arena));
    struct calendar_event event = {.at = after};
    for (int64_t i = 0; i < count && calendar_next(c, event.at, &event); i++)
        printf("\t%" PRId64 "%s%s", (int64_t)event.at, event.shifted ? "s" : "",
               event.folded ? "f" : "");
    putchar('\n');
    arena_release(&arena);
}

static void each_day(const char *expression, int first_year, int last_year, const char *zone)
{
    struct arena arena = {0};
    struct err e = {0};
    const struct calendar *c;
    if (calendar_parse(expression, zone, &arena, &c, &e) != 0) {
        fprintf(stderr, "%s\n", e.msg);
        exit(1);
    }
    const struct civil start = {.year = first_year, .month = 1, .day = 1};
    struct calendar_event event = {.at = zone_to_utc(zone, &start) - 1};
    int64_t expected = civil_to_days(first_year, 1, 1), end = civil_to_days(last_year + 1, 1, 1);
    int events = 0, wrong = 0;
    while (expected < end && calendar_next(c, event.at, &event)) {
        struct civil l;
        zone_from_utc(zone, event.at, &l);
        int64_t day = civil_to_days(l.year, l.month, l.day);
        wrong += day != expected;
        expected = day + 1;
        events++;
    }
    printf("%s\t%d\t%d\n", zone, events, wrong);
    arena_release(&arena);
}

static void answer_line(char *line)
{
    char *fields[4] = {line};
    for (int i = 1; i < 4; i++) {
        char *tab = fields[i - 1] ? strchr(fields[i - 1], '\t') : NULL;
        if (tab)
            *tab = '\0';
        fields[i] = tab ? tab + 1 : NULL;
    }
    int64_t after, count;
    if (!fields[3] || !parse_int64(fields[2], INT64_MIN, INT64_MAX, &after) ||
        !parse_int64(fields[3], 0, 1000000, &count)) {
        fputs("a line is expression, zone, after and count\n", stderr);
        exit(2);
    }
    answer(fields[0], fields[1], (time_t)after, count);
}

int main(int argc, char **argv)
{
    char *line = NULL;
    size_t size = 0;
    int64_t first = 0, last = 0;
    bool days = argc == 5 && strcmp(argv[1], "each-day") == 0 &&
                parse_int64(argv[3], 1970, 2198, &first) && parse_int64(argv[4], 1970, 2198, &last);
    if (argc != 1 && !days) {
        fputs("usage: calendar_probe [each-day EXPRESSION FIRST-YEAR LAST-YEAR]\n", stderr);
        return 2;
    }
    while (getline(&line, &size, stdin) > 0) {
        line[strcspn(line, "\n")] = '\0';
        if (days)
            each_day(argv[2], (int)first, (int)last, line);
        else
            answer_line(line);
        fflush(stdout);
    }
    free(line);
    return 0;
}
