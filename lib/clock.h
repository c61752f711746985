/* The monotonic clock, for pauses, limits and time-outs; what time it is only main() knows. */
#ifndef LIB_CLOCK_H
#define LIB_CLOCK_H

#include <stdint.h>

int64_t clock_ms(void); /* milliseconds since some moment before the start; never goes back */

#endif
