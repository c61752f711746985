/*
 * Signatures of webhooks, by tables. The row called "published" is the example of Standard
 * Webhooks; all others were computed with Python's hmac.
 */
#include "runner/deliver/webhook.h"

#include <string.h>

#include "lib/hash.h"
#include "tests/unit/unit.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

#define ID   "msg_p5jXN8AQM9LWM0D4loKWxJek"
#define BODY "{\"test\": 2432232314}"
#define KEY  "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

#define PUBLISHED "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
#define RAW       "v1,Ke1+e5RBdUa6MPquxln3Scad1ll8xXztbGt/aZAIlfY="

enum { NOW = 1614265330 };

static struct buf bytes(const char *s, size_t len)
{
    struct buf b;
    buf_init(&b, 4096);
    buf_add(&b, s, len);
    return b;
}

/* Signs with up to three secrets; the first one that is NULL ends the list. */
static void check_standard(const char *const texts[3], const struct buf *body, time_t now,
                           const char *expected)
{
    struct secret secrets[3];
    struct buf out;
    size_t n = 0;
    buf_init(&out, 1024);
    for (; n < 3 && texts[n]; n++)
        secrets[n] = (struct secret){(char *)(uintptr_t)texts[n], strlen(texts[n])};
    webhook_sign_standard(secrets, n, ID, now, body, &out);
    ck_assert(buf_ok(&out));
    ck_assert_str_eq(out.data, expected);
    buf_release(&out);
}

static const struct {
    const char *what, *secrets[3], *expected;
} rows[] = {
    {"published", {"whsec_" KEY}, PUBLISHED},
    {"a raw secret", {"a raw secret"}, RAW},
    {"the key alone is a raw secret", {KEY}, "v1,ELhqG0Ku1gwOc1f4jyKdp3SFGFLAOdJ9bvpWLciCakI="},
    {"the prefix has one case", {"WHSEC_" KEY}, "v1,JgAiieywq0e0etuxJP0DryCAonYbCMN9oLrU6njN5ag="},
    {"zero bytes belong to a key",
     {"whsec_AAAA/wAB"},
     "v1,xA6p0YSv1gdlQLnG7Xg8rl4lFVBy5vnns43IGRCGAdo="},
    {"the newest first", {"whsec_" KEY, "a raw secret"}, PUBLISHED " " RAW},
    {"and the other way round", {"a raw secret", "whsec_" KEY}, RAW " " PUBLISHED},
    {"three", {"a raw secret", "whsec_" KEY, "a raw secret"}, RAW " " PUBLISHED " " RAW},
    {"no secret, no signature", {NULL}, ""},
};

START_TEST(standard_webhooks)
{
    struct buf body = bytes(BODY, strlen(BODY));
    for (size_t i = 0; i < COUNT(rows); i++)
        check_standard(rows[i].secrets, &body, NOW, rows[i].expected);
    buf_release(&body);
}
END_TEST

START_TEST(what_is_signed_is_id_time_and_body)
{
    const char *const secret[3] = {"whsec_" KEY};
    struct buf body = bytes(BODY, strlen(BODY)), empty = bytes("", 0), nul = bytes("a\0b", 3);
    check_standard(secret, &empty, NOW, "v1,v48jdbgvh29KJz2Qc+ghw8G6vG3nAKnujWBg8oM/62A=");
    check_standard(secret, &nul, NOW, "v1,OCz/PmGBdMa0Av1gDdWl33myIh8dApC6qlZDpRISdA8=");
    /* After 2038, in the year 2100. */
    check_standard(secret, &body, 4102444800, "v1,sS0B/Pmm4V+yjQOpDbdnGYaYFOBDRa48z5/DcnO9qqE=");
    buf_release(&body);
    buf_release(&empty);
    buf_release(&nul);
}
END_TEST

START_TEST(a_large_body_is_signed_whole)
{
    struct secret secret = {(char *)(uintptr_t) "a raw secret", 12};
    struct buf a, b, out[2];
    buf_init(&a, 1 << 20);
    buf_init(&b, 1 << 20);
    for (int i = 0; i < 1 << 18; i++) {
        buf_add_str(&a, "abcd");
        buf_add_str(&b, i == (1 << 18) - 1 ? "abce" : "abcd");
    }
    for (int i = 0; i < 2; i++) {
        buf_init(&out[i], 1024);
        webhook_sign_standard(&secret, 1, ID, NOW, i ? &b : &a, &out[i]);
    }
    ck_assert_uint_eq(out[0].len, out[1].len);
    ck_assert_str_ne(out[0].data, out[1].data);
    for (int i = 0; i < 2; i++)
        buf_release(&out[i]);
    buf_release(&a);
    buf_release(&b);
}
END_TEST

#define K10 "kkkkkkkkkk"
#define K50 K10 K10 K10 K10 K10

