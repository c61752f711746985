#include "tests/unit/unit.h"

#include "runner/deliver/backoff.h"

enum { QUEUED = 1000000, DAY = 86400 };

START_TEST(pauses_double_to_an_hour)
{
    const time_t pauses[] = {30, 60, 120, 240, 480, 960, 1920, 3600, 3600};
    for (int i = 0; i < 9; i++)
        ck_assert_int_eq(backoff_next(i + 1, QUEUED, QUEUED, -1, 0), QUEUED + pauses[i]);
    ck_assert_int_eq(backoff_next(1000000, QUEUED, QUEUED, -1, 0), QUEUED + 3600);
}
END_TEST

START_TEST(chance_takes_up_to_half_of_a_pause_away)
{
    time_t least = QUEUED + 3600, most = QUEUED;
    for (uint32_t random = 0; random < 5000; random++) {
        time_t next = backoff_next(3, QUEUED, QUEUED, -1, random * 2654435761u);
        least = next < least ? next : least;
        most = next > most ? next : most;
    }
    ck_assert_int_eq(least, QUEUED + 60);
    ck_assert_int_eq(most, QUEUED + 120);
}
END_TEST

START_TEST(what_the_destination_asks_for_is_kept_within_bounds)
{
    const struct {
        int64_t asked;
        time_t pause;
    } rows[] = {{0, 1}, {1, 1}, {120, 120}, {3600, 3600}, {3601, 3600}, {INT64_MAX, 3600}};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        ck_assert_int_eq(backoff_next(9, QUEUED, QUEUED, rows[i].asked, 77),
                         QUEUED + rows[i].pause);
}
END_TEST

START_TEST(the_deadline_is_three_days_after_it_was_queued)
{
    time_t last = QUEUED + 3 * DAY - 3600;
    ck_assert_int_eq(backoff_next(100, QUEUED, last, -1, 0), last + 3600);
    ck_assert_int_eq(backoff_next(100, QUEUED, last + 1, -1, 0), 0);
    ck_assert_int_eq(backoff_next(1, QUEUED, QUEUED + 3 * DAY, 5, 0), 0);
}
END_TEST

int main(void)
{
    return unit_main("backoff",
                     (const TTest *const[]){pauses_double_to_an_hour,
                                            chance_takes_up_to_half_of_a_pause_away,
                                            what_the_destination_asks_for_is_kept_within_bounds,
                                            the_deadline_is_three_days_after_it_was_queued, NULL});
}
