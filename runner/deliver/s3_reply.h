/*
 * What S3 servers answer: XML documents with a few texts of interest. The bytes are foreign: they
 * must be a whole, well-formed document before anything in them is believed. Pure.
 */
#ifndef RUNNER_DELIVER_S3_REPLY_H
#define RUNNER_DELIVER_S3_REPLY_H

#include <stdbool.h>
#include <stddef.h>

/* True for a whole document with that root element: not a proxy's page, not an error in a 200. */
bool s3_reply_is(const char *xml, size_t len, const char *root);
/*
 * The text of the first element of that name from `at` on (NULL: from the start), entities
 * replaced, control characters too, cut to `size`. Returns where it ends, or NULL without one.
 */
const char *s3_reply_text(const char *xml, const char *at, const char *name, char *out,
                          size_t size);

#endif
