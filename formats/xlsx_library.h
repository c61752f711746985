/*
 * libxlsxwriter: nothing else knows it. Makes the calls of a frame's script, with marks in the
 * places of values; its rows are not ours to give (xlsx_template.h puts them in).
 *
 * The library reports few of its own failures: a full disk gives a short part and "no error", so
 * what it made is to be proven. A failed allocation inside it may end the process.
 */
#ifndef FORMATS_XLSX_LIBRARY_H
#define FORMATS_XLSX_LIBRARY_H

#include <xlsxwriter.h>

#include "formats/xlsx_frame.h"
#include "formats/xlsx_script.h"
#include "lib/err.h"

/* What the workbook says that it was made at, in the place of the mark. */
enum { XLSX_LIBRARY_CREATED = 2000000000 };
#define XLSX_LIBRARY_CREATED_TEXT "2033-05-18T03:33:20Z"

struct xlsx_library {
    const struct xlsx_frame *frame;
    size_t done;        /* bytes of the script whose calls were made */
    uint32_t first_row; /* the row that stands for the first mark of one, from 0 */
    bool values;        /* instead of marks, as the test does that compares the two */
    struct arena arena;
    lxw_workbook *book;
    lxw_worksheet **sheets;
    lxw_format **styles; /* element 0 is none */
    struct xlsx_library_chart {
        lxw_chart *chart;
        enum chart_kind kind;
    } * charts;
    size_t nsheets, sheets_cap, nstyles, styles_cap, ncharts, charts_cap;
};

/* The file will be written, and may be there. On failure nothing needs a release. */
int xlsx_library_open(struct xlsx_library *l, const struct xlsx_frame *frame, const char *path,
                      const char *temp_dir, struct err *e);
/* Makes the calls that were recorded since the last time. */
int xlsx_library_run(struct xlsx_library *l, struct err *e);
int xlsx_library_close(struct xlsx_library *l, struct err *e); /* writes the file */
void xlsx_library_release(struct xlsx_library *l);             /* of a zeroed one, too */

/* ---- between its own files ---- */

int xlsx_library_result(lxw_error code, const char *doing, struct err *e); /* 0 for no error */
/* A text, which may be a mark. The library only reads it, whatever its types say. */
char *xlsx_library_text(const struct xlsx_library *l, struct xlsx_script *s);
int xlsx_library_chart(struct xlsx_library *l, struct xlsx_script *s, struct err *e);
int xlsx_library_series(struct xlsx_library *l, struct xlsx_script *s, struct err *e);
int xlsx_library_place_chart(struct xlsx_library *l, struct xlsx_script *s, struct err *e);
int xlsx_library_chartsheet(struct xlsx_library *l, struct xlsx_script *s, struct err *e);

#endif
