/* The queues of deliveries: their order, and how many may be on their way. */
#include "runner/deliver/lane.h"

#include <string.h>

#include "tests/unit/unit.h"

/* Three at one host, one at another, one that counts for itself. */
static struct destination a = {.name = "a", .host = "s3.example", .parallel = 3},
                          b = {.name = "b", .host = "s3.example", .parallel = 2},
                          c = {.name = "c", .host = "other.example", .parallel = 1},
                          d = {.name = "d", .parallel = 2}, e = {.name = "e", .parallel = 2};
static struct destination *items[] = {&a, &b, &c, &d, &e};
static const struct destinations all = {items, sizeof(items) / sizeof(items[0])};

START_TEST(a_lane_for_each_name)
{
    struct lane *lanes = NULL;
    struct lane *first = lane_find(&lanes, &all, "b"), *second = lane_find(&lanes, &all, "a");
    ck_assert_ptr_eq(lanes, first);
    ck_assert_ptr_eq(first->next, second);
    ck_assert_ptr_null(second->next);
    ck_assert_ptr_eq(lane_find(&lanes, &all, "b"), first);
    ck_assert_ptr_eq(lane_find(&lanes, &all, "a"), second);
    ck_assert_ptr_eq(first->destination, &b);
    ck_assert_str_eq(first->name, "b");
    ck_assert_int_eq(first->retry_after, -1);
    ck_assert_uint_eq(first->n, 0);
    ck_assert_str_eq(first->disabled, "");
    lanes_free(lanes);
    lanes_free(NULL);
}
END_TEST

START_TEST(a_destination_that_is_gone)
{
    struct lane *lanes = NULL, *lane = lane_find(&lanes, &all, "gone");
    char longest[LIMIT_NAME_BYTES + 1];
    ck_assert_ptr_null(lane->destination);
    lane_push(lane, 1);
    /* One after the other: they only have to be told what is wrong. */
    ck_assert(lane_may_start(lanes, lane));
    lane->under_way = 1;
    ck_assert(!lane_may_start(lanes, lane));
    memset(longest, 'x', LIMIT_NAME_BYTES);
    longest[LIMIT_NAME_BYTES] = '\0';
    lane = lane_find(&lanes, &all, longest);
    ck_assert_str_eq(lane->name, longest);
    ck_assert_ptr_eq(lane_find(&lanes, &all, longest), lane);
    lanes_free(lanes);
}
END_TEST

/* Pushes `n` and takes `m` again and again: ids must come out as they went in. */
static void check_order(size_t n, size_t m, size_t rounds)
{
    struct lane *lanes = NULL, *lane = lane_find(&lanes, &all, "a");
    int64_t in = 1000000000000, out = in;
    size_t most = 0;
    for (size_t round = 0; round < rounds; round++) {
        for (size_t i = 0; i < n; i++)
            lane_push(lane, in++);
        most = lane->n > most ? lane->n : most;
        for (size_t i = 0; i < m && lane->n; i++)
            ck_assert_int_eq(lane_pop(lane), out++);
        ck_assert_uint_eq(lane->n, (size_t)(in - out));
    }
    while (lane->n)
        ck_assert_int_eq(lane_pop(lane), out++);
    ck_assert_int_eq(in, out);
    /* What has left is not kept. */
    ck_assert_msg(lane->cap <= 64 || lane->cap <= 4 * most, "%zu for %zu", lane->cap, most);
    lanes_free(lanes);
}

START_TEST(first_in_first_out)
{
    check_order(1, 1, 1000);
    check_order(63, 63, 10);
    check_order(64, 64, 10);
    check_order(65, 65, 10);
    check_order(64, 1, 10); /* grows */
    check_order(64, 63, 200);
    check_order(3, 2, 1000); /* grows while its beginning is taken */
    check_order(7, 7, 1000);
    check_order(1000, 999, 20);
    check_order(100000, 50000, 3);
}
END_TEST

