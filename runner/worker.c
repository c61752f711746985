#include "runner/worker.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/mem.h"
#include "runner/reporter.h"

struct order {
    size_t task;
    int64_t run;
    time_t generated_at;
};

/* The fixed part of what a worker sends. The error follows when there is one, else the artifacts.
 */
struct message {
    bool finished;
    uint64_t rows;
    int rc;
    size_t nartifacts;
};

/* 1, 0 at the end of the stream, -1. */
static int read_whole(int fd, void *data, size_t len)
{
    char *p = data;
    while (len) {
        ssize_t n = read(fd, p, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return (int)n;
        p += n;
        len -= (size_t)n;
    }
    return 1;
}

static int write_whole(int fd, const void *data, size_t len)
{
    const char *p = data;
    while (len) {
        ssize_t n = send(fd, p, len, MSG_NOSIGNAL);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -1;
        p += n;
        len -= (size_t)n;
    }
    return 0;
}

static void send_progress(void *ctx, uint64_t rows)
{
    struct message m = {.rows = rows};
    write_whole(*(int *)ctx, &m, sizeof(m));
}

static int render(struct reporter **r, const struct work *work, const struct order *order, int *fd,
                  struct artifact **artifacts, size_t *n, struct err *e)
{
    char directory[LIMIT_PATH_BYTES];
    struct problems problems = {0};
    struct report_input in = {
        .task = &work->tasks[order->task],
        .params = work->params,
        .generated_at = order->generated_at,
        .directory = directory,
        .progress = send_progress,
        .progress_ctx = fd,
    };
    int rc = spool_run_directory(work->spool, order->run, true, directory, e);
    if (rc == 0 && !*r)
        rc = reporter_open(work->config, r, &problems, e);
    problems_release(&problems);
    return rc == 0 ? reporter_render(*r, &in, artifacts, n, e) : -1;
}

/* False after a failure: what the connection and the libraries still hold belongs to this tenant,
 * and goes with the process. */
static bool do_order(struct reporter **r, const struct work *work, const struct order *order,
                     int fd)
{
    struct message m = {.finished = true};
    struct artifact *artifacts = NULL;
    struct err e;
    m.rc = render(r, work, order, &fd, &artifacts, &m.nartifacts, &e);
    if (m.rc != 0)
        m.nartifacts = 0;
    write_whole(fd, &m, sizeof(m));
    if (m.rc != 0)
        write_whole(fd, &e, sizeof(e));
    write_whole(fd, artifacts, m.nartifacts * sizeof(*artifacts));
    free(artifacts);
    return m.rc == 0;
}

static void worker_main(const struct work *work, int fd, pid_t parent)
{
    struct reporter *r = NULL;
    struct order order;
    struct rlimit no_core = {0, 0};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    /* A core file would hold rows and the password. */
    setrlimit(RLIMIT_CORE, &no_core);
    /* The parent decides when a worker ends; a full disk is an error of write(2), not a signal. */
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    signal(SIGINT, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    while (read_whole(fd, &order, sizeof(order)) == 1 && do_order(&r, work, &order, fd))
        ;
    reporter_close(r);
    _exit(0);
}

int worker_start(struct worker *w, const struct work *work, struct err *e)
{
    int fds[2];
    pid_t parent = getpid();
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
        return err_sys(e, "can't make a socket pair for a worker");
    fflush(NULL);
    pid_t pid = fork();
    if (pid < 0) {
        err_sys(e, "can't start a worker");
        close(fds[0]);
        close(fds[1]);
        return -1;
    }
    if (pid == 0) {
        /* The ledger, the lock and the connections of deliveries are the parent's alone. */
        close_range(3, (unsigned)fds[1] - 1, 0);
        close_range((unsigned)fds[1] + 1, ~0U, 0);
        worker_main(work, fds[1], parent);
    }
    close(fds[1]);
    w->pid = pid;
    w->fd = fds[0];
    w->ngiven = 0;
    w->last_ms = -1;
    return 0;
}

static void begin_first(struct worker *w)
{
    w->started_ms = clock_ms();
    w->rows = 0;
}

int worker_give(struct worker *w, const struct assignment *a, struct err *e)
{
    const struct order order = {a->task, a->claim.run, a->claim.generated_at};
    if (write_whole(w->fd, &order, sizeof(order)) != 0)
        return err_sys(e, "can't reach a worker");
    if (w->ngiven == 0)
        begin_first(w);
    w->given[w->ngiven++] = *a;
    return 0;
}

static void explain_end(int status, struct err *why)
{
    if (WIFSIGNALED(status))
        err_set_transient(why, ERR_INTERNAL, "the rendering process was ended by signal %d (%s)",
                          WTERMSIG(status), strsignal(WTERMSIG(status)));
    else
        err_set_transient(why, ERR_INTERNAL, "the rendering process ended with exit code %d",
                          WEXITSTATUS(status));
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
        err_hint(why, "did the kernel run out of memory? See: journalctl -k | grep -i oom");
    else if (WIFSIGNALED(status))
        err_hint(why, "a crash: please report it with the job and the column types");
}

static int reap(struct worker *w, struct err *why)
{
    int status = 0;
    close(w->fd);
    while (waitpid(w->pid, &status, 0) < 0 && errno == EINTR)
        ;
    explain_end(status, why);
    w->pid = 0;
    return 0;
}

static bool read_rest(struct worker *w, struct work_result *out)
{
    if (out->rc != 0)
        return read_whole(w->fd, &out->err, sizeof(out->err)) == 1;
    out->artifacts = xcalloc(out->nartifacts + 1, sizeof(*out->artifacts));
    if (read_whole(w->fd, out->artifacts, out->nartifacts * sizeof(*out->artifacts)) == 1)
        return true;
    free(out->artifacts);
    return false;
}

int worker_read(struct worker *w, struct work_result *out, struct err *why)
{
    struct message m;
    if (read_whole(w->fd, &m, sizeof(m)) != 1)
        return reap(w, why);
    *out = (struct work_result){
        .finished = m.finished, .rows = m.rows, .rc = m.rc, .nartifacts = m.nartifacts};
    w->rows = m.rows;
    if (!m.finished)
        return 1;
    if (!read_rest(w, out))
        return reap(w, why);
    w->last_ms = clock_ms() - w->started_ms;
    memmove(w->given, w->given + 1, --w->ngiven * sizeof(*w->given));
    begin_first(w);
    return 1;
}

void worker_stop(struct worker *w, bool now)
{
    struct err ignored;
    if (!w->pid)
        return;
    if (now)
        kill(w->pid, SIGKILL);
    else
        shutdown(w->fd, SHUT_WR);
    reap(w, &ignored);
}
