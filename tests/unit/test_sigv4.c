/*
 * Signatures of requests, by tables. The rows called "published" are the examples of the Amazon S3
 * API Reference; the signatures of all others were computed with botocore 1.29, so that no mistake
 * of ours can be its own proof.
 */
#include "runner/deliver/sigv4.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/unit.h"

/* The account of the published examples, which is nobody's. */
#define KEY_ID "AKIAIOSFODNN7EXAMPLE"
#define SECRET "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
#define HOST   "examplebucket.s3.amazonaws.com"
#define TOKEN  "FwoGZXIvYXdzEBYaD//+/=EXAMPLE="

/* SHA-256 of nothing, "Welcome to Amazon S3." and "part". */
#define EMPTY   "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define WELCOME "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072"
#define PART    "37a680133bd09342f934afb8dd2c7d9e1b624da5f35e3a38adb103e37c055ed1"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const time_t published = 1369353600; /* 2013-05-24 00:00:00 UTC */

enum { HEADERS = 6 };

/* What a row leaves out: the published account, host, region and time, no body. */
struct row {
    const char *what, *method, *key, *query;
    struct http_header headers[HEADERS];
    const char *names, *signature; /* expected */
    const char *token, *payload, *host, *key_id, *secret, *region, *date;
    time_t now;
};

#define BASE         "host;x-amz-content-sha256;x-amz-date"
#define DISPOSITION  "attachment; filename=\"a  b.csv\""
#define LAST_INSTANT 1798761599

