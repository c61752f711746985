/*
 * How a frame's script (xlsx_frame.h) is written down: a call, then its arguments, which are
 * numbers of eight bytes and texts.
 */
#ifndef FORMATS_XLSX_SCRIPT_H
#define FORMATS_XLSX_SCRIPT_H

#include <stddef.h>
#include <stdint.h>

#include "lib/buf.h"

enum xlsx_call {
    XLSX_CALL_PROPERTIES,
    XLSX_CALL_STYLE,
    XLSX_CALL_SHEET,
    XLSX_CALL_TABLE,
    XLSX_CALL_COVER,
    XLSX_CALL_EXTENT,
    XLSX_CALL_WIDTHS,
    XLSX_CALL_FILTER,
    XLSX_CALL_RULE,
    XLSX_CALL_BARS,
    XLSX_CALL_NOTE,
    XLSX_CALL_MERGE,
    XLSX_CALL_LINK,
    XLSX_CALL_BREAK,
    XLSX_CALL_PICTURE,
    XLSX_CALL_CHART,
    XLSX_CALL_SERIES,
    XLSX_CALL_PLACE_CHART,
    XLSX_CALL_CHARTSHEET,
    XLSX_NCALLS,
};

/* A text that is a mark: U+FFFF, which no text of a workbook holds, around the value's index. */
#define XLSX_MARK "\xef\xbf\xbf"
enum { XLSX_MARK_BYTES = 3 };
/* A row that is a mark: this, and its index. */
#define XLSX_ROW_MARK ((uint64_t)1 << 40)
/* The value that is the moment of creation. */
enum { XLSX_CREATED = 0 };

void xlsx_script_add_number(struct buf *script, uint64_t n);
void xlsx_script_add_text(struct buf *script, const char *s); /* or NULL */
void xlsx_script_add_bytes(struct buf *script, const char *s, size_t len);

struct xlsx_script {
    const char *at;
};
uint64_t xlsx_script_number(struct xlsx_script *s);
/* In its place in the script, with a NUL behind it. */
const char *xlsx_script_text(struct xlsx_script *s);
const char *xlsx_script_bytes(struct xlsx_script *s, size_t *len);

#endif
