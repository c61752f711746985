#include <string.h>

#include "formats/xml_parse.h"
#include "tests/unit/rows.h"

static const char sheet[] =
    "<?xml version=\"1.0\"?>\n<worksheet a='1'><sheetData><row r=\"1\"><c r=\"A1\" s=\"1\" "
    "t=\"inlineStr\"><is><t>Title 'of' \"it\"</t></is></c><c r=\"B1\"/></row><row r=\"2\"><c "
    "s=\"2\"><v>-1.5E+20</v></c><c><v>1</v></c><c r=\"C2\" t=\"inlineStr\"><is><t "
    "xml:space=\"preserve\"> a &amp; b</t></is></c><c t=\"b\"><v>0</v></c><c "
    "t=\"inlineStr\"><is><t>plain words, many of them</t></is></c><c/></row></sheetData>"
    "</worksheet>";

static int parse(struct xml_parser *p, const char *s, size_t len, size_t piece)
{
    xml_parse_init(p, "row");
    for (size_t i = 0; i < len; i += piece) {
        if (xml_parse_feed(p, s + i, len - i < piece ? len - i : piece) != 0)
            return -1;
    }
    return xml_parse_end(p);
}

START_TEST(test_sheet)
{
    struct xml_parser p;
    ck_assert_int_eq(parse(&p, sheet, sizeof(sheet) - 1, sizeof(sheet)), 0);
    ck_assert_uint_eq(p.count, 2);
    ck_assert_str_eq(xml_parse_root(&p), "worksheet");
}
END_TEST

/* The short way through cells comes to the same end as the long one, which is the only one through
 * single bytes: for the sheet, and with one, two or three bytes of it changed, left out or doubled.
 */
START_TEST(test_short_way)
{
    static const char bytes[] = "<>/&\"'= crvtis1A.-+\x01\n";
    uint64_t state = 1;
    unsigned accepted = 0, refused = 0;
    for (int i = 0; i < 200000; i++) {
        char text[sizeof(sheet) + 8];
        size_t len = sizeof(sheet) - 1;
        memcpy(text, sheet, len);
        for (int k = 0; k <= i % 3; k++) {
            state = state * 6364136223846793005 + 1442695040888963407;
            size_t at = (state >> 33) % (len - 1);
            unsigned how = (unsigned)(state >> 30) & 7;
            if (how == 0)
                memmove(text + at, text + at + 1, --len - at);
            else if (how == 1)
                memmove(text + at + 1, text + at, len++ - at);
            else
                text[at] = bytes[(state >> 20) % (sizeof(bytes) - 1)];
        }
        struct xml_parser whole, single;
        int a = parse(&whole, text, len, len), b = parse(&single, text, len, 1);
        ck_assert_msg(a == b && whole.count == single.count && whole.offset == single.offset,
                      "%.*s", (int)len, text);
        accepted += a == 0;
        refused += a != 0;
    }
    ck_assert(accepted > 1000 && refused > 1000);
}
END_TEST

int main(void)
{
    return unit_main("xml_parse", (const TTest *const[]){test_sheet, test_short_way, NULL});
}
