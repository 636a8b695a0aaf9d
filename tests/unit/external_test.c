// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hw/external.h"
#include "src/base/address.h"
#include "src/base/hex.h"
#include "src/base/json.h"
#include "src/base/u256.h"

/*
 * By ethers 6.17.0: new Wallet(keccak256(toUtf8Bytes("ethers fixture 1"))).signTypedData(
 * { chainId: n }, { Number: [{ name: "value", type: "uint256" }] }, { value: n }) for n = 7 (v 27)
 * and n = 11 (v 28); Signature.from(…).compactSerialized is r and s with the parity.
 */
#define ACCOUNT "0xc3AFb1362f338440E272822Da1ac741c1e8A19b0"
#define RS7                                                            \
    "0xd7a133d67aedb896994bac64bec795b160ec83eb99497f8886d8c87ef96265" \
    "bd416a9a430135914af37354993e4c3e93bb061648e0e5bf9d681ea9cbc372337a"
#define R11         "0x71e2e4792e0a9ecbd29f731a9313121a4690a427eea0a79bdfbc72fef4011c64"
#define S11         "12f30d247542c3a37cdd640e180bd061930bd96c9e3e7eb406ad80054e207042"
#define S11_AND_ODD "92f30d247542c3a37cdd640e180bd061930bd96c9e3e7eb406ad80054e207042"
#define FULL_LEN    132
#define COMPACT_LEN 130

static enum err parse(struct sig65 *out, const char *text)
{
    struct diag d = { 0 };

    return external_parse_signature(&d, out, text, strlen(text));
}

static void expect(const char *name, const char *text, const char *want)
{
    char hex[HEX_0X_LEN(65)];
    struct sig65 sig;

    cr_expect_eq(parse(&sig, text), OK, "%s", name);
    cr_expect_str_eq(hex_encode_0x(hex, sig.b, sizeof(sig.b)), want, "%s", name);
}

Test(external, spellings)
{
    expect("27", RS7 "1b", RS7 "1b");
    expect("28", R11 S11 "1c", R11 S11 "1c");
    expect("0", RS7 "00", RS7 "1b");
    expect("1", R11 S11 "01", R11 S11 "1c");
    expect("a line of a file", RS7 "1b\n", RS7 "1b");
    expect("of another system", "\t " RS7 "1b \r\n\r\n", RS7 "1b");
    expect("compact, even", RS7, RS7 "1b");
    expect("compact, odd", R11 S11_AND_ODD "\n", R11 S11 "1c");
}

static const struct {
    const char *name;
    const char *text;
} refused[] = {
    { "nothing", "" },
    { "white space", " \n\t" },
    { "prefix alone", "0x" },
    { "no prefix", &(R11 S11 "1c")[2] },
    { "upper-case prefix", "0X" S11 S11 "1c" },
    { "v 2", RS7 "02" },
    { "v 26", RS7 "1a" },
    { "v 29", RS7 "1d" },
    { "v 31, of eth_sign", RS7 "1f" },
    { "v of EIP-155", RS7 "25" },
    { "v 255", RS7 "ff" },
    { "half a byte more", RS7 "1b0" },
    { "a byte more", RS7 "1b00" },
    { "two of them", RS7 "1b" RS7 "1b" },
    { "not hex", R11 S11 "1g" },
    { "white space inside", R11 S11 " c" },
    { "compact, not hex", R11 "z2f30d247542c3a37cdd640e180bd061930bd96c9e3e7eb406ad80054e207042" },
    { "quoted", "\"" RS7 "1b\"" },
    { "JSON", "{\"signature\":\"" RS7 "1b\"}" },
};

Test(external, refuses_what_is_no_signature)
{
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        struct sig65 sig = { { 1 } };

        cr_expect_eq(parse(&sig, refused[i].text), ERR_FORMAT, "%s", refused[i].name);
        cr_expect(bytes_is_zero(sig.b, sizeof(sig.b)), "%s", refused[i].name);
    }
}

/* A private key in place of a signature: no digit of it gets into an error, a log, a ticket. */
Test(external, does_not_repeat_what_may_be_a_key)
{
    static const char *const keys[] = { R11, &R11[2], R11 "\n" };

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        struct diag d = { 0 };
        struct sig65 sig;

        cr_expect_eq(external_parse_signature(&d, &sig, keys[i], strlen(keys[i])), ERR_FORMAT);
        cr_expect_null(strstr(d.msg, "71e2"), "%s", d.msg);
        cr_expect_not_null(
            strstr(d.msg, i == 1 ? "found 64 characters without 0x" : "found 66 characters"), "%s",
            d.msg);
    }
}

Test(external, refuses_every_truncation)
{
    static const char text[] = RS7 "1b";

    for (size_t n = 0; n < FULL_LEN; n++) {
        struct diag d = { 0 };
        struct sig65 sig;
        enum err want = n == COMPACT_LEN ? OK : ERR_FORMAT;

        cr_expect_eq(external_parse_signature(&d, &sig, text, n), want, "%zu", n);
    }
}

/* --- the signer ------------------------------------------------------------------------------- */

static struct typed_data number_data(uint64_t number)
{
    struct typed_data typed = { .domain = { .name = "EIP712Domain" },
                                .message = { .name = "Number" } };
    struct u256 value = u256_from_u64(number);

    typed_add_uint(&typed.domain, "chainId", 32, &value);
    typed_add_uint(&typed.message, "value", 32, &value);
    return typed;
}

