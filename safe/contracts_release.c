// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "safe/contracts.h"

/*
 * Releases as numbers, so that "0.5.11" is behind "0.5.9". A number that is left out ("5.4") counts
 * as 0 at the lower end of a range and as any at the upper end.
 */
struct version {
    unsigned n[3];
    size_t num;
};

#define NEXT 1000000u /* behind every number */

static const char *const dstack_releases[] = {
    "0.4.2", "0.5.0", "0.5.1", "0.5.2",  "0.5.3",  "0.5.4", "0.5.5", "0.5.6",
    "0.5.7", "0.5.8", "0.5.9", "0.5.10", "0.5.11", "next",  NULL,
};
static const char *const safe_releases[] = {
    "0.1.0", "1.0.0", "1.1.0", "1.1.1", "1.2.0", "1.3.0", "1.4.0", "1.4.1", "1.5.0", NULL,
};

/* Up to five digits without leading zero. */
static bool parse_number(unsigned *out, const char **text)
{
    size_t digits = strspn(*text, "0123456789");

    *out = 0;
    if (digits == 0 || digits > 5 || (digits > 1 && **text == '0'))
        return false;
    for (size_t i = 0; i < digits; i++)
        *out = 10 * *out + (unsigned)((*text)[i] - '0');
    *text += digits;
    return true;
}

/* text_len characters of "next", "5.4" or "0.5.11". */
static bool parse_version(struct version *out, const char *text, size_t text_len)
{
    const char *at = text;

    *out = (struct version){ { 0 }, 0 };
    if (text_len == 4 && memcmp(text, "next", 4) == 0) {
        *out = (struct version){ { NEXT, 0, 0 }, 3 };
        return true;
    }
    while (out->num < 3) {
        if (!parse_number(&out->n[out->num++], &at))
            return false;
        if (at == text + text_len)
            return true;
        if (*at++ != '.')
            return false;
    }
    return false;
}

/* <0, 0, >0 over as many numbers as the bound has. */
static int compare(const struct version *v, const struct version *bound)
{
    for (size_t i = 0; i < bound->num; i++) {
        if (v->n[i] != bound->n[i])
            return v->n[i] < bound->n[i] ? -1 : 1;
    }
    return 0;
}

/* range is "A to B", or "A" alone. */
static bool in_range(const struct version *v, const char *range)
{
    const char *to = strstr(range, " to ");
    size_t first_len = to != NULL ? (size_t)(to - range) : strlen(range);
    const char *last_text = to != NULL ? to + 4 : range;
    struct version first, last;

    return parse_version(&first, range, first_len) &&
           parse_version(&last, last_text, strlen(last_text)) && compare(v, &first) >= 0 &&
           compare(v, &last) <= 0;
}

static bool in_list(const char *const *list, const char *text, size_t text_len)
{
    for (size_t i = 0; list[i] != NULL; i++) {
        if (strlen(list[i]) == text_len && memcmp(list[i], text, text_len) == 0)
            return true;
    }
    return false;
}

static bool parse_known(struct version *out, enum contract_kind kind, const char *release)
{
    const char *text = release[0] == 'v' ? release + 1 : release;
    size_t len = strlen(text);

    *out = (struct version){ { 0 }, 0 };
    switch (kind) {
    case CONTRACT_DSTACK_KMS:
    case CONTRACT_DSTACK_APP:
        return in_list(dstack_releases, text, len) && parse_version(out, text, len);
    case CONTRACT_TIMELOCK:
        return strcmp(text, "next") != 0 && parse_version(out, text, len) && out->num >= 2 &&
               in_range(out, "4.3 to 5.7");
    case CONTRACT_SAFE:
    case CONTRACT_MULTISEND:
    case CONTRACT_SIGN_MESSAGE_LIB:
    case CONTRACT_SAFE_MIGRATION:
    case CONTRACT_CREATE_CALL:
        len -= len > 3 && strcmp(text + len - 3, "+L2") == 0 ? 3 : 0;
        return in_list(safe_releases, text, len) && parse_version(out, text, len);
    case CONTRACT_UNKNOWN:
    case CONTRACT_OTHER:
        break;
    }
    return false;
}

bool contract_release_known(enum contract_kind kind, const char *release)
{
    struct version ignored;

    return parse_known(&ignored, kind, release);
}

bool contract_function_in_release(const struct contract_function *f, const char *release)
{
    struct version v;

    if (strcmp(f->releases, "any") == 0)
        return true;
    return parse_known(&v, f->kind, release) && in_range(&v, f->releases);
}
