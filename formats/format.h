/*
 * What a result looks like as a file. A format is one constant object in one file, and one line in
 * the registry (format.c). It knows how to write and how to prove a file; names, hashing, syncing
 * and renaming are done once, in render.c.
 *
 * A writer goes through open, then for each result set begin, row ..., end, then finish, and free
 * at any point. Each call may fail; after a failure only free is allowed. Nothing a writer returned
 * is trusted until the file was read back: where every byte went through output.c, as the bytes
 * that were counted and hashed there; where a library wrote the file itself, by verify().
 */
#ifndef FORMATS_FORMAT_H
#define FORMATS_FORMAT_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "formats/codec.h"
#include "formats/locale.h"
#include "formats/row.h"
#include "lib/err.h"
#include "lib/hash.h"
#include "lib/limits.h"

enum { ARTIFACT_NAME_SIZE = 2 * LIMIT_NAME_BYTES + 24 };

/* What a report is about; the same for all its files. Texts are valid UTF-8, never NULL. */
struct format;
struct document {
    const char *job, *title, *description;
    const char *tenant_id;           /* "" for a report of the whole platform */
    const char *tenant_name;         /* for people */
    const char *period;              /* label: 2026-11, 2026-W47, ... */
    const char *period_text;         /* in words, for people, in the locale's language */
    time_t period_start, period_end; /* half-open, UTC */
    const char *timezone;
    time_t generated_at; /* the run's own fixed time, so that a rerun gives the same bytes */
    const struct locale *locale;         /* NULL: locale_default */
    const struct report_look *look;      /* NULL: nothing is said */
    const struct format *const *formats; /* all that the report is written in */
    size_t nformats;
};

/* One result set of a report. */
struct result {
    const char *name, *title;
    const struct result_look *look; /* NULL: nothing is said */
    const struct column *columns;
    size_t ncolumns;
};

/* What a file must hold of a result set. */
struct rendered {
    uint64_t rows;
    bool totals; /* some column has a total */
    bool hidden; /* pages leave it out */
};

/* How the files are written; see pressrun-job(5), "formats". One structure for all formats. */
enum { FORMAT_MAX = 16 }; /* formats that the registry may hold */
struct xlsx_templates;

struct format_options {
    const struct locale *locale; /* decides what is not said here; NULL: locale_default */
    char csv_delimiter;          /* 0: not said; csv_delimiter() tells what then is taken */
    char csv_decimal;       /* sign of decimals and floats; 0: not said, see csv_decimal_sign() */
    bool csv_bom;           /* helps spreadsheets recognise UTF-8 */
    bool csv_formula_guard; /* ' before = + - @ in text cells */
    bool csv_quote_all;     /* every field that is not NULL; else those that must be */
    bool csv_lf;            /* lines end with LF; else with CRLF */
    const char *csv_null;   /* text for NULL */
    bool xlsx_small;        /* cells say where they are only after a gap */
    bool xlsx_truncate;     /* cut texts over 32,767 UTF-16 units, visibly; else the run fails */
    struct xlsx_templates *xlsx_templates; /* see formats/xlsx_templates.h; NULL: none are kept */
    const struct codec *compress[FORMAT_MAX]; /* by format_index(); NULL: not compressed */
    uint64_t html_max_rows;                   /* of a result set that a page shows; 0: all */
};
extern const struct format_options format_default_options;

const struct locale *document_locale(const struct document *doc);
const struct report_look *document_look(const struct document *doc);
const struct result_look *result_look(const struct result *r);
bool result_has_totals(const struct result *r);

/* What was changed on the way into a file so that it stays valid; reported with the run. */
struct render_notes {
    uint64_t replaced_characters; /* invalid UTF-8 and noncharacters, now U+FFFD */
    uint64_t numbers_as_text;     /* more digits than a double holds (XLSX) */
    uint64_t dates_as_text;       /* outside what Excel can show (XLSX) */
    uint64_t truncated_texts;     /* xlsx_truncate cut them */
    uint64_t guarded_formulas;    /* got a ' in front (CSV) */
};

/* What tells one file from all others: as it was written, or as it was found on the disk. */
struct proof {
    uint64_t size_bytes;
    char sha256[HASH_HEX_SIZE];
};

struct written {
    bool known; /* false: a library wrote the file, and what is in it only verify() can tell */
    uint64_t rows, checksum; /* see checksum.h */
    struct proof proof;
};

struct writer {
    const struct format *format; /* each format's writer embeds this first */
    struct render_notes notes;
    struct written written; /* after finish() */
};

struct format {
    const char *name;       /* as in job files: "csv" */
    const char *extension;  /* "csv" */
    const char *media_type; /* RFC 6838 */
    bool per_result;        /* one file a result set (CSV), or one for the whole report */
    /* Creates the file, which must not exist, and leaves none behind when it fails. `temp_dir` is
     * for what a library needs aside. */
    int (*open)(struct writer **w, const char *path, const char *temp_dir,
                const struct document *doc, const struct format_options *options, struct err *e);
    int (*begin)(struct writer *w, const struct result *r, struct err *e);
    int (*row)(struct writer *w, const struct cell *cells, struct err *e);
    int (*end)(struct writer *w, struct err *e);
    int (*finish)(struct writer *w, struct err *e); /* everything is in the file, which is closed */
    void (*free)(struct writer *w);                 /* takes NULL and half-built writers */
    /* Reads the whole file back, once: well-formed, complete, and all rows of each result set. Of
     * files that a library wrote, and in the tests of all formats. */
    int (*verify)(const char *path, const struct format_options *options,
                  const struct rendered *results, size_t nresults, struct proof *proof,
                  struct err *e);
};

extern const struct format format_csv, format_html, format_json, format_json_rows, format_ndjson,
    format_xlsx;

const struct format *format_by_name(const char *name); /* NULL when there is none */
/* The registry in order, for help texts; NULL after the last. */
const struct format *format_at(size_t index);
size_t format_index(const struct format *format); /* its place there, below FORMAT_MAX */
/* How the options have the format's files compressed, or NULL. */
const struct codec *format_codec(const struct format_options *options, const struct format *format);

/*
 * The name of a file of a job: <job>.<extension>, or <job>.<result>.<extension> for one that holds
 * one result set; `result` is "" for all. -1 when that makes no name of a file.
 */
int format_file_name(const struct format *format, const struct format_options *options,
                     const char *job, const char *result, char name[ARTIFACT_NAME_SIZE]);

#endif
