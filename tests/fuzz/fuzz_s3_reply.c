/*
 * What S3 servers answer: whatever the bytes are, a document has one root and is none when it is
 * cut, and texts out of it stay within the document and within their room.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "runner/deliver/s3_reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void check_root(const char *xml, size_t size)
{
    static const char *const roots[] = {"Error", "InitiateMultipartUploadResult", "ListPartsResult",
                                        "CompleteMultipartUploadResult", "html"};
    int n = 0;
    for (size_t i = 0; i < sizeof(roots) / sizeof(roots[0]); i++) {
        if (!s3_reply_is(xml, size, roots[i]))
            continue;
        n++;
        /* It is a text, in which the root stands, and it ends with a tag. */
        must(strlen(xml) == size && strstr(xml, roots[i]));
        size_t end = size;
        while (end && is_space(xml[end - 1]))
            end--;
        must(end && xml[end - 1] == '>');
        must(!s3_reply_is(xml, end - 1, roots[i]));
        must(!s3_reply_is(xml, end / 2, roots[i]));
    }
    must(n <= 1);
}

/* All texts of one element, as a list of parts is read. */
static void check_texts(const char *xml, size_t len, const char *name)
{
    enum { ROOM = 64 };
    const char *at = NULL;
    for (;;) {
        char *out = malloc(ROOM), *less = malloc(ROOM / 4);
        must(out != NULL && less != NULL);
        const char *next = s3_reply_text(xml, at, name, out, ROOM);
        must(next == s3_reply_text(xml, at, name, less, ROOM / 4));
        if (next) {
            must(next > (at ? at : xml) && next <= xml + len && next[-1] == '>');
            must(memchr(out, '\0', ROOM) && memchr(less, '\0', ROOM / 4));
            must(strncmp(out, less, strlen(less)) == 0);
            for (const char *s = out; *s; s++)
                must((unsigned char)*s >= ' ' && *s != 127);
        }
        free(out);
        free(less);
        if (!next)
            return;
        at = next;
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const names[] = {"Code",       "Message", "Region", "UploadId",
                                        "PartNumber", "ETag",    "Part"};
    /* As large as it must be, so that a sanitizer sees what is read beyond. */
    char *xml = malloc(size + 1);
    must(xml != NULL);
    memcpy(xml, data, size);
    xml[size] = '\0';
    check_root(xml, size);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        check_texts(xml, strlen(xml), names[i]);
    free(xml);
    return 0;
}
