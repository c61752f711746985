/*
 * Calendar expressions: what is read has a normal form that is read as itself, and events that
 * follow each other; what is refused says why and what to do.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "jobs/calendar.h"
#include "lib/zone.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void check_events(const struct calendar *c, time_t after)
{
    struct calendar_event first, event = {.at = after};
    for (int i = 0; i < 3; i++) {
        time_t before = event.at;
        if (!calendar_next(c, before, &event))
            return;
        must(event.at > before && !(event.shifted && event.folded));
        if (i == 0)
            first = event;
    }
    /* The second before an event knows it, too. */
    must(calendar_next(c, first.at - 1, &event) && event.at == first.at);
}

static void check(const char *text, const char *zone, time_t after)
{
    struct arena arena = {0};
    struct err e = {0};
    const struct calendar *c = NULL, *again = NULL;
    if (calendar_parse(text, zone, &arena, &c, &e) != 0) {
        must(e.kind == ERR_CONFIG && e.msg[0] && e.hint[0] && !c);
        arena_release(&arena);
        return;
    }
    must(zone_exists(calendar_zone(c)));
    const char *normal = calendar_text(c, &arena);
    if (!strstr(normal, " or ") && strlen(normal) < 1000) {
        struct calendar_event a = {0}, b = {0};
        must(calendar_parse(normal, calendar_zone(c), &arena, &again, &e) == 0);
        must(strcmp(calendar_text(again, &arena), normal) == 0);
        must(calendar_next(c, after, &a) == calendar_next(again, after, &b) && a.at == b.at);
    }
    check_events(c, after);
    arena_release(&arena);
}

/* A byte for the zone, two for the day from 1970 on, one for the minutes, and the expression. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const zones[] = {"UTC", "Europe/Berlin", "Australia/Lord_Howe",
                                        "America/Sao_Paulo"};
    if (size < 4)
        return 0;
    time_t after = (data[1] << 8 | data[2]) * (time_t)86400 + data[3] * 360;
    char *text = malloc(size - 3);
    must(text != NULL);
    memcpy(text, data + 4, size - 4);
    text[size - 4] = '\0';
    check(text, zones[data[0] % 4], after);
    free(text);
    return 0;
}
