/*
 * How each locale writes the days of a year, for comparison with Unicode's CLDR:
 *
 *     locale_probe YEAR
 *
 * A line "tag<TAB>signs<TAB>decimal sign<TAB>sign between thousands" for each locale, then one for
 * each day of the year: "tag<TAB>ISO date<TAB>digits<TAB>day in words<TAB>month<TAB>with the same
 * day a year later", where the last has the locale's word for "to" between its two days.
 */
#include <stdio.h>

#include "formats/locale.h"
#include "lib/parse.h"

static void show_day(const struct locale *l, int64_t day, int64_t later)
{
    struct civil c;
    char digits[64], words[128], month[128], range[256];
    civil_from_days(day, &c);
    locale_date(l, &c, digits, sizeof(digits));
    locale_days(l, day, day, words, sizeof(words));
    locale_months(l, day, day, month, sizeof(month));
    locale_days(l, day, later, range, sizeof(range));
    printf("%s\t%04d-%02d-%02d\t%s\t%s\t%s\t%s\n", l->tag, c.year, c.month, c.day, digits, words,
           month, range);
}

int main(int argc, char **argv)
{
    int64_t year;
    if (argc != 2 || !parse_int64(argv[1], 1, 9998, &year)) {
        fprintf(stderr, "usage: locale_probe YEAR\n");
        return 2;
    }
    for (size_t i = 0; locale_at(i); i++) {
        const struct locale *l = locale_at(i);
        printf("%s\tsigns\t%c\t%s\n", l->tag, l->decimal_sign, l->group_sign);
        int64_t first = civil_to_days((int)year, 1, 1), end = civil_to_days((int)year + 1, 1, 1);
        for (int64_t day = first; day < end; day++)
            show_day(l, day, day + 366);
    }
    return 0;
}
