// SPDX-License-Identifier: Apache-2.0
#include "safe/timelock_chain.h"

#include <string.h>

#include "src/base/address.h"
#include "src/base/hex.h"
#include "src/base/u256.h"

static const uint8_t sel_get_timestamp[4] = { 0xd4, 0x5c, 0x44, 0x35 };
static const uint8_t sel_get_min_delay[4] = { 0xf2, 0x7a, 0x0c, 0x92 };
static const uint8_t sel_has_role[4] = { 0x91, 0xd1, 0x48, 0x54 };

enum err chain_get_bool(struct diag *d, struct chain *c, bool *out, const struct address *to,
                        const uint8_t selector[4], const struct hash32 *args, size_t num_args)
{
    char name[HEX_0X_LEN(4)];
    struct hash32 word;
    enum err e = chain_get_word(d, c, &word, to, selector, args, num_args);

    *out = false;
    if (e != OK)
        return e;
    if (!bytes_is_zero(word.b, 31) || word.b[31] > 1)
        return diag_set(d, ERR_MISMATCH, "%s: %s returned no bool", address_format(to).s,
                        hex_encode_0x(name, selector, 4));
    *out = word.b[31] == 1;
    return OK;
}

enum err timelock_read_status(struct diag *d, struct chain *c, struct timelock_status *out,
                              const struct address *timelock, const struct hash32 *id)
{
    struct timelock_status s = { 0 };
    struct hash32 word;
    uint64_t now_s = chain_block(c).time_s;
    uint64_t ready_s = 0;
    enum err e = chain_get_word(d, c, &word, timelock, sel_get_timestamp, id, 1);

    *out = s;
    if (e != OK)
        return e;
    memcpy(s.timestamp.be, word.b, sizeof(s.timestamp.be));
    s.state = timelock_state_at(&s.timestamp, now_s);
    if (s.state == TIMELOCK_WAITING) {
        if (!u256_to_u64(&s.timestamp, &ready_s))
            return diag_set(d, ERR_LIMIT, "operation %s: its time is over 64 bits",
                            hash32_format(id).s);
        s.left_s = ready_s - now_s;
    }
    *out = s;
    return OK;
}

enum err timelock_read_min_delay(struct diag *d, struct chain *c, struct u256 *out,
                                 const struct address *timelock)
{
    struct hash32 word;
    enum err e = chain_get_word(d, c, &word, timelock, sel_get_min_delay, NULL, 0);

    *out = (struct u256){ { 0 } };
    if (e == OK)
        memcpy(out->be, word.b, sizeof(out->be));
    return e;
}

enum err timelock_read_role(struct diag *d, struct chain *c, bool *out,
                            const struct address *timelock, const struct hash32 *role,
                            const struct address *account)
{
    struct hash32 args[2] = { *role, { { 0 } } };

    memcpy(args[1].b + 12, account->b, sizeof(account->b));
    return chain_get_bool(d, c, out, timelock, sel_has_role, args, 2);
}

enum err timelock_may(struct diag *d, struct chain *c, bool *out, const struct address *timelock,
                      const char *role_name, const struct address *account)
{
    static const struct address everybody = { { 0 } };
    struct hash32 role;
    enum err e = timelock_role_parse(d, &role, role_name);

    *out = false;
    if (e == OK)
        e = timelock_read_role(d, c, out, timelock, &role, account);
    if (e == OK && !*out)
        e = timelock_read_role(d, c, out, timelock, &role, &everybody);
    return e;
}
