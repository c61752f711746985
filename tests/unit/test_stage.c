/* Every block once, in order, and never two at a time; with a thread, and where there is none. */
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "formats/stage.h"
#include "lib/mem.h"
#include "tests/unit/unit.h"

enum { BLOCK_BYTES = 64, BLOCKS = 2000, FEW = 4 };

typedef int create(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

static int refusals; /* threads that can't be made, before one can */

/* In place of libc's. */
int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *),
                   void *ctx)
{
    if (refusals > 0) {
        refusals--;
        return EAGAIN;
    }
    create *real;
    *(void **)&real = dlsym(RTLD_NEXT, "pthread_create");
    return real(thread, attributes, run, ctx);
}

struct seen {
    pthread_t caller;
    int pause_every; /* blocks, so that now one side waits and now the other; 0: never */
    unsigned at_once, behind;
    bool working;
};

static void take(void *ctx, const char *block, size_t len)
{
    struct seen *s = ctx;
    unsigned n = s->at_once + s->behind;
    ck_assert(!s->working);
    s->working = true;
    ck_assert_uint_eq(len, 1 + n % BLOCK_BYTES);
    for (size_t i = 0; i < len; i++)
        ck_assert_int_eq(block[i], (char)(n + i));
    if (s->pause_every && n % (unsigned)s->pause_every == 0)
        nanosleep(&(struct timespec){.tv_nsec = 20000}, NULL);
    if (pthread_equal(pthread_self(), s->caller))
        s->at_once++;
    else
        s->behind++;
    s->working = false;
}

/* Fills a block as take() expects the nth, and gives it. */
static void give(struct stage *stage, char **block, size_t *cap, unsigned n)
{
    size_t len = 1 + n % BLOCK_BYTES;
    ck_assert_uint_ge(*cap, BLOCK_BYTES);
    for (size_t i = 0; i < len; i++)
        (*block)[i] = (char)(n + i);
    *block = stage_give(stage, *block, len, cap);
    ck_assert_ptr_nonnull(*block);
}

static void give_all(struct stage *stage, struct seen *seen, unsigned n)
{
    char *block = xmalloc(BLOCK_BYTES);
    size_t cap = BLOCK_BYTES;
    seen->caller = pthread_self();
    stage_begin(stage, take, seen);
    for (unsigned i = 0; i < n; i++) {
        give(stage, &block, &cap, i);
        if (i % 700 == 699) {
            stage_wait(stage);
            ck_assert_uint_eq(seen->at_once + seen->behind, i + 1);
        }
    }
    stage_end(stage);
    ck_assert_uint_eq(seen->at_once + seen->behind, n);
    free(block);
}

START_TEST(test_order)
{
    for (int pause_every = 0; pause_every < 4; pause_every++) {
        struct stage stage;
        struct seen seen = {.pause_every = pause_every};
        give_all(&stage, &seen, BLOCKS);
        ck_assert_uint_eq(seen.at_once, FEW);
    }
}
END_TEST

START_TEST(test_few)
{
    struct stage stage;
    struct seen seen = {0};
    refusals = 1;
    give_all(&stage, &seen, FEW);
    ck_assert_uint_eq(seen.at_once, FEW);
    ck_assert_int_eq(refusals, 1); /* none was asked for */
    stage_end(&stage);
    stage_end(&(struct stage){0});
    stage_wait(&(struct stage){0});
}
END_TEST

/* There may be one later. */
START_TEST(test_refused)
{
    struct stage stage;
    struct seen seen = {0}, never = {0};
    refusals = 3;
    give_all(&stage, &seen, BLOCKS);
    ck_assert_uint_eq(seen.at_once, FEW + 3);
    ck_assert_uint_gt(seen.behind, 0);
    refusals = BLOCKS;
    give_all(&stage, &never, BLOCKS);
    ck_assert_uint_eq(never.at_once, BLOCKS);
}
END_TEST

static void grow_on(void *ctx, const char *block, size_t len)
{
    *(size_t *)ctx += block[0] == 'x' ? len : 0;
}

/* A block that its owner made larger comes back as large. */
START_TEST(test_capacities)
{
    struct stage stage;
    size_t cap = 8, taken = 0, given = 0, largest = 0;
    char *block = xmalloc(cap);
    stage_begin(&stage, grow_on, &taken);
    for (size_t i = 1; i < 200; i++) {
        if (cap < i * 8) {
            cap = i * 8;
            block = xrealloc(block, cap, 1);
        }
        memset(block, 'x', cap);
        given += cap;
        largest = cap;
        block = stage_give(&stage, block, cap, &cap);
        memset(block, 'y', cap); /* all of it is ours */
    }
    ck_assert_uint_ge(largest, 199 * 8);
    stage_end(&stage);
    ck_assert_uint_eq(taken, given);
    free(block);
}
END_TEST

int main(void)
{
    return unit_main(
        "stage", (const TTest *const[]){test_order, test_few, test_refused, test_capacities, NULL});
}
