// SPDX-License-Identifier: Apache-2.0
#include "src/base/secp.h"

#include <criterion/criterion.h>
#include <string.h>

#include "src/base/address.h"
#include "src/base/bytes.h"
#include "src/base/hex.h"

/* Deterministic signatures by ethers 6.17.0 (noble), another implementation than ours. */
static const struct {
    const char *key;
    const char *digest;
    const char *address;
    const char *signature;
} cases[] = {
    { "0x0000000000000000000000000000000000000000000000000000000000000001",
      "0x0000000000000000000000000000000000000000000000000000000000000000",
      "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf",
      "0xa0b37f8fba683cc68f6574cd43b39f0343a50008bf6ccea9d13231d9e7e2e1e411edc8d307254296264aebfc3d"
      "c76cd8b668373a072fd64665b50000e9fcce521c" },
    { "0x0000000000000000000000000000000000000000000000000000000000000001",
      "0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45",
      "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf",
      "0xe6cbd687d6cda3d7cf8e37214d3128a54196b42400aa1c246952a683462388561eee2ec3d64cb26e0edd6f86b1"
      "9784552a39a351ea1779cdad6717e8200932421c" },
    { "0x0000000000000000000000000000000000000000000000000000000000000001",
      "0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
      "0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf",
      "0x7cb38cc5712e9e11a767615f6080dbc111c9cdd613eb98999fd92a86bafd45407923ca1f4d03471d2866f776ef"
      "8a6d3cac099b427331aeb245aa9dafeddcf1151b" },
    { "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
      "0x0000000000000000000000000000000000000000000000000000000000000000",
      "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
      "0xb8823364c90ea0d2700d5ad0fe39d16778bc07ce7df4779ff35e4b2660d043cb74a002439225d1d518f9f1cf3d"
      "b005f5e143196543fd5146a34bf63f0b810ade1b" },
    { "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
      "0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45",
      "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
      "0x5a2641cf507781b764362193efa1f85828ab177d2f87e4f66a04106c7d6fa5c17a0feb0d2a05d944de58ded607"
      "38d60c8c2dc21e6feaf10a99a492687232148f1c" },
    { "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80",
      "0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
      "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266",
      "0x8f7d3763cc1e1ef6f5c21011f04f80c0ae51c33c6018a30355a4c47a58c3bd17626e3b4df5956744a6f073e340"
      "1b54c350c26abd2804f52261abded6afaf4dec1b" },
    { "0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140",
      "0x0000000000000000000000000000000000000000000000000000000000000000",
      "0x80C0dbf239224071c59dD8970ab9d542E3414aB2",
      "0x919026f3e239ea52cf530eb6d345dc2b56ef0928f1e9ad20d8f360284dc6504814395e7137e2204f15b6923901"
      "0f3c34fbb3c858a29b0d106b1fa65bc00472631b" },
    { "0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140",
      "0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45",
      "0x80C0dbf239224071c59dD8970ab9d542E3414aB2",
      "0x85de2d5e92b4e9030e5d9d1efbf9e717cb411294a26061f15147905ed4f8369e511cce3678ebe4fd6b50cedd9b"
      "905fd4bb3d1e633b9eed8e91b678255be821d51c" },
    { "0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140",
      "0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
      "0x80C0dbf239224071c59dD8970ab9d542E3414aB2",
      "0xa7f83b5963eaf5332c633327cc967be8f4166d3f1e0b77f9761d8f4e42211e9a58aae31be1eb1e496923bbe8ca"
      "5e843cfb89f4d986d61d4edfd7d6fc3c9cf62c1b" },
    { "0x4646464646464646464646464646464646464646464646464646464646464646",
      "0x0000000000000000000000000000000000000000000000000000000000000000",
      "0x9d8A62f656a8d1615C1294fd71e9CFb3E4855A4F",
      "0xe091a7ad7f6f7e7d95ed92dec060aed74cd95cfc73c1af9d736ac21b55352e6a721889335437c74f6c59b1cbd8"
      "565c7e044b36e1d6c4812d96deb2272507d2cb1b" },
    { "0x4646464646464646464646464646464646464646464646464646464646464646",
      "0x4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45",
      "0x9d8A62f656a8d1615C1294fd71e9CFb3E4855A4F",
      "0xdedc31d9abfcd8147adc05a82cc7bb921d0643a33d147fac90cde48d9db4eb452a17f6e2f2f54fee0f87a3895d"
      "789b67a8aac992d367d72ec8fff27f3d2139f71b" },
    { "0x4646464646464646464646464646464646464646464646464646464646464646",
      "0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
      "0x9d8A62f656a8d1615C1294fd71e9CFb3E4855A4F",
      "0x17884aecc9a888195524c5d53bdf8af29ba0bc8ab53aadb5d4ee7b39a474e52f17d8339a72a6b608d2a2f2a3e4"
      "403bb567934e92f04af792b01347709f49b09f1b" },
};
#define NUM_CASES (sizeof(cases) / sizeof(cases[0]))

