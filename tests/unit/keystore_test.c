// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hw/keystore.h"
#include "src/base/address.h"
#include "src/base/file.h"
#include "src/base/hex.h"
#include "src/base/limits.h"

#define WIKI_KEY "7a28b5ba57c53603b0b07b56bba752f7784bf506fa95edc395f5cf6c7514fe9d"

/* A small valid file to break: one member a line, so that rows can replace lines. */
#define HEAD       "{\"version\":3,\"crypto\":{\"cipher\":\"aes-128-ctr\",\"cipherparams\":{\"iv\":"
#define IV         "\"000102030405060708090a0b0c0d0e0f\""
#define ZERO32     "0000000000000000000000000000000000000000000000000000000000000000"
#define BODY       "},\"ciphertext\":\"" ZERO32 "\",\"mac\":\"" ZERO32 "\","
#define SALT       "\"salt\":\"00ff\""
#define PBKDF2     "\"kdf\":\"pbkdf2\",\"kdfparams\":{\"dklen\":32,\"prf\":\"hmac-sha256\","
#define SCRYPT     "\"kdf\":\"scrypt\",\"kdfparams\":{\"dklen\":32,"
#define END        "}}}"
#define GOOD_FRONT HEAD IV BODY

static enum err decrypt_text(struct diag *d, struct seckey *key, const char *text,
                             const char *passphrase)
{
    return keystore_decrypt(d, key, text, strlen(text), (const uint8_t *)passphrase,
                            strlen(passphrase));
}

static const struct {
    const char *name;
    const char *text;
    enum err want;
} refused[] = {
    { "empty", "", ERR_FORMAT },
    { "no object", "[]", ERR_FORMAT },
    { "no version", "{\"crypto\":{}}", ERR_FORMAT },
    { "version 1", "{\"version\":1,\"crypto\":{}}", ERR_UNSUPPORTED },
    { "version as text", "{\"version\":\"three\",\"crypto\":{}}", ERR_FORMAT },
    { "no crypto", "{\"version\":3}", ERR_FORMAT },
    { "unknown member", "{\"version\":3,\"extra\":1,\"crypto\":{}}", ERR_FORMAT },
    { "two cryptos", "{\"version\":3,\"crypto\":{},\"Crypto\":{}}", ERR_FORMAT },
    { "other cipher", "{\"version\":3,\"crypto\":{\"cipher\":\"aes-128-cbc\"}}", ERR_UNSUPPORTED },
    { "short iv", HEAD "\"0001\"" BODY PBKDF2 SALT ",\"c\":1" END, ERR_FORMAT },
    { "iv with 0x", HEAD "\"0x0102030405060708090a0b0c0d0e0f\"" BODY PBKDF2 SALT ",\"c\":1" END,
      ERR_FORMAT },
    { "no salt", GOOD_FRONT PBKDF2 "\"c\":1" END, ERR_FORMAT },
    { "empty salt", GOOD_FRONT PBKDF2 "\"salt\":\"\",\"c\":1" END, ERR_FORMAT },
    { "odd salt", GOOD_FRONT PBKDF2 "\"salt\":\"123\",\"c\":1" END, ERR_FORMAT },
    { "no rounds", GOOD_FRONT PBKDF2 SALT END, ERR_FORMAT },
    { "zero rounds", GOOD_FRONT PBKDF2 SALT ",\"c\":0" END, ERR_FORMAT },
    { "too many rounds", GOOD_FRONT PBKDF2 SALT ",\"c\":10000001" END, ERR_LIMIT },
    { "rounds over 32 bits", GOOD_FRONT PBKDF2 SALT ",\"c\":4294967296" END, ERR_FORMAT },
    { "unknown kdf parameter", GOOD_FRONT PBKDF2 SALT ",\"c\":1,\"n\":2" END, ERR_FORMAT },
    { "other prf",
      GOOD_FRONT "\"kdf\":\"pbkdf2\",\"kdfparams\":{\"dklen\":32,\"prf\":\"hmac-sha1\"," SALT
                 ",\"c\":1" END,
      ERR_UNSUPPORTED },
    { "dklen 64",
      GOOD_FRONT "\"kdf\":\"pbkdf2\",\"kdfparams\":{\"dklen\":64,\"prf\":\"hmac-sha256\"," SALT
                 ",\"c\":1" END,
      ERR_UNSUPPORTED },
    { "other kdf", GOOD_FRONT "\"kdf\":\"argon2id\",\"kdfparams\":{\"dklen\":32," SALT END,
      ERR_UNSUPPORTED },
    { "n not a power of two", GOOD_FRONT SCRYPT SALT ",\"n\":1000,\"r\":8,\"p\":1" END,
      ERR_FORMAT },
    { "n one", GOOD_FRONT SCRYPT SALT ",\"n\":1,\"r\":8,\"p\":1" END, ERR_FORMAT },
    { "n too large for r", GOOD_FRONT SCRYPT SALT ",\"n\":65536,\"r\":1,\"p\":1" END,
      ERR_UNSUPPORTED },
    { "r zero", GOOD_FRONT SCRYPT SALT ",\"n\":2,\"r\":0,\"p\":1" END, ERR_FORMAT },
    { "too much memory", GOOD_FRONT SCRYPT SALT ",\"n\":1048576,\"r\":8,\"p\":1" END, ERR_LIMIT },
    { "memory that overflows",
      GOOD_FRONT SCRYPT SALT ",\"n\":9223372036854775808,\"r\":4294967295,\"p\":1" END,
      ERR_FORMAT },
    { "huge n", GOOD_FRONT SCRYPT SALT ",\"n\":4611686018427387904,\"r\":4294967295,\"p\":1" END,
      ERR_LIMIT },
    { "too much work", GOOD_FRONT SCRYPT SALT ",\"n\":262144,\"r\":8,\"p\":4294967295" END,
      ERR_LIMIT },
    { "wrong passphrase", GOOD_FRONT PBKDF2 SALT ",\"c\":1" END, ERR_REFUSED },
};

