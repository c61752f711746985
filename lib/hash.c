#include "lib/hash.h"

#include <fcntl.h>
#include <limits.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/mem.h"

/* libcrypto fails here only when memory runs out or the library is broken: both end the process. */
static void need(int ok)
{
    if (!ok) {
        fputs("pressrun: libcrypto failed\n", stderr);
        abort();
    }
}

void hash_hex(const unsigned char *bytes, size_t len, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * len] = '\0';
}

/* struct hash is libcrypto's own context under our name. */
static EVP_MD_CTX *ctx(struct hash *h)
{
    return (EVP_MD_CTX *)(void *)h;
}

struct hash *hash_new(void)
{
    EVP_MD_CTX *c = EVP_MD_CTX_new();
    need(c && EVP_DigestInit_ex(c, EVP_sha256(), NULL));
    return (struct hash *)(void *)c;
}

void hash_add(struct hash *h, const void *p, size_t len)
{
    need(EVP_DigestUpdate(ctx(h), p, len));
}

void hash_finish(struct hash *h, char hex[HASH_HEX_SIZE])
{
    unsigned char md[EVP_MAX_MD_SIZE];
    unsigned len = 0;
    need(EVP_DigestFinal_ex(ctx(h), md, &len));
    hash_hex(md, len, hex);
    hash_free(h);
}

void hash_free(struct hash *h)
{
    EVP_MD_CTX_free(ctx(h));
}

void hash_bytes(const void *p, size_t len, char hex[HASH_HEX_SIZE])
{
    struct hash *h = hash_new();
    hash_add(h, p, len);
    hash_finish(h, hex);
}

int hash_file(const char *path, char hex[HASH_HEX_SIZE], struct err *e)
{
    enum { CHUNK = 1 << 17 };
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_sys(e, "can't read \"%s\"", path);
    struct hash *h = hash_new();
    char *chunk = xmalloc(CHUNK);
    ssize_t n;
    while ((n = read(fd, chunk, CHUNK)) > 0)
        hash_add(h, chunk, (size_t)n);
    if (n < 0) {
        err_sys(e, "can't read \"%s\"", path);
        hash_free(h);
    } else {
        hash_finish(h, hex);
    }
    free(chunk);
    close(fd);
    return n < 0 ? -1 : 0;
}

void hash_hmac(const void *key, size_t key_len, const void *p, size_t len,
               unsigned char out[HASH_BYTES])
{
    size_t n = 0;
    /* To libcrypto a key of NULL is a missing one, not an empty one. */
    need(EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, key_len ? key : "", key_len, p, len, out,
                   HASH_BYTES, &n) != NULL &&
         n == HASH_BYTES);
}

/* Feeds both digests from the file. */
static int add_range(EVP_MD_CTX *md5, struct hash *sha256, int fd, uint64_t offset, uint64_t len,
                     struct err *e)
{
    enum { CHUNK = 1 << 17 };
    char *chunk = xmalloc(CHUNK);
    int rc = 0;
    while (len && rc == 0) {
        ssize_t n = pread(fd, chunk, len < CHUNK ? (size_t)len : CHUNK, (off_t)offset);
        if (n < 0) {
            rc = err_sys(e, "can't read the file");
        } else if (n == 0) {
            rc = err_set(e, ERR_IO, "the file ends too early");
        } else {
            need(EVP_DigestUpdate(md5, chunk, (size_t)n));
            hash_add(sha256, chunk, (size_t)n);
            offset += (uint64_t)n;
            len -= (uint64_t)n;
        }
    }
    free(chunk);
    return rc;
}

int hash_range(int fd, uint64_t offset, uint64_t len, unsigned char md5[HASH_MD5_BYTES],
               char sha256[HASH_HEX_SIZE], struct err *e)
{
    EVP_MD_CTX *m = EVP_MD_CTX_new();
    need(m && EVP_DigestInit_ex(m, EVP_md5(), NULL));
    struct hash *s = hash_new();
    int rc = add_range(m, s, fd, offset, len, e);
    if (rc == 0) {
        need(EVP_DigestFinal_ex(m, md5, NULL));
        hash_finish(s, sha256);
    } else {
        hash_free(s);
    }
    EVP_MD_CTX_free(m);
    return rc;
}

void hash_base64(const void *p, size_t len, char *out)
{
    need(len <= INT_MAX / 4 * 3);
    EVP_EncodeBlock((unsigned char *)out, p, (int)len);
}

bool hash_base64_decode(const char *text, unsigned char *out, size_t *len)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t digits = strspn(text, alphabet), padding = strspn(text + digits, "=");
    size_t all = digits + padding;
    if (text[all] || all % 4 != 0 || padding > 2 || all > INT_MAX)
        return false;
    /* libcrypto alone is lenient: it skips blanks and reads padding as zero bits. */
    if (all && EVP_DecodeBlock(out, (const unsigned char *)text, (int)all) < 0)
        return false;
    *len = all / 4 * 3 - padding;
    return padding == 0 || out[*len] == 0;
}

void hash_random_hex(char *out, size_t len)
{
    unsigned char bytes[64];
    while (len) {
        size_t n = len < sizeof(bytes) ? len : sizeof(bytes);
        need(RAND_bytes(bytes, (int)n) == 1);
        hash_hex(bytes, n, out);
        out += 2 * n;
        len -= n;
    }
}
