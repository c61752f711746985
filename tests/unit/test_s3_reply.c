/* What is believed of an S3 server's answers: whole documents of the expected kind, and no more. */
#include "runner/deliver/s3_reply.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/unit.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

#define HEAD "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
#define NS   " xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\""

#define NO_KEY                                                                                     \
    HEAD "\n<Error><Code>NoSuchKey</Code><Message>no &lt;such&gt; key &amp; more</Message>"        \
         "<Key>a/b</Key><RequestId>tx1</RequestId></Error>"
#define STARTED                                                                                    \
    HEAD "<InitiateMultipartUploadResult" NS "><Bucket>b</Bucket><Key>k</Key>"                     \
         "<UploadId>2~a/b+c=</UploadId></InitiateMultipartUploadResult>\r\n"
#define PARTS                                                                                      \
    HEAD "<ListPartsResult" NS "><Part><PartNumber>1</PartNumber><ETag>&quot;aa&quot;</ETag>"      \
         "</Part><Part><PartNumber>2</PartNumber><ETag>&#34;bb&#34;</ETag></Part>"                 \
         "</ListPartsResult>"

static const struct {
    const char *what, *xml, *root;
    bool expected;
} rows[] = {
    {"an error", NO_KEY, "Error", true},
    {"a result with a name space", STARTED, "InitiateMultipartUploadResult", true},
    {"a list", PARTS, "ListPartsResult", true},
    {"white space first", " \t\r\n\n " NO_KEY, "Error", true},
    {"white space at the end", NO_KEY "\n\n", "Error", true},
    {"without a declaration", "<Error><Code>X</Code></Error>", "Error", true},
    {"no children", "<Error/>", "Error", true},
    {"characters beyond ASCII", "<Error><Message>caf\xc3\xa9</Message></Error>", "Error", true},
    {"an error where a result is expected", NO_KEY, "CompleteMultipartUploadResult", false},
    {"a name that is longer", "<Errors/>", "Error", false},
    {"a name that is shorter", "<Err/>", "Error", false},
    {"another case", "<error/>", "Error", false},
    {"a prefix", "<s3:Error xmlns:s3=\"x\"/>", "Error", false},
    {"inside of another element", "<a><Error></Error></a>", "Error", false},
    {"nothing", "", "Error", false},
    {"white space alone", " \r\n\t", "Error", false},
    {"a text", "Error", "Error", false},
    {"JSON", "{\"Error\": \"<Error/>\"}", "Error", false},
    {"a page", "<!DOCTYPE html><html><body>502</body></html>", "html", false},
    {"a page without a doctype", "<html><body><p>502<br></body></html>", "html", false},
    {"two documents", "<Error/><Error/>", "Error", false},
    {"bytes behind it", NO_KEY "x", "Error", false},
    {"a DTD", "<!DOCTYPE Error [<!ENTITY e \"x\">]><Error>&e;</Error>", "Error", false},
    {"an entity of one's own", "<Error>&e;</Error>", "Error", false},
    {"an unfinished entity", "<Error>a & b</Error>", "Error", false},
    {"elements that cross", "<Error><a><b></a></b></Error>", "Error", false},
    {"bytes that are no UTF-8", "<Error><Message>\xff</Message></Error>", "Error", false},
    {"a cut character", "<Error><Message>\xc3</Message></Error>", "Error", false},
    {"a control character", "<Error><Message>\x1b[2J</Message></Error>", "Error", false},
    {"a byte order mark", "\xef\xbb\xbf<Error/>", "Error", false},
};

START_TEST(only_whole_documents_of_that_root)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        ck_assert_msg(s3_reply_is(rows[i].xml, strlen(rows[i].xml), rows[i].root) ==
                          rows[i].expected,
                      "%s", rows[i].what);
}
END_TEST

START_TEST(cut_anywhere_it_is_none)
{
    const char *const all[] = {NO_KEY, PARTS};
    const char *const roots[] = {"Error", "ListPartsResult"};
    for (size_t i = 0; i < COUNT(all); i++) {
        for (size_t len = 0; len < strlen(all[i]); len++)
            ck_assert_msg(!s3_reply_is(all[i], len, roots[i]), "%zu bytes of %s", len, roots[i]);
        ck_assert(s3_reply_is(all[i], strlen(all[i]), roots[i]));
    }
}
END_TEST

START_TEST(nul_bytes_are_no_part_of_a_document)
{
    const char xml[] = "<Error>\0</Error>";
    const char before[] = "\0<Error></Error>";
    const char behind[] = "<Error></Error>\0";
    ck_assert(!s3_reply_is(xml, sizeof(xml) - 1, "Error"));
    ck_assert(!s3_reply_is(behind, sizeof(behind) - 1, "Error"));
    ck_assert_msg(!s3_reply_is(before, sizeof(before) - 1, "Error"),
                  "a NUL is taken for white space");
}
END_TEST