START_TEST(growing_with_a_head_that_moved)
{
    struct lane *lanes = NULL, *lane = lane_find(&lanes, &all, "a");
    for (int64_t i = 0; i < 64; i++)
        lane_push(lane, i);
    for (int64_t i = 0; i < 10; i++)
        ck_assert_int_eq(lane_pop(lane), i);
    /* Ten fit where the first ten were, the eleventh does not. */
    for (int64_t i = 64; i < 75; i++)
        lane_push(lane, i);
    ck_assert_uint_eq(lane->n, 65);
    for (int64_t i = 10; i < 75; i++)
        ck_assert_int_eq(lane_pop(lane), i);
    ck_assert_uint_eq(lane->n, 0);
    lanes_free(lanes);
}
END_TEST

START_TEST(nothing_to_start)
{
    struct lane *lanes = NULL, *lane = lane_find(&lanes, &all, "a");
    ck_assert(!lane_may_start(lanes, lane));
    lane_push(lane, 1);
    ck_assert(lane_may_start(lanes, lane));
    lane->paused = true;
    ck_assert(!lane_may_start(lanes, lane));
    lane->paused = false;
    lane_pop(lane);
    ck_assert(!lane_may_start(lanes, lane));
    lanes_free(lanes);
}
END_TEST

/* A full set of lanes in which each has something to start. */
static struct lane *make_lanes(struct lane **of)
{
    static const char *const names[] = {"a", "b", "c", "d", "e"};
    struct lane *lanes = NULL;
    for (size_t i = 0; i < 5; i++) {
        of[i] = lane_find(&lanes, &all, names[i]);
        lane_push(of[i], (int64_t)i);
    }
    return lanes;
}

static void check_may(struct lane *lanes, struct lane **of, const char *expected)
{
    char found[6] = "-----";
    for (size_t i = 0; i < 5; i++) {
        if (lane_may_start(lanes, of[i]))
            found[i] = "abcde"[i];
    }
    ck_assert_str_eq(found, expected);
}

START_TEST(room_is_counted_by_host)
{
    struct lane *of[5], *lanes = make_lanes(of);
    check_may(lanes, of, "abcde");
    of[0]->under_way = 1;
    check_may(lanes, of, "abcde");
    of[1]->under_way = 1; /* two at the host: b may have two there, a three */
    check_may(lanes, of, "a-cde");
    of[0]->under_way = 2;
    check_may(lanes, of, "--cde");
    of[1]->under_way = 0;
    check_may(lanes, of, "a-cde");
    of[0]->under_way = 0;
    check_may(lanes, of, "abcde");
    of[2]->under_way = 1;
    check_may(lanes, of, "ab-de");
    lanes_free(lanes);
}
END_TEST

START_TEST(without_a_host_each_counts_for_itself)
{
    struct lane *of[5], *lanes = make_lanes(of);
    of[3]->under_way = 2;
    check_may(lanes, of, "abc-e");
    of[4]->under_way = 1;
    check_may(lanes, of, "abc-e");
    of[4]->under_way = 2;
    check_may(lanes, of, "abc--");
    lanes_free(lanes);
}
END_TEST

START_TEST(a_paused_lane_still_counts_at_its_host)
{
    struct lane *of[5], *lanes = make_lanes(of);
    of[0]->paused = true;
    check_may(lanes, of, "-bcde");
    of[0]->under_way = 2;
    check_may(lanes, of, "--cde");
    of[0]->under_way = 0;
    check_may(lanes, of, "-bcde");
    lanes_free(lanes);
}
END_TEST

int main(void)
{
    return unit_main("lane", (const TTest *const[]){
                                 a_lane_for_each_name,
                                 a_destination_that_is_gone,
                                 first_in_first_out,
                                 growing_with_a_head_that_moved,
                                 nothing_to_start,
                                 room_is_counted_by_host,
                                 without_a_host_each_counts_for_itself,
                                 a_paused_lane_still_counts_at_its_host,
                                 NULL,
                             });
}
