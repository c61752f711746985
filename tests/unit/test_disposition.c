/* Names under which people save files, and the header that tells them. */
#include "runner/deliver/disposition.h"

#include <string.h>

#include "lib/utf8.h"
#include "runner/manifest.h"
#include "tests/unit/unit.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

#define T10 "tttttttttt"
#define T98 T10 T10 T10 T10 T10 T10 T10 T10 T10 "tttttttt"
#define E   "\xc3\xa9"         /* two bytes */
#define JP  "\xe6\x97\xa5"     /* three */
#define EMO "\xf0\x9f\x98\x80" /* four */

static const struct {
    const char *what, *job, *title, *period, *file, *expected;
} names[] = {
    {"a report", "report", "Processing report", "2026-11-23", "report.xlsx",
     "Processing report 2026-11-23.xlsx"},
    {"a result set of it", "report", "Processing report", "2026-11-23", "report.rows.csv",
     "Processing report 2026-11-23.rows.csv"},
    {"no title", "report", NULL, "2026-W48", "report.json", "report 2026-W48.json"},
    {"an empty title", "report", "", "2026-W48", "report.json", "report 2026-W48.json"},
    {"the manifest keeps its name", "report", "Processing report", "2026-11-23", MANIFEST_NAME,
     MANIFEST_NAME},
    {"even of a job of that name", "manifest", "Title", "2026-11-23", MANIFEST_NAME, MANIFEST_NAME},
    {"a file that is not named after the job", "report", "T", "2026", "other.csv", "other.csv"},
    {"a shorter name", "report", "T", "2026", "rep", "rep"},
    {"UTF-8", "report", "Caf" E " " JP " " EMO, "2026", "report.csv",
     "Caf" E " " JP " " EMO " 2026.csv"},
    {"what systems forbid", "r", "a\"b\\c/d:e*f?g<h>i|j", "2026", "r.csv",
     "a-b-c-d-e-f-g-h-i-j 2026.csv"},
    {"no way out", "r", "../../etc/passwd", "2026", "r.csv", "..-..-etc-passwd 2026.csv"},
    {"control characters", "r", "a\r\nSet-Cookie: x\t\x1b\x7f", "2026", "r.csv",
     "a--Set-Cookie- x--- 2026.csv"},
    {"a percent sign stays", "r", "100% & more; it's", "2026", "r.csv",
     "100% & more; it's 2026.csv"},
    /* At most 100 bytes of a title. */
    {"100 bytes", "r", T98 "ab", "2026", "r.csv", T98 "ab 2026.csv"},
    {"101 bytes", "r", T98 "abc", "2026", "r.csv", T98 "ab 2026.csv"},
    {"a character that ends at 100", "r", T98 E "x", "2026", "r.csv", T98 E " 2026.csv"},
    {"two bytes across", "r", T98 "a" E "x", "2026", "r.csv", T98 "a 2026.csv"},
    {"three bytes across, one in", "r", T98 "a" JP, "2026", "r.csv", T98 "a 2026.csv"},
    {"three bytes across, two in", "r", T98 JP "x", "2026", "r.csv", T98 " 2026.csv"},
    {"four bytes across, two in", "r", T98 EMO, "2026", "r.csv", T98 " 2026.csv"},
};

START_TEST(file_names)
{
    struct arena arena = {0};
    for (size_t i = 0; i < COUNT(names); i++) {
        const char *name = disposition_file_name(&arena, names[i].job, names[i].title,
                                                 names[i].period, names[i].file);
        ck_assert_msg(strcmp(name, names[i].expected) == 0, "%s: \"%s\"", names[i].what, name);
    }
    arena_release(&arena);
}
END_TEST

START_TEST(a_cut_title_is_valid_at_any_length)
{
    static const char *const characters[] = {"a", E, JP, EMO};
    struct arena arena = {0};
    for (size_t c = 0; c < COUNT(characters); c++) {
        for (size_t before = 0; before < 8; before++) {
            char title[1024] = "";
            memset(title, 'x', before);
            for (size_t n = before; n < 300; n += strlen(characters[c]))
                memcpy(title + n, characters[c], strlen(characters[c]) + 1);
            const char *name = disposition_file_name(&arena, "r", title, "2026", "r.csv");
            size_t kept = strlen(name) - strlen(" 2026.csv");
            ck_assert(utf8_valid(name, strlen(name)));
            ck_assert_msg(kept <= 100 && kept > 100 - strlen(characters[c]), "%zu of %s", kept,
                          title);
        }
    }
    arena_release(&arena);
}
END_TEST

