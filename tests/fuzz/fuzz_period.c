/* Period labels: what is accepted comes back as the same label, with bounds in order. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "jobs/period.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool ok)
{
    if (!ok)
        abort();
}

static void check(const struct period_rule *rule, const char *label)
{
    struct period p, other;
    struct err e = {0};
    char words[64];
    if (period_parse(rule, label, &p, &e) != 0) {
        must(e.kind == ERR_USAGE && e.msg[0] && e.hint[0]);
        return;
    }
    must(strcmp(p.label, label) == 0 && p.start <= p.end);
    period_in_words(rule, &p, &locale_default, words, sizeof(words));
    must(words[0]);
    other = p;
    period_shift(rule, 1, &other);
    must(other.end >= p.end && strcmp(other.label, p.label) != 0);
    /* Where a date line moved a day was left out: then the day before has the same end. */
    period_containing(rule, p.end - 1, &other);
    must(other.end == p.end);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const zones[] = {"UTC", "Europe/Berlin", "America/Havana", "Pacific/Apia"};
    if (size < 2)
        return 0;
    struct period_rule rule = {(enum period_unit)(data[0] % 7), 1 + data[1] % 40,
                               zones[data[0] / 7 % 4], 15, data[1] % 3};
    char *label = malloc(size - 1);
    must(label != NULL);
    memcpy(label, data + 2, size - 2);
    label[size - 2] = '\0';
    check(&rule, label);
    free(label);
    return 0;
}
