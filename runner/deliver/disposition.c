#include "runner/deliver/disposition.h"

#include <string.h>

#include "formats/format.h"
#include "runner/deliver/sigv4.h"
#include "runner/manifest.h"

enum { TITLE_BYTES = 100, NAME_BYTES = 1024 };

const char *disposition_file_name(struct arena *arena, const char *job, const char *title,
                                  const char *period, const char *file)
{
    size_t len = strlen(job), keep = title && title[0] ? strlen(title) : 0;
    if (strcmp(file, MANIFEST_NAME) == 0 || strncmp(file, job, len) != 0)
        return file;
    /* Never in the middle of a character. */
    if (keep > TITLE_BYTES)
        for (keep = TITLE_BYTES; keep && ((unsigned char)title[keep] & 0xC0) == 0x80; keep--)
            ;
    char *name = keep ? arena_printf(arena, "%.*s %s%s", (int)keep, title, period, file + len)
                      : arena_printf(arena, "%s %s%s", job, period, file + len);
    /* What some system does not allow in names, or a header in quotes. */
    for (char *p = name; *p; p++) {
        if ((unsigned char)*p < ' ' || *p == 127 || strchr("\"\\/:*?<>|", *p))
            *p = '-';
    }
    return name;
}

/* A page is for looking at; all else is for keeping. */
static bool is_page(const char *file_name)
{
    const char *dot = strrchr(file_name, '.');
    return dot && strcmp(dot + 1, format_html.extension) == 0;
}

const char *disposition_header(struct arena *arena, const char *file_name)
{
    struct buf encoded;
    buf_init(&encoded, NAME_BYTES);
    sigv4_encode(&encoded, file_name, false);
    char *ascii = arena_strdup(arena, file_name);
    for (char *p = ascii; *p; p++) {
        if ((unsigned char)*p > '~')
            *p = '_';
    }
    const char *header =
        arena_printf(arena, "%s; filename=\"%s\"; filename*=UTF-8''%s",
                     is_page(file_name) ? "inline" : "attachment", ascii, encoded.data);
    buf_release(&encoded);
    return header;
}
