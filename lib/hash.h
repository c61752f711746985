/*
 * Digests by libcrypto: SHA-256 (FIPS 180-4), HMAC (RFC 2104), MD5 (RFC 1321, only where a protocol
 * wants it) and base64 (RFC 4648). The home of libcrypto.
 */
#ifndef LIB_HASH_H
#define LIB_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

enum { HASH_HEX_SIZE = 65 }; /* 64 hexadecimal digits and the NUL */

struct hash; /* opaque */

struct hash *hash_new(void); /* starts a SHA-256; never NULL */
void hash_add(struct hash *h, const void *p, size_t len);
void hash_finish(struct hash *h, char hex[HASH_HEX_SIZE]); /* frees it */
void hash_free(struct hash *h);                            /* to abandon one; takes NULL */

/* The SHA-256 of a few bytes in one call. */
void hash_bytes(const void *p, size_t len, char hex[HASH_HEX_SIZE]);
/* The SHA-256 of a file as it is on the disk. */
int hash_file(const char *path, char hex[HASH_HEX_SIZE], struct err *e);
/* HMAC-SHA-256 of a message. */
enum { HASH_BYTES = 32 };
void hash_hmac(const void *key, size_t key_len, const void *p, size_t len,
               unsigned char out[HASH_BYTES]);
/* Hexadecimal digits in lower case, into 2 * len + 1 bytes. */
void hash_hex(const unsigned char *bytes, size_t len, char *out);
/*
 * MD5 and SHA-256 of `len` bytes of an open file from `offset` on, in one pass. The file's own
 * position stays. A file that ends before is an error.
 */
enum { HASH_MD5_BYTES = 16 };
int hash_range(int fd, uint64_t offset, uint64_t len, unsigned char md5[HASH_MD5_BYTES],
               char sha256[HASH_HEX_SIZE], struct err *e);
/* Base64 with padding into 4 * ((len + 2) / 3) + 1 bytes. */
void hash_base64(const void *p, size_t len, char *out);
/*
 * The inverse, into 3 * strlen / 4 bytes. False unless the whole text is what hash_base64() writes:
 * the one alphabet, whole padding, no line ends, and no bits in what the padding cuts off.
 */
bool hash_base64_decode(const char *text, unsigned char *out, size_t *len);
/* `len` random bytes as 2 * len hexadecimal digits and a NUL. */
void hash_random_hex(char *out, size_t len);

#endif
