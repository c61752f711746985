#include "runner/database/fetch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/mem.h"

enum { FIRST_ROOM = 256 };

/* One client library knows it, the other does not. */
enum { TYPE_JSON = 245 };

static bool is_json(const MYSQL_FIELD *f)
{
    if ((int)f->type == TYPE_JSON)
        return true;
#ifdef MARIADB_PACKAGE_VERSION
    /* MariaDB's JSON is LONGTEXT; from 10.5 on the server tells it apart. */
    MARIADB_CONST_STRING format = {0};
    if (mariadb_field_attr(&format, f, MARIADB_FIELD_ATTR_FORMAT_NAME) == 0 && format.length == 4)
        return memcmp(format.str, "json", 4) == 0;
#endif
    return false;
}

/* 63 is the "binary" character set: the only sign that tells bytes from text on all servers. */
static enum column_type text_or_binary(const MYSQL_FIELD *f)
{
    if (is_json(f))
        return COLUMN_JSON;
    return f->charsetnr == 63 ? COLUMN_BINARY : COLUMN_TEXT;
}

/* Integers of one digit are how both servers write BOOLEAN; ZEROFILL asks for leading zeros, which
 * makes a text of it, not a quantity. */
static enum column_type integer_type(const MYSQL_FIELD *f)
{
    if (f->flags & ZEROFILL_FLAG)
        return COLUMN_TEXT;
    return f->type == MYSQL_TYPE_TINY && f->length == 1 ? COLUMN_BOOLEAN : COLUMN_INTEGER;
}

/* SUM() of integers is a DECIMAL without decimals: an integer for everyone else. */
static enum column_type decimal_type(const MYSQL_FIELD *f)
{
    if (f->flags & ZEROFILL_FLAG)
        return COLUMN_TEXT;
    return f->decimals == 0 ? COLUMN_INTEGER : COLUMN_DECIMAL;
}

static bool column_type(const MYSQL_FIELD *f, enum column_type *out)
{
    static const struct {
        int type;
        enum column_type column;
    } types[] = {
        {MYSQL_TYPE_YEAR, COLUMN_INTEGER},      {MYSQL_TYPE_FLOAT, COLUMN_FLOAT},
        {MYSQL_TYPE_DOUBLE, COLUMN_FLOAT},      {MYSQL_TYPE_DATE, COLUMN_DATE},
        {MYSQL_TYPE_NEWDATE, COLUMN_DATE},      {MYSQL_TYPE_TIME, COLUMN_TIME},
        {MYSQL_TYPE_DATETIME, COLUMN_DATETIME}, {MYSQL_TYPE_TIMESTAMP, COLUMN_DATETIME},
        {MYSQL_TYPE_NULL, COLUMN_TEXT},         {MYSQL_TYPE_GEOMETRY, COLUMN_BINARY},
    };
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if ((int)f->type == types[i].type) {
            *out = types[i].column;
            return true;
        }
    }
    switch ((int)f->type) {
    case MYSQL_TYPE_TINY:
    case MYSQL_TYPE_SHORT:
    case MYSQL_TYPE_INT24:
    case MYSQL_TYPE_LONG:
    case MYSQL_TYPE_LONGLONG:
        *out = integer_type(f);
        return true;
    case MYSQL_TYPE_BIT:
        *out = f->length == 1 ? COLUMN_BOOLEAN : COLUMN_INTEGER;
        return true;
    case MYSQL_TYPE_DECIMAL:
    case MYSQL_TYPE_NEWDECIMAL:
        *out = decimal_type(f);
        return true;
    case MYSQL_TYPE_VARCHAR:
    case MYSQL_TYPE_VAR_STRING:
    case MYSQL_TYPE_STRING:
    case MYSQL_TYPE_ENUM:
    case MYSQL_TYPE_SET:
    case MYSQL_TYPE_TINY_BLOB:
    case MYSQL_TYPE_MEDIUM_BLOB:
    case MYSQL_TYPE_LONG_BLOB:
    case MYSQL_TYPE_BLOB:
    case TYPE_JSON:
        *out = text_or_binary(f);
        return true;
    default:
        return false;
    }
}

static enum fetch_as fetch_as(const MYSQL_FIELD *f, enum column_type type)
{
    if (f->type == MYSQL_TYPE_BIT)
        return FETCH_BITS;
    if ((type == COLUMN_INTEGER || type == COLUMN_BOOLEAN) && f->type != MYSQL_TYPE_NEWDECIMAL &&
        f->type != MYSQL_TYPE_DECIMAL)
        return FETCH_INTEGER;
    /* A fraction of no fixed length (31 and 39 say so) is left to the library. */
    if ((type == COLUMN_DATE || type == COLUMN_TIME || type == COLUMN_DATETIME) && f->decimals <= 6)
        return FETCH_TIME;
    return FETCH_TEXT;
}

bool fetch_describe(struct fetch_column *f, const MYSQL_FIELD *field, enum column_type *type)
{
    if (!column_type(field, type))
        return false;
    *f = (struct fetch_column){
        .as = fetch_as(field, *type),
        .is_unsigned = (field->flags & UNSIGNED_FLAG) != 0,
        .decimals = field->decimals,
        .type = *type,
    };
    return true;
}

