#include "formats/render.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "formats/checksum.h"
#include "lib/file.h"
#include "lib/mem.h"

/* A file of the render. */
struct file {
    struct artifact artifact;
    struct written written;
    struct writer *writer; /* NULL before it is opened and after it is finished */
    size_t first_result;   /* the result sets it holds: all, or one */
    size_t nresults;
    bool created;
    char *path;
};

struct render {
    char *dir;
    const struct document *doc;
    const struct format *const *formats;
    size_t nformats;
    const struct format_options *options;
    size_t nresults, done;    /* result sets to come, and those that came */
    struct rendered *results; /* each that came */
    struct file *files;
    size_t nfiles;
    struct artifact *artifacts;
    bool finished;
};

const char *artifact_media_type(const struct artifact *a)
{
    return a->codec ? a->codec->media_type : a->format->media_type;
}

static int file_open(struct render *r, struct file *f, const struct format *format,
                     const char *result, struct err *e)
{
    char *name = f->artifact.name;
    if (format_file_name(format, r->options, r->doc->job, result, name) != 0 ||
        strlen(result) > LIMIT_NAME_BYTES)
        return err_set(e, ERR_INTERNAL, "job \"%s\" and result set \"%s\" make no file name",
                       r->doc->job, result);
    snprintf(f->artifact.result, sizeof(f->artifact.result), "%s", result);
    f->artifact.format = format;
    f->artifact.codec = format_codec(r->options, format);
    f->path = xasprintf("%s/%s", r->dir, name);
    /* A name that is taken already is not ours to remove: `created` stays false. */
    if (format->open(&f->writer, f->path, r->dir, r->doc, r->options, e) != 0)
        return err_wrap(e, "file \"%s\"", name);
    f->created = true;
    return 0;
}

int render_open(struct render **out, const char *dir, const struct document *doc,
                const struct format *const *formats, size_t nformats,
                const struct format_options *options, size_t nresults, struct err *e)
{
    struct render *r = xcalloc(1, sizeof(*r));
    *r = (struct render){.dir = xstrdup(dir),
                         .doc = doc,
                         .formats = formats,
                         .nformats = nformats,
                         .options = options,
                         .nresults = nresults,
                         .results = xcalloc(nresults + 1, sizeof(*r->results)),
                         .files = xcalloc(nformats * (nresults + 1) + 1, sizeof(*r->files))};
    for (size_t i = 0; i < nformats; i++) {
        if (formats[i]->per_result)
            continue;
        struct file *f = &r->files[r->nfiles++];
        f->nresults = nresults;
        if (file_open(r, f, formats[i], "", e) != 0) {
            render_free(r);
            return -1;
        }
    }
    *out = r;
    return 0;
}

/* SQL allows `SELECT 1 AS a, 2 AS a`; a JSON object and whoever imports a CSV by its header don't.
 */
int render_check_columns(const struct row_source *rows, struct err *e)
{
    if (rows->ncolumns == 0)
        return err_set(e, ERR_DATA, "the query gives no columns");
    if (rows->ncolumns > LIMIT_COLUMNS)
        return err_set(e, ERR_DATA, "%zu columns; %d are the most", rows->ncolumns, LIMIT_COLUMNS);
    for (size_t i = 1; i < rows->ncolumns; i++) {
        for (size_t k = 0; k < i; k++) {
            if (strcmp(rows->columns[i].name, rows->columns[k].name) != 0)
                continue;
            err_set(e, ERR_DATA, "two columns are called \"%s\"", rows->columns[i].name);
            return err_hint(e, "give each column of the query a name of its own with AS");
        }
    }
    return 0;
}

/* Opens the files that hold just this result set, behind those that are there. */
static int open_files(struct render *r, const char *name, struct err *e)
{
    for (size_t i = 0; i < r->nformats; i++) {
        if (!r->formats[i]->per_result)
            continue;
        struct file *f = &r->files[r->nfiles++];
        f->first_result = r->done;
        f->nresults = 1;
        if (file_open(r, f, r->formats[i], name, e) != 0)
            return -1;
    }
    return 0;
}

static int wrap_file(const struct file *f, struct err *e)
{
    return err_wrap(e, "file \"%s\"", f->artifact.name);
}

static int begin_all(struct render *r, const struct result *result, struct err *e)
{
    for (size_t i = 0; i < r->nfiles; i++) {
        struct file *f = &r->files[i];
        if (f->writer && f->artifact.format->begin(f->writer, result, e) != 0)
            return wrap_file(f, e);
    }
    return 0;
}

static int feed_all(struct render *r, struct row_source *rows, uint64_t *nrows, struct err *e)
{
    const struct cell *cells;
    int got;
    while ((got = rows->next(rows, &cells, e)) == 1) {
        ++*nrows;
        for (size_t i = 0; i < r->nfiles; i++) {
            struct file *f = &r->files[i];
            if (f->writer && f->artifact.format->row(f->writer, cells, e) != 0) {
                err_wrap(e, "row %llu", (unsigned long long)*nrows);
                return wrap_file(f, e);
            }
        }
    }
    return got;
}