static const struct {
    const char *name, *expected;
} headers[] = {
    {"report 2026.csv",
     "attachment; filename=\"report 2026.csv\"; filename*=UTF-8''report%202026.csv"},
    {"Caf" E ".csv", "attachment; filename=\"Caf__.csv\"; filename*=UTF-8''Caf%C3%A9.csv"},
    {JP EMO, "attachment; filename=\"_______\"; filename*=UTF-8''%E6%97%A5%F0%9F%98%80"},
    {"it's 100% (a;b=c).csv", "attachment; filename=\"it's 100% (a;b=c).csv\"; "
                              "filename*=UTF-8''it%27s%20100%25%20%28a%3Bb%3Dc%29.csv"},
    {"report 2026.html",
     "inline; filename=\"report 2026.html\"; filename*=UTF-8''report%202026.html"},
    {"html", "attachment; filename=\"html\"; filename*=UTF-8''html"},
    {"r.html.csv", "attachment; filename=\"r.html.csv\"; filename*=UTF-8''r.html.csv"},
    {MANIFEST_NAME, "attachment; filename=\"" MANIFEST_NAME "\"; filename*=UTF-8''" MANIFEST_NAME},
};

START_TEST(the_header)
{
    struct arena arena = {0};
    for (size_t i = 0; i < COUNT(headers); i++) {
        const char *header = disposition_header(&arena, headers[i].name);
        ck_assert_str_eq(header, headers[i].expected);
        for (const char *s = header; *s; s++)
            ck_assert_msg(*s >= ' ' && *s <= '~', "\"%s\" is not ASCII", header);
    }
    arena_release(&arena);
}
END_TEST

/* The longest that can be: the whole name is in the header, nothing ends in the middle of %XX. */
START_TEST(the_longest_name)
{
    struct arena arena = {0};
    char title[103] = "", job[LIMIT_NAME_BYTES + 1] = "", file[ARTIFACT_NAME_SIZE] = "";
    for (size_t n = 0; n + 3 < sizeof(title); n += 3)
        memcpy(title + n, JP, 4);
    memset(job, 'j', LIMIT_NAME_BYTES);
    memset(file, 'j', sizeof(file) - 1);
    memcpy(file + sizeof(file) - 5, ".csv", 5);
    const char *period = "2026-11-23T00-00--2026-11-24T00-00";
    const char *name = disposition_file_name(&arena, job, title, period, file);
    ck_assert(utf8_valid(name, strlen(name)));
    const char *header = disposition_header(&arena, name), *encoded = strstr(header, "''") + 2;
    size_t characters = 0;
    for (const char *s = encoded; *s; s += *s == '%' ? 3 : 1)
        characters++;
    ck_assert_uint_eq(characters, strlen(name));
    ck_assert_str_eq(header + strlen(header) - 4, ".csv");
    arena_release(&arena);
}
END_TEST

/* Whatever a title holds, a file name can't leave its quotes or start another header. */
START_TEST(no_byte_of_a_title_breaks_the_header)
{
    struct arena arena = {0};
    for (int c = 1; c < 128; c++) {
        const char title[] = {'a', (char)c, 'b', '\0'};
        const char *name = disposition_file_name(&arena, "r", title, "2026", "r.csv");
        const char *header = disposition_header(&arena, name);
        size_t quotes = 0;
        for (const char *s = header; *s; s++)
            quotes += *s == '"';
        ck_assert_msg(quotes == 2 && !strpbrk(header, "\\\r\n"), "%d: %s", c, header);
        ck_assert_ptr_null(strchr(name, '/'));
    }
    arena_release(&arena);
}
END_TEST

int main(void)
{
    return unit_main("disposition", (const TTest *const[]){
                                        file_names,
                                        a_cut_title_is_valid_at_any_length,
                                        the_header,
                                        the_longest_name,
                                        no_byte_of_a_title_breaks_the_header,
                                        NULL,
                                    });
}