static const struct row rows[] = {
    {"published: an object by range", "GET", "/test.txt", .headers = {{"Range", "bytes=0-9"}},
     .names = "host;range;x-amz-content-sha256;x-amz-date",
     .signature = "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"},
    {"published: an upload", "PUT", "/test$file.text", .payload = WELCOME,
     .headers = {{"Date", "Fri, 24 May 2013 00:00:00 GMT"},
                 {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
     .names = "date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class",
     .signature = "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"},
    {"published: a bare parameter", "GET", "/", "lifecycle", .names = BASE,
     .signature = "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"},
    {"published: a listing", "GET", "/", "max-keys=2&prefix=J", .names = BASE,
     .signature = "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"},
    {"no key", "HEAD", "/", .names = BASE,
     .signature = "03fdfa77cf301b3a62c237740d7b29e71f91d105e421550f51d24ffef8b93718"},
    {"a space, + and =", "PUT", "/a b+c=d.csv", .names = BASE,
     .signature = "bc23d9ddb18959956c75a4147d6d23cfe0b432dba89ab185bed8f99476f8723f"},
    {"a percent sign", "PUT", "/100%25/50%.csv", .names = BASE,
     .signature = "e5a8e33494a08f24013455ceb39496b7a7d1ac09fbaabec0590408480cf96e7c"},
    {"UTF-8", "PUT", "/caf\xc3\xa9/\xe6\x97\xa5\xe6\x9c\xac/\xf0\x9f\x98\x80.xlsx", .names = BASE,
     .signature = "c4aa5c3c11b2f17139f1bfbc15fb05d4ceaef3dd3f077d90eefabd4ce34f9d74"},
    {"reserved characters", "GET", "/!\"#$&'()*,:;<>?@[\\]^`{|}", .names = BASE,
     .signature = "d74ce85599320a02975386c446834e5de14bae03b62c849d73e367792ccf4e44"},
    {"unreserved characters", "GET", "/AZaz09-._~", .names = BASE,
     .signature = "3e070f3677bcdaf498894bfee41b8d6f7b5533893f158f1cf9a1d7bac0b434da"},
    {"dots and empty segments", "GET", "/a/./b/../c//d/", .names = BASE,
     .signature = "f35f2d789fc7e99a2bc0255cf2046b9ab391bbd10c8cea108fe5b0ecd4eab495"},
    {"a token", "PUT", "/a", .token = TOKEN, .names = BASE ";x-amz-security-token",
     .signature = "409f26f849d5b32586f4acf8a7babf9e95b896032323e529df66b73e3df6da4d"},
    {"a token among other headers", "PUT", "/a",
     .token = "T/o+k=", .headers = {{"x-amz-meta-a", "1"}, {"x-amz-tagging", "k=v"}},
     .names = BASE ";x-amz-meta-a;x-amz-security-token;x-amz-tagging",
     .signature = "0c40765328ddcf604c4f609ec5f8544563ff7d13bf86f5faa93cb9e84b3268f5"},
    {"headers of which one begins with the other", "PUT", "/a",
     .headers = {{"x-amz-meta-a-b", "2"}, {"x-amz-meta-a", "1"}, {"X-Amz-Meta-A1", "3"}},
     .names = BASE ";x-amz-meta-a;x-amz-meta-a-b;x-amz-meta-a1",
     .signature = "d4f0b4d0c493ef2fbccf88a24a28784002b48fd515c27c71001bff16245bcce8"},
    {"headers in capitals, unsorted", "PUT", "/a",
     .headers = {{"X-Amz-Meta-B", "2"},
                 {"Content-MD5", "1B2M2Y8AsgTpgAmY7PhCfg=="},
                 {"If-None-Match", "*"},
                 {"Content-Type", "text/csv; charset=utf-8"}},
     .names = "content-md5;content-type;host;if-none-match;x-amz-content-sha256;x-amz-date;"
              "x-amz-meta-b",
     .signature = "f23471d329f8488a67866fb37eb44ddab4a81eee65a8b0d445123f4a5d75bbfc"},
    {"blanks around and within a value", "PUT", "/a",
     .headers = {{"x-amz-meta-a", "  1 \t 2   3  "}, {"x-amz-meta-b", "4\t5"}},
     .names = BASE ";x-amz-meta-a;x-amz-meta-b",
     .signature = "989a3e03d5786ff0707c819361d6faa30ffbcb480a0a3c58d1244b163673ab9f"},
    {"blanks within quotes", "PUT", "/a", .headers = {{"content-disposition", DISPOSITION}},
     .names = "content-disposition;" BASE,
     .signature = "c13102b75700d8ec6d80d6152fb80b70b75522e61a87e63e0d8138424288c961"},
    {"empty values", "PUT", "/a", .headers = {{"x-amz-meta-a", ""}, {"x-amz-meta-b", "  "}},
     .names = BASE ";x-amz-meta-a;x-amz-meta-b",
     .signature = "89c92a54e3603e8d6501de6680c379d0bf27e298a71ee355128282d378e44fa1"},
    {"start of an upload in parts", "POST", "/a b.csv",
     "uploads=", .headers = {{"Content-Type", "text/csv"}}, .names = "content-type;" BASE,
     .signature = "25092048672b1d7e1538085a945eb13a1cf3ac02a41eda9401a18494ee2eb806"},
    {"the same without =", "POST", "/a b.csv", "uploads", .headers = {{"Content-Type", "text/csv"}},
     .names = "content-type;" BASE,
     .signature = "25092048672b1d7e1538085a945eb13a1cf3ac02a41eda9401a18494ee2eb806"},
    {"a part", "PUT", "/a", "partNumber=7&uploadId=2~a%2Fb%2B%3D", .payload = PART, .names = BASE,
     .signature = "8fd97d7997ffd526c47eecdaac9687949c09dd3496f8f84a1fd8a69e00237fb6"},
    {"the same unsorted", "PUT", "/a", "uploadId=2~a%2Fb%2B%3D&partNumber=7", .payload = PART,
     .names = BASE,
     .signature = "8fd97d7997ffd526c47eecdaac9687949c09dd3496f8f84a1fd8a69e00237fb6"},
    {"parameters of which one begins with the other", "GET", "/", "a-b=1&a=2&A=3&a=1&aa=0",
     .names = BASE,
     .signature = "a770a1ea235068b62f6774054bf8fde4412317913602e40a1f014330dfdd0f5c"},
    {"an encoded parameter", "GET", "/", "list-type=2&prefix=a%2Fb%20c%26%C3%A9", .names = BASE,
     .signature = "c7971d2ff83ac253f0ca522cd29e26841266e16387db897a08f51f603ca0b1d0"},
    {"a port", "GET", "/reports/a", .host = "127.0.0.1:9000", .names = BASE,
     .signature = "66cd3b4c235adc195312a359fdd65319d525f2c227e8800ae566a947b3e95855"},
    {"an IPv6 host with a port", "GET", "/reports/a", .host = "[::1]:9000", .names = BASE,
     .signature = "394dfb3fa8d3fc22dab939979883950119a3457d0a218e1368874937e197c41f"},
    {"another region and the last second of a year", "DELETE", "/a", "uploadId=x",
     .region = "eu-central-1", .now = LAST_INSTANT, .date = "20261231T235959Z", .names = BASE,
     .signature = "c506098a260abd21e5aaf4f2123b4812de645d4b443f56a844045aef21a779a3"},
    {"a colon in the key id", "GET", "/a", .key_id = "test:tester", .secret = "testing",
     .names = BASE,
     .signature = "034eff583c25fcd03128314849a4c7df97e4bba34c31deb803a7fc93dc9808b0"},
};

static const char *either(const char *value, const char *otherwise)
{
    return value ? value : otherwise;
}

static struct sigv4_credentials credentials(const struct row *row)
{
    return (struct sigv4_credentials){
        .access_key_id = either(row->key_id, KEY_ID),
        .secret_access_key = either(row->secret, SECRET),
        .session_token = row->token,
    };
}

static struct sigv4_request request(const struct row *row, const char *path)
{
    struct sigv4_request r = {
        .method = row->method,
        .host = either(row->host, HOST),
        .path = path,
        .query = either(row->query, ""),
        .headers = row->headers,
        .payload_sha256 = either(row->payload, EMPTY),
        .region = either(row->region, "us-east-1"),
        .service = "s3",
        .now = row->now ? row->now : published,
    };
    while (r.nheaders < HEADERS && row->headers[r.nheaders].name)
        r.nheaders++;
    return r;
}

static void check_headers(const struct row *row)
{
    const char *date = either(row->date, "20130524T000000Z");
    struct buf path, expected;
    buf_init(&path, 1000);
    buf_init(&expected, 1000);
    sigv4_encode(&path, row->key, true);
    buf_printf(&expected,
               "AWS4-HMAC-SHA256 Credential=%s/%.8s/%s/s3/aws4_request, "
               "SignedHeaders=%s, Signature=%s",
               either(row->key_id, KEY_ID), date, either(row->region, "us-east-1"), row->names,
               row->signature);

    struct sigv4_credentials c = credentials(row);
    struct sigv4_request r = request(row, path.data);
    struct sigv4_signature s;
    sigv4_sign(&c, &r, &s);
    ck_assert_msg(strcmp(s.date, date) == 0, "%s: %s", row->what, s.date);
    ck_assert_msg(strcmp(s.authorization.data, expected.data) == 0, "%s:\n%s\nexpected\n%s",
                  row->what, s.authorization.data, expected.data);
    buf_release(&s.authorization);
    buf_release(&path);
    buf_release(&expected);
}

START_TEST(signed_by_headers)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        check_headers(&rows[i]);
}
END_TEST

#define QUERY(key_id, expires)                                                                     \
    "X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" key_id                                    \
    "%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-"               \
    "Expires=" expires
#define FILENAME "response-content-disposition=attachment%3B%20filename%3D%22a%20b.csv%22"

/* `names` is the whole query here, without the signature. */
static const struct {
    struct row row;
    int expires_s;
} links[] = {
    {{"published", "GET", "/test.txt", .names = QUERY(KEY_ID, "86400&X-Amz-SignedHeaders=host"),
      .signature = "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"},
     86400},
    {{"for a second", "GET", "/a b+c/\xc3\xa9.xlsx",
      .names = QUERY(KEY_ID, "1&X-Amz-SignedHeaders=host"),
      .signature = "70aa2841c02c4c91f57fbcf42e6c0c95bcf7f4edebdba067df74374e281ebb77"},
     1},
    {{"parameters on both sides", "GET", "/a", "versionId=v%2F1&" FILENAME "&A=1",
      .names =
          "A=1&" QUERY(KEY_ID, "604800&X-Amz-SignedHeaders=host") "&" FILENAME "&versionId=v%2F1",
      .signature = "fe305df9f2b889ceb5924526130f053118fa2f0a70a00421267e222f317b551f"},
     604800},
    {{"a token", "GET", "/a", .token = TOKEN,
      .names = QUERY(KEY_ID, "60&X-Amz-Security-Token=FwoGZXIvYXdzEBYaD%2F%2F%2B%2F%3DEXAMPLE%3D"
                             "&X-Amz-SignedHeaders=host"),
      .signature = "c97c6fc66b91f8d413c0b2ed7799a732f7cb7282b7a5d66f04e1938d75ffb010"},
     60},
    {{"headers to be sent", "PUT", "/a",
      .headers = {{"x-amz-meta-a", "1"}, {"Content-Type", "text/csv"}},
      .names = QUERY(KEY_ID, "60&X-Amz-SignedHeaders=content-type%3Bhost%3Bx-amz-meta-a"),
      .signature = "933ad6f8a12b63ca854e56484d150e7f520398dc24440f74bf389974cca5d1c8"},
     60},
    {{"a port and a colon in the key id", "GET", "/reports/a", "x-id=GetObject",
      .host = "localhost:9000", .key_id = "test:tester", .secret = "testing",
      .names = QUERY("test%3Atester", "60&X-Amz-SignedHeaders=host") "&x-id=GetObject",
      .signature = "af97e73f6628824c0252898645f09e905a5ead745941e418574e17a5a534f791"},
     60},
};

static void check_query(const struct row *row, int expires_s)
{
    struct buf path, query, expected;
    buf_init(&path, 1000);
    buf_init(&query, 2000);
    buf_init(&expected, 2000);
    sigv4_encode(&path, row->key, true);
    buf_printf(&expected, "https://h/?%s&X-Amz-Signature=%s", row->names, row->signature);

    struct sigv4_credentials c = credentials(row);
    struct sigv4_request r = request(row, path.data);
    r.payload_sha256 = NULL;
    buf_add_str(&query, "https://h/?");
    sigv4_presign(&c, &r, expires_s, &query);
    ck_assert_msg(strcmp(query.data, expected.data) == 0, "%s:\n%s\nexpected\n%s", row->what,
                  query.data, expected.data);
    buf_release(&path);
    buf_release(&query);
    buf_release(&expected);
}

START_TEST(signed_by_query)
{
    for (size_t i = 0; i < COUNT(links); i++)
        check_query(&links[i].row, links[i].expires_s);
}
END_TEST

static const struct {
    const char *text, *encoded;
    bool keep_slash;
} encodings[] = {
    {"", "", false},
    {"AZaz09-._~", "AZaz09-._~", false},
    {"a/b", "a%2Fb", false},
    {"a/b", "a/b", true},
    {" +%=&?#", "%20%2B%25%3D%26%3F%23", true},
    {"!\"$'()*,:;<>@[\\]^`{|}", "%21%22%24%27%28%29%2A%2C%3A%3B%3C%3E%40%5B%5C%5D%5E%60%7B%7C%7D",
     true},
    {"\x01\t\n\x7f\x80\xff", "%01%09%0A%7F%80%FF", true},
    {"\xc3\xa9\xe6\x97\xa5", "%C3%A9%E6%97%A5", true},
};

START_TEST(encoding)
{
    struct buf out;
    buf_init(&out, 1000);
    for (size_t i = 0; i < COUNT(encodings); i++) {
        buf_clear(&out);
        sigv4_encode(&out, encodings[i].text, encodings[i].keep_slash);
        ck_assert_str_eq(out.data, encodings[i].encoded);
    }
    buf_release(&out);
}
END_TEST

/* A clock that is far off must not write beyond the date. */
START_TEST(absurd_clocks)
{
    const time_t clocks[] = {-1, 253402300799, 253402300800, INT64_MAX, INT64_MIN};
    const char *dates[] = {"19691231T235959Z", "99991231T235959Z", "", "", ""};
    for (size_t i = 0; i < COUNT(clocks); i++) {
        struct sigv4_credentials c = credentials(&rows[0]);
        struct sigv4_request r = request(&rows[0], "/");
        struct sigv4_signature s;
        r.now = clocks[i];
        sigv4_sign(&c, &r, &s);
        ck_assert_str_eq(s.date, dates[i]);
        buf_release(&s.authorization);
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {signed_by_headers, signed_by_query, encoding, absurd_clocks,
                                  NULL};
    return unit_main("sigv4", tests);
}