Test(keystore, refuses)
{
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        struct diag d = { 0 };
        struct seckey key;
        struct address address;
        bool has_address = false;
        enum err e = decrypt_text(&d, &key, refused[i].text, "x");

        cr_expect_eq(e, refused[i].want, "%s: got %d (%s)", refused[i].name, (int)e, d.msg);
        cr_expect(bytes_is_zero(key.b, sizeof(key.b)), "%s: a key came out", refused[i].name);
        e = keystore_inspect(&d, &address, &has_address, refused[i].text, strlen(refused[i].text));
        if (refused[i].want != ERR_REFUSED)
            cr_expect_eq(e, refused[i].want, "%s: %s", refused[i].name, d.msg);
        cr_expect_not(has_address, "%s", refused[i].name);
    }
}

Test(keystore, refuses_a_large_file)
{
    struct diag d = { 0 };
    struct seckey key;
    char *text = malloc(LIMIT_KEYSTORE_BYTES + 1);

    cr_assert_not_null(text);
    memset(text, ' ', LIMIT_KEYSTORE_BYTES + 1);
    cr_expect_eq(keystore_decrypt(&d, &key, text, LIMIT_KEYSTORE_BYTES + 1, NULL, 0), ERR_LIMIT);
    free(text);
}

static const struct {
    const char *file;
    const char *passphrase;
    const char *key;
} files[] = {
    { "fixtures/keystore/wiki-pbkdf2.json", "testpassword", WIKI_KEY },
    { "fixtures/keystore/ethers-scrypt.json", "correct horse",
      "21616f6ca082f064dfd6a8b5b15e7dced01910adcef967e44eb52ce2f80e5f83" },
    { "fixtures/keystore/ethers-utf8.json", "p\xc3\xa4ssw\xc3\xb6rter \xe2\x9a\xa1",
      "9e0c7ca551854aa8972c3fe061018270f7655f9907e8f3db4e26d5732792d909" },
};

static void load(struct buf *out, const char *path)
{
    struct diag d = { 0 };

    buf_init(out, LIMIT_KEYSTORE_BYTES);
    cr_assert_eq(file_read(&d, out, path), OK, "%s", d.msg);
}

