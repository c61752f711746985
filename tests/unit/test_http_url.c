/* URLs of the configuration: what is read out of them, and what is refused. */
#include "runner/deliver/http_url.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/unit.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct {
    const char *text, *scheme, *host, *path, *query;
} good[] = {
    {"https://example.com", "https", "example.com", "/", NULL},
    {"https://example.com/", "https", "example.com", "/", NULL},
    {"https://example.com/hook", "https", "example.com", "/hook", NULL},
    {"https://example.com/a/b/?x=1&y=%20", "https", "example.com", "/a/b/", "x=1&y=%20"},
    {"https://example.com?x", "https", "example.com", "/", "x"},
    {"https://example.com/%2e%2E/a%2Fb", "https", "example.com", NULL, NULL},
    {"https://example.com/a//b", "https", "example.com", "/a//b", NULL},
    {"HTTPS://example.com/A", "https", "example.com", "/A", NULL},
    {"https://example.com./", "https", "example.com.", "/", NULL},
    {"https://s3.eu-central-1.amazonaws.com", "https", "s3.eu-central-1.amazonaws.com", "/", NULL},
    /* Ports: the scheme's own is not part of the Host header. */
    {"https://example.com:443/", "https", "example.com", "/", NULL},
    {"https://example.com:80/", "https", "example.com:80", "/", NULL},
    {"https://example.com:8443/x", "https", "example.com:8443", "/x", NULL},
    {"https://example.com:65535/", "https", "example.com:65535", "/", NULL},
    {"http://example.com:80/", "http", "example.com", "/", NULL},
    {"http://example.com:443/", "http", "example.com:443", "/", NULL},
    {"http://127.0.0.1:9000", "http", "127.0.0.1:9000", "/", NULL},
    /* IPv6 */
    {"https://[::1]/", "https", "[::1]", "/", NULL},
    {"https://[2001:db8::5]:8443/a", "https", "[2001:db8::5]:8443", "/a", NULL},
    {"https://[::1]:443/", "https", "[::1]", "/", NULL},
    {"http://[::ffff:10.0.0.5]:80/", "http", NULL, "/", NULL},
    /* An @ behind the host is no password. */
    {"https://example.com/a@b", "https", "example.com", "/a@b", NULL},
    {"https://example.com/?mail=a@b:c", "https", "example.com", "/", "mail=a@b:c"},
};

START_TEST(parts_of_a_url)
{
    for (size_t i = 0; i < COUNT(good); i++) {
        struct arena arena = {0};
        struct http_url url = {0};
        const char *text = good[i].text;
        const char *wrong = http_url_parse(text, true, &arena, &url);
        ck_assert_msg(wrong == NULL, "%s %s", text, wrong);
        ck_assert_str_eq(url.scheme, good[i].scheme);
        ck_assert_msg(!good[i].host || strcmp(url.host, good[i].host) == 0, "%s: host %s", text,
                      url.host);
        ck_assert_msg(!good[i].path || strcmp(url.path, good[i].path) == 0, "%s: path %s", text,
                      url.path);
        if (good[i].query)
            ck_assert_str_eq(url.query, good[i].query);
        else
            ck_assert_msg(url.query == NULL, "%s: query %s", text, url.query);
        arena_release(&arena);
    }
}
END_TEST

