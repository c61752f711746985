/* When a delivery that failed for a passing reason is tried again. Pure. */
#ifndef RUNNER_DELIVER_BACKOFF_H
#define RUNNER_DELIVER_BACKOFF_H

#include <stdint.h>
#include <time.h>

/*
 * The time of the next attempt after `attempts` failures; 0 when it would be after the deadline,
 * three days from when the delivery was queued. The pause is what the destination asked for
 * (`retry_after`, seconds, kept between a second and an hour; -1: nothing), or doubles from 30
 * seconds to an hour. `random` takes up to half of it away, so that what failed together does not
 * come back together.
 */
time_t backoff_next(int attempts, time_t queued_at, time_t now, int64_t retry_after,
                    uint32_t random);

#endif
