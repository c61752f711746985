/* Digests against the vectors of FIPS 180-4, RFC 4231, RFC 1321 and RFC 4648. */
#include "lib/hash.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/mem.h"
#include "tests/unit/unit.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

START_TEST(known_answers)
{
    char hex[HASH_HEX_SIZE];
    hash_bytes("", 0, hex);
    ck_assert_str_eq(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    hash_bytes("abc", 3, hex);
    ck_assert_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    struct hash *h = hash_new();
    for (int i = 0; i < 1000; i++) {
        char chunk[1000];
        memset(chunk, 'a', sizeof(chunk));
        hash_add(h, chunk, sizeof(chunk));
    }
    hash_finish(h, hex);
    ck_assert_str_eq(hex, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    hash_free(NULL);
    hash_free(hash_new());
}
END_TEST

START_TEST(random_bytes)
{
    char a[201], b[201];
    hash_random_hex(a, 100);
    hash_random_hex(b, 100);
    ck_assert_uint_eq(strlen(a), 200);
    ck_assert_uint_eq(strspn(a, "0123456789abcdef"), 200);
    ck_assert_str_ne(a, b);
}
END_TEST

/*
 * RFC 4231, test cases 1 to 4, 6 and 7, and one of nothing; a key or message of one repeated byte
 * is given by count.
 */
static const struct {
    const char *key;
    int key_repeat;
    const char *message;
    int message_repeat;
    const char *mac;
} macs[] = {
    {"\x0b", 20, "Hi There", 1, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
    {"Jefe", 1, "what do ya want for nothing?", 1,
     "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
    {"\xaa", 20, "\xdd", 50, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
    {"\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17"
     "\x18\x19",
     1, "\xcd", 50, "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
    {"\xaa", 131, "Test Using Larger Than Block-Size Key - Hash Key First", 1,
     "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
    {"\xaa", 131,
     "This is a test using a larger than block-size key and a larger than block-size data. The key "
     "needs to be hashed before being used by the HMAC algorithm.",
     1, "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
    {"", 1, "", 1, "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"},
};

static void repeat(const char *text, int times, char out[1000])
{
    out[0] = '\0';
    for (size_t at = 0; times > 0; times--, at += strlen(text))
        snprintf(out + at, 1000 - at, "%s", text);
}

START_TEST(hmac)
{
    for (size_t i = 0; i < COUNT(macs); i++) {
        char key[1000], message[1000], hex[HASH_HEX_SIZE];
        unsigned char mac[HASH_BYTES];
        repeat(macs[i].key, macs[i].key_repeat, key);
        repeat(macs[i].message, macs[i].message_repeat, message);
        hash_hmac(key, strlen(key), message, strlen(message), mac);
        hash_hex(mac, sizeof(mac), hex);
        ck_assert_str_eq(hex, macs[i].mac);
    }
    unsigned char empty[HASH_BYTES], none[HASH_BYTES];
    hash_hmac("", 0, "", 0, empty);
    hash_hmac(NULL, 0, NULL, 0, none);
    ck_assert_mem_eq(empty, none, HASH_BYTES);
}
END_TEST

/* HMACs keyed by HMACs: the example of deriving a signing key in the AWS General Reference. */
START_TEST(hmac_of_hmac)
{
    static const char *const steps[] = {"us-east-1", "iam", "aws4_request"};
    static const char secret[] = "AWS4wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    unsigned char key[HASH_BYTES], next[HASH_BYTES];
    char hex[HASH_HEX_SIZE];
    hash_hmac(secret, strlen(secret), "20150830", 8, key);
    for (size_t i = 0; i < COUNT(steps); i++) {
        hash_hmac(key, sizeof(key), steps[i], strlen(steps[i]), next);
        memcpy(key, next, sizeof(key));
    }
    hash_hex(key, sizeof(key), hex);
    ck_assert_str_eq(hex, "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9");
}
END_TEST

START_TEST(hexadecimal)
{
    char out[2 * 4 + 1];
    hash_hex((const unsigned char *)"\x00\x0f\xa0\xff", 4, out);
    ck_assert_str_eq(out, "000fa0ff");
    hash_hex(NULL, 0, out);
    ck_assert_str_eq(out, "");
}
END_TEST

static int file_of(const char *bytes, size_t len)
{
    char *path = xasprintf("%s/range", unit_temp_dir());
    int fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, bytes, len), (ssize_t)len);
    free(path);
    return fd;
}

/* RFC 1321, the digests of the whole text. */
START_TEST(md5_of_a_range)
{
    static const struct {
        const char *text;
        uint64_t offset, len;
        const char *md5;
    } cases[] = {
        {"", 0, 0, "d41d8cd98f00b204e9800998ecf8427e"},
        {"abc", 3, 0, "d41d8cd98f00b204e9800998ecf8427e"},
        {"a", 0, 1, "0cc175b9c0f1b6a831c399e269772661"},
        {"abc", 0, 3, "900150983cd24fb0d6963f7d28e17f72"},
        {"xxabcyy", 2, 3, "900150983cd24fb0d6963f7d28e17f72"},
        {"message digest", 0, 14, "f96b697d7cb7938d525a2f31aaf161d0"},
        {"(abcdefghijklmnopqrstuvwxyz", 1, 26, "c3fcd3d76192e4007dfb496cca67e13b"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct err e = {0};
        unsigned char md5[HASH_MD5_BYTES];
        char sha256[HASH_HEX_SIZE], expected[HASH_HEX_SIZE], hex[2 * HASH_MD5_BYTES + 1];
        int fd = file_of(cases[i].text, strlen(cases[i].text));
        ck_assert_int_eq(lseek(fd, 0, SEEK_SET), 0);
        ck_ok(hash_range(fd, cases[i].offset, cases[i].len, md5, sha256, &e), &e);
        ck_assert_int_eq(lseek(fd, 0, SEEK_CUR), 0);
        hash_hex(md5, sizeof(md5), hex);
        ck_assert_str_eq(hex, cases[i].md5);
        hash_bytes(cases[i].text + cases[i].offset, cases[i].len, expected);
        ck_assert_str_eq(sha256, expected);
        close(fd);
    }
}
END_TEST

/* Longer than what is read at once; a million times "a" is a vector of FIPS 180-4. */
START_TEST(a_long_range)
{
    enum { LEN = 1000000 };
    struct err e = {0};
    unsigned char md5[HASH_MD5_BYTES];
    char sha256[HASH_HEX_SIZE], hex[2 * HASH_MD5_BYTES + 1];
    char *bytes = xmalloc(LEN + 2);
    memset(bytes, 'a', LEN + 2);
    bytes[0] = bytes[LEN + 1] = 'b';
    int fd = file_of(bytes, LEN + 2);
    ck_ok(hash_range(fd, 1, LEN, md5, sha256, &e), &e);
    hash_hex(md5, sizeof(md5), hex);
    ck_assert_str_eq(hex, "7707d6ae4e027c70eea2a935c2296f21");
    ck_assert_str_eq(sha256, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    ck_error(hash_range(fd, 3, LEN, md5, sha256, &e), &e, "the file ends too early");
    ck_error(hash_range(fd, LEN + 3, 1, md5, sha256, &e), &e, "the file ends too early");
    ck_error(hash_range(fd, UINT64_MAX, 1, md5, sha256, &e), &e, "can't read the file: ");
    close(fd);
    ck_error(hash_range(-1, 0, 1, md5, sha256, &e), &e, "can't read the file: ");
    ck_assert_int_eq(e.kind, ERR_IO);
    free(bytes);
}
END_TEST

START_TEST(base64)
{
    static const struct {
        const char *bytes, *text;
    } cases[] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
        {"\xfb\xff\xfe", "+//+"},
        {"\xff", "/w=="},
        {"Many bytes are more than one line of the mail format, which has line ends.",
         "TWFueSBieXRlcyBhcmUgbW9yZSB0aGFuIG9uZSBsaW5lIG9mIHRoZSBtYWlsIGZvcm1hdCwgd2hpY2ggaGFzIGxp"
         "bmUgZW5kcy4="},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        size_t len = strlen(cases[i].bytes), got = 99;
        /* Of exactly the size in the header, so that the sanitizer sees one byte more. */
        char *text = xmalloc(4 * ((len + 2) / 3) + 1);
        unsigned char *bytes = xmalloc(3 * strlen(cases[i].text) / 4);
        hash_base64(cases[i].bytes, len, text);
        ck_assert_str_eq(text, cases[i].text);
        ck_assert(hash_base64_decode(text, bytes, &got));
        ck_assert_uint_eq(got, len);
        ck_assert(len == 0 || memcmp(bytes, cases[i].bytes, len) == 0);
        free(text);
        free(bytes);
    }
}
END_TEST

START_TEST(bad_base64)
{
    static const char *const bad[] = {
        "Z",
        "Zg",
        "Zg=",
        "Zm8",
        "=",
        "==",
        "===",
        "====",
        "Z===",
        "Zm9v=",
        "Zm9v==",
        "Zm9v====",
        "Zg==Zg==",
        "Zg=g",
        "Z=g=",
        "=Zm9",
        "Zg== ",
        "Zg==x",
        " Zg==",
        "Zg==\n",
        "Zm9v\n",
        "Zm9v\nYg==",
        "Zm 9",
        "Zm9v ",
        "    ",
        "Zm-v",
        "Zm_v",
        "Zm9*",
        "Zm9.",
        "Zm9\x80",
        "Zm9\xc3",
        /* bits that the padding cuts off */
        "Zh==",
        "Zv==",
        "Zw==x",
        "Zo==",
        "Zm9=",
        "Zm+=",
        "//==",
        "///=",
    };
    unsigned char out[100];
    for (size_t i = 0; i < COUNT(bad); i++) {
        size_t len = 0;
        ck_assert_msg(!hash_base64_decode(bad[i], out, &len), "\"%s\"", bad[i]);
    }
    size_t len = 0;
    ck_assert(hash_base64_decode("Zw==", out, &len) && len == 1);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {known_answers,  random_bytes, hmac,   hmac_of_hmac, hexadecimal,
                                  md5_of_a_range, a_long_range, base64, bad_base64,   NULL};
    return unit_main("hash", tests);
}
