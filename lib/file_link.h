/*
 * A second name for a file in place of a copy of it: link(2) takes as long for a gigabyte as for a
 * byte, and what is on the disk already need not get there again.
 *
 * It is only done where whoever reads the directory finds what a copy would be: of the same owner,
 * group and mode, as old as a copy, without an ACL or a label that comes from somewhere else; only
 * the ctime changes once more when the first name goes. But the two names are one file, and what is
 * done by one of them to its bytes is done to both: for files that nobody needs any more by their
 * first name.
 */
#ifndef LIB_FILE_LINK_H
#define LIB_FILE_LINK_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* True when a new file in the directory would get nothing from it that a linked one lacks. */
bool file_link_suits(const char *directory);
/*
 * Gives a file a second name, which must not exist, in a directory that suits; sets its mode as it
 * is and its times to now. False, and nothing is there, when it has to be copied: it is no ordinary
 * file of ours that has one name, or the file system refuses. The directory is not synced.
 */
bool file_link(const char *from, const char *to, mode_t mode, uint64_t *size);

#endif
