/* Characters: which may stand in a query at all, and which in a name. */
#include "jobs/sql_parts.h"
#include "lib/utf8.h"

/* Why a character is refused wherever it stands, or NULL; the hint goes into `*hint`. */
static const char *refused_everywhere(uint32_t cp, int next, const char **hint)
{
    if (cp == '\r' && next != '\n') {
        *hint = "end lines with a line feed";
        return "a carriage return without a line feed after it";
    }
    if ((cp < 0x20 && cp != '\t' && cp != '\n' && cp != '\r') || (cp >= 0x7f && cp <= 0x9f)) {
        *hint = "delete it; only blanks, tabs and line breaks may stand between words";
        return "a control character";
    }
    if ((cp >= 0x202a && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069)) {
        *hint = "delete it: with it a text reads differently from what it does";
        return "an invisible character that turns the direction of text";
    }
    return NULL;
}

bool sql_check_characters(const char *text, size_t len, const struct place *start,
                          struct problems *problems)
{
    struct place at = *start;
    bool good = true;
    for (size_t i = 0; i < len;) {
        uint32_t cp = 0;
        size_t n = utf8_decode(text + i, len - i, &cp);
        if (n == 0) {
            problems_add(problems, &at, "save the file as UTF-8", "the query is not valid UTF-8");
            return false;
        }
        const char *hint = NULL;
        const char *why = refused_everywhere(cp, i + 1 < len ? text[i + 1] : -1, &hint);
        if (why) {
            problems_add(problems, &at, hint, "%s (U+%04X)", why, cp);
            good = false;
        }
        i += n;
        at.column += (unsigned)n;
        if (cp == '\n') {
            at.line++;
            at.column = start->column;
        }
    }
    return good;
}

const char *sql_odd_character(uint32_t cp)
{
    if (cp == 0xa0 || cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200a) || cp == 0x202f ||
        cp == 0x205f || cp == 0x3000)
        return "it looks like a blank but is none: write a plain space";
    if (cp == 0xad || cp == 0x34f || cp == 0x180e || (cp >= 0x200b && cp <= 0x200f) ||
        cp == 0x2028 || cp == 0x2029 || (cp >= 0x2060 && cp <= 0x2064) || cp == 0xfeff)
        return "it can't be seen: delete it";
    if ((cp >= 0x2018 && cp <= 0x201f) || cp == 0xab || cp == 0xb4 || cp == 0xbb || cp == 0x2032 ||
        cp == 0x2033 || cp == 0x2039 || cp == 0x203a)
        return "write a plain ' around strings";
    if ((cp >= 0x2010 && cp <= 0x2015) || cp == 0x2212)
        return "write a plain - for minus";
    if ((cp >= 0x2000 && cp <= 0x206f) || (cp >= 0x3000 && cp <= 0x303f) ||
        (cp >= 0xff00 && cp <= 0xffef) || cp == 0xd7 || cp == 0xf7)
        return "write the plain ASCII character";
    if (cp > 0xffff || cp == 0xfffe || cp == 0xffff)
        return "names can't hold it: write it in a string, or choose another name";
    return NULL;
}
