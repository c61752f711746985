#include "runner/sequence.h"

#include <stdlib.h>
#include <string.h>

#include "lib/mem.h"

struct sized {
    size_t task, period; /* indexes: of the task, and of the first one of its period */
    uint64_t rows;
};

struct sizing {
    struct ledger *ledger;
    const struct task *tasks;
    struct sized *sizes;
    size_t n;
};

static int read_sizes(void *ctx, struct err *e)
{
    const struct sizing *s = ctx;
    size_t period = 0;
    for (size_t i = 0; i < s->n; i++) {
        const struct task *t = &s->tasks[i];
        uint64_t rows = 0;
        if (strcmp(t->period.label, s->tasks[period].period.label) != 0)
            period = i;
        int rc = ledger_previous_rows(s->ledger, t, &rows, e);
        if (rc < 0)
            return -1;
        s->sizes[i] = (struct sized){i, period, rc == 1 ? rows : UINT64_MAX};
    }
    return 0;
}

static int compare(const void *a, const void *b)
{
    const struct sized *x = a, *y = b;
    if (x->period != y->period)
        return x->period < y->period ? -1 : 1;
    if (x->rows != y->rows)
        return x->rows > y->rows ? -1 : 1;
    return x->task < y->task ? -1 : 1;
}

int sequence_tasks(struct ledger *l, const struct task *tasks, size_t n, size_t *sequence,
                   struct err *e)
{
    struct sizing s = {l, tasks, xcalloc(n + 1, sizeof(struct sized)), n};
    int rc = ledger_together(l, read_sizes, &s, e);
    if (rc == 0 && n)
        qsort(s.sizes, n, sizeof(*s.sizes), compare);
    for (size_t i = 0; rc == 0 && i < n; i++)
        sequence[i] = s.sizes[i].task;
    free(s.sizes);
    return rc;
}
