// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/rpc_stand_in.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_BYTES (512 * 1024)

const struct rpc_row rpc_basic_rows[] = {
    { "eth_chainId", NULL, "\"0x7a69\"", NULL, NULL },
    { "eth_blockNumber", NULL, "\"0x10\"", NULL, NULL },
    { "eth_getBlockByNumber", "\"0x10\"",
      "{\"number\":\"0x10\",\"timestamp\":\"0x64\",\"hash\":" RPC_HASH("a") "}", NULL, NULL },
    { NULL, NULL, NULL, NULL, NULL },
};

static const struct rpc_row *find_row(const struct rpc_row *rows, const char *body)
{
    char method[96];

    for (size_t i = 0; rows != NULL && rows[i].method != NULL; i++) {
        (void)snprintf(method, sizeof(method), "\"method\":\"%s\"", rows[i].method);
        if (strstr(body, method) != NULL &&
            (rows[i].needle == NULL || strstr(body, rows[i].needle) != NULL))
            return &rows[i];
    }
    return NULL;
}

/* The JSON answer to a request body. */
static void answer(char *out, const char *body, const struct rpc_row *rows,
                   const struct rpc_row *more)
{
    const struct rpc_row *row = find_row(rows, body);
    const char *id = strstr(body, "\"id\":");
    unsigned long number = id != NULL ? strtoul(id + 5, NULL, 10) : 0;

    if (row == NULL)
        row = find_row(more, body);
    if (row == NULL)
        (void)snprintf(out, MAX_BYTES,
                       "{\"jsonrpc\":\"2.0\",\"id\":%lu,\"error\":{\"code\":-32601,"
                       "\"message\":\"the stand-in has no such row\"}}",
                       number);
    else if (row->raw != NULL)
        (void)snprintf(out, MAX_BYTES, "%s", row->raw);
    else
        (void)snprintf(out, MAX_BYTES, "{\"jsonrpc\":\"2.0\",\"id\":%lu,\"%s\":%s}", number,
                       row->error != NULL ? "error" : "result",
                       row->error != NULL ? row->error : row->result);
}

/* Reads head and body of one request; returns the body. */
static const char *read_request(int fd, char *buffer)
{
    size_t have = 0;

    for (;;) {
        const char *head_end = strstr(buffer, "\r\n\r\n");
        const char *length = strstr(buffer, "Content-Length: ");
        ssize_t got = 0;

        if (head_end != NULL && length != NULL &&
            have >= (size_t)(head_end + 4 - buffer) + strtoul(length + 16, NULL, 10))
            return head_end + 4;
        got = read(fd, buffer + have, MAX_BYTES - 1 - have);
        if (got <= 0)
            return NULL;
        have += (size_t)got;
        buffer[have] = '\0';
    }
}

static void write_all(int fd, const char *text)
{
    size_t left = strlen(text);

    while (left > 0) {
        ssize_t put = write(fd, text, left);

        if (put <= 0)
            return;
        text += put;
        left -= (size_t)put;
    }
}

static void serve(int listener, const struct rpc_row *rows, const struct rpc_row *more)
{
    static char request[MAX_BYTES], body[MAX_BYTES];
    char head[128];

    for (;;) {
        int fd = accept(listener, NULL, NULL);
        const char *text = NULL;

        request[0] = '\0';
        text = fd >= 0 ? read_request(fd, request) : NULL;
        if (text != NULL)
            answer(body, text, rows, more);
        if (text != NULL && body[0] != '\0') {
            (void)snprintf(head, sizeof(head),
                           "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n",
                           strlen(body));
            write_all(fd, head);
            write_all(fd, body);
        }
        (void)close(fd);
    }
}

void rpc_stand_in_start(struct rpc_stand_in *s, const struct rpc_row *rows,
                        const struct rpc_row *more)
{
    struct sockaddr_in at = { .sin_family = AF_INET };
    socklen_t at_len = sizeof(at);
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    cr_assert_geq(listener, 0);
    cr_assert_eq(bind(listener, (struct sockaddr *)&at, at_len), 0);
    cr_assert_eq(listen(listener, 16), 0);
    cr_assert_eq(getsockname(listener, (struct sockaddr *)&at, &at_len), 0);
    (void)snprintf(s->url, sizeof(s->url), "http://127.0.0.1:%u/key", ntohs(at.sin_port));
    s->pid = fork();
    cr_assert_geq(s->pid, 0);
    if (s->pid == 0) {
        serve(listener, rows, more);
        _exit(0);
    }
    (void)close(listener);
}

void rpc_stand_in_stop(struct rpc_stand_in *s)
{
    (void)kill(s->pid, SIGKILL);
    (void)waitpid(s->pid, NULL, 0);
}
