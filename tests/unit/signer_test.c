// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "hw/signer.h"
#include "src/base/address.h"
#include "src/base/keccak.h"

#define KEYSTORE "keystore:fixtures/keystore/ethers-scrypt.json"

static const struct signer_options no_passphrase = { NULL, -1 };

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
    struct signer_options options = { NULL, pipe_with("correct horse\n") };

    cr_assert_eq(signer_open(&d, &s, KEYSTORE, &options), OK, "%s", d.msg);
    (void)close(options.passphrase_fd);
    return s;
}

Test(signer, refuses_unknown_kinds)
{
    static const char *const specs[] = { "", "keystore", "keystore:", "ledger:0", "file.json" };

    for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++) {
        struct diag d = { 0 };
        struct signer *s = NULL;

        cr_expect_eq(signer_open(&d, &s, specs[i], &no_passphrase), ERR_USAGE, "'%s'", specs[i]);
        cr_expect_null(s);
    }
}

Test(signer, refuses_a_wrong_passphrase)
{
    struct diag d = { 0 };
    struct signer *s = NULL;
    struct signer_options options = { NULL, pipe_with("wrong") };

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
    struct diag d = { 0 };
    struct signer *s = open_fixture();
    struct address a;

    cr_expect_eq(signer_address(&d, s, &a), OK, "%s", d.msg);
    cr_expect_str_eq(address_format(&a).s, "0xc3AFb1362f338440E272822Da1ac741c1e8A19b0");
    signer_close(s);
    signer_close(NULL);
}

Test(signer, signatures_recover)
{
    struct diag d = { 0 };
    struct signer *s = open_fixture();
    struct signer_typed_data typed = { { { 1 } }, { { 2 } }, "{}" };
    static const uint8_t tx[] = { 0x02, 0xc0 };
    uint8_t preimage[66] = { 0x19, 0x01, [2] = 1, [34] = 2 };
    struct address want, got;
    struct hash32 digest;
    struct sig65 sig;

    cr_assert_eq(signer_address(&d, s, &want), OK);
    cr_expect_eq(signer_sign_typed(&d, s, &sig, &typed), OK, "%s", d.msg);
    keccak256(&digest, preimage, sizeof(preimage));
    cr_expect_eq(secp_recover(&d, &got, &digest, &sig), OK, "%s", d.msg);
    cr_expect(address_eq(&got, &want));

    cr_expect_eq(signer_sign_tx(&d, s, &sig, tx, sizeof(tx)), OK, "%s", d.msg);
    keccak256(&digest, tx, sizeof(tx));
    cr_expect_eq(secp_recover(&d, &got, &digest, &sig), OK, "%s", d.msg);
    cr_expect(address_eq(&got, &want));
    signer_close(s);
}
