/* One line on a terminal that says how far the work is; nothing at all elsewhere. */
#ifndef RUNNER_PROGRESS_H
#define RUNNER_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

void progress_enable(bool on); /* only has an effect when standard error is a terminal */
void progress_show(uint64_t done, uint64_t all, const char *job, const char *tenant, uint64_t rows);
void progress_clear(void); /* before anything else is printed */

#endif
