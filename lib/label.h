/*
 * A text for people in one language, or in several: `title: Day`, or `title: {en: Day, de: Tag}`.
 *
 * Languages are tags of BCP 47 such as "de" or "en-US". Texts are whoever's made the label.
 */
#ifndef LIB_LABEL_H
#define LIB_LABEL_H

#include <stddef.h>

struct label_text {
    const char *tag; /* NULL: for whoever asks */
    const char *text;
};

struct label {
    const struct label_text *texts; /* at least one */
    size_t n;
};

/*
 * The text for a tag: the same tag, else the same language, else the first text, which the author
 * wrote first. NULL for a label of NULL.
 */
const char *label_text(const struct label *label, const char *tag);

#endif
