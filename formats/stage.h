/*
 * The second half of writing a large file - deflate, hash, write(2) - in a thread of its own, which
 * works on one block while the next one is filled. A million rows are ready when the slower half
 * is, instead of both one behind the other.
 *
 * Blocks are worked on in the order in which they are given, one at a time. The first few are
 * worked on at once, by the caller: a small file has no thread. Where none can be made, all are.
 */
#ifndef FORMATS_STAGE_H
#define FORMATS_STAGE_H

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

typedef void stage_work(void *ctx, const char *block, size_t len);

struct stage { /* zeroed: one that was never begun */
    stage_work *work;
    void *ctx;       /* of the work's alone between stage_give() and stage_wait() */
    size_t given;    /* blocks since the beginning */
    bool has_thread; /* and with it all that follows */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    char *block; /* the one of two that is not the caller's */
    size_t len, cap;
    bool busy, ended; /* the thread has the block; it shall end */
};

void stage_begin(struct stage *s, stage_work *work, void *ctx);
/*
 * Gives away `len` bytes in a block of *cap, which xmalloc() made. Returns the block to fill next,
 * which is the caller's, and its capacity.
 */
char *stage_give(struct stage *s, char *block, size_t len, size_t *cap);
/* Waits until nothing is worked on. */
void stage_wait(struct stage *s);
void stage_end(struct stage *s); /* of a zeroed one, too; what was given is worked on before */

#endif
