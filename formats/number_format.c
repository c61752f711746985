#include "formats/number_format.h"

#include <string.h>
#include <strings.h>

#include "formats/decimal.h"
#include "formats/number_format_parts.h"

/* ---- reading ---- */

static struct number_token token(enum number_token_kind kind, const char *text, size_t len)
{
    return (struct number_token){kind, text, len};
}

static bool is_color(const char *s, size_t len)
{
    static const char *const colors[] = {"black",   "blue", "color",  "cyan", "green",
                                         "magenta", "red",  "yellow", "white"};
    while (len && s[len - 1] >= '0' && s[len - 1] <= '9')
        len--;
    for (size_t i = 0; i < sizeof(colors) / sizeof(colors[0]); i++) {
        if (strlen(colors[i]) == len && strncasecmp(colors[i], s, len) == 0)
            return true;
    }
    return false;
}

/* [Red], [h], [$€-407]. Conditions, calendars and other scripts' digits are not understood. */
static struct number_token bracket(const char **p, const char *end)
{
    const char *text = *p + 1, *close = memchr(text, ']', (size_t)(end - text));
    if (!close)
        return token(TOKEN_BAD, *p, 0);
    size_t len = (size_t)(close - text);
    *p = close + 1;
    if (len && text[0] == '$') {
        const char *dash = memchr(text, '-', len);
        return token(TOKEN_TEXT, text + 1, (dash ? (size_t)(dash - text) : len) - 1);
    }
    if ((len == 1 || len == 2) && strncasecmp(text, "hh", len) == 0)
        return token(TOKEN_ELAPSED, text, len);
    return token(is_color(text, len) ? TOKEN_SKIP : TOKEN_BAD, text, len);
}

/* A character and all bytes of it. */
static struct number_token character(const char **p, const char *end)
{
    const char *start = *p;
    if (*p < end)
        ++*p;
    while (*p < end && ((unsigned char)**p & 0xc0) == 0x80)
        ++*p;
    return token(*p > start ? TOKEN_TEXT : TOKEN_BAD, start, (size_t)(*p - start));
}

static struct number_token quoted(const char **p, const char *end)
{
    const char *text = *p + 1, *close = memchr(text, '"', (size_t)(end - text));
    if (!close)
        return token(TOKEN_BAD, *p, 0);
    *p = close + 1;
    return token(TOKEN_TEXT, text, (size_t)(close - text));
}

static struct number_token letters(const char **p, const char *end)
{
    const char *start = *p;
    if (end - start >= 5 && strncasecmp(start, "AM/PM", 5) == 0) {
        *p += 5;
        return token(TOKEN_HALF, start, 5);
    }
    if (!strchr("dmyhs", *start | 0x20))
        return token(TOKEN_BAD, start, 1);
    while (*p < end && (**p | 0x20) == (*start | 0x20))
        ++*p;
    return token(TOKEN_DATE, start, (size_t)(*p - start));
}

struct number_token number_format_token(const char **p, const char *end)
{
    static const struct {
        char c;
        enum number_token_kind kind;
    } signs[] = {{'0', TOKEN_DIGIT}, {'#', TOKEN_DIGIT},   {'.', TOKEN_POINT},
                 {',', TOKEN_COMMA}, {'%', TOKEN_PERCENT}, {';', TOKEN_SECTION}};
    if (*p == end)
        return token(TOKEN_END, end, 0);
    char c = **p;
    for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
        if (signs[i].c == c)
            return token(signs[i].kind, (*p)++, 1);
    }
    if (c == '"')
        return quoted(p, end);
    if (c == '[')
        return bracket(p, end);
    if (c == '\\') {
        ++*p;
        return character(p, end);
    }
    if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
        return letters(p, end);
    return (unsigned char)c >= 0x80 || strchr("$+-/():!^&'~{}<>= ", c) ? character(p, end)
                                                                       : token(TOKEN_BAD, *p, 1);
}

