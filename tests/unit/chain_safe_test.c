// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "safe/chain.h"
#include "src/base/u256.h"
#include "tests/unit/rpc_stand_in.h"

/* ABI words, written by hand from the ABI specification. */
#define Z8       "00000000"
#define Z24      Z8 Z8 Z8
#define Z56      Z24 Z24 Z8
#define W(last8) Z56 last8
#define OWNER_1  Z24 "1111111111111111111111111111111111111111"
#define OWNER_2  Z24 "2222222222222222222222222222222222222222"
#define MODULE   Z24 "3333333333333333333333333333333333333333"
#define DIRTY           \
    "01" Z8 Z8 "000000" \
    "2222222222222222222222222222222222222222000000"
#define CALL(selector, words)                                               \
    {                                                                       \
        "eth_call", "\"data\":\"0x" selector, "\"0x" words "\"", NULL, NULL \
    }
#define SLOT(begin, words)                                              \
    {                                                                   \
        "eth_getStorageAt", "\"0x" begin, "\"0x" words "\"", NULL, NULL \
    }
#define END                          \
    {                                \
        NULL, NULL, NULL, NULL, NULL \
    }

#define VERSION_141 W("00000020") W("00000005") "312e342e31" Z8 Z8 Z8 Z8 Z8 Z8 "000000"
#define VERSION_100 W("00000020") W("00000005") "312e302e30" Z8 Z8 Z8 Z8 Z8 Z8 "000000"
#define VERSION_999 W("00000020") W("00000005") "392e392e39" Z8 Z8 Z8 Z8 Z8 Z8 "000000"

static const struct rpc_row good[] = {
    { "eth_getCode", NULL, "\"0x6001\"", NULL, NULL },
    CALL("ffa1ad74", VERSION_141),
    CALL("a0e67e2b", W("00000020") W("00000002") OWNER_1 OWNER_2),
    CALL("e75235b8", W("00000002")),
    CALL("affed0e0", W("0000002a")),
    CALL("cc2f8452", W("00000040") W("00000001") W("00000001") MODULE),
    CALL("b2494df3", W("00000020") W("00000001") MODULE),
    SLOT("4a204f62", W("00000000")),
    SLOT("6c9a6c4a", OWNER_1),
    SLOT("b104e0b9", W("00000000")),
    SLOT("00000000", OWNER_2),
    { "eth_chainId", NULL, "\"0x7a69\"", NULL, NULL },
    { "eth_blockNumber", NULL, "\"0x10\"", NULL, NULL },
    { "eth_getBlockByNumber", NULL,
      "{\"number\":\"0x10\",\"timestamp\":\"0x64\",\"hash\":" RPC_HASH("a") "}", NULL, NULL },
    END,
};

static const struct {
    const char *name;
    struct rpc_row rows[2]; /* in front of the good ones */
    enum err want;
} cases[] = {
    { "good", { END }, OK },
    { "no code", { { "eth_getCode", NULL, "\"0x\"", NULL, NULL }, END }, ERR_MISMATCH },
    { "version 1.0.0 has getModules alone", { CALL("ffa1ad74", VERSION_100), END }, OK },
    { "unknown version", { CALL("ffa1ad74", VERSION_999), END }, ERR_UNSUPPORTED },
    { "no version", { CALL("ffa1ad74", ""), END }, ERR_MISMATCH },
    { "version is a word", { CALL("ffa1ad74", W("00000001")), END }, ERR_MISMATCH },
    { "version longer than its data",
      { CALL("ffa1ad74", W("00000020") W("00000021") W("00000000")), END },
      ERR_MISMATCH },
    { "version with dirty padding",
      { CALL("ffa1ad74", W("00000020") W("00000001") Z56 "00000001"), END },
      ERR_MISMATCH },
    { "owners cut short",
      { CALL("a0e67e2b", W("00000020") W("00000002") OWNER_1), END },
      ERR_MISMATCH },
    { "owners and more",
      { CALL("a0e67e2b", W("00000020") W("00000001") OWNER_1 OWNER_2), END },
      ERR_MISMATCH },
    { "owners over the limit",
      { CALL("a0e67e2b", W("00000020") W("00000081")), END },
      ERR_MISMATCH },
    { "huge number of owners",
      { CALL("a0e67e2b", W("00000020") W("ffffffff")), END },
      ERR_MISMATCH },
    { "owner with dirty padding",
      { CALL("a0e67e2b", W("00000020") W("00000001") DIRTY), END },
      ERR_MISMATCH },
    { "threshold 0", { CALL("e75235b8", W("00000000")), END }, ERR_MISMATCH },
    { "threshold above owners", { CALL("e75235b8", W("00000003")), END }, ERR_MISMATCH },
    { "threshold cannot be read",
      { { "eth_call", "\"0xe75235b8", NULL, "{\"code\":-32000,\"message\":\"x\"}", NULL }, END },
      ERR_NETWORK },
    { "more modules than the limit",
      { CALL("cc2f8452", W("00000040") MODULE W("00000001") MODULE), END },
      ERR_LIMIT },
    { "modules without an end",
      { CALL("cc2f8452", W("00000040") W("00000000") W("00000000")), END },
      ERR_MISMATCH },
    { "singleton slot holds more than an address",
      { SLOT("00000000", RPC_X64("1")), END },
      ERR_MISMATCH },
    { "guard slot holds more than an address",
      { SLOT("4a204f62", RPC_X64("1")), END },
      ERR_MISMATCH },
};

Test(chain_safe, reads)
{
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct rpc_stand_in node;
        struct chain *c = NULL;
        struct chain_safe_state s;
        struct address safe = { { [19] = 5 } };
        struct diag d = { 0 };
        struct u256 id = u256_from_u64(31337);
        const char *urls[1] = { node.url };
        enum err e = OK;

        rpc_stand_in_start(&node, cases[i].rows, good);
        cr_assert_eq(chain_open(&d, &c, urls, 1, &id, false), OK, "%s: %s", cases[i].name, d.msg);
        e = chain_read_safe(&d, c, &s, &safe);
        cr_expect_eq(e, cases[i].want, "%s: got %d (%s)", cases[i].name, (int)e, d.msg);
        if (cases[i].want != OK) {
            cr_expect(s.num_owners == 0 && s.threshold == 0, "%s", cases[i].name);
        } else {
            cr_expect(s.num_owners == 2 && s.threshold == 2 && s.num_modules == 1);
            cr_expect_eq(s.owners[1].b[0], 0x22);
            cr_expect_eq(s.modules[0].b[0], 0x33);
            cr_expect_eq(s.singleton.b[0], 0x22);
            cr_expect_eq(s.fallback_handler.b[0], 0x11);
            cr_expect(address_is_zero(&s.guard) && address_is_zero(&s.module_guard));
            cr_expect_str_eq(u256_format(&s.nonce).s, "42");
            cr_expect_eq(s.version[0], '1');
        }
        chain_close(c);
        rpc_stand_in_stop(&node);
    }
}
