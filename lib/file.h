/*
 * Files: reading what the user wrote with suspicion, and making what we wrote durable.
 *
 * Durable means: the file's data synced, renamed into place, and the directory synced (fsync(2)).
 */
#ifndef LIB_FILE_H
#define LIB_FILE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/buf.h"
#include "lib/err.h"

/* What file_read() demands of the file besides being regular. */
enum file_trust {
    FILE_ANY,
    FILE_NOT_WRITABLE_BY_OTHERS, /* not writable by group or world: configuration */
    FILE_PRIVATE,                /* not readable by group or world either: secrets */
};

/* Reads a whole file into `out`; more than its ceiling is an error. Errors are ERR_CONFIG. */
int file_read(const char *path, enum file_trust trust, struct buf *out, struct err *e);

/* Makes a directory and those above it. One that exists is fine; anything else is not. With `sync`,
 * new ones are on the disk, for the one above each is synced. */
int file_make_dirs(const char *path, mode_t mode, bool sync, struct err *e);
/* Makes a new directory, or empties the one of that name. It is not synced. */
int file_make_empty_dir(const char *path, mode_t mode, struct err *e);
/* Removes a directory of ours and what is in it. Symbolic links are removed, not followed. */
int file_remove_tree(const char *path, struct err *e);

int file_sync(const char *path, struct err *e); /* a file or a directory */

/*
 * Many files at once: syncfs(2) writes all that is waiting for a file system, whoever wrote it, and
 * takes little longer for a hundred files than fsync(2) for one. Only where the kernel itself knows
 * when they are on the disk: not of network file systems, nor of those that a program makes (FUSE).
 */
struct file_system {
    int fd; /* of a directory on it; open from before the writes, for their errors to be told */
    bool at_once; /* syncfs(2) can be relied on */
    dev_t device;
};
int file_system_open(struct file_system *fs, const char *directory, struct err *e);
void file_system_close(struct file_system *fs);                    /* of one that is {-1}, too */
int file_system_sync(const struct file_system *fs, struct err *e); /* only `at_once` */
/* True when what is in the directory is synced with the file system: it is of the same one. */
bool file_system_covers(const struct file_system *fs, const char *directory);
/* Syncs a directory and what is in it, file by file. */
int file_sync_tree(const char *path, struct err *e);
/* Renames within one file system; both directories are then synced by the caller's file_sync(). */
int file_rename(const char *from, const char *to, struct err *e);
/* Writes a small file durably: temporary name, sync, rename, sync of the directory. */
int file_write_durably(const char *path, const void *data, size_t len, mode_t mode, struct err *e);
/* Writes a small file that must not exist; one that is there is left alone, and is an error. It is
 * not synced. */
int file_create(const char *path, const void *data, size_t len, mode_t mode, struct err *e);
/* Copies to a name that must not exist; a partial copy is removed. It is not synced. */
int file_copy(const char *from, const char *to, mode_t mode, struct err *e);
int file_size(const char *path, uint64_t *size, struct err *e);

/* "dir/name" in the caller's buffer of LIMIT_PATH_BYTES; an overlong path is ERR_IO. */
int file_join(char *out, const char *dir, const char *name, struct err *e);
/* The directory part of a path ("." when it has none), into a buffer of LIMIT_PATH_BYTES. */
void file_dirname(char *out, const char *path);

#endif
