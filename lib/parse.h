/*
 * Strict parsing of what people write: the whole text must be the value, within its range. No
 * leading space, no trailing junk, no octal, no locale.
 */
#ifndef LIB_PARSE_H
#define LIB_PARSE_H

#include <stdbool.h>
#include <stdint.h>

/* Each returns true and sets `*out`, or returns false and leaves it alone. */
bool parse_int64(const char *s, int64_t min, int64_t max, int64_t *out);
bool parse_uint64(const char *s, uint64_t max, uint64_t *out);
bool parse_bool(const char *s, bool *out); /* true, false (as in YAML 1.2), yes, no, on, off */
/* A decimal number: -12, 0.50, no exponent; at most 65 digits as MySQL's DECIMAL. */
bool parse_decimal(const char *s);
/* "30s", "5m", "2h", "1d" or "500ms", to milliseconds. A bare number has no unit and is refused. */
bool parse_duration(const char *s, int64_t *out_ms);
/* "64KiB", "5MiB", "1GiB" or plain bytes. */
bool parse_size(const char *s, uint64_t *out_bytes);
/* A name of ours: [a-z0-9] first, then [a-z0-9_-], at most LIMIT_NAME_BYTES. */
bool parse_name(const char *s);
/* How many edits apart two words are, for "did you mean": 99 when it is not worth asking. */
unsigned parse_distance(const char *a, const char *b);

#endif
