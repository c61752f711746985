/*
 * manifest.json: what a report consists of, published after its files, so that whoever reads by the
 * manifest never meets a report that is half there. Its fields are described in pressrun-job(5).
 */
#ifndef RUNNER_MANIFEST_H
#define RUNNER_MANIFEST_H

#include "formats/render.h"

#define MANIFEST_NAME "manifest.json"

struct manifest;

struct manifest *manifest_new(const struct document *doc);
void manifest_add_result(struct manifest *m, const char *name, const struct column *columns,
                         size_t ncolumns, uint64_t rows);
/* Writes it into the directory and describes it as one more artifact. */
int manifest_write(struct manifest *m, const char *directory, const struct artifact *artifacts,
                   size_t n, struct artifact *out, struct err *e);
void manifest_free(struct manifest *m); /* takes NULL */

#endif
