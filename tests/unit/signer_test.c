// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "hw/signer.h"
#include "src/base/address.h"
#include "tests/unit/known_safe_tx.h"
#include "tests/unit/twin.h"

#define KEYSTORE "keystore:fixtures/keystore/ethers-scrypt.json"

static const struct signer_options no_passphrase = { .passphrase_fd = -1 };

/* The reading end of a pipe that holds text. */
static int pipe_with(const char *text)
{
    int fds[2];

    cr_assert_eq(pipe(fds), 0);
    cr_assert_eq(write(fds[1], text, strlen(text)), (ssize_t)strlen(text));
    (void)close(fds[1]);
    return fds[0];
}

static struct signer *open_fixture(void)
{
    struct diag d = { 0 };
    struct signer *s = NULL;
    struct signer_options options = { .passphrase_fd = pipe_with("correct horse\n") };

    cr_assert_eq(signer_open(&d, &s, KEYSTORE, &options), OK, "%s", d.msg);
    (void)close(options.passphrase_fd);
    return s;
}

Test(signer, refuses_unknown_kinds)
{
    static const char *const specs[] = { "", "keystore", "keystore:", "keystores:x", "file.json" };

    for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++) {
        struct diag d = { 0 };
        struct signer *s = NULL;

        cr_expect_eq(signer_open(&d, &s, specs[i], &no_passphrase), ERR_USAGE, "'%s'", specs[i]);
        cr_expect_null(s);
    }
}

/* A bare key, as other tools take one: no more of it than its beginning gets into an error. */
Test(signer, does_not_repeat_a_key)
{
    struct diag d = { 0 };
    struct signer *s = NULL;

    cr_expect_eq(signer_open(&d, &s,
                             "0x71e2e4792e0a9ecbd29f731a9313121a4690a427eea0a79bdfbc72fef4011c64",
                             &no_passphrase),
                 ERR_USAGE);
    cr_expect_str_eq(d.msg, "unknown kind of signer '0x71e2e4792e0a9e'");
}

Test(signer, transports)
{
    static const struct {
        const char *text;
        enum err want;
    } cases[] = {
        { "hid:/dev/hidraw3", OK }, { "usb:1-4", OK },         { "tcp:127.0.0.1:9999", OK },
        { "udp:localhost:1", OK },  { "bridge", OK },          { "bridge:1", OK },
        { "", ERR_USAGE },          { "hid:", ERR_USAGE },     { "bridge:", ERR_USAGE },
        { "bridges", ERR_USAGE },   { "TCP:h:1", ERR_USAGE },  { "/dev/hidraw3", ERR_USAGE },
        { "tcp", ERR_USAGE },       { "http://x", ERR_USAGE },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct diag d = { 0 };

        cr_expect_eq(signer_check_transport(&d, cases[i].text), cases[i].want, "'%s'",
                     cases[i].text);
    }
}

Test(signer, refuses_a_wrong_passphrase)
{
    struct diag d = { 0 };
    struct signer *s = NULL;
    struct signer_options options = { .passphrase_fd = pipe_with("wrong") };

    cr_expect_eq(signer_open(&d, &s, KEYSTORE, &options), ERR_REFUSED);
    cr_expect_null(s);
    cr_expect_null(strstr(d.msg, "wrong\n"));
    options.passphrase_file = "x";
    cr_expect_eq(signer_open(&d, &s, KEYSTORE, &options), ERR_USAGE);
    (void)close(options.passphrase_fd);
}

Test(signer, refuses_a_missing_file)
{
    struct diag d = { 0 };
    struct signer *s = NULL;

    cr_expect_eq(signer_open(&d, &s, "keystore:fixtures/keystore/none.json", &no_passphrase),
                 ERR_IO);
    cr_expect_null(s);
}

Test(signer, address_of_a_keystore)
{
    struct signer *s = open_fixture();
    struct address a;

    signer_address(s, &a);
    cr_expect_str_eq(address_format(&a).s, "0xc3AFb1362f338440E272822Da1ac741c1e8A19b0");
    signer_close(s);
    signer_close(NULL);
}

Test(signer, signatures_recover)
{
    struct diag d = { 0 };
    struct signer *s = open_fixture();
    const struct eth_tx tx = { .chain_id = { { [31] = 1 } } };
    struct typed_data typed;
    struct address want, got;
    struct hash32 digest;
    struct sig65 sig;

    known_safe_tx(&typed, NULL, 0);
    signer_address(s, &want);
    cr_expect_null(signer_device(s));
    cr_expect_eq(signer_sign_typed(&d, s, &sig, &typed), OK, "%s", d.msg);
    typed_data_digest(&digest, &typed);
    cr_expect_eq(secp_recover(&d, &got, &digest, &sig), OK, "%s", d.msg);
    cr_expect(address_eq(&got, &want));

    cr_expect_eq(signer_sign_tx(&d, s, &sig, &tx), OK, "%s", d.msg);
    cr_expect_eq(eth_tx_digest(&d, &digest, &tx), OK);
    cr_expect_eq(secp_recover(&d, &got, &digest, &sig), OK, "%s", d.msg);
    cr_expect(address_eq(&got, &want));
    signer_close(s);
}

