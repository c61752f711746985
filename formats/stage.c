#include "formats/stage.h"

#include <signal.h>
#include <stdlib.h>

#include "lib/mem.h"

enum { AT_ONCE = 4 /* blocks */, STACK_BYTES = 1024 * 1024 };

void stage_begin(struct stage *s, stage_work *work, void *ctx)
{
    *s = (struct stage){.work = work, .ctx = ctx};
}

static void *run(void *ctx)
{
    struct stage *s = ctx;
    pthread_mutex_lock(&s->lock);
    while (s->busy || !s->ended) {
        if (!s->busy) {
            pthread_cond_wait(&s->changed, &s->lock);
            continue;
        }
        pthread_mutex_unlock(&s->lock);
        s->work(s->ctx, s->block, s->len);
        pthread_mutex_lock(&s->lock);
        s->busy = false;
        pthread_cond_signal(&s->changed);
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

/* Signals are the process's own affair: the thread takes none. */
static bool start(struct stage *s)
{
    sigset_t all, before;
    pthread_attr_t attributes;
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->changed, NULL);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    s->has_thread = pthread_create(&s->thread, &attributes, run, s) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&attributes);
    return s->has_thread;
}

char *stage_give(struct stage *s, char *block, size_t len, size_t *cap)
{
    if (++s->given <= AT_ONCE || (!s->has_thread && !start(s))) {
        s->work(s->ctx, block, len);
        return block;
    }
    stage_wait(s);
    char *next = s->block ? s->block : xmalloc(*cap);
    size_t next_cap = s->block ? s->cap : *cap;
    pthread_mutex_lock(&s->lock);
    s->block = block;
    s->len = len;
    s->cap = *cap;
    s->busy = true;
    pthread_cond_signal(&s->changed);
    pthread_mutex_unlock(&s->lock);
    *cap = next_cap;
    return next;
}

/* Either side only ever waits for the other one: a signal can't go to the wrong one. */
void stage_wait(struct stage *s)
{
    if (!s->has_thread)
        return;
    pthread_mutex_lock(&s->lock);
    while (s->busy)
        pthread_cond_wait(&s->changed, &s->lock);
    pthread_mutex_unlock(&s->lock);
}

void stage_end(struct stage *s)
{
    if (!s->has_thread)
        return;
    pthread_mutex_lock(&s->lock);
    s->ended = true;
    pthread_cond_signal(&s->changed);
    pthread_mutex_unlock(&s->lock);
    pthread_join(s->thread, NULL);
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
    free(s->block);
    *s = (struct stage){0};
}
