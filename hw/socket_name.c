// SPDX-License-Identifier: Apache-2.0
#include "hw/socket_name.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

static bool is_port(const char *text)
{
    unsigned value = 0;
    size_t len = strlen(text);

    if (len == 0 || len > 5 || text[0] == '0')
        return false;
    for (size_t i = 0; i < len; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        value = value * 10 + (unsigned)(text[i] - '0');
    }
    return value <= 65535;
}

enum err socket_name_parse(struct diag *d, struct socket_name *out, const char *text)
{
    const char *colon = strrchr(text, ':');
    const char *host = text;
    size_t host_len = colon != NULL ? (size_t)(colon - text) : 0;
    bool in_brackets = host_len > 2 && text[0] == '[' && text[host_len - 1] == ']';

    *out = (struct socket_name){ "", "" };
    if (in_brackets) {
        host++;
        host_len -= 2;
    }
    if (colon == NULL || !is_port(colon + 1) || host_len == 0 || host_len >= sizeof(out->host) ||
        (!in_brackets && memchr(host, ':', host_len) != NULL) ||
        memchr(host, '[', host_len) != NULL || memchr(host, ']', host_len) != NULL)
        return diag_set(d, ERR_USAGE,
                        "'%.128s' is no HOST:PORT (an IPv6 address stands in brackets)", text);
    memcpy(out->host, host, host_len);
    memcpy(out->port, colon + 1, strlen(colon + 1));
    return OK;
}

static bool is_loopback(const struct sockaddr *a)
{
    static const uint8_t v6_loopback[16] = { [15] = 1 };
    static const uint8_t v4_mapped[12] = { [10] = 0xff, [11] = 0xff };

    if (a->sa_family == AF_INET) {
        struct sockaddr_in in;

        memcpy(&in, a, sizeof(in));
        return ntohl(in.sin_addr.s_addr) >> 24 == 127;
    }
    if (a->sa_family == AF_INET6) {
        struct sockaddr_in6 in;

        memcpy(&in, a, sizeof(in));
        return memcmp(in.sin6_addr.s6_addr, v6_loopback, sizeof(v6_loopback)) == 0 ||
               (memcmp(in.sin6_addr.s6_addr, v4_mapped, sizeof(v4_mapped)) == 0 &&
                in.sin6_addr.s6_addr[12] == 127);
    }
    return false;
}

static enum err elsewhere(struct diag *d, const struct socket_name *name)
{
    diag_hint(d, "who sees or changes this traffic decides what the device is asked to sign; "
                 "--allow-remote-device allows it");
    return diag_set(d, ERR_USAGE, "'%s' is not this machine", name->host);
}

enum err socket_name_resolve(struct diag *d, struct addrinfo **out, const char *host_port, int type,
                             bool allow_remote)
{
    struct addrinfo hints = { .ai_family = AF_UNSPEC,
                              .ai_socktype = type,
                              .ai_flags = AI_NUMERICSERV };
    struct socket_name name;
    enum err e = socket_name_parse(d, &name, host_port);
    int failed = 0;

    *out = NULL;
    if (e != OK)
        return e;
    /* what a server of names says about this machine is not asked for, nor waited for */
    if (!allow_remote && strcmp(name.host, "localhost") != 0)
        hints.ai_flags |= AI_NUMERICHOST;
    if ((failed = getaddrinfo(name.host, name.port, &hints, out)) != 0) {
        *out = NULL;
        if (failed == EAI_NONAME && !allow_remote)
            return elsewhere(d, &name);
        return diag_set(d, ERR_DEVICE, "cannot resolve '%s': %s", name.host, gai_strerror(failed));
    }
    for (const struct addrinfo *a = *out; a != NULL && !allow_remote; a = a->ai_next) {
        if (is_loopback(a->ai_addr))
            continue;
        freeaddrinfo(*out);
        *out = NULL;
        return elsewhere(d, &name);
    }
    return OK;
}
