/* Loaded into a server and its renderers (LD_PRELOAD), this makes calls that change files of one folder fail.

   FAULT_CONTROL names a file of four ints, shared by all processes and the test: the first call that fails, how
   many do, with what errno, and how many calls there were. FAULT_FOLDER is the folder. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static volatile int *control;
static char folder[PATH_MAX];

__attribute__((constructor)) static void begin(void)
{
    const char *file = getenv("FAULT_CONTROL");
    int fd = file ? open(file, O_RDWR | O_CLOEXEC) : -1;
    if (fd < 0)
        return;
    strncpy(folder, getenv("FAULT_FOLDER"), sizeof folder - 1);
    void *map = mmap(NULL, 4 * sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (map != MAP_FAILED)
        control = map;
}

static int fails(const char *path)
{
    if (!control || strncmp(path, folder, strlen(folder)))
        return 0;
    int number = __sync_add_and_fetch(&control[3], 1);
    if (number < control[0] || number - control[0] >= control[1])
        return 0;
    errno = control[2];
    return 1;
}

static int fails_at(int fd)
{
    char link[64], path[PATH_MAX];
    int saved = errno;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    errno = saved;
    if (length < 0)
        return 0;
    path[length] = 0;
    return fails(path);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *bytes, size_t count)
{
    return fails_at(fd) ? -1 : REAL(write)(fd, bytes, count);
}

int ftruncate64(int fd, off64_t length)
{
    return fails_at(fd) ? -1 : REAL(ftruncate64)(fd, length);
}

int mkdir(const char *path, mode_t mode)
{
    return fails(path) ? -1 : REAL(mkdir)(path, mode);
}

int rename(const char *from, const char *to)
{
    return fails(from) ? -1 : REAL(rename)(from, to);
}

int unlinkat(int fd, const char *path, int flags)
{
    return fails_at(fd) ? -1 : REAL(unlinkat)(fd, path, flags);
}

int rmdir(const char *path)
{
    return fails(path) ? -1 : REAL(rmdir)(path);
}

int open64(const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    if (flags & O_CREAT && fails(path))
        return -1;
    return REAL(open64)(path, flags, mode);
}
