/*
 * The name under which people save a file, and the Content-Disposition header (RFC 6266) that tells
 * it: keys are made for programs, this is made for a folder of downloads.
 */
#ifndef RUNNER_DELIVER_DISPOSITION_H
#define RUNNER_DELIVER_DISPOSITION_H

#include "runner/ledger_outbox.h"

/* "Processing report 2026-11-23.xlsx"; the manifest keeps its name. Lives in the arena. */
const char *disposition_file_name(struct arena *arena, const char *job, const char *title,
                                  const char *period, const char *file);
/* attachment; filename="..."; filename*=UTF-8''...   ASCII only. Of a page it is inline. */
const char *disposition_header(struct arena *arena, const char *file_name);

#endif
