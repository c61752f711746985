/*
 * Texts inside XML and HTML, between tags and in quoted values. They must be valid UTF-8.
 * Characters that neither may hold, which are the controls but tab and line ends, become U+FFFD.
 */
#ifndef FORMATS_XML_TEXT_H
#define FORMATS_XML_TEXT_H

#include <stdint.h>

#include "formats/output.h"
#include "lib/buf.h"

/* Both return how many characters were replaced. */
uint64_t xml_text_add(struct buf *out, const char *s, size_t len);
uint64_t xml_text_write(struct output *out, const char *s, size_t len);

#endif
