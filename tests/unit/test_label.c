#include "lib/label.h"

#include <string.h>

#include "tests/unit/unit.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct label_text several[] = {
    {"en", "Day"}, {"de-CH", "Tag (CH)"}, {"de", "Tag"}, {"pt-BR", "Dia"}, {"es", "Día"}};
static const struct label_text regions[] = {{"en-US", "Color"}, {"en-GB", "Colour"}};
static const struct label_text plain[] = {{NULL, "Day"}};
static const struct label all = {several, COUNT(several)}, two = {regions, COUNT(regions)},
                          one = {plain, 1};

START_TEST(test_choice)
{
    static const struct {
        const struct label *label;
        const char *tag, *text;
    } cases[] = {
        {&all, "en", "Day"},         {&all, "de", "Tag"},         {&all, "de-CH", "Tag (CH)"},
        {&all, "DE-ch", "Tag (CH)"}, {&all, "de-AT", "Tag (CH)"}, /* the first of the language */
        {&all, "pt", "Dia"},         {&all, "pt-PT", "Dia"},      {&all, "es-MX", "Día"},
        {&all, "e", "Day"}, /* no language of that name: the first text */
        {&all, "eng", "Day"},        {&all, "d", "Day"},          {&all, "fr", "Day"},
        {&all, "", "Day"},           {&two, "en-GB", "Colour"},   {&two, "en", "Color"},
        {&two, "en-AU", "Color"},    {&two, "de", "Color"},       {&one, "en", "Day"},
        {&one, "", "Day"},           {NULL, "en", NULL},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const char *text = label_text(cases[i].label, cases[i].tag);
        if (!cases[i].text)
            ck_assert_ptr_null(text);
        else
            ck_assert_msg(text && strcmp(text, cases[i].text) == 0, "%s: %s, not %s", cases[i].tag,
                          text ? text : "nothing", cases[i].text);
    }
}
END_TEST

int main(void)
{
    return unit_main("label", (const TTest *const[]){test_choice, NULL});
}