void fetch_bind(struct fetch_column *f, MYSQL_BIND *bind)
{
    *bind = (MYSQL_BIND){.length = &f->length, .is_null = &f->is_null};
    if (f->as == FETCH_INTEGER) {
        bind->buffer_type = MYSQL_TYPE_LONGLONG;
        bind->buffer = &f->integer;
        bind->is_unsigned = f->is_unsigned;
        return;
    }
    if (f->as == FETCH_TIME) {
        bind->buffer_type = f->type == COLUMN_DATE   ? MYSQL_TYPE_DATE
                            : f->type == COLUMN_TIME ? MYSQL_TYPE_TIME
                                                     : MYSQL_TYPE_DATETIME;
        bind->buffer = &f->time;
        bind->buffer_length = sizeof(f->time);
        return;
    }
    if (!f->room) {
        f->capacity = FIRST_ROOM;
        f->room = xmalloc(f->capacity);
    }
    bind->buffer_type = MYSQL_TYPE_STRING;
    bind->buffer = f->room;
    bind->buffer_length = f->capacity;
}

/* The value did not fit: make room, also for the next one like it, and fetch it whole. */
static bool fetch_long(struct fetch_column *f, MYSQL_STMT *stmt, unsigned index, bool *rebind)
{
    unsigned long length = f->length;
    while (f->capacity < length)
        f->capacity *= 2;
    free(f->room);
    f->room = xmalloc(f->capacity);
    *rebind = true;
    MYSQL_BIND bind = {
        .buffer_type = MYSQL_TYPE_STRING,
        .buffer = f->room,
        .buffer_length = f->capacity,
        .length = &length,
        .is_null = &f->is_null,
    };
    return mysql_stmt_fetch_column(stmt, &bind, index, 0) == 0;
}

/* BIT(n) arrives as big-endian bytes: as a number it is what people mean. */
static size_t bits_words(const struct fetch_column *f, char *out)
{
    uint64_t v = 0;
    for (size_t i = 0; i < f->length && i < 8; i++)
        v = v << 8 | (unsigned char)f->room[i];
    return fetch_integer_words((int64_t)v, true, out);
}

bool fetch_take(struct fetch_column *f, MYSQL_STMT *stmt, unsigned index, struct cell *cell,
                bool *rebind)
{
    *cell = (struct cell){f->words, 0};
    if (f->is_null) {
        cell->text = NULL;
        return true;
    }
    switch (f->as) {
    case FETCH_INTEGER:
        cell->len = fetch_integer_words(f->integer, f->is_unsigned, f->words);
        return true;
    case FETCH_TIME:
        cell->len = fetch_time_words(&f->time, f->type, f->decimals, f->words);
        return true;
    case FETCH_BITS:
        cell->len = bits_words(f, f->words);
        return true;
    case FETCH_TEXT:
        break;
    }
    if (f->length > f->capacity && !fetch_long(f, stmt, index, rebind))
        return false;
    *cell = (struct cell){f->room, f->length};
    return true;
}

void fetch_release(struct fetch_column *f)
{
    free(f->room);
    f->room = NULL;
}

size_t fetch_integer_words(int64_t value, bool is_unsigned, char *out)
{
    char digits[20];
    size_t n = 0, len = 0;
    bool negative = !is_unsigned && value < 0;
    uint64_t v = negative ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        digits[n++] = (char)('0' + v % 10);
        v /= 10;
    } while (v);
    if (negative)
        out[len++] = '-';
    while (n)
        out[len++] = digits[--n];
    return len;
}

static char *two(char *p, unsigned v)
{
    *p++ = (char)('0' + v / 10 % 10);
    *p++ = (char)('0' + v % 10);
    return p;
}

static char *date_words(char *p, const MYSQL_TIME *t)
{
    p = two(p, t->year / 100);
    p = two(p, t->year);
    *p++ = '-';
    p = two(p, t->month);
    *p++ = '-';
    return two(p, t->day);
}

static char *clock_words(char *p, const MYSQL_TIME *t, unsigned decimals)
{
    unsigned long micro = t->second_part;
    *p++ = ':';
    p = two(p, t->minute);
    *p++ = ':';
    p = two(p, t->second);
    if (decimals)
        *p++ = '.';
    for (unsigned long unit = 100000; decimals; decimals--, unit /= 10)
        *p++ = (char)('0' + micro / unit % 10);
    return p;
}

size_t fetch_time_words(const MYSQL_TIME *t, enum column_type type, unsigned decimals, char *out)
{
    char *p = out;
    if (type == COLUMN_DATE)
        return (size_t)(date_words(p, t) - out);
    if (type == COLUMN_DATETIME) {
        p = date_words(p, t);
        *p++ = ' ';
        p = two(p, t->hour);
        return (size_t)(clock_words(p, t, decimals) - out);
    }
    /* A TIME is a duration: up to 838 hours, days apart in some libraries, and may be negative. */
    unsigned hours = t->day * 24 + t->hour;
    if (t->neg)
        *p++ = '-';
    if (hours >= 100)
        *p++ = (char)('0' + hours / 100 % 10);
    p = two(p, hours);
    return (size_t)(clock_words(p, t, decimals) - out);
}