Test(keystore, opens_files_of_others)
{
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        struct diag d = { 0 };
        struct seckey key;
        struct buf file;
        char text[HEX_LEN(32)];
        enum err e = OK;

        load(&file, files[i].file);
        e = decrypt_text(&d, &key, buf_str(&file), files[i].passphrase);
        cr_expect_eq(e, OK, "%s: %s", files[i].file, d.msg);
        cr_expect_str_eq(hex_encode(text, key.b, 32), files[i].key, "%s", files[i].file);
        cr_expect_eq(decrypt_text(&d, &key, buf_str(&file), "Testpassword"), ERR_REFUSED);
        buf_clear(&file);
    }
}

Test(keystore, refuses_the_address_of_another_key)
{
    struct diag d = { 0 };
    struct seckey key;
    struct buf file;
    char *address = NULL;

    load(&file, "fixtures/keystore/ethers-scrypt.json");
    address = strstr((char *)file.data, "c3afb136");
    cr_assert_not_null(address);
    address[0] = 'd';
    cr_expect_eq(decrypt_text(&d, &key, buf_str(&file), "correct horse"), ERR_MISMATCH);
    cr_expect(bytes_is_zero(key.b, sizeof(key.b)));
    buf_clear(&file);
}

/* No changed byte may give another key: what opens gives the same key, all else is refused. */
Test(keystore, truncation_and_bit_flips)
{
    struct seckey want = { { 0 } };
    struct buf file, pass;
    struct diag d = { 0 };

    memset(want.b, 0x11, sizeof(want.b));
    buf_init(&file, LIMIT_KEYSTORE_BYTES);
    buf_init(&pass, 16);
    buf_add_str(&pass, "pw");
    cr_assert_eq(keystore_encrypt(&d, &file, &want, KEYSTORE_PBKDF2, true, pass.data, pass.len), OK,
                 "%s", d.msg);
    for (size_t i = 0; i + 2 < file.len; i++) {
        struct seckey key;

        cr_expect_neq(keystore_decrypt(&d, &key, file.data, i, pass.data, pass.len), OK,
                      "cut at %zu", i);
    }
    for (size_t i = 0; i < file.len; i++) {
        struct seckey key;
        uint8_t before = file.data[i];

        file.data[i] = (uint8_t)(before ^ (1U << (i % 7)));
        if (keystore_decrypt(&d, &key, file.data, file.len, pass.data, pass.len) == OK)
            cr_expect_arr_eq(key.b, want.b, sizeof(want.b), "changed byte %zu", i);
        file.data[i] = before;
    }
    buf_clear(&file);
    buf_clear(&pass);
}

Test(keystore, encrypts_what_it_opens)
{
    static const enum keystore_kdf kdfs[] = { KEYSTORE_SCRYPT, KEYSTORE_PBKDF2 };
    struct seckey want = { { [31] = 1 } };

    for (size_t i = 0; i < 2; i++) {
        struct diag d = { 0 };
        struct seckey key;
        struct buf one, two;

        buf_init(&one, LIMIT_KEYSTORE_BYTES);
        buf_init(&two, LIMIT_KEYSTORE_BYTES);
        cr_assert_eq(keystore_encrypt(&d, &one, &want, kdfs[i], true, NULL, 0), OK, "%s", d.msg);
        cr_assert_eq(keystore_encrypt(&d, &two, &want, kdfs[i], true, NULL, 0), OK, "%s", d.msg);
        cr_expect_str_neq(buf_str(&one), buf_str(&two));
        cr_expect_eq(decrypt_text(&d, &key, buf_str(&one), ""), OK, "%s", d.msg);
        cr_expect_arr_eq(key.b, want.b, sizeof(want.b));
        cr_expect_eq(decrypt_text(&d, &key, buf_str(&one), "x"), ERR_REFUSED);
        buf_clear(&one);
        buf_clear(&two);
    }
}

Test(keystore, refuses_to_encrypt_no_key)
{
    struct diag d = { 0 };
    struct seckey zero = { { 0 } };
    struct buf out;

    buf_init(&out, LIMIT_KEYSTORE_BYTES);
    cr_expect_neq(keystore_encrypt(&d, &out, &zero, KEYSTORE_SCRYPT, true, NULL, 0), OK);
    cr_expect_eq(out.len, 0);
    buf_clear(&out);
}
