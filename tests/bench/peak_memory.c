// SPDX-License-Identifier: Apache-2.0
/*
 * Runs a program without its output and prints the most memory that it had resident, in KiB:
 *
 *   peak_memory PROGRAM [ARGUMENT…]
 *
 * Small and started by itself, because a child begins with the peak of the process that forks it.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct rusage usage;
    int status = 0;
    pid_t pid = argc > 1 ? fork() : -1;

    if (pid == 0) {
        int null = open("/dev/null", O_WRONLY);

        if (null >= 0 && dup2(null, STDOUT_FILENO) >= 0)
            (void)execv(argv[1], argv + 1);
        _exit(127);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid || getrusage(RUSAGE_CHILDREN, &usage) != 0 ||
        !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return 1;
    return printf("%ld\n", usage.ru_maxrss) > 0 ? 0 : 1;
}
