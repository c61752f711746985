#include "lib/label.h"

#include <string.h>
#include <strings.h>

/* The length of "de" in "de-AT". */
static size_t language(const char *tag)
{
    return strcspn(tag, "-");
}

const char *label_text(const struct label *label, const char *tag)
{
    if (!label)
        return NULL;
    for (size_t i = 0; i < label->n; i++) {
        const struct label_text *t = &label->texts[i];
        if (t->tag && strcasecmp(t->tag, tag) == 0)
            return t->text;
    }
    for (size_t i = 0; i < label->n; i++) {
        const struct label_text *t = &label->texts[i];
        if (t->tag && language(t->tag) == language(tag) &&
            strncasecmp(t->tag, tag, language(tag)) == 0)
            return t->text;
    }
    return label->texts[0].text;
}
