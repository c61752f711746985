#include "tests/unit/unit.h"

#include <string.h>

#include "runner/database/database.h"

struct grant_case {
    const char *line;
    size_t errors, warnings;
    const char *text; /* in the first problem, or NULL */
};

static const struct grant_case cases[] = {
    {"GRANT USAGE ON *.*", 0, 0, NULL},
    {"GRANT SELECT ON `ai_pipeline_db`.*", 0, 1, "wildcard"},
    {"GRANT SELECT ON `ai\\_pipeline\\_db`.*", 0, 0, NULL},
    {"GRANT SELECT, SHOW VIEW ON `ai\\_pipeline\\_db`.*", 0, 0, NULL},
    {"GRANT SELECT (`id`, `name`) ON `ai_pipeline_db`.`tenants`", 0, 0, NULL},
    {"GRANT `pressrun_read`@`%`", 0, 0, NULL},
    {"GRANT SELECT, INSERT ON `ai\\_pipeline\\_db`.*", 1, 0, "INSERT"},
    {"GRANT SELECT, INSERT, UPDATE (`title`) ON `a`.`b`", 2, 0, "INSERT"},
    {"GRANT FILE ON *.*", 1, 0, "FILE"},
    {"GRANT EXECUTE ON `ai\\_pipeline\\_db`.*", 1, 0, "EXECUTE"},
    {"GRANT ALL PRIVILEGES ON *.*", 1, 0, "ALL PRIVILEGES"},
    {"GRANT SELECT ON `a`.* WITH GRANT OPTION", 1, 0, "GRANT OPTION"},
    {"GRANT SELECT, RELOAD, PROCESS, SUPER ON *.*", 3, 0, "RELOAD"},
    {"GRANT BACKUP_ADMIN,SYSTEM_USER ON *.*", 2, 0, "BACKUP_ADMIN"},
    {"GRANT EXECUTE ON FUNCTION `a`.`f`", 1, 0, "EXECUTE"},
    {"GRANT PROXY ON ''@'%'", 1, 0, "PROXY"},
    /* names that look like grammar */
    {"GRANT SELECT (`a ON b`), INSERT (`a ON b`) ON `a`.`b`", 1, 0, "INSERT"},
    {"GRANT SELECT (`a(`), INSERT (`a(`) ON `a`.`b`", 1, 0, "INSERT"},
    {"GRANT SELECT (`a, INSERT`) ON `a`.`b`", 0, 0, NULL},
};

START_TEST(each_line_of_show_grants)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct problems p = {0};
        struct place at = {"pressrun.yaml", 3, 1};
        grants_check_line(cases[i].line, "ai_pipeline_db", &at, &p);
        ck_assert_msg(p.nerrors == cases[i].errors, "%s: %zu errors", cases[i].line, p.nerrors);
        ck_assert_msg(p.n - p.nerrors == cases[i].warnings, "%s: %zu warnings", cases[i].line,
                      p.n - p.nerrors);
        if (cases[i].text)
            ck_assert_msg(strstr(p.items[0].msg, cases[i].text) != NULL, "%s: %s", cases[i].line,
                          p.items[0].msg);
        problems_release(&p);
    }
}
END_TEST

int main(void)
{
    return unit_main("grants", (const TTest *const[]){each_line_of_show_grants, NULL});
}
