/*
 * A proxy on loopback that is as slow as a long line: what one side sends reaches the other side
 * MS milliseconds later, however much it is, and a new connection costs a round trip more.
 *
 *     delay_proxy PORT MS     prints its own port; PORT is the server's
 *
 * One thread. What is on its way stays in memory, without a limit.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { READ_BYTES = 256 * 1024, EVENTS = 256 };

struct pair;

struct side {
    struct pair *pair;
    int fd;
    uint32_t events;
    bool broken;   /* what comes for it is dropped */
    char *waiting; /* due, but its socket is full */
    size_t nwaiting;
};

struct pair {
    struct side client, server;
    unsigned uses; /* items in the queues, and 1 until both directions have ended */
    unsigned ended;
};

/* Bytes on their way; none: the end of what a side sends. */
struct item {
    struct item *next;
    int64_t due; /* ns */
    struct side *to;
    size_t len;
    char bytes[];
};

/* Everything in a queue is delayed alike, so it is in order. */
struct queue {
    struct item *first, **end;
};

static struct queue bytes_queue = {NULL, &bytes_queue.first};
static struct queue opening_queue = {NULL, &opening_queue.first};
static int events, timer, upstream;
static int64_t delay;
static char chunk[READ_BYTES];

static int need(int value, const char *what)
{
    if (value >= 0)
        return value;
    perror(what);
    exit(1);
}

static void *need_memory(void *p)
{
    if (!p)
        abort();
    return p;
}

static int64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void add(struct queue *q, struct side *to, int64_t due, size_t len)
{
    struct item *item = need_memory(malloc(sizeof(*item) + len));
    *item = (struct item){.due = due, .to = to, .len = len};
    memcpy(item->bytes, chunk, len);
    *q->end = item;
    q->end = &item->next;
    to->pair->uses++;
}

static struct item *take_due(struct queue *q, int64_t until)
{
    struct item *item = q->first;
    if (!item || item->due > until)
        return NULL;
    q->first = item->next;
    if (!q->first)
        q->end = &q->first;
    return item;
}

static void watch(struct side *s, uint32_t wanted)
{
    struct epoll_event event = {.events = wanted, .data.ptr = s};
    s->events = wanted;
    if (epoll_ctl(events, EPOLL_CTL_MOD, s->fd, &event) != 0)
        need(epoll_ctl(events, EPOLL_CTL_ADD, s->fd, &event), "epoll_ctl");
}

static void drop(struct pair *p)
{
    if (--p->uses)
        return;
    close(p->client.fd);
    close(p->server.fd);
    free(p->client.waiting);
    free(p->server.waiting);
    free(p);
}

static struct side *other(struct side *s)
{
    return s == &s->pair->client ? &s->pair->server : &s->pair->client;
}

/* How much was taken; all of it when nobody is there any more. */
static size_t push(struct side *s, const char *bytes, size_t len)
{
    ssize_t n = s->broken ? (ssize_t)len : send(s->fd, bytes, len, MSG_NOSIGNAL);
    if (n >= 0)
        return (size_t)n;
    if (errno == EAGAIN)
        return 0;
    s->broken = true;
    return len;
}

static void flush(struct side *s)
{
    size_t n = push(s, s->waiting, s->nwaiting);
    s->nwaiting -= n;
    memmove(s->waiting, s->waiting + n, s->nwaiting);
    if (!s->nwaiting)
        watch(s, s->events & ~(uint32_t)EPOLLOUT);
}

static void deliver(struct side *s, const char *bytes, size_t len)
{
    size_t n = s->nwaiting ? 0 : push(s, bytes, len);
    if (n == len)
        return;
    s->waiting = need_memory(realloc(s->waiting, s->nwaiting + len - n));
    memcpy(s->waiting + s->nwaiting, bytes + n, len - n);
    s->nwaiting += len - n;
    watch(s, s->events | EPOLLOUT);
}

/* Bytes that still wait for a full socket at the end are lost: that is not measured. */
static void end(struct side *s)
{
    shutdown(s->fd, SHUT_WR);
    if (++s->pair->ended == 2)
        drop(s->pair);
}

