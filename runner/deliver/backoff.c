#include "runner/deliver/backoff.h"

enum {
    FIRST_PAUSE_S = 30,
    LONGEST_PAUSE_S = 3600,
    DEADLINE_S = 3 * 24 * 3600, /* over a weekend */
};

static time_t pause_of(int attempts, uint32_t random)
{
    time_t pause = FIRST_PAUSE_S;
    for (int i = 1; i < attempts && pause < LONGEST_PAUSE_S; i++)
        pause *= 2;
    if (pause > LONGEST_PAUSE_S)
        pause = LONGEST_PAUSE_S;
    return pause - random % (uint32_t)(pause / 2 + 1);
}

time_t backoff_next(int attempts, time_t queued_at, time_t now, int64_t retry_after,
                    uint32_t random)
{
    time_t pause = retry_after < 0                 ? pause_of(attempts, random)
                   : retry_after < 1               ? 1
                   : retry_after > LONGEST_PAUSE_S ? LONGEST_PAUSE_S
                                                   : (time_t)retry_after;
    return now + pause > queued_at + DEADLINE_S ? 0 : now + pause;
}
