#include "lib/hash.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>

/* libcrypto fails here only when memory runs out or the library is broken: both end the process. */
static void need(int ok)
{
    if (!ok) {
        fputs("pressrun: libcrypto failed\n", stderr);
        abort();
    }
}

static void to_hex(const unsigned char *p, size_t len, char *out)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < len; i++) {
        out[2 * i] = digits[p[i] >> 4];
        out[2 * i + 1] = digits[p[i] & 15];
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
    to_hex(md, len, hex);
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

void hash_random_hex(char *out, size_t len)
{
    unsigned char bytes[64];
    while (len) {
        size_t n = len < sizeof(bytes) ? len : sizeof(bytes);
        need(RAND_bytes(bytes, (int)n) == 1);
        to_hex(bytes, n, out);
        out += 2 * n;
        len -= n;
    }
}
