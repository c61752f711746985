/* Problems as a text: what a table of bad inputs expects, one problem a line, in order of place. */
#ifndef TESTS_UNIT_EXPECT_H
#define TESTS_UNIT_EXPECT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/problems.h"
#include "tests/unit/unit.h"

/* "line:column message | hint" of each, warnings with "warning: " before the message. */
static inline void expect_list(struct problems *p, struct buf *out)
{
    problems_sort(p);
    for (size_t i = 0; i < p->n; i++) {
        const struct problem *x = &p->items[i];
        buf_printf(out, "%u:%u %s%s | %s\n", x->at.line, x->at.column,
                   x->severity == SEVERITY_WARNING ? "warning: " : "", x->msg, x->hint);
    }
}

/* True when `line` begins with the expected place and holds the expected text after it. */
static inline bool expect_line(const char *line, size_t line_len, const char *want, size_t want_len)
{
    char *have = strndup(line, line_len), *need = strndup(want, want_len);
    char *text = strchr(need, ' ');
    bool ok = text != NULL;
    if (ok) {
        size_t place = (size_t)(text - need) + 1;
        ok = strncmp(have, need, place) == 0 && strstr(have + place, text + 1) != NULL;
    }
    free(have);
    free(need);
    return ok;
}

/*
 * Fails unless the problems are exactly the expected ones. `expected` has a line for each problem:
 * "line:column part of the message or hint"; "" expects none. Empties the list.
 */
static inline void expect_problems(struct problems *p, const char *expected, const char *input)
{
    struct buf have;
    buf_init(&have, 1 << 20);
    expect_list(p, &have);
    const char *line = have.data, *want = expected;
    bool same = true;
    while (same && (*line || *want)) {
        size_t line_len = strcspn(line, "\n"), want_len = strcspn(want, "\n");
        same = expect_line(line, line_len, want, want_len);
        line += line_len + (line[line_len] == '\n');
        want += want_len + (want[want_len] == '\n');
    }
    ck_assert_msg(same, "input:\n%.2000s\nexpected:\n%s\ngot:\n%s", input, expected, have.data);
    buf_release(&have);
    problems_release(p);
}

#endif
