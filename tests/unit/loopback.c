// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/loopback.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_REQUEST (1024 * 1024)

/* Bytes of the body that the head announces. */
static size_t announced_length(const char *head)
{
    for (const char *line = strstr(head, "\r\n"); line != NULL; line = strstr(line + 2, "\r\n")) {
        if (strncasecmp(line + 2, "content-length:", 15) == 0)
            return (size_t)strtoul(line + 17, NULL, 10);
    }
    return 0;
}

/* One whole request as a string; false if the peer went away. */
static bool receive(int fd, char *request)
{
    size_t len = 0;

    for (;;) {
        ssize_t n = read(fd, request + len, MAX_REQUEST - 1 - len);
        const char *body = NULL;

        if (n <= 0)
            return false;
        len += (size_t)n;
        request[len] = '\0';
        body = strstr(request, "\r\n\r\n");
        if (body != NULL && len >= (size_t)(body + 4 - request) + announced_length(request))
            return true;
    }
}

static void answer(int fd, const struct loopback_exchange *x)
{
    const char *body = x->body != NULL ? x->body : "";

    (void)dprintf(fd, "HTTP/1.1 %d X\r\nConnection: close\r\nContent-Length: %zu\r\n%s\r\n%s",
                  x->status, strlen(body), x->headers != NULL ? x->headers : "", body);
    (void)shutdown(fd, SHUT_WR);
}

static void serve(int listener, FILE *record, const struct loopback_exchange *script,
                  size_t num_script)
{
    static const struct loopback_exchange unexpected = { "", 418, NULL, "unexpected request" };
    char *request = malloc(MAX_REQUEST);
    size_t next = 0;

    while (request != NULL) {
        int fd = accept(listener, NULL, NULL);

        if (fd < 0 || !receive(fd, request))
            _exit(1);
        (void)fprintf(record, "%s\n", request);
        (void)fflush(record);
        if (next < num_script &&
            strncmp(request, script[next].expect, strlen(script[next].expect)) == 0)
            answer(fd, &script[next++]);
        else
            answer(fd, &unexpected);
        (void)close(fd);
    }
    _exit(1);
}

void loopback_start(struct loopback *l, const struct loopback_exchange *script, size_t num_script)
{
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
    socklen_t at_len = sizeof(at);
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    cr_assert(listener >= 0);
    cr_assert_eq(bind(listener, (const struct sockaddr *)&at, sizeof(at)), 0);
    cr_assert_eq(listen(listener, 8), 0);
    cr_assert_eq(getsockname(listener, (struct sockaddr *)&at, &at_len), 0);
    l->record = tmpfile();
    cr_assert_not_null(l->record);
    (void)snprintf(l->url, sizeof(l->url), "http://127.0.0.1:%u", (unsigned)ntohs(at.sin_port));
    l->pid = fork();
    cr_assert(l->pid >= 0);
    if (l->pid == 0)
        serve(listener, l->record, script, num_script);
    (void)close(listener);
}

char *loopback_stop(struct loopback *l)
{
    char *text = calloc(1, MAX_REQUEST);

    cr_assert_not_null(text);
    (void)kill(l->pid, SIGKILL);
    (void)waitpid(l->pid, NULL, 0);
    rewind(l->record);
    text[fread(text, 1, MAX_REQUEST - 1, l->record)] = '\0';
    (void)fclose(l->record);
    return text;
}
