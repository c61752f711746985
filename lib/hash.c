#include "lib/hash.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
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
