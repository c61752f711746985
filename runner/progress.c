#include "runner/progress.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "lib/buf.h"
#include "lib/utf8.h"

static bool enabled, shown;

void progress_enable(bool on)
{
    enabled = on && isatty(STDERR_FILENO);
}

static size_t terminal_width(void)
{
    struct winsize size;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20)
        return size.ws_col;
    return 80;
}

/* The line must not wrap, or clearing it would leave a part behind. Counts characters, not bytes.
 */
static void cut_to_width(struct buf *line, size_t width)
{
    size_t columns = 0;
    for (size_t i = 0; i < line->len; i++) {
        if (((unsigned char)line->data[i] & 0xc0) != 0x80 && ++columns == width) {
            line->data[i] = '\0';
            line->len = i;
        }
    }
}

void progress_show(uint64_t done, uint64_t all, const char *job, const char *tenant, uint64_t rows)
{
    if (!enabled)
        return;
    struct buf line;
    buf_init(&line, 4096);
    buf_printf(&line, "[%llu/%llu] %s  ", (unsigned long long)done, (unsigned long long)all, job);
    utf8_add_visible(&line, tenant, strlen(tenant), 60);
    if (rows)
        buf_printf(&line, "  %llu rows", (unsigned long long)rows);
    cut_to_width(&line, terminal_width());
    fprintf(stderr, "\r\033[K%s", line.data);
    fflush(stderr);
    shown = true;
    buf_release(&line);
}

void progress_clear(void)
{
    if (!shown)
        return;
    fputs("\r\033[K", stderr);
    fflush(stderr);
    shown = false;
}