struct seen {
    char json[1024];
    int times;
    enum err answer;
};

static enum err see(struct diag *d, void *ctx, const struct json *typed)
{
    struct seen *seen = ctx;
    struct buf text;

    buf_init(&text, sizeof(seen->json));
    cr_assert_eq(json_write(d, &text, typed, 0), OK);
    (void)snprintf(seen->json, sizeof(seen->json), "%s", buf_str(&text));
    buf_clear(&text);
    seen->times++;
    return seen->answer == OK ? OK : diag_set(d, seen->answer, "not shown");
}

/* Signs number_data(7) with the text as the signature's file. */
static enum err sign(struct diag *d, struct sig65 *out, struct seen *seen, const char *text)
{
    char path[] = "/tmp/countersign-external-XXXXXX";
    const struct signer_options options = {
        .passphrase_fd = -1, .signature_file = path, .typed_data = see, .typed_data_ctx = seen
    };
    const struct typed_data typed = number_data(7);
    struct signer *s = NULL;
    struct address account;
    int fd = mkstemp(path);
    enum err e = ERR_INTERNAL;

    cr_assert(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text) && close(fd) == 0);
    cr_assert_eq(signer_open(d, &s, "external:" ACCOUNT, &options), OK, "%s", d->msg);
    signer_address(s, &account);
    cr_expect_str_eq(address_format(&account).s, ACCOUNT);
    cr_expect_null(signer_device(s));
    cr_expect_not(signer_signs_tx(s));
    e = signer_sign_typed(d, s, out, &typed);
    signer_close(s);
    cr_assert_eq(unlink(path), 0);
    return e;
}

Test(external, signs)
{
    struct diag d = { 0 };
    struct seen seen = { .answer = OK };
    struct sig65 sig;

    cr_expect_eq(sign(&d, &sig, &seen, RS7 "\n"), OK, "%s", d.msg);
    cr_expect_eq(sig.b[64], 27);
    cr_expect_eq(seen.times, 1);
    cr_expect_str_eq(seen.json,
                     "{\"types\":{\"EIP712Domain\":[{\"name\":\"chainId\",\"type\":\"uint256\"}],"
                     "\"Number\":[{\"name\":\"value\",\"type\":\"uint256\"}]},\"primaryType\":"
                     "\"Number\",\"domain\":{\"chainId\":7},\"message\":{\"value\":\"7\"}}");
}

Test(external, what_cannot_be_shown_is_not_signed)
{
    struct diag d = { 0 };
    struct seen seen = { .answer = ERR_IO };
    struct sig65 sig;

    cr_expect_eq(sign(&d, &sig, &seen, RS7), ERR_IO);
    cr_expect(bytes_is_zero(sig.b, sizeof(sig.b)));
}

/* One digit changed anywhere: no signature, or that of another account. */
Test(external, refuses_every_changed_digit)
{
    for (size_t i = 2; i < FULL_LEN; i++) {
        char text[] = RS7 "1b";
        struct seen seen = { .answer = OK };
        struct diag d = { 0 };
        struct sig65 sig;
        enum err e = ERR_INTERNAL;

        text[i] = text[i] == '0' ? '1' : '0';
        e = sign(&d, &sig, &seen, text);
        cr_expect(e == ERR_DEVICE || e == ERR_FORMAT, "%zu: %d", i, (int)e);
        cr_expect(bytes_is_zero(sig.b, sizeof(sig.b)), "%zu", i);
    }
}

Test(external, refuses_a_signature_over_other_data)
{
    struct diag d = { 0 };
    struct seen seen = { .answer = OK };
    struct sig65 sig;

    cr_expect_eq(sign(&d, &sig, &seen, R11 S11 "1c"), ERR_DEVICE);
    cr_expect_not_null(strstr(d.msg, "expected " ACCOUNT), "%s", d.msg);
}

Test(external, refuses_what_is_no_account)
{
    static const char *const specs[] = {
        "external",
        "external:",
        "external:me",
        "external:0xc3AFb1362f338440E272822Da1ac741c1e8A19",
        "external:0xc3afb1362f338440E272822Da1ac741c1e8A19b0", /* one letter's case */
    };
    const struct signer_options options = { .passphrase_fd = -1 };

    for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++) {
        struct diag d = { 0 };
        struct signer *s = NULL;

        cr_expect_neq(signer_open(&d, &s, specs[i], &options), OK, "%s", specs[i]);
        cr_expect_null(s);
    }
}

Test(external, signs_no_transactions)
{
    const struct signer_options options = { .passphrase_fd = -1 };
    const struct eth_tx tx = { .chain_id = { { [31] = 1 } } };
    struct diag d = { 0 };
    struct signer *s = NULL;
    struct sig65 sig;

    cr_assert_eq(signer_open(&d, &s, "external:" ACCOUNT, &options), OK);
    cr_expect_eq(signer_sign_tx(&d, s, &sig, &tx), ERR_UNSUPPORTED);
    signer_close(s);
}

Test(external, a_missing_file)
{
    const struct signer_options options = { .passphrase_fd = -1, .signature_file = "/none/sig" };
    const struct typed_data typed = number_data(7);
    struct diag d = { 0 };
    struct signer *s = NULL;
    struct sig65 sig;

    cr_assert_eq(signer_open(&d, &s, "external:" ACCOUNT, &options), OK);
    cr_expect_eq(signer_sign_typed(&d, s, &sig, &typed), ERR_IO);
    signer_close(s);
}
