#include "lib/parse.h"

#include <string.h>

#include "lib/limits.h"

static bool digits(const char **s, uint64_t max, uint64_t *out)
{
    const char *p = *s;
    uint64_t v = 0;
    if (*p < '0' || *p > '9')
        return false;
    for (; *p >= '0' && *p <= '9'; p++) {
        uint64_t d = (uint64_t)(*p - '0');
        if (v > (max - d) / 10 || d > max)
            return false;
        v = v * 10 + d;
    }
    *s = p;
    *out = v;
    return true;
}

bool parse_uint64(const char *s, uint64_t max, uint64_t *out)
{
    uint64_t v;
    if (!digits(&s, max, &v) || *s)
        return false;
    *out = v;
    return true;
}

bool parse_int64(const char *s, int64_t min, int64_t max, int64_t *out)
{
    bool negative = *s == '-';
    uint64_t v;
    if (negative)
        s++;
    if (!digits(&s, negative ? (uint64_t)INT64_MAX + 1 : (uint64_t)INT64_MAX, &v) || *s)
        return false;
    int64_t value = negative ? (v ? -(int64_t)(v - 1) - 1 : 0) : (int64_t)v;
    if (value < min || value > max)
        return false;
    *out = value;
    return true;
}

bool parse_bool(const char *s, bool *out)
{
    static const char *const words[] = {"false", "true", "no", "yes", "off", "on"};
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(s, words[i]) == 0) {
            *out = i % 2;
            return true;
        }
    }
    return false;
}

bool parse_decimal(const char *s)
{
    size_t n = 0, fraction = 0;
    if (*s == '-')
        s++;
    for (; *s >= '0' && *s <= '9'; s++)
        n++;
    if (*s == '.') {
        for (s++; *s >= '0' && *s <= '9'; s++)
            fraction++;
        if (fraction == 0)
            return false;
    }
    return *s == '\0' && n > 0 && n + fraction <= 65;
}

/* A number and a unit out of a table; the product must fit. */
struct unit {
    const char *name;
    uint64_t factor;
};

static bool with_unit(const char *s, const struct unit *units, uint64_t max, uint64_t *out)
{
    uint64_t v;
    if (!digits(&s, max, &v))
        return false;
    for (; units->name; units++) {
        if (strcmp(s, units->name) == 0) {
            if (v > max / units->factor)
                return false;
            *out = v * units->factor;
            return true;
        }
    }
    return false;
}

bool parse_duration(const char *s, int64_t *out_ms)
{
    static const struct unit units[] = {{"ms", 1},      {"s", 1000},     {"m", 60000},
                                        {"h", 3600000}, {"d", 86400000}, {0}};
    uint64_t v;
    if (!with_unit(s, units, INT64_MAX, &v))
        return false;
    *out_ms = (int64_t)v;
    return true;
}

bool parse_size(const char *s, uint64_t *out_bytes)
{
    static const struct unit units[] = {{"", 1},          {"B", 1},         {"KiB", 1 << 10},
                                        {"MiB", 1 << 20}, {"GiB", 1 << 30}, {0}};
    return with_unit(s, units, INT64_MAX, out_bytes);
}

bool parse_name(const char *s)
{
    size_t n = 0;
    for (; s[n]; n++) {
        bool alnum = (s[n] >= 'a' && s[n] <= 'z') || (s[n] >= '0' && s[n] <= '9');
        if (!alnum && (n == 0 || (s[n] != '-' && s[n] != '_')))
            return false;
    }
    return n > 0 && n <= LIMIT_NAME_BYTES;
}

unsigned parse_distance(const char *a, const char *b)
{
    enum { MAX = 64 };
    size_t la = strlen(a), lb = strlen(b);
    if (la >= MAX || lb >= MAX)
        return 99;
    unsigned row[MAX + 1];
    for (size_t j = 0; j <= lb; j++)
        row[j] = (unsigned)j;
    for (size_t i = 1; i <= la; i++) {
        unsigned diagonal = row[0];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= lb; j++) {
            unsigned above = row[j];
            unsigned best = diagonal + (a[i - 1] != b[j - 1]);
            if (above + 1 < best)
                best = above + 1;
            if (row[j - 1] + 1 < best)
                best = row[j - 1] + 1;
            diagonal = above;
            row[j] = best;
        }
    }
    return row[lb];
}
