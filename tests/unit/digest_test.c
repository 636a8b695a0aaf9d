// SPDX-License-Identifier: Apache-2.0
#include "src/base/digest.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/bytes.h"
#include "src/base/hex.h"

Test(digest, sha256)
{
    const struct bytes_view parts[] = { { "a", 1 }, { NULL, 0 }, { "bc", 2 } };
    struct diag d = { 0 };
    struct hash32 h;

    cr_expect_eq(sha256(&d, &h, "", 0), OK);
    cr_expect_str_eq(hash32_format(&h).s,
                     "0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    /* FIPS 180-4, example of one block */
    cr_expect_eq(sha256_parts(&d, &h, parts, 3), OK);
    cr_expect_str_eq(hash32_format(&h).s,
                     "0xba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

Test(digest, sha384)
{
    const struct bytes_view parts[] = { { "a", 1 }, { NULL, 0 }, { "bc", 2 } };
    struct diag d = { 0 };
    struct hash48 h;
    char text[HEX_LEN(48)];

    /* FIPS 180-4, example of one block */
    cr_expect_eq(sha384_parts(&d, &h, parts, 3), OK);
    cr_expect_str_eq(hex_encode(text, h.b, sizeof(h.b)),
                     "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded163"
                     "1a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7");
}

Test(digest, sha512)
{
    struct diag d = { 0 };
    uint8_t h[64];
    char text[HEX_LEN(64)];

    cr_expect_eq(sha512(&d, h, "abc", 3), OK);
    cr_expect_str_eq(hex_encode(text, h, sizeof(h)),
                     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                     "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
}

Test(digest, sha256_file)
{
    static const struct {
        const char *name, *prepare, *path;
        enum err want;
    } cases[] = {
        { "not there", ":", "none", ERR_IO },
        { "directory", "mkdir dir", "dir", ERR_IO },
        { "symbolic link", "printf abc >file && ln -s file link", "link", ERR_IO },
        { "pipe", "mkfifo pipe", "pipe", ERR_IO },
        { "empty", ": >empty", "empty", OK },
        { "file", "printf abc >file", "file", OK },
    };
    char dir[] = "/tmp/digest-test-XXXXXX";

    cr_assert_not_null(mkdtemp(dir));
    cr_assert_eq(chdir(dir), 0);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct diag d = { 0 };
        struct hash32 h;
        uint64_t size = 1;

        cr_assert_eq(system(cases[i].prepare), 0);
        cr_expect_eq(sha256_file(&d, &h, &size, cases[i].path), cases[i].want, "%s: %s",
                     cases[i].name, d.msg);
        cr_expect_eq(size, strcmp(cases[i].name, "file") == 0 ? 3 : 0, "%s", cases[i].name);
        if (size == 3)
            cr_expect_str_eq(hash32_format(&h).s,
                             "0xba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
    cr_expect_eq(system("rm -rf \"$PWD\""), 0);
}

Test(digest, scrypt)
{
    struct diag d = { 0 };
    uint8_t out[64];
    char text[HEX_LEN(64)];

    /* RFC 7914 section 12 */
    cr_expect_eq(kdf_scrypt(&d, out, 64, (const uint8_t *)"", 0, (const uint8_t *)"", 0, 16, 1, 1),
                 OK, "%s", d.msg);
    cr_expect_str_eq(hex_encode(text, out, 64),
                     "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
                     "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906");
    cr_expect_eq(kdf_scrypt(&d, out, 64, (const uint8_t *)"password", 8, (const uint8_t *)"NaCl", 4,
                            1024, 8, 16),
                 OK, "%s", d.msg);
    cr_expect_str_eq(hex_encode(text, out, 64),
                     "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
                     "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640");
}

Test(digest, scrypt_refuses)
{
    static const struct {
        const char *name;
        uint64_t n;
        uint32_t r, p;
        enum err want;
    } cases[] = {
        { "n 0", 0, 8, 1, ERR_FORMAT },
        { "n 1", 1, 8, 1, ERR_FORMAT },
        { "n no power of two", 1000, 8, 1, ERR_FORMAT },
        { "r 0", 1024, 0, 1, ERR_FORMAT },
        { "p 0", 1024, 8, 0, ERR_FORMAT },
        { "1 GiB", 1 << 20, 8, 1, ERR_LIMIT },
        { "n huge", 1ULL << 63, 8, 1, ERR_LIMIT },
        { "r huge", 2, UINT32_MAX, 1, ERR_LIMIT },
        { "p huge", 2, 8, UINT32_MAX, ERR_LIMIT },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct diag d = { 0 };
        uint8_t out[32] = { 1 };

        cr_expect_eq(kdf_scrypt(&d, out, sizeof(out), (const uint8_t *)"x", 1, (const uint8_t *)"y",
                                1, cases[i].n, cases[i].r, cases[i].p),
                     cases[i].want, "%s", cases[i].name);
        cr_expect(bytes_is_zero(out, sizeof(out)), "%s", cases[i].name);
    }
}

/* Values from python's hashlib. */
Test(digest, pbkdf2)
{
    struct diag d = { 0 };
    uint8_t out[32];
    char text[HEX_LEN(32)];

    cr_expect_eq(kdf_pbkdf2_sha256(&d, out, 32, (const uint8_t *)"password", 8,
                                   (const uint8_t *)"salt", 4, 4096),
                 OK);
    cr_expect_str_eq(hex_encode(text, out, 32),
                     "c5e478d59288c841aa530db6845c4c8d962893a001ce4e11a4963873aa98134a");
    cr_expect_eq(
        kdf_pbkdf2_sha256(&d, out, 32, (const uint8_t *)"x", 1, (const uint8_t *)"y", 1, 0),
        ERR_FORMAT);
    cr_expect_eq(kdf_pbkdf2_sha256(&d, out, 32, (const uint8_t *)"x", 1, (const uint8_t *)"y", 1,
                                   UINT32_MAX),
                 ERR_LIMIT);
    cr_expect(bytes_is_zero(out, sizeof(out)));
}

/* NIST SP 800-38A key and counter; output by `openssl enc -aes-128-ctr`. */
Test(digest, aes128_ctr)
{
    static const uint8_t key[16] = { 0x2b, 0x7e, 0x15, 0x16, 0x28, 0xae, 0xd2, 0xa6,
                                     0xab, 0xf7, 0x15, 0x88, 0x09, 0xcf, 0x4f, 0x3c };
    static const uint8_t iv[16] = { 0xf0, 0xf1, 0xf2, 0xf3, 0xf4, 0xf5, 0xf6, 0xf7,
                                    0xf8, 0xf9, 0xfa, 0xfb, 0xfc, 0xfd, 0xfe, 0xff };
    struct diag d = { 0 };
    uint8_t data[17];
    char text[HEX_LEN(17)];

    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)i;
    cr_expect_eq(aes128_ctr(&d, data, data, sizeof(data), key, iv), OK);
    cr_expect_str_eq(hex_encode(text, data, sizeof(data)), "ec8ddd709c657ab7fadb1c7ee693afeb26");
    cr_expect_eq(aes128_ctr(&d, data, data, sizeof(data), key, iv), OK);
    cr_expect_str_eq(hex_encode(text, data, sizeof(data)), "000102030405060708090a0b0c0d0e0f10");
}

Test(digest, random_bytes_differ)
{
    struct diag d = { 0 };
    uint8_t a[32] = { 0 };
    uint8_t b[32] = { 0 };

    cr_expect_eq(random_bytes(&d, a, sizeof(a)), OK);
    cr_expect_eq(random_bytes(&d, b, sizeof(b)), OK);
    cr_expect_neq(memcmp(a, b, sizeof(a)), 0);
}