static int finish_writer(struct file *f, struct err *e)
{
    const struct format *format = f->artifact.format;
    if (format->finish(f->writer, e) != 0)
        return wrap_file(f, e);
    f->artifact.notes = f->writer->notes;
    f->written = f->writer->written;
    format->free(f->writer);
    f->writer = NULL;
    return 0;
}

/* Ends the result set everywhere, and the files that held nothing else. */
static int end_all(struct render *r, uint64_t nrows, struct err *e)
{
    for (size_t i = 0; i < r->nfiles; i++) {
        struct file *f = &r->files[i];
        if (!f->writer)
            continue;
        const struct format *format = f->artifact.format;
        f->artifact.rows += nrows;
        if (format->end(f->writer, e) != 0)
            return wrap_file(f, e);
        if (!format->per_result)
            continue;
        if (finish_writer(f, e) != 0)
            return -1;
    }
    return 0;
}

int render_result(struct render *r, const struct result *about, struct row_source *rows,
                  uint64_t *nrows, struct err *e)
{
    struct result result = *about;
    uint64_t n = 0;
    result.columns = rows->columns;
    result.ncolumns = rows->ncolumns;
    if (r->done == r->nresults)
        return err_set(e, ERR_INTERNAL, "more result sets than the render was opened for");
    if (render_check_columns(rows, e) != 0 || open_files(r, about->name, e) != 0 ||
        begin_all(r, &result, e) != 0 || feed_all(r, rows, &n, e) != 0 || end_all(r, n, e) != 0)
        return err_wrap(e, "result set \"%s\"", about->name);
    r->results[r->done++] =
        (struct rendered){n, result_has_totals(&result), result_look(&result)->hidden};
    *nrows = n;
    return 0;
}

/* The file must be what was written, byte for byte. */
static int compare(const struct file *f, struct proof *proof, struct err *e)
{
    const struct proof *written = &f->written.proof;
    uint64_t checksum;
    struct stat st;
    if (stat(f->path, &st) != 0)
        return err_sys(e, "\"%s\"", f->path);
    if ((uint64_t)st.st_size != written->size_bytes)
        return err_set(e, ERR_IO, "%lld bytes where %llu were written", (long long)st.st_size,
                       (unsigned long long)written->size_bytes);
    if (checksum_file(f->path, &checksum, e) != 0)
        return -1;
    if (checksum != f->written.checksum)
        return err_set(e, ERR_IO, "other bytes than were written");
    *proof = *written;
    return 0;
}

static int read_back(const struct render *r, const struct file *f, struct proof *proof,
                     struct err *e)
{
    if (f->written.known)
        return compare(f, proof, e);
    return f->artifact.format->verify(f->path, r->options, r->results + f->first_result,
                                      f->nresults, proof, e);
}

/* What is written is closed and read back. */
static int prove(struct render *r, struct file *f, struct err *e)
{
    struct proof proof;
    if (f->writer && finish_writer(f, e) != 0)
        return -1;
    if (f->written.known && f->written.rows != f->artifact.rows) {
        err_set(e, ERR_INTERNAL, "%llu rows were written, %llu came",
                (unsigned long long)f->written.rows, (unsigned long long)f->artifact.rows);
        return wrap_file(f, e);
    }
    if (read_back(r, f, &proof, e) != 0) {
        err_wrap(e, "reading it back");
        e->transient = true;
        err_hint(
            e, "the file on the disk is not what was written: was it full, or is it damaged? make "
               "room on that file system; what failed is tried again at the next run");
        return wrap_file(f, e);
    }
    f->artifact.size_bytes = proof.size_bytes;
    memcpy(f->artifact.sha256, proof.sha256, sizeof(proof.sha256));
    return 0;
}

int render_finish(struct render *r, const struct artifact **artifacts, size_t *nartifacts,
                  struct err *e)
{
    if (r->done != r->nresults || r->finished)
        return err_set(e, ERR_INTERNAL, "%zu of %zu result sets were rendered", r->done,
                       r->nresults);
    for (size_t i = 0; i < r->nfiles; i++) {
        if (prove(r, &r->files[i], e) != 0)
            return -1;
    }
    r->finished = true;
    r->artifacts = xcalloc(r->nfiles + 1, sizeof(*r->artifacts));
    for (size_t i = 0; i < r->nfiles; i++)
        r->artifacts[i] = r->files[i].artifact;
    *artifacts = r->artifacts;
    *nartifacts = r->nfiles;
    return 0;
}

void render_free(struct render *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < r->nfiles; i++) {
        struct file *f = &r->files[i];
        if (f->writer)
            f->artifact.format->free(f->writer);
        if (f->created && !r->finished)
            unlink(f->path);
        free(f->path);
    }
    free(r->artifacts);
    free(r->files);
    free(r->results);
    free(r->dir);
    free(r);
}
