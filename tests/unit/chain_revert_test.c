// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "safe/chain.h"
#include "src/base/file.h"
#include "src/base/hex.h"
#include "src/base/json.h"

#define ID      "0x1111111111111111111111111111111111111111111111111111111111111111"
#define ACCOUNT "0x49B8E3b089d4ebf9F37B1dA9B839Ec013C2cD8c9"

/* What the words are for the data that ethers encoded (fixtures/execute/reverts.json). */
static const struct {
    const char *name;
    const char *want;
} words[] = {
    { "nothing", "no reason given" },
    { "GS013", "\"GS013\" (the call that the Safe makes failed)" },
    { "GS026", "\"GS026\" (a signature is by no owner, out of order, or over another hash (nonce "
               "or field))" },
    { "other text", "\"TimelockController: insufficient delay\"" },
    { "text with control characters", "\"a\\x1b[2Jb\\xe2\\x80\\xae\"" },
    { "empty text", "\"\"" },
    { "overflow", "panic 0x11 (arithmetic overflow or underflow)" },
    { "unknown panic", "panic 0x99" },
    { "insufficient delay", "TimelockInsufficientDelay(delay 3599, minDelay 3600)" },
    { "operation is not ready", "TimelockUnexpectedOperationState(operationId " ID
                                ", expectedStates 0x0000000000000000000000000000000000000000000000"
                                "000000000000000004): the operation would have to be Ready" },
    { "operation can not be cancelled",
      "TimelockUnexpectedOperationState(operationId " ID
      ", expectedStates 0x0000000000000000000000000000000000000000000000"
      "000000000000000006): the operation would have to be Waiting or Ready" },
    { "missing role",
      "AccessControlUnauthorizedAccount(account " ACCOUNT
      ", role 0xd8aa0f3194971a2a116679f7c2090f6939c8d4e01a2a8d7e41d55e5351469e63)" },
    { "predecessor", "TimelockUnexecutedPredecessor(predecessorId " ID ")" },
    { "lengths", "TimelockInvalidOperationLength(targets 1, payloads 2, values 3)" },
    { "caller", "TimelockUnauthorizedCaller(caller " ACCOUNT ")" },
    { "owner", "OwnableUnauthorizedAccount(account " ACCOUNT ")" },
    { "failed call", "FailedCall()" },
    { "failed inner call", "FailedInnerCall()" },
    { "initialization", "InvalidInitialization()" },
    { "unknown selector", "unknown error 0x01020304ff" },
    { "three bytes", "unknown error 0x010203" },
};

static struct json *load(void)
{
    struct diag d = { 0 };
    struct json *j = NULL;
    struct buf text;

    buf_init(&text, 64 * 1024);
    cr_assert_eq(file_read(&d, &text, "fixtures/execute/reverts.json"), OK, "%s", d.msg);
    cr_assert_eq(json_parse(&d, &j, text.data, text.len, "reverts"), OK, "%s", d.msg);
    buf_clear(&text);
    return j;
}

Test(chain_revert, words)
{
    struct json *rows = load();

    cr_assert_eq(json_len(rows), sizeof(words) / sizeof(words[0]));
    for (size_t i = 0; i < json_len(rows); i++) {
        struct diag d = { 0 };
        struct buf data, out;

        cr_assert_str_eq(json_string(json_get(json_at(rows, i), "name")), words[i].name);
        buf_init(&data, 4096);
        buf_init(&out, 4096);
        cr_assert_eq(json_read_bytes(&d, &data, json_at(rows, i), "data"), OK, "%s", d.msg);
        chain_explain_revert(&out, data.data, data.len);
        cr_expect_str_eq(buf_str(&out), words[i].want, "%s: %s", words[i].name, buf_str(&out));
        buf_clear(&data);
        buf_clear(&out);
    }
    json_free(rows);
}

/* Cut or changed data is explained as something else or not at all; nothing is read beyond it. */
Test(chain_revert, truncation_and_bit_flips)
{
    struct json *rows = load();

    for (size_t i = 0; i < json_len(rows); i++) {
        struct diag d = { 0 };
        struct buf data;

        buf_init(&data, 4096);
        cr_assert_eq(json_read_bytes(&d, &data, json_at(rows, i), "data"), OK, "%s", d.msg);
        for (size_t n = 0; n < data.len; n++) {
            struct buf cut, flipped;

            buf_init(&cut, 4096);
            buf_init(&flipped, 4096);
            chain_explain_revert(&cut, data.data, n);
            cr_expect(buf_ok(&cut));
            data.data[n] ^= 0x80;
            chain_explain_revert(&flipped, data.data, data.len);
            data.data[n] ^= 0x80;
            for (size_t k = 0; k < flipped.len; k++)
                cr_assert(flipped.data[k] >= 0x20 && flipped.data[k] < 0x7f);
            buf_clear(&cut);
            buf_clear(&flipped);
        }
        buf_clear(&data);
    }
    json_free(rows);
}
