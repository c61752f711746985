/*
 * Preloaded into pressrun, it adds up the time that is spent inside SQLite, waits for the disk
 * included, and how often SQLite is called; at the end it writes both into the file that
 * BENCH_SQLITE_TIME names. Only the process that owns the ledger calls SQLite.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

struct sqlite3;
struct sqlite3_stmt;
typedef int callback(void *, int, char **, char **);

int sqlite3_step(struct sqlite3_stmt *s);
int sqlite3_exec(struct sqlite3 *db, const char *sql, callback *call, void *arg, char **message);
int sqlite3_prepare_v3(struct sqlite3 *db, const char *sql, int n, unsigned flags,
                       struct sqlite3_stmt **s, const char **tail);

static double inside;
static unsigned long calls;
static int depth;

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* SQLite calls itself: only what is called from outside counts. */
static double enter(void)
{
    return depth++ == 0 ? now_s() : 0;
}

static int leave(double began, int rc)
{
    if (--depth == 0) {
        inside += now_s() - began;
        calls++;
    }
    return rc;
}

int sqlite3_step(struct sqlite3_stmt *s)
{
    static int (*next)(struct sqlite3_stmt *);
    if (!next)
        *(void **)&next = dlsym(RTLD_NEXT, "sqlite3_step");
    double began = enter();
    return leave(began, next(s));
}

int sqlite3_exec(struct sqlite3 *db, const char *sql, callback *call, void *arg, char **message)
{
    static int (*next)(struct sqlite3 *, const char *, callback *, void *, char **);
    if (!next)
        *(void **)&next = dlsym(RTLD_NEXT, "sqlite3_exec");
    double began = enter();
    return leave(began, next(db, sql, call, arg, message));
}

int sqlite3_prepare_v3(struct sqlite3 *db, const char *sql, int n, unsigned flags,
                       struct sqlite3_stmt **s, const char **tail)
{
    static int (*next)(struct sqlite3 *, const char *, int, unsigned, struct sqlite3_stmt **,
                       const char **);
    if (!next)
        *(void **)&next = dlsym(RTLD_NEXT, "sqlite3_prepare_v3");
    double began = enter();
    return leave(began, next(db, sql, n, flags, s, tail));
}

__attribute__((destructor)) static void tell(void)
{
    const char *path = getenv("BENCH_SQLITE_TIME");
    FILE *f = path && calls ? fopen(path, "w") : NULL;
    if (f) {
        fprintf(f, "%.6f %lu\n", inside, calls);
        fclose(f);
    }
}