START_TEST(nesting_has_an_end)
{
    char xml[8192];
    size_t len = 0;
    for (int i = 0; i < 500; i++)
        len += (size_t)snprintf(xml + len, sizeof(xml) - len, "<Error>");
    for (int i = 0; i < 500; i++)
        len += (size_t)snprintf(xml + len, sizeof(xml) - len, "</Error>");
    ck_assert(!s3_reply_is(xml, len, "Error"));
}
END_TEST

static const struct {
    const char *what, *xml, *name, *expected; /* NULL: none */
} texts[] = {
    {"a code", NO_KEY, "Code", "NoSuchKey"},
    {"entities", NO_KEY, "Message", "no <such> key & more"},
    {"an id", STARTED, "UploadId", "2~a/b+c="},
    {"the first of several", PARTS, "PartNumber", "1"},
    {"quotes", PARTS, "ETag", "\"aa\""},
    {"all entities", "<a>&lt;&gt;&amp;&quot;&apos;&#34;&#39;</a>", "a", "<>&\"'\"'"},
    {"entities once", "<a>&amp;lt;&amp;amp;</a>", "a", "&lt;&amp;"},
    {"an unfinished entity stays", "<a>&am</a>", "a", "&am"},
    {"an entity that ends behind the text", "<a>&lt</a>;", "a", "&lt"},
    {"control characters", "<a>x\ry\nz\t\x1b[31m\x7f</a>", "a", "x y z  [31m "},
    {"UTF-8 stays", "<a>caf\xc3\xa9</a>", "a", "caf\xc3\xa9"},
    {"empty", "<a></a>", "a", ""},
    {"none", NO_KEY, "UploadId", NULL},
    {"an empty element tag is none", "<x><a/></x>", "a", NULL},
    {"a longer name is another one", "<ab>1</ab><a>2</a>", "a", "2"},
    {"not closed", "<a>1", "a", NULL},
    {"closed only before", "</a><a>1", "a", NULL},
    {"nothing", "", "a", NULL},
};

START_TEST(texts_of_elements)
{
    char out[64];
    for (size_t i = 0; i < COUNT(texts); i++) {
        const char *xml = texts[i].xml;
        const char *end = s3_reply_text(xml, NULL, texts[i].name, out, sizeof(out));
        ck_assert_msg((end != NULL) == (texts[i].expected != NULL), "%s", texts[i].what);
        if (!end)
            continue;
        ck_assert_msg(strcmp(out, texts[i].expected) == 0, "%s: \"%s\"", texts[i].what, out);
        ck_assert_msg(end > xml && end <= xml + strlen(xml) && end[-1] == '>', "%s", texts[i].what);
    }
}
END_TEST

START_TEST(one_after_the_other)
{
    char out[64];
    const char *const xml = PARTS;
    const char *at = s3_reply_text(xml, NULL, "ETag", out, sizeof(out));
    ck_assert_str_eq(out, "\"aa\"");
    at = s3_reply_text(xml, at, "ETag", out, sizeof(out));
    ck_assert_ptr_nonnull(at);
    ck_assert_str_eq(out, "\"bb\"");
    ck_assert_ptr_null(s3_reply_text(xml, at, "ETag", out, sizeof(out)));
}
END_TEST

START_TEST(a_text_is_cut_to_the_room_there_is)
{
    const char xml[] = "<a>a&amp;b&lt;c</a><b>next</b>";
    const char whole[] = "a&b<c";
    for (size_t size = 1; size < 10; size++) {
        char out[16];
        memset(out, '#', sizeof(out));
        const char *end = s3_reply_text(xml, NULL, "a", out, size);
        size_t expected = size - 1 < strlen(whole) ? size - 1 : strlen(whole);
        ck_assert_uint_eq(strlen(out), expected);
        ck_assert_int_eq(strncmp(out, whole, expected), 0);
        ck_assert_msg(out[size] == '#', "a byte too many with %zu", size);
        /* Where it ends does not depend on the room. */
        ck_assert_str_eq(end, "<b>next</b>");
    }
}
END_TEST

int main(void)
{
    return unit_main("s3_reply", (const TTest *const[]){
                                     only_whole_documents_of_that_root,
                                     cut_anywhere_it_is_none,
                                     nul_bytes_are_no_part_of_a_document,
                                     nesting_has_an_end,
                                     texts_of_elements,
                                     one_after_the_other,
                                     a_text_is_cut_to_the_room_there_is,
                                     NULL,
                                 });
}