/* The digits of a section, from the first one at `*p` to what stands behind them. */
static bool parse_digits(struct number_section *s, const char **p, const char *end)
{
    bool point = false, zero = false;
    int commas = 0;
    s->has_digits = true;
    for (;;) {
        const char *before = *p;
        struct number_token t = number_format_token(p, end);
        if (t.kind == TOKEN_DIGIT) {
            bool is_zero = *t.text == '0';
            if (point ? is_zero && s->max_decimals > s->min_decimals : !is_zero && zero)
                return false; /* 0# in front of the point, #0 behind it */
            if (commas && point)
                return false;
            s->grouped |= commas > 0;
            commas = 0;
            zero |= is_zero && !point;
            s->integers += is_zero && !point;
            s->max_decimals += point;
            s->min_decimals += is_zero && point;
        } else if (t.kind == TOKEN_COMMA) {
            commas++;
        } else if (t.kind == TOKEN_POINT && !point && !commas) {
            point = true;
        } else if (t.kind == TOKEN_POINT) {
            return false;
        } else {
            *p = before;
            s->shift -= 3 * commas;
            return true;
        }
    }
}

/* One section, with the semicolon behind it if there are `more`. */
static bool parse_section(struct number_section *s, const char **p, const char *end, bool *more)
{
    *s = (struct number_section){.prefix = *p, .suffix = *p};
    for (;;) {
        const char *before = *p;
        struct number_token t = number_format_token(p, end);
        switch (t.kind) {
        case TOKEN_TEXT:
        case TOKEN_SKIP:
            break;
        case TOKEN_PERCENT:
            s->shift += 2;
            break;
        case TOKEN_DIGIT:
        case TOKEN_POINT:
            if (s->has_digits)
                return false;
            s->prefix_len = (size_t)(before - s->prefix);
            *p = before;
            if (!parse_digits(s, p, end))
                return false;
            s->suffix = *p;
            break;
        case TOKEN_END:
        case TOKEN_SECTION:
            if (s->has_digits)
                s->suffix_len = (size_t)(before - s->suffix);
            else
                s->prefix_len = (size_t)(before - s->prefix);
            *more = t.kind == TOKEN_SECTION;
            return true;
        default:
            return false;
        }
    }
}

static bool is_date(const char *p, const char *end)
{
    struct number_token t;
    do
        t = number_format_token(&p, end);
    while (t.kind != TOKEN_END && t.kind != TOKEN_BAD && t.kind != TOKEN_DATE &&
           t.kind != TOKEN_ELAPSED);
    return t.kind == TOKEN_DATE || t.kind == TOKEN_ELAPSED;
}

/* What no date can hold, and lengths that mean something else: mmmmm is a letter. */
static bool check_date(const char *p, const char *end)
{
    bool seconds = false, fraction = false; /* before the token, and .000 may follow or does */
    for (;;) {
        struct number_token t = number_format_token(&p, end);
        char letter = t.len ? (char)(*t.text | 0x20) : 0;
        size_t most = letter == 'h' || letter == 's' ? 2 : 4;
        if (t.kind == TOKEN_END)
            return true;
        if (t.kind == TOKEN_BAD || t.kind == TOKEN_SECTION || t.kind == TOKEN_PERCENT)
            return false;
        if (t.kind == TOKEN_DIGIT && (!fraction || *t.text != '0'))
            return false;
        if (t.kind == TOKEN_DATE && (t.len > most || (letter == 'y' && t.len % 2)))
            return false;
        fraction = t.kind == TOKEN_DIGIT || (t.kind == TOKEN_POINT && seconds);
        seconds = t.kind == TOKEN_DATE && letter == 's';
    }
}

