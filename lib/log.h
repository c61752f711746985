/*
 * The log: events with named fields, one a line, on standard error. Only the runner writes it.
 *
 *     log_info("run.rendered", LOG_TEXT("job", id), LOG_NUMBER("rows", n));
 *
 * gives `2026-11-24T02:00:07Z info run.rendered job=daily rows=42`. Under systemd (JOURNAL_STREAM)
 * the time gives way to the priority prefix of sd-daemon(3). Values with blanks, quotes or
 * control characters are quoted and escaped, so one event is always one line. The event names and
 * fields are a contract: docs/log.md.
 */
#ifndef LIB_LOG_H
#define LIB_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/err.h"

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

struct log_field {
    const char *name;
    const char *text; /* NULL: the number counts */
    int64_t number;
};
#define LOG_TEXT(n, t)   ((struct log_field){.name = (n), .text = (t)})
#define LOG_NUMBER(n, v) ((struct log_field){.name = (n), .number = (int64_t)(v)})

void log_set_level(enum log_level level); /* what is less important is dropped */
bool log_level_by_name(const char *name, enum log_level *out);
/* Called before each line, to clear a progress line from the terminal; NULL for none. */
void log_set_before(void (*before)(void));

void log_event(enum log_level level, const char *event, const struct log_field *fields);
/* The same with the fields error=, kind= and hint= of `e` added. */
void log_failure(enum log_level level, const char *event, const struct err *e,
                 const struct log_field *fields);

#define LOG_FIELDS(...)      ((const struct log_field[]){__VA_ARGS__, {0}})
#define log_info(ev, ...)    log_event(LOG_LEVEL_INFO, ev, LOG_FIELDS(__VA_ARGS__))
#define log_warning(ev, ...) log_event(LOG_LEVEL_WARNING, ev, LOG_FIELDS(__VA_ARGS__))
#define log_debug(ev, ...)   log_event(LOG_LEVEL_DEBUG, ev, LOG_FIELDS(__VA_ARGS__))

#endif
