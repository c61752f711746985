/*
 * The heart: one pass over the rows of a report feeds every file of it.
 *
 * Files are written in `dir`, which is the report's own. render_finish() proves each by reading it
 * back. A render that is freed before that leaves no file behind. Whether the files are on the disk
 * is the caller's to see to, for many reports at once (spool.h).
 */
#ifndef FORMATS_RENDER_H
#define FORMATS_RENDER_H

#include <stdint.h>

#include "formats/format.h"
#include "lib/limits.h"

/* A finished, verified, hashed file. Plain data: it crosses from worker to parent as it is. */
struct artifact {
    char name[ARTIFACT_NAME_SIZE];     /* the file's name in its directory */
    char result[LIMIT_NAME_BYTES + 1]; /* the result set, or "" when it holds them all */
    const struct format *format;
    const struct codec *codec; /* NULL: not compressed */
    uint64_t rows;
    uint64_t size_bytes;
    char sha256[HASH_HEX_SIZE];
    struct render_notes notes;
};

/* Of the bytes in the file: that of the format, unless it is compressed. */
const char *artifact_media_type(const struct artifact *a);

struct render;

/* The document and the formats must outlive the render. `nresults` result sets will follow. */
int render_open(struct render **r, const char *dir, const struct document *doc,
                const struct format *const *formats, size_t nformats,
                const struct format_options *options, size_t nresults, struct err *e);
/* Whether files can have these columns: some, not too many, each with a name of its own. */
int render_check_columns(const struct row_source *rows, struct err *e);
/* Feeds all rows of one result set to all writers. Columns come from the source, all else of the
 * result from `about`. */
int render_result(struct render *r, const struct result *about, struct row_source *rows,
                  uint64_t *nrows, struct err *e);
/* Proves all files. `*artifacts` is the render's own and lives until render_free(). */
int render_finish(struct render *r, const struct artifact **artifacts, size_t *nartifacts,
                  struct err *e);
void render_free(struct render *r); /* takes NULL; removes what was not finished */

#endif
