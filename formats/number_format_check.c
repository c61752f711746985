#include "formats/number_format_check.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

/* What a section has so far; the zeros behind "s." are split seconds and no number. */
struct section {
    bool number, date, text;
    char last; /* 's', then '.' as long as split seconds go on */
};

/* Words that are no placeholders of dates, although they begin like some. */
static size_t known_word(const char *s)
{
    static const char *const words[] = {"General", "AM/PM", "A/P", "E+", "E-"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strncasecmp(s, words[i], strlen(words[i])) == 0)
            return strlen(words[i]);
    }
    return 0;
}

/* How long what stands at `s` is, when it is shown as it is or tells how; 0 for all else. */
static size_t skip(const char *s, const char **mistake)
{
    const char *end;
    switch (*s) {
    case '"':
        end = strchr(s + 1, '"');
        *mistake = end ? NULL : "a quote is not closed";
        return end ? (size_t)(end - s) + 1 : 1;
    case '[':
        end = strchr(s, ']');
        *mistake = end ? NULL : "a [ is not closed";
        return end ? (size_t)(end - s) + 1 : 1;
    case '\\':
    case '_':
    case '*':
        *mistake = s[1] ? NULL : "a character is missing at its end";
        return s[1] ? 2 : 1;
    default:
        return known_word(s);
    }
}

static const char *take(struct section *section, char c)
{
    bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    bool fraction = (section->last == 's' && c == '.') || (section->last == '.' && c == '0');
    /* Years, months, days, hours, minutes, seconds; eras and days of the week in East Asia. */
    if (letter && !strchr("ymdhsYMDHSegbaEGBA", c))
        return "letters that are to be shown stand in quotes, as in 0 \"km\"";
    section->date |= letter;
    section->number |= !fraction && strchr("0#?%", c);
    section->text |= c == '@';
    section->last = fraction ? '.' : c == 's' || c == 'S' ? 's' : '\0';
    if (section->number && section->date)
        return "it mixes digits and letters; what is to be shown stands in quotes, as in 0 \"m\"";
    return section->text && (section->number || section->date) ? "@ is for texts" : NULL;
}

const char *number_format_check(const char *format)
{
    enum { MAX_SECTIONS = 4 };
    struct section section = {0};
    unsigned sections = 1;
    const char *mistake = NULL;
    if (!*format)
        return "it is empty";
    if (strlen(format) > NUMBER_FORMAT_CHECK_BYTES)
        return "it is longer than 100 bytes";
    for (const char *s = format; *s && !mistake;) {
        if ((unsigned char)*s < ' ')
            return "it holds a control character";
        size_t n = skip(s, &mistake);
        if (*s == ';') {
            section = (struct section){0};
            if (++sections > MAX_SECTIONS)
                return "it has more than four sections";
        } else if (n == 0) {
            mistake = take(&section, *s);
        }
        s += n ? n : 1;
    }
    return mistake;
}
