// SPDX-License-Identifier: Apache-2.0
#include "src/base/address.h"

#include <stdbool.h>
#include <string.h>

#include "src/base/hex.h"
#include "src/base/keccak.h"

struct address_text address_format(const struct address *a)
{
    struct address_text t = { { 0 } };
    struct hash32 h;

    (void)hex_encode_0x(t.s, a->b, sizeof(a->b));
    keccak256(&h, t.s + 2, 40);
    for (size_t i = 0; i < 40; i++) {
        unsigned nibble = i % 2 == 0 ? h.b[i / 2] >> 4 : h.b[i / 2] & 15U;

        if (nibble >= 8 && t.s[2 + i] >= 'a')
            t.s[2 + i] = (char)(t.s[2 + i] - 'a' + 'A');
    }
    return t;
}

/* Letters of both cases: the spelling carries a checksum. */
static bool is_mixed_case(const char *digits)
{
    bool lower = false;
    bool upper = false;

    for (size_t i = 0; i < 40; i++) {
        lower = lower || digits[i] >= 'a';
        upper = upper || (digits[i] >= 'A' && digits[i] <= 'F');
    }
    return lower && upper;
}

enum err address_parse(struct diag *d, struct address *out, const char *text)
{
    struct address_text right;

    if (!hex_decode_0x(out->b, sizeof(out->b), text))
        return diag_set(d, ERR_FORMAT,
                        "expected an address of 0x and 40 hex digits, found '%.64s' "
                        "(%zu characters)",
                        text, strlen(text));
    if (!is_mixed_case(text + 2))
        return OK;
    right = address_format(out);
    if (strcmp(right.s, text) == 0)
        return OK;
    memset(out->b, 0, sizeof(out->b));
    diag_hint(d, "the same digits with the right checksum: %s", right.s);
    return diag_set(d, ERR_FORMAT, "address '%s' has a wrong checksum (EIP-55)", text);
}
