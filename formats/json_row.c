#include "formats/json_row.h"

#include <stdlib.h>
#include <string.h>

#include "formats/json_text.h"
#include "formats/text.h"
#include "lib/json.h"
#include "lib/mem.h"

void json_row_begin(struct json_row *j, const struct result *r)
{
    j->result = r;
    buf_init(&j->keys, (size_t)LIMIT_COLUMNS * 16 * 1024);
    buf_init(&j->scratch, TEXT_MAX_BYTES);
    j->key_ends = xcalloc(r->ncolumns, sizeof(*j->key_ends));
    for (size_t i = 0; i < r->ncolumns; i++) {
        buf_add_char(&j->keys, i ? ',' : '{');
        json_add_string(&j->keys, r->columns[i].name);
        buf_add_char(&j->keys, ':');
        j->key_ends[i] = j->keys.len;
    }
}

void json_row_release(struct json_row *j)
{
    if (!j->key_ends)
        return;
    buf_release(&j->keys);
    buf_release(&j->scratch);
    free(j->key_ends);
    *j = (struct json_row){0};
}

static void add_escape(struct output *out, unsigned char c)
{
    static const char digits[] = "0123456789abcdef";
    static const char short_form[0x20] = {
        ['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'};
    char text[6] = {'\\', (char)c};
    size_t len = 2;
    if (c < 0x20 && short_form[c]) {
        text[1] = short_form[c];
    } else if (c < 0x20) {
        memcpy(text + 1, "u00", 3);
        text[4] = digits[c >> 4];
        text[5] = digits[c & 15];
        len = 6;
    }
    output_add(out, text, len);
}

static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c < 0x80 && c != '"' && c != '\\';
}

/* Valid UTF-8 without the quotes around it. */
static void add_escaped(struct output *out, const char *s, size_t len)
{
    for (size_t i = 0; i < len;) {
        size_t start = i;
        while (i < len && (is_plain((unsigned char)s[i]) || (unsigned char)s[i] >= 0x80)) {
            /* U+2028 and U+2029 are E2 80 A8 and E2 80 A9. */
            if ((unsigned char)s[i] == 0xe2 && (unsigned char)s[i + 1] == 0x80 &&
                ((unsigned char)s[i + 2] | 1) == 0xa9)
                break;
            i++;
        }
        output_add(out, s + start, i - start);
        if (i == len)
            return;
        if ((unsigned char)s[i] == 0xe2) {
            output_add_str(out, s[i + 2] == '\xa8' ? "\\u2028" : "\\u2029");
            i += 3;
        } else {
            add_escape(out, (unsigned char)s[i]);
            i++;
        }
    }
}

void json_row_string(struct output *out, struct buf *scratch, const char *s, size_t len,
                     struct render_notes *notes)
{
    output_add_char(out, '"');
    if (text_plain_run(s, len, '\\') == len) {
        output_add(out, s, len);
    } else {
        s = text_clean(scratch, s, &len, true, &notes->replaced_characters);
        add_escaped(out, s, len);
    }
    output_add_char(out, '"');
}

static size_t digits(const char *s, size_t len)
{
    size_t n = 0;
    while (n < len && s[n] >= '0' && s[n] <= '9')
        n++;
    return n;
}

/* Zero-filled columns have zeros in front, which JSON forbids: skips the sign and them. */
static size_t leading(const char *s, size_t len)
{
    size_t sign = len && s[0] == '-';
    size_t i = sign;
    while (i + 1 < len && s[i] == '0' && s[i + 1] >= '0' && s[i + 1] <= '9')
        i++;
    return i;
}

static int add_integer(struct output *out, const char *s, size_t len, struct err *e)
{
    static const char limit[] = "9007199254740992"; /* 2^53 */
    size_t skip = leading(s, len), n = len - skip;
    const char *p = s + skip;
    if (n == 0 || digits(p, n) != n)
        return err_set(e, ERR_DATA, "\"%.*s\" is not an integer", len < 40 ? (int)len : 40, s);
    bool quote = n > 16 || (n == 16 && memcmp(p, limit, 16) > 0);
    if (quote)
        output_add_char(out, '"');
    if (s[0] == '-')
        output_add_char(out, '-');
    output_add(out, p, n);
    if (quote)
        output_add_char(out, '"');
    return 0;
}

/* Length of `.digits` and `e+digits` at the start; SIZE_MAX when one is begun and not finished. */
static size_t fraction_and_exponent(const char *s, size_t len)
{
    size_t i = 0;
    if (i < len && s[i] == '.') {
        size_t n = digits(s + i + 1, len - i - 1);
        if (n == 0)
            return SIZE_MAX;
        i += n + 1;
    }
    if (i < len && (s[i] == 'e' || s[i] == 'E')) {
        i++;
        if (i < len && (s[i] == '+' || s[i] == '-'))
            i++;
        size_t n = digits(s + i, len - i);
        if (n == 0)
            return SIZE_MAX;
        i += n;
    }
    return i;
}

static int add_float(struct output *out, const char *s, size_t len, struct err *e)
{
    size_t skip = leading(s, len), whole = digits(s + skip, len - skip), at = skip + whole;
    if (whole == 0 || fraction_and_exponent(s + at, len - at) != len - at) {
        err_set(e, ERR_DATA, "\"%.*s\" is not a number that JSON can hold",
                len < 40 ? (int)len : 40, s);
        return err_hint(e, "use NULLIF() or CASE in the query to turn it into NULL");
    }
    if (s[0] == '-')
        output_add_char(out, '-');
    output_add(out, s + skip, len - skip);
    return 0;
}

static int add_json(struct json_row *j, struct output *out, const char *s, size_t len,
                    struct render_notes *notes)
{
    if (!json_text_valid(s, len)) {
        json_row_string(out, &j->scratch, s, len, notes);
        return 0;
    }
    json_text_compact(&j->scratch, s, len);
    output_add(out, j->scratch.data, j->scratch.len);
    return 0;
}

static int add_value(struct json_row *j, struct output *out, enum column_type type, const char *s,
                     size_t len, struct render_notes *notes, struct err *e)
{
    switch (type) {
    case COLUMN_BOOLEAN:
        if (len == 1 && (*s == '0' || *s == '1')) {
            output_add_str(out, *s == '1' ? "true" : "false");
            return 0;
        }
        return add_integer(out, s, len, e);
    case COLUMN_INTEGER:
        return add_integer(out, s, len, e);
    case COLUMN_FLOAT:
        return add_float(out, s, len, e);
    case COLUMN_JSON:
        return add_json(j, out, s, len, notes);
    case COLUMN_BINARY:
        s = text_hex(&j->scratch, s, &len);
        break;
    case COLUMN_TEXT:
    case COLUMN_DECIMAL:
    case COLUMN_DATE:
    case COLUMN_TIME:
    case COLUMN_DATETIME:
        break;
    }
    json_row_string(out, &j->scratch, s, len, notes);
    return 0;
}

int json_row_add(struct json_row *j, struct output *out, const struct cell *cells,
                 struct render_notes *notes, struct err *e)
{
    const struct result *r = j->result;
    size_t start = 0;
    for (size_t i = 0; i < r->ncolumns; i++) {
        output_add(out, j->keys.data + start, j->key_ends[i] - start);
        start = j->key_ends[i];
        if (!cells[i].text)
            output_add(out, "null", 4);
        else if (add_value(j, out, r->columns[i].type, cells[i].text, cells[i].len, notes, e) != 0)
            return err_wrap(e, "column \"%s\"", r->columns[i].name);
    }
    output_add_char(out, '}');
    return 0;
}
