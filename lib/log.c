#include "lib/log.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/utf8.h"
#include "lib/zone.h"

enum { LINE_BYTES = 8192, VALUE_BYTES = 2048 };

static enum log_level threshold = LOG_LEVEL_INFO;
static void (*before_line)(void);

static const struct {
    const char *name;
    const char *journal; /* priorities of syslog(3) */
} levels[] = {{"error", "<3>"}, {"warning", "<4>"}, {"info", "<6>"}, {"debug", "<7>"}};

void log_set_level(enum log_level level)
{
    threshold = level;
}

bool log_level_by_name(const char *name, enum log_level *out)
{
    for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
        if (strcmp(levels[i].name, name) == 0) {
            *out = (enum log_level)i;
            return true;
        }
    }
    return false;
}

void log_set_before(void (*before)(void))
{
    before_line = before;
}

/* name=value, quoted when a reader could otherwise take it apart wrongly. */
static void add_text(struct buf *line, const char *name, const char *text)
{
    struct buf shown;
    buf_init(&shown, VALUE_BYTES * 4);
    utf8_add_visible(&shown, text, strlen(text), VALUE_BYTES);
    buf_printf(line, " %s=", name);
    if (shown.len && !strpbrk(shown.data, " \"\\=")) {
        buf_add(line, shown.data, shown.len);
    } else {
        buf_add_char(line, '"');
        for (const char *p = shown.data; *p; p++) {
            if (*p == '"' || *p == '\\')
                buf_add_char(line, '\\');
            buf_add_char(line, *p);
        }
        buf_add_char(line, '"');
    }
    buf_release(&shown);
}

static void write_line(enum log_level level, const char *event, const struct log_field *fields,
                       const struct err *e)
{
    if (level > threshold)
        return;
    struct buf line;
    buf_init(&line, 4 * LINE_BYTES);
    if (getenv("JOURNAL_STREAM")) {
        buf_add_str(&line, levels[level].journal);
    } else {
        char now[32];
        civil_format_rfc3339(time(NULL), now);
        buf_printf(&line, "%s %s ", now, levels[level].name);
    }
    buf_add_str(&line, event);
    for (; fields && fields->name; fields++) {
        if (fields->text)
            add_text(&line, fields->name, fields->text);
        else
            buf_printf(&line, " %s=%lld", fields->name, (long long)fields->number);
    }
    if (e) {
        add_text(&line, "kind", err_kind_name(e->kind));
        add_text(&line, "error", e->msg);
        if (e->hint[0])
            add_text(&line, "hint", e->hint);
    }
    buf_add_char(&line, '\n');
    if (before_line)
        before_line();
    /* One write a line: lines of several processes don't mix. Nobody is left to tell of a failure.
     */
    ssize_t written = write(STDERR_FILENO, line.data, line.len);
    (void)written;
    buf_release(&line);
}

void log_event(enum log_level level, const char *event, const struct log_field *fields)
{
    write_line(level, event, fields, NULL);
}

void log_failure(enum log_level level, const char *event, const struct err *e,
                 const struct log_field *fields)
{
    write_line(level, event, fields, e);
}
