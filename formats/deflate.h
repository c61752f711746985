/*
 * Raw deflate (RFC 1951) in segments: each begins without history and ends at a byte, so segments
 * that were made at different times, put one behind the other, are one stream.
 *
 * By Intel's ISA-L when the build found it, else by zlib; what unpacks it can't tell them apart.
 */
#ifndef FORMATS_DEFLATE_H
#define FORMATS_DEFLATE_H

#include <stddef.h>
#include <stdint.h>

enum deflate_end {
    DEFLATE_MORE,    /* the segment goes on */
    DEFLATE_SEGMENT, /* it ends here */
    DEFLATE_STREAM,  /* and with it the stream */
};

/* Of valid UTF-8: a byte of 255, which it doesn't have, could be packed wrongly. */
struct deflate;
struct deflate *deflate_new(void);
void deflate_free(struct deflate *d); /* takes NULL */

typedef void deflate_sink(void *ctx, const char *p, size_t len);
/* Compresses; what is ready goes to the sink, all of it at the end of a segment. */
void deflate_add(struct deflate *d, const char *p, size_t len, enum deflate_end end,
                 deflate_sink *sink, void *ctx);

/* CRC-32 as ZIP and gzip have it, going on from that of what came before (0 at the start). */
uint32_t deflate_crc32(uint32_t crc, const char *p, size_t len);
/* That of two texts, one behind the other, from that of each and the second one's length. */
uint32_t deflate_crc32_join(uint32_t first, uint32_t second, uint64_t second_len);

#endif
