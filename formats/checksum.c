#include "formats/checksum.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>
#ifdef PRESSRUN_ISAL
#include <isa-l/crc64.h>
#else
#include <zlib.h>
#endif

#include "lib/mem.h"

uint64_t checksum_add(uint64_t sum, const char *p, size_t len)
{
    const unsigned char *bytes = (const unsigned char *)p;
#ifdef PRESSRUN_ISAL
    return crc64_ecma_refl(sum, bytes, len);
#else
    uint64_t crc = crc32_z(sum & UINT32_MAX, bytes, len);
    return (uint64_t)adler32_z(sum >> 32, bytes, len) << 32 | crc;
#endif
}

int checksum_file(const char *path, uint64_t *sum, struct err *e)
{
    enum { CHUNK = 1 << 17 };
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_sys(e, "can't read \"%s\"", path);
    char *chunk = xmalloc(CHUNK);
    ssize_t n;
    *sum = 0;
    while ((n = read(fd, chunk, CHUNK)) > 0 || (n < 0 && errno == EINTR)) {
        if (n > 0)
            *sum = checksum_add(*sum, chunk, (size_t)n);
    }
    if (n < 0)
        err_sys(e, "can't read \"%s\"", path);
    free(chunk);
    close(fd);
    return n < 0 ? -1 : 0;
}