void number_format_parse(struct number_format *f, const char *text)
{
    *f = (struct number_format){0};
    if (!text || strcasecmp(text, "General") == 0)
        return;
    const char *p = text, *end = text + strlen(text);
    if (is_date(p, end)) {
        f->text = text;
        f->len = strlen(text);
        f->kind = check_date(p, end) ? NUMBER_FORMAT_DATE : NUMBER_FORMAT_NONE;
        return;
    }
    bool more = true;
    while (more) {
        if (f->nsections == 3 || !parse_section(&f->sections[f->nsections], &p, end, &more))
            return;
        f->nsections++;
    }
    if (f->sections[0].has_digits)
        f->kind = NUMBER_FORMAT_NUMBER;
}

/* ---- showing ---- */

static void add_texts(const char *p, size_t len, struct buf *out)
{
    const char *end = p + len;
    for (;;) {
        struct number_token t = number_format_token(&p, end);
        if (t.kind == TOKEN_END)
            return;
        if (t.kind == TOKEN_TEXT || t.kind == TOKEN_PERCENT)
            buf_add(out, t.text, t.len);
    }
}

static void add_digits(const struct number_section *s, const struct locale *l,
                       const struct decimal *d, struct buf *out)
{
    int integers = d->point > s->integers ? d->point : s->integers;
    for (int place = integers - 1; place >= 0; place--) {
        buf_add_char(out, decimal_digit(d, place));
        if (s->grouped && place && place % 3 == 0)
            buf_add_str(out, l->group_sign);
    }
    int decimals = s->max_decimals;
    while (decimals > s->min_decimals && decimal_digit(d, -decimals) == '0')
        decimals--;
    if (decimals)
        buf_add_char(out, l->decimal_sign);
    for (int place = -1; place >= -decimals; place--)
        buf_add_char(out, decimal_digit(d, place));
}

/* Which section a number is shown by depends on what it is, not on what rounding leaves of it. */
static bool show_number(const struct number_format *f, const struct locale *l, const char *s,
                        size_t len, struct buf *out)
{
    struct decimal d;
    if (!decimal_parse(&d, s, len))
        return false;
    size_t which = d.n == 0 && f->nsections > 2 ? 2 : d.n && d.negative && f->nsections > 1 ? 1 : 0;
    const struct number_section *section = &f->sections[which];
    d.point += d.n ? section->shift : 0;
    decimal_round(&d, section->max_decimals);
    /* No minus before nothing but zeros. */
    if (d.negative && d.n && which == 0)
        buf_add_char(out, '-');
    add_texts(section->prefix, section->prefix_len, out);
    if (section->has_digits)
        add_digits(section, l, &d, out);
    add_texts(section->suffix, section->suffix_len, out);
    return true;
}

bool number_format_show(const struct number_format *f, const struct locale *l,
                        enum column_type type, const char *s, size_t len, struct buf *out)
{
    switch (type) {
    case COLUMN_INTEGER:
    case COLUMN_DECIMAL:
    case COLUMN_FLOAT:
        return f->kind == NUMBER_FORMAT_NUMBER && show_number(f, l, s, len, out);
    case COLUMN_DATE:
    case COLUMN_TIME:
    case COLUMN_DATETIME:
        return f->kind == NUMBER_FORMAT_DATE && number_format_show_date(f, l, type, s, len, out);
    default:
        return false;
    }
}

void number_format_plain(const struct locale *l, bool grouped, const char *s, size_t len,
                         struct buf *out)
{
    size_t sign = len && (s[0] == '-' || s[0] == '+'), whole = sign;
    while (whole < len && s[whole] >= '0' && s[whole] <= '9')
        whole++;
    buf_add(out, s, sign);
    for (size_t i = sign; i < whole; i++) {
        buf_add_char(out, s[i]);
        if (grouped && i + 1 < whole && (whole - i - 1) % 3 == 0)
            buf_add_str(out, l->group_sign);
    }
    if (whole < len && s[whole] == '.') {
        buf_add_char(out, l->decimal_sign);
        whole++;
    }
    buf_add(out, s + whole, len - whole);
}
