/*
 * Does a file hold what was written? 64 bits tell, as surely as SHA-256 where nobody forges
 * anything, and at the speed of memory: CRC-64 of ECMA-182 by ISA-L or, where that is missing,
 * CRC-32 and Adler-32 of zlib. They are compared within one process and never kept.
 */
#ifndef FORMATS_CHECKSUM_H
#define FORMATS_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

#include "lib/err.h"

/* Going on from that of what came before (0 at the start). */
uint64_t checksum_add(uint64_t sum, const char *p, size_t len);
/* Of a file as it is on the disk. */
int checksum_file(const char *path, uint64_t *sum, struct err *e);

#endif