static const struct {
    const char *text, *why;
} bad[] = {
    {"", "is not a URL"},
    {"example.com", "is not a URL"},
    {"example.com:443/path", NULL},
    {"//example.com/", "is not a URL"},
    {"/path", "is not a URL"},
    {"https", "is not a URL"},
    {"https:", "is not a URL"},
    {"https://", "is not a URL"},
    {"https:///", "is not a URL"},
    {"https://:443/", "is not a URL"},
    {"https://?x", "is not a URL"},
    {"https://#x", "is not a URL"},
    /* other schemes */
    {"ftp://example.com/", "must begin with https://"},
    {"file:///etc/passwd", NULL},
    {"file://localhost/etc/passwd", NULL},
    {"gopher://example.com/", "must begin with https://"},
    {"ws://example.com/", NULL},
    {"s3://bucket/key", NULL},
    {"javascript:alert(1)", NULL},
    {"xhttps://example.com/", NULL},
    {"https+unix://example.com/", NULL},
    /* names and passwords */
    {"https://user@example.com/", "must not hold a name or a password"},
    {"https://user:secret@example.com/", "must not hold a name or a password"},
    {"https://:secret@example.com/", "must not hold a name or a password"},
    {"https://a.example@b.example/", "must not hold a name or a password"},
    {"https://a.example%2f@b.example/", "must not hold a name or a password"},
    {"https://a@b@c.example/", NULL},
    /* fragments */
    {"https://example.com/#part", "must not hold a fragment"},
    {"https://example.com#part", "must not hold a fragment"},
    {"https://example.com/?a#b", "must not hold a fragment"},
    /* blanks, control characters, what is not ASCII */
    {" https://example.com/", "holds a blank"},
    {"https://example.com/ ", "holds a blank"},
    {"https://example.com/a b", "holds a blank"},
    {"https://exam ple.com/", "holds a blank"},
    {"https://example.com/\n", "holds a blank"},
    {"https://example.com/\r\nX-Evil: 1", "holds a blank"},
    {"https://example.com/\t", "holds a blank"},
    {"https://example.com/\x01", "holds a blank"},
    {"https://example.com/\x7f", "holds a blank"},
    {"https://example.com/caf\xc3\xa9", "holds a blank"},
    {"https://caf\xc3\xa9.example/", "holds a blank"},
    {"https://example.com/\xff", "holds a blank"},
    /* ports */
    {"https://example.com:65536/", "is not a URL"},
    {"https://example.com:-1/", "is not a URL"},
    {"https://example.com:8o/", "is not a URL"},
    {"https://example.com:80:80/", "is not a URL"},
    /* hosts */
    {"https://[::1/", "is not a URL"},
    {"https://::1/", "is not a URL"},
    {"https://[::zz]/", "is not a URL"},
    {"https://[1.2.3.4]/", "is not a URL"},
    {"https://[]/", "is not a URL"},
    {"https://a.example\\@b.example/", NULL},
    {"https://exa<mple.com/", "is not a URL"},
    {"https://exa\"mple.com/", "is not a URL"},
    {"https://example.com%00.evil.example/", "is not a URL"},
    {"https://example.com%0d%0aX-Evil/", "is not a URL"},
};

START_TEST(what_is_refused)
{
    for (size_t i = 0; i < COUNT(bad); i++) {
        struct arena arena = {0};
        struct http_url url = {0};
        const char *wrong = http_url_parse(bad[i].text, true, &arena, &url);
        ck_assert_msg(wrong != NULL, "\"%s\" is taken, with the host \"%s\"", bad[i].text,
                      url.host);
        ck_assert_msg(!bad[i].why || strncmp(wrong, bad[i].why, strlen(bad[i].why)) == 0,
                      "\"%s\" %s", bad[i].text, wrong);
        arena_release(&arena);
    }
}
END_TEST

START_TEST(plain_http_must_be_asked_for)
{
    static const char *const plain[] = {"http://example.com/", "HTTP://example.com/",
                                        "http://127.0.0.1:9000", "hTtP://[::1]/"};
    for (size_t i = 0; i < COUNT(plain); i++) {
        struct arena arena = {0};
        struct http_url url = {0};
        const char *wrong = http_url_parse(plain[i], false, &arena, &url);
        ck_assert_msg(wrong && strstr(wrong, "not encrypted"), "%s", plain[i]);
        ck_assert_ptr_null(http_url_parse(plain[i], true, &arena, &url));
        arena_release(&arena);
    }
}
END_TEST

/* A message must not repeat what may be a secret. */
START_TEST(reasons_do_not_repeat_the_url)
{
    static const char *const secret[] = {
        "https://user:canary@example.com/",     "https://example.com/canary #",
        "https://example.com/?token=canary#x",  "canary://example.com/?token=canary",
        "https://example.com:canary/",          "http://example.com/canary",
        "https://canary:canary@canary/#canary", "https://canary\x01/",
    };
    for (size_t i = 0; i < COUNT(secret); i++) {
        struct arena arena = {0};
        struct http_url url = {0};
        const char *wrong = http_url_parse(secret[i], false, &arena, &url);
        ck_assert_msg(wrong && !strstr(wrong, "canary"), "%s", secret[i]);
        arena_release(&arena);
    }
}
END_TEST

/* No single byte gets another host into a URL than the one that stands between // and the next /.
 */
START_TEST(no_byte_changes_the_host)
{
    for (int c = 1; c < 256; c++) {
        char text[64];
        struct arena arena = {0};
        struct http_url url = {0};
        snprintf(text, sizeof(text), "https://a.example%cb.example/path", (char)c);
        if (!http_url_parse(text, true, &arena, &url))
            ck_assert_msg(strncmp(url.host, "a.example", 9) == 0, "%d: %s", c, url.host);
        arena_release(&arena);
    }
}
END_TEST

int main(void)
{
    return unit_main("http_url", (const TTest *const[]){
                                     parts_of_a_url,
                                     what_is_refused,
                                     plain_http_must_be_asked_for,
                                     reasons_do_not_repeat_the_url,
                                     no_byte_changes_the_host,
                                     NULL,
                                 });
}