static const struct {
    const char *what, *secret, *body;
    size_t body_len;
    const char *expected;
} spatie[] = {
    {"a secret", "a raw secret", BODY, sizeof(BODY) - 1,
     "8eab75bfc8420f418705017289df3f4a8626ffc1359f4af90a7c49daf9a32f00"},
    {"whsec_ means nothing here", "whsec_" KEY, BODY, sizeof(BODY) - 1,
     "80ec8a89ce3cd22133a1066caecb4d04fea7467657c8514d717ec42c38a5c94c"},
    {"longer than a block", K50 K50, BODY, sizeof(BODY) - 1,
     "4a182efe5847ae223263080544096632d30e67d549610c7736e7aeba4af41e70"},
    {"bytes that are no text", "\xff\x01\n", BODY, sizeof(BODY) - 1,
     "ff0e4c13f4436d179b13c32f79277afe30285a97e2cacf5b1c73d30c1d8ee711"},
    {"an empty body", "a raw secret", "", 0,
     "8301b534cec4b8e5016cd0c567d9f08b08ac34163698d70e42f644c4886cd007"},
    {"a NUL in the body", "a raw secret", "a\0b", 3,
     "dbfdb73b7219fe3cc847ce8dd03ae5b313efd1b67cd539d92815346fa7894aa5"},
};

START_TEST(spatie_laravel_webhook_client)
{
    for (size_t i = 0; i < COUNT(spatie); i++) {
        struct secret secret = {(char *)(uintptr_t)spatie[i].secret, strlen(spatie[i].secret)};
        struct buf body = bytes(spatie[i].body, spatie[i].body_len);
        char hex[HASH_HEX_SIZE];
        webhook_sign_spatie(&secret, &body, hex);
        ck_assert_msg(strcmp(hex, spatie[i].expected) == 0, "%s: %s", spatie[i].what, hex);
        buf_release(&body);
    }
}
END_TEST

static const struct {
    const char *secret;
    bool good;
} secrets[] = {
    {"whsec_" KEY, true},
    {"whsec_QQ==", true},
    {"whsec_QUI=", true},
    {"anything at all \x01\xff", true},
    {"whsec", true}, /* a raw one */
    {"WHSEC_???", true},
    {" whsec_???", true},
    {"whsec_", false},
    {"whsec_=", false},
    {"whsec_====", false},
    {"whsec_QQ", false},
    {"whsec_QQ=", false},
    {"whsec_QQ===", false},
    {"whsec_QR==", false}, /* bits that padding cuts off */
    {"whsec_Q", false},
    {"whsec_QUI=QUI=", false},
    {"whsec_QU I", false},
    {"whsec_ QUJD", false},
    {"whsec_QUJD\n", false},
    {"whsec_QUJD\r", false},
    {"whsec_QU-_", false}, /* the alphabet of URLs */
    {"whsec_QUJ\xc3\xa9", false},
    {"whsec_whsec_QUJD", false},
};

START_TEST(secrets_are_checked_before_they_are_used)
{
    for (size_t i = 0; i < COUNT(secrets); i++) {
        struct secret s = {(char *)(uintptr_t)secrets[i].secret, strlen(secrets[i].secret)};
        const char *wrong = webhook_check_secret(&s);
        ck_assert_msg((wrong == NULL) == secrets[i].good, "\"%s\"", secrets[i].secret);
        ck_assert_msg(!wrong || !strstr(wrong, secrets[i].secret + strlen("whsec_")) ||
                          strlen(secrets[i].secret) <= strlen("whsec_="),
                      "\"%s\" is repeated in \"%s\"", secrets[i].secret, wrong);
    }
}
END_TEST

START_TEST(the_longest_secret)
{
    static char text[LIMIT_SECRET_BYTES + 1];
    char hex[HASH_HEX_SIZE];
    struct buf out, body = bytes(BODY, strlen(BODY));
    memset(text, 'A', LIMIT_SECRET_BYTES);
    memcpy(text, "whsec_", strlen("whsec_"));
    /* What follows the prefix must be a multiple of four. */
    size_t len = strlen("whsec_") + (LIMIT_SECRET_BYTES - strlen("whsec_")) / 4 * 4;
    text[len] = '\0';
    struct secret secret = {text, len};
    ck_assert(webhook_check_secret(&secret) == NULL);
    buf_init(&out, 1024);
    webhook_sign_standard(&secret, 1, ID, NOW, &body, &out);
    ck_assert_uint_eq(out.len, strlen(PUBLISHED));
    webhook_sign_spatie(&secret, &body, hex);
    ck_assert_uint_eq(strlen(hex), 64);
    buf_release(&out);
    buf_release(&body);
}
END_TEST

int main(void)
{
    return unit_main("webhook_sign", (const TTest *const[]){
                                         standard_webhooks,
                                         what_is_signed_is_id_time_and_body,
                                         a_large_body_is_signed_whole,
                                         spatie_laravel_webhook_client,
                                         secrets_are_checked_before_they_are_used,
                                         the_longest_secret,
                                         NULL,
                                     });
}