Test(signer, has_one_account)
{
    struct diag d = { 0 };
    struct signer *s = open_fixture();
    const struct hd_path path = hd_path_account(HD_BIP44, 1);
    struct address a;

    cr_expect_eq(signer_account(&d, s, &a, &path, false), ERR_UNSUPPORTED);
    signer_close(s);
}

/* --- a signer that lies ----------------------------------------------------------------------- */

struct liar {
    struct seckey key;
    struct sig65 answer;
    enum err e; /* of its signatures; one comes all the same */
    bool closed;
};

static enum err liar_address(struct diag *d, void *ctx, struct address *out)
{
    const struct liar *l = ctx;

    return secp_address(d, out, &l->key);
}

static enum err liar_sign(struct diag *d, void *ctx, struct sig65 *out,
                          const struct typed_data *typed)
{
    const struct liar *l = ctx;

    (void)typed;
    *out = l->answer;
    return l->e == OK ? OK : diag_set(d, l->e, "no");
}

static enum err liar_sign_tx(struct diag *d, void *ctx, struct sig65 *out, const struct eth_tx *tx)
{
    (void)tx;
    return liar_sign(d, ctx, out, NULL);
}

static void liar_close(void *ctx)
{
    struct liar *l = ctx;

    l->closed = true;
}

static const struct signer_ops liar_ops = {
    .address = liar_address,
    .sign_typed = liar_sign,
    .sign_tx = liar_sign_tx,
    .close = liar_close,
};

Test(signer, takes_nothing_but_its_accounts_signature)
{
    struct typed_data typed, other;
    const struct seckey stranger = { { [31] = 9 } };
    const struct eth_tx tx = { .chain_id = { { [31] = 1 } } };
    struct hash32 digest, other_digest;

    known_safe_tx(&typed, NULL, 0);
    known_safe_tx(&other, known_transfer, sizeof(known_transfer));
    typed_data_digest(&digest, &typed);
    typed_data_digest(&other_digest, &other);
    for (int lie = 0; lie < 8; lie++) {
        struct liar l = { .key = { { [31] = 5 } } };
        struct diag d = { 0 };
        struct signer *s = NULL;
        struct sig65 sig;

        cr_assert_eq(secp_sign(&d, &l.answer, lie == 1 ? &other_digest : &digest,
                               lie == 2 ? &stranger : &l.key),
                     OK);
        if (lie == 3)
            l.answer.b[64] = (uint8_t)(l.answer.b[64] - 27);
        if (lie == 4)
            l.answer.b[64] = (uint8_t)(55 - l.answer.b[64]);
        if (lie == 5)
            make_high_s(&l.answer);
        if (lie == 6)
            memset(l.answer.b, 0, sizeof(l.answer.b));
        if (lie == 7)
            l.answer.b[40] ^= 1;
        cr_assert_eq(signer_new(&d, &s, &liar_ops, &l), OK, "%s", d.msg);
        cr_expect_eq(signer_sign_typed(&d, s, &sig, &typed), lie == 0 ? OK : ERR_DEVICE, "lie %d",
                     lie);
        cr_expect_eq(bytes_is_zero(sig.b, sizeof(sig.b)), lie != 0, "lie %d", lie);
        cr_expect_eq(signer_sign_tx(&d, s, &sig, &tx), ERR_DEVICE, "lie %d", lie);
        cr_expect(bytes_is_zero(sig.b, sizeof(sig.b)), "lie %d", lie);
        signer_close(s);
        cr_expect(l.closed);
    }
}

Test(signer, gives_nothing_away_with_an_error)
{
    const struct eth_tx tx = { .chain_id = { { [31] = 1 } } };
    struct typed_data typed;
    struct liar l = { .key = { { [31] = 5 } }, .e = ERR_REFUSED };
    struct diag d = { 0 };
    struct signer *s = NULL;
    struct sig65 sig;

    known_safe_tx(&typed, NULL, 0);
    memset(l.answer.b, 1, sizeof(l.answer.b));
    cr_assert_eq(signer_new(&d, &s, &liar_ops, &l), OK, "%s", d.msg);
    cr_expect_eq(signer_sign_typed(&d, s, &sig, &typed), ERR_REFUSED);
    cr_expect(bytes_is_zero(sig.b, sizeof(sig.b)));
    cr_expect_eq(signer_sign_tx(&d, s, &sig, &tx), ERR_REFUSED);
    cr_expect(bytes_is_zero(sig.b, sizeof(sig.b)));
    signer_close(s);
}
