#include "lib/file_link.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

/* ACLs and the labels of security modules are extended attributes, on a directory those that its
 * new files get as well. Which of them are harmless is not worth knowing. */
static bool is_none(ssize_t attributes)
{
    return attributes == 0 || (attributes < 0 && errno == ENOTSUP);
}

bool file_link_suits(const char *directory)
{
    struct stat st;
    /* Another group may become that of new files: by the setgid bit, or as the file system is
     * mounted (grpid). */
    return stat(directory, &st) == 0 && st.st_gid == getegid() &&
           is_none(listxattr(directory, NULL, 0));
}

static bool may_be_linked(const char *path, const struct stat *st)
{
    return S_ISREG(st->st_mode) && st->st_nlink == 1 && st->st_uid == geteuid() &&
           st->st_gid == getegid() && is_none(llistxattr(path, NULL, 0));
}

bool file_link(const char *from, const char *to, mode_t mode, uint64_t *size)
{
    struct stat st;
    if (lstat(from, &st) != 0 || !may_be_linked(from, &st) || link(from, to) != 0)
        return false;
    if (((st.st_mode & 07777) != mode && chmod(from, mode) != 0) ||
        utimensat(AT_FDCWD, from, NULL, AT_SYMLINK_NOFOLLOW) != 0) {
        unlink(to);
        return false;
    }
    *size = (uint64_t)st.st_size;
    return true;
}
