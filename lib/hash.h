/*
 * SHA-256 (FIPS 180-4) by libcrypto, streaming and of whole files. The home of libcrypto.
 */
#ifndef LIB_HASH_H
#define LIB_HASH_H

#include <stddef.h>

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
/* `len` random bytes as 2 * len hexadecimal digits and a NUL. */
void hash_random_hex(char *out, size_t len);

#endif