static void load(size_t i, struct seckey *key, struct hash32 *digest)
{
    cr_assert(hex_decode_0x(key->b, sizeof(key->b), cases[i].key));
    cr_assert(hex_decode_0x(digest->b, sizeof(digest->b), cases[i].digest));
}

Test(secp, sign_and_recover)
{
    for (size_t i = 0; i < NUM_CASES; i++) {
        struct diag d = { 0 };
        struct seckey key;
        struct hash32 digest;
        struct sig65 sig;
        struct address a;
        char text[HEX_0X_LEN(65)];

        load(i, &key, &digest);
        cr_expect_eq(secp_address(&d, &a, &key), OK, "%s", d.msg);
        cr_expect_str_eq(address_format(&a).s, cases[i].address);
        cr_expect_eq(secp_sign(&d, &sig, &digest, &key), OK, "%s", d.msg);
        cr_expect_str_eq(hex_encode_0x(text, sig.b, sizeof(sig.b)), cases[i].signature);
        cr_expect_eq(secp_recover(&d, &a, &digest, &sig), OK, "%s", d.msg);
        cr_expect_str_eq(address_format(&a).s, cases[i].address);
    }
}

Test(secp, bad_keys)
{
    static const char *const keys[] = {
        "0x0000000000000000000000000000000000000000000000000000000000000000",
        /* the order of the group */
        "0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",
        "0xffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    };

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        struct diag d = { 0 };
        struct seckey key;
        struct hash32 digest = { { 0 } };
        struct sig65 sig;
        struct address a;

        cr_assert(hex_decode_0x(key.b, sizeof(key.b), keys[i]));
        cr_expect_not(seckey_valid(&key));
        cr_expect_eq(secp_address(&d, &a, &key), ERR_FORMAT);
        cr_expect(address_is_zero(&a));
        cr_expect_eq(secp_sign(&d, &sig, &digest, &key), ERR_FORMAT);
        cr_expect(bytes_is_zero(sig.b, sizeof(sig.b)));
        cr_expect_null(strstr(d.msg, "ffff"), "a key is never shown");
    }
}