static void receive(struct side *s)
{
    ssize_t n = recv(s->fd, chunk, sizeof(chunk), 0);
    if (n < 0 && errno == EAGAIN)
        return;
    add(&bytes_queue, other(s), now() + delay, n > 0 ? (size_t)n : 0);
    if (n <= 0)
        watch(s, s->events & (uint32_t)EPOLLOUT);
}

static void register_side(struct side *s, struct pair *p, int fd)
{
    int on = 1;
    s->pair = p;
    s->fd = fd;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    watch(s, 0);
}

/* Nothing of it is read before the round trip in which a connection over a long line is made. */
static void accept_one(int listener)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
                                  .sin_port = htons((uint16_t)upstream)};
    int client = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (client < 0)
        return;
    int server = need(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), "socket");
    if (connect(server, (struct sockaddr *)&address, sizeof(address)) != 0 &&
        errno != EINPROGRESS) {
        close(client);
        close(server);
        return;
    }
    struct pair *p = need_memory(calloc(1, sizeof(*p)));
    p->uses = 1;
    register_side(&p->client, p, client);
    register_side(&p->server, p, server);
    add(&opening_queue, &p->client, now() + 2 * delay, 0);
}

static void set_timer(void)
{
    int64_t due = bytes_queue.first ? bytes_queue.first->due : INT64_MAX;
    if (opening_queue.first && opening_queue.first->due < due)
        due = opening_queue.first->due;
    struct itimerspec when = {0};
    if (due != INT64_MAX) {
        when.it_value.tv_sec = due / 1000000000;
        when.it_value.tv_nsec = due % 1000000000;
    }
    need(timerfd_settime(timer, TFD_TIMER_ABSTIME, &when, NULL), "timerfd_settime");
}

static void pass_on(void)
{
    struct item *item;
    int64_t until = now();
    while ((item = take_due(&opening_queue, until)) != NULL) {
        watch(item->to, EPOLLIN);
        watch(other(item->to), EPOLLIN);
        drop(item->to->pair);
        free(item);
    }
    while ((item = take_due(&bytes_queue, until)) != NULL) {
        struct pair *p = item->to->pair;
        if (item->len)
            deliver(item->to, item->bytes, item->len);
        else
            end(item->to);
        drop(p);
        free(item);
    }
}

/* A pair lives at least until the next pass_on(): its ends come through the queue. */
static void serve(int listener)
{
    struct epoll_event found[EVENTS];
    for (;;) {
        set_timer();
        int n = epoll_wait(events, found, EVENTS, -1);
        for (int i = 0; i < n; i++) {
            struct side *s = found[i].data.ptr;
            if (found[i].data.ptr == &timer)
                continue;
            if (found[i].data.ptr == &upstream) {
                accept_one(listener);
                continue;
            }
            if (s->events & found[i].events & EPOLLOUT)
                flush(s);
            if (s->events & EPOLLIN && found[i].events & ~(uint32_t)EPOLLOUT)
                receive(s);
            else if (!s->events) /* reset: that would be reported again and again */
                epoll_ctl(events, EPOLL_CTL_DEL, s->fd, NULL);
        }
        pass_on();
    }
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof(address);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = &timer};
    if (argc != 3 || (upstream = (int)strtoul(argv[1], NULL, 10)) <= 0) {
        fputs("usage: delay_proxy PORT MS\n", stderr);
        return 2;
    }
    delay = (int64_t)(strtod(argv[2], NULL) * 1e6);
    events = need(epoll_create1(EPOLL_CLOEXEC), "epoll_create1");
    timer = need(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC), "timerfd_create");
    need(epoll_ctl(events, EPOLL_CTL_ADD, timer, &event), "epoll_ctl");
    int listener = need(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0), "socket");
    need(bind(listener, (struct sockaddr *)&address, sizeof(address)), "bind");
    need(listen(listener, 1024), "listen");
    need(getsockname(listener, (struct sockaddr *)&address, &size), "getsockname");
    event.data.ptr = &upstream;
    need(epoll_ctl(events, EPOLL_CTL_ADD, listener, &event), "epoll_ctl");
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);
    serve(listener);
}
