// SPDX-License-Identifier: Apache-2.0
#include "hw/path.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *const family_names[HD_NUM_FAMILIES] = { "bip44", "ledger-live", "legacy" };

/* Digits without a leading zero, below 2^31; *at is left behind them. */
static bool read_index(const char **at, uint32_t *out)
{
    const char *s = *at;
    uint32_t value = 0;

    if (*s < '0' || *s > '9' || (*s == '0' && s[1] >= '0' && s[1] <= '9'))
        return false;
    for (; *s >= '0' && *s <= '9'; s++) {
        uint32_t digit = (uint32_t)(*s - '0');

        if (value > (HD_HARDENED - 1 - digit) / 10)
            return false;
        value = value * 10 + digit;
    }
    *out = value;
    *at = s;
    return true;
}

static bool read_step(const char **at, struct hd_path *path)
{
    uint32_t index = 0;

    if (path->depth == HD_MAX_DEPTH || !read_index(at, &index))
        return false;
    if (**at == '\'' || **at == 'h' || **at == 'H') {
        index |= HD_HARDENED;
        (*at)++;
    }
    path->index[path->depth++] = index;
    return true;
}

enum err hd_path_parse(struct diag *d, struct hd_path *out, const char *text)
{
    const char *at = strncmp(text, "m/", 2) == 0 ? text + 2 : text;
    struct hd_path path = { .depth = 0 };
    bool ok = read_step(&at, &path);

    *out = (struct hd_path){ .depth = 0 };
    while (ok && *at == '/') {
        at++;
        ok = read_step(&at, &path);
    }
    if (!ok || *at != '\0') {
        diag_hint(d, "for example m/44'/60'/0'/0/0 (in quotes, for the shell)");
        return diag_set(d, ERR_USAGE, "expected a key's path, found '%.64s'", text);
    }
    *out = path;
    return OK;
}

struct hd_path_text hd_path_format(const struct hd_path *path)
{
    struct hd_path_text out = { "m" };
    size_t len = 1;

    for (size_t i = 0; i < path->depth; i++)
        len += (size_t)snprintf(out.s + len, sizeof(out.s) - len, "/%" PRIu32 "%s",
                                path->index[i] & ~HD_HARDENED,
                                (path->index[i] & HD_HARDENED) != 0 ? "'" : "");
    return out;
}

bool hd_path_eq(const struct hd_path *a, const struct hd_path *b)
{
    return a->depth == b->depth && memcmp(a->index, b->index, a->depth * sizeof(a->index[0])) == 0;
}

const char *hd_family_name(enum hd_family family)
{
    return family_names[family];
}

bool hd_family_parse(enum hd_family *out, const char *name)
{
    *out = HD_BIP44;
    for (size_t i = 0; i < HD_NUM_FAMILIES; i++) {
        if (strcmp(family_names[i], name) == 0) {
            *out = (enum hd_family)i;
            return true;
        }
    }
    return false;
}

struct hd_path hd_path_account(enum hd_family family, uint32_t i)
{
    struct hd_path path = { { 44 | HD_HARDENED, 60 | HD_HARDENED, HD_HARDENED, 0, 0 }, 5 };

    assert(i < HD_HARDENED);
    if (family == HD_LEDGER_LIVE) {
        path.index[2] = i | HD_HARDENED;
    } else if (family == HD_LEGACY) {
        path.index[3] = i;
        path.depth = 4;
    } else {
        path.index[4] = i;
    }
    return path;
}