Test(secp, recover_refuses)
{
    static const struct {
        const char *name;
        const char *r, *s;
        uint8_t v;
        const char *reason;
    } bad[] = {
#define GOOD_R "a0b37f8fba683cc68f6574cd43b39f0343a50008bf6ccea9d13231d9e7e2e1e4"
#define GOOD_S "11edc8d307254296264aebfc3dc76cd8b668373a072fd64665b50000e9fcce52"
#define HIGH_S "ee12372cf8dabd69d9b51403c23893260446a5aca818c9f55a1d5e8be63972ef"
#define ORDER  "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"
#define ZERO   "0000000000000000000000000000000000000000000000000000000000000000"
        { "v 0", GOOD_R, GOOD_S, 0, "27 or 28" },
        { "v 1", GOOD_R, GOOD_S, 1, "27 or 28" },
        { "v 26", GOOD_R, GOOD_S, 26, "27 or 28" },
        { "v 29", GOOD_R, GOOD_S, 29, "27 or 28" },
        { "v 31", GOOD_R, GOOD_S, 31, "27 or 28" },
        { "v 255", GOOD_R, GOOD_S, 255, "27 or 28" },
        { "r 0", ZERO, GOOD_S, 27, "no key" },
        { "s 0", GOOD_R, ZERO, 27, "no key" },
        { "r = order", ORDER, GOOD_S, 27, "not below" },
        { "s = order", GOOD_R, ORDER, 27, "not below" },
        /* order - s: the same signature in its malleable form, with the other v */
        { "high s", GOOD_R, HIGH_S, 27, "upper half" },
        { "high s, half the order plus one", GOOD_R,
          "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a1", 28, "upper half" },
        { "r is no x of the curve",
          "0000000000000000000000000000000000000000000000000000000000000005", GOOD_S, 27,
          "no key" },
    };

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct diag d = { 0 };
        struct hash32 digest = { { 0 } };
        struct sig65 sig;
        struct address a = { { 1 } };

        cr_assert(hex_decode(sig.b, 32, bad[i].r, 64) && hex_decode(sig.b + 32, 32, bad[i].s, 64));
        sig.b[64] = bad[i].v;
        cr_expect_eq(secp_recover(&d, &a, &digest, &sig), ERR_FORMAT, "%s", bad[i].name);
        cr_expect(strstr(d.msg, bad[i].reason) != NULL, "%s: %s", bad[i].name, d.msg);
        cr_expect(address_is_zero(&a), "%s", bad[i].name);
    }
}

/* Both forms of one signature, for each meaning of v; what is low stays as it is. */
Test(secp, the_twin_with_the_high_s_is_brought_back)
{
    static const struct {
        uint8_t high_v, low_v;
    } cases_of_v[] = { { 28, 27 }, { 27, 28 }, { 32, 31 }, { 31, 32 } };
    struct sig65 low, sig;

    cr_assert(hex_decode(low.b, 32, GOOD_R, 64) && hex_decode(low.b + 32, 32, GOOD_S, 64));
    for (size_t i = 0; i < sizeof(cases_of_v) / sizeof(cases_of_v[0]); i++) {
        sig = low;
        cr_assert(hex_decode(sig.b + 32, 32, HIGH_S, 64));
        sig.b[64] = cases_of_v[i].high_v;
        low.b[64] = cases_of_v[i].low_v;
        secp_make_low_s(&sig);
        cr_expect_arr_eq(sig.b, low.b, sizeof(sig.b), "v %u", cases_of_v[i].high_v);
        secp_make_low_s(&sig);
        cr_expect_arr_eq(sig.b, low.b, sizeof(sig.b), "v %u", cases_of_v[i].low_v);
    }
    cr_assert(hex_decode(sig.b + 32, 32, ORDER, 64));
    low = sig;
    secp_make_low_s(&sig);
    cr_expect_arr_eq(sig.b, low.b, sizeof(sig.b), "s = order");
}

/* No single bit of a signature or digest may change without another signer, or none. */
Test(secp, every_bit_counts)
{
    struct seckey key;
    struct hash32 digest;
    struct sig65 sig;
    struct address want;

    load(4, &key, &digest);
    cr_assert(hex_decode_0x(sig.b, sizeof(sig.b), cases[4].signature));
    cr_assert(hex_decode_0x(want.b, sizeof(want.b), cases[4].address));
    for (size_t bit = 0; bit < 8 * (65 + 32); bit++) {
        struct diag d = { 0 };
        struct hash32 other_digest = digest;
        struct sig65 other = sig;
        struct address a;
        uint8_t *at = bit < 8 * 65 ? other.b + bit / 8 : other_digest.b + (bit / 8 - 65);

        *at = (uint8_t)(*at ^ 1U << bit % 8);
        if (secp_recover(&d, &a, &other_digest, &other) == OK)
            cr_expect_not(address_eq(&a, &want), "bit %zu", bit);
    }
}
