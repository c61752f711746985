/* A ledger in a new directory of its own, for tests of what is kept in it. */
#ifndef TESTS_UNIT_LEDGER_FIXTURE_H
#define TESTS_UNIT_LEDGER_FIXTURE_H

#include <stdio.h>

#include "lib/file.h"
#include "runner/ledger.h"
#include "tests/unit/unit.h"

static char state[512]; /* the directory of the last one */

static struct ledger *new_ledger(const char *name)
{
    struct ledger *l = NULL;
    struct err e;
    snprintf(state, sizeof(state), "%s/%s", unit_temp_dir(), name);
    ck_ok(file_make_dirs(state, 0700, true, &e), &e);
    ck_ok(ledger_create(state, &e), &e);
    ck_ok(ledger_open(state, &l, &e), &e);
    return l;
}

#endif
