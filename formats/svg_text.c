#include <math.h>
#include <stdio.h>
#include <string.h>

#include "formats/decimal.h"
#include "formats/svg_parts.h"
#include "formats/xml_text.h"
#include "lib/utf8.h"

/* Characters that take no room: marks above and below others, joiners, directions. */
static bool is_mark(uint32_t cp)
{
    return (cp >= 0x300 && cp < 0x370) || (cp >= 0x200b && cp < 0x2010) ||
           (cp >= 0x202a && cp < 0x2030) || (cp >= 0xfe00 && cp < 0xfe10);
}

/* At 12 pixels in the usual fonts, rather too much than too little. */
static double character_width(uint32_t cp)
{
    if (cp < 0x80) {
        if (strchr("iljI|.,:;'!() ", (int)cp) && cp)
            return 4;
        if (strchr("mwMW@%", (int)cp) && cp)
            return 10.5;
        return cp >= 'A' && cp <= 'Z' ? 8.2 : 7;
    }
    if (is_mark(cp))
        return 0;
    return cp >= 0x1100 ? 12.5 : 7.5;
}

double svg_text_width(const char *s)
{
    double width = 0;
    uint32_t cp;
    for (size_t len = strlen(s), n; len; s += n, len -= n) {
        n = utf8_decode(s, len, &cp);
        if (!n)
            n = 1;
        else
            width += character_width(cp);
    }
    return width;
}

void svg_text_fit(const char *s, double width, char out[SVG_TEXT_BYTES])
{
    static const char ellipsis[] = "…";
    size_t len = strlen(s), fits = 0;
    double used = 0, room = width - character_width(0x2026);
    if (len < SVG_TEXT_BYTES && svg_text_width(s) <= width) {
        memcpy(out, s, len + 1);
        return;
    }
    for (size_t i = 0; i < len && i + sizeof(ellipsis) + 4 < SVG_TEXT_BYTES;) {
        uint32_t cp;
        size_t n = utf8_decode(s + i, len - i, &cp);
        used += n ? character_width(cp) : 0;
        if (used > room)
            break;
        i += n ? n : 1;
        fits = i;
    }
    memcpy(out, s, fits);
    memcpy(out + fits, ellipsis, sizeof(ellipsis));
}

void svg_text_put(const struct svg_canvas *v, double x, double y, enum svg_anchor anchor,
                  const char *s)
{
    static const char *const classes[] = {"", " class=\"mid\"", " class=\"end\""};
    buf_printf(v->out, "<text%s x=\"%.1f\" y=\"%.1f\">", classes[anchor], x, y);
    xml_text_add(v->out, s, strlen(s));
    buf_add_str(v->out, "</text>");
}

void svg_text_put_turned(const struct svg_canvas *v, double x, double y, const char *s)
{
    buf_printf(v->out, "<text class=\"end\" transform=\"translate(%.1f %.1f) rotate(-35)\">", x, y);
    xml_text_add(v->out, s, strlen(s));
    buf_add_str(v->out, "</text>");
}

void svg_text_hint(const struct svg_canvas *v, const char *category, const struct svg_series *s,
                   double value)
{
    char text[SVG_TEXT_BYTES];
    svg_text_value(v->chart, value, -1, text, sizeof(text));
    buf_add_str(v->out, "<title>");
    xml_text_add(v->out, category, strlen(category));
    if (v->chart->nseries > 1) {
        buf_add_str(v->out, ", ");
        xml_text_add(v->out, s->title, strlen(s->title));
    }
    buf_add_str(v->out, ": ");
    xml_text_add(v->out, text, strlen(text));
    buf_add_str(v->out, "</title>");
}

/* As a decimal number without an exponent, which is what a database would give. */
static void write_digits(double value, int decimals, struct buf *out)
{
    char text[64];
    struct decimal d;
    int len = snprintf(text, sizeof(text), "%.14e", value);
    if (!decimal_parse(&d, text, (size_t)len))
        return;
    if (decimals < 0)
        decimals = decimal_places(&d);
    decimal_round(&d, decimals);
    if (d.negative && d.n)
        buf_add_char(out, '-');
    for (int place = d.point > 1 ? d.point - 1 : 0; place >= -decimals; place--) {
        if (place == -1)
            buf_add_char(out, '.');
        buf_add_char(out, decimal_digit(&d, place));
    }
}

/* Numbers of many digits or places, which no axis has room for. */
static bool is_unwieldy(double value, int decimals)
{
    return fabs(value) >= 1e15 || (fabs(value) < 1e-9 && fabs(value) > 0) || decimals > 12;
}

void svg_text_value(const struct svg_chart *c, double value, int decimals, char *out, size_t size)
{
    char short_form[32];
    struct buf digits, shown;
    buf_init(&digits, 1024);
    buf_init(&shown, 4096);
    write_digits(value, decimals, &digits);
    if (is_unwieldy(value, decimals)) {
        int len = snprintf(short_form, sizeof(short_form), "%.4g", value);
        number_format_plain(c->locale, false, short_form, (size_t)len, &shown);
    } else if (!number_format_show(c->format, c->locale, COLUMN_DECIMAL, digits.data, digits.len,
                                   &shown)) {
        number_format_plain(c->locale, true, digits.data, digits.len, &shown);
    }
    snprintf(out, size, "%s", shown.data);
    buf_release(&digits);
    buf_release(&shown);
}
