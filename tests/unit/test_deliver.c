#include "tests/unit/unit.h"

#include "runner/deliver/deliver.h"

START_TEST(pauses_grow_to_an_hour_and_end_after_three_days)
{
    const time_t rendered = 1000000;
    ck_assert_int_eq(deliver_retry_at(1, rendered, rendered), rendered + 30);
    ck_assert_int_eq(deliver_retry_at(2, rendered, rendered), rendered + 60);
    ck_assert_int_eq(deliver_retry_at(5, rendered, rendered), rendered + 480);
    ck_assert_int_eq(deliver_retry_at(100, rendered, rendered), rendered + 3600);
    time_t last = rendered + 3 * 86400 - 3600;
    ck_assert_int_eq(deliver_retry_at(100, rendered, last), last + 3600);
    ck_assert_int_eq(deliver_retry_at(100, rendered, last + 1), 0);
}
END_TEST

int main(void)
{
    return unit_main("deliver",
                     (const TTest *const[]){pauses_grow_to_an_hour_and_end_after_three_days, NULL});
}
