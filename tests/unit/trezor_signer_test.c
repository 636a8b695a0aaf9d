// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "hw/trezor/trezor.h"
#include "src/base/address.h"
#include "src/base/hex.h"
#include "src/base/u256.h"
#include "tests/unit/trezor_fixture.h"

/*
 * What real firmware and this program said to each other (fixtures/trezor), replayed report by
 * report: as it was, and with every report of the device damaged in every way.
 */

TestSuite(trezor_signer, .timeout = 120);

enum what { PLAIN, DATA, TX };

static const struct {
    const char *name;
    enum what what;
    enum device_model model;
    struct device_version version;
    const char *sig;
} recorded[] = {
#define VECTOR1                                                        \
    "2c71bd118f58839ca63fdd1cc4a6bdf527498c2479083bb8aeeaedbf8902ed76" \
    "10f8d4570fc049d72a01e5626e10552c1d17dfccde52be20f21cc19f208dfdc11b"
#define VECTOR2                                                        \
    "c1e4eafcdca834a17c51a5ee622fbcfd5b2d2c02d16229793f099b1589e580fe" \
    "13fcc94a9b6047facc82fc170947d1862d8bd60600273f22e7f13549a56382051c"
#define VECTOR_TX                                                      \
    "5f66e897a5597ebf7be0cf1e1e354a22f97675cbb689b2b1b20c6246015c5887" \
    "2c3309f2a2fc05d4e4238a92d5fe891893ec86c11be11edbed4288c85186de961b"
    { "one-plain", PLAIN, TREZOR_ONE, { 1, 14, 1 }, VECTOR1 },
    { "one-data", DATA, TREZOR_ONE, { 1, 14, 1 }, VECTOR2 },
    { "one-tx", TX, TREZOR_ONE, { 1, 14, 1 }, VECTOR_TX },
    { "t-plain", PLAIN, TREZOR_T, { 2, 5, 3 }, VECTOR1 },
    { "t-data", DATA, TREZOR_T, { 2, 5, 3 }, VECTOR2 },
    { "t-tx", TX, TREZOR_T, { 2, 5, 3 }, VECTOR_TX },
};
#define NUM_RECORDED (sizeof(recorded) / sizeof(recorded[0]))

static enum err open_on(struct diag *d, struct signer **out, struct hw_replay *r)
{
    static const struct signer_options options = { .passphrase_fd = -1 };
    const struct hw_io io = hw_replay_io(r);
    struct trezor_link link;

    *out = NULL;
    cr_assert_eq(trezor_link_reports(d, &link, &io), OK);
    return trezor_signer_on(d, out, NULL, &options, &link);
}

static enum err sign_tx(struct diag *d, struct signer *s, struct sig65 *out)
{
    uint8_t data[3000];
    struct eth_tx tx = { .chain_id = u256_from_u64(1),
                         .nonce = 7,
                         .max_priority_fee = u256_from_u64(2000000000),
                         .max_fee = u256_from_u64(20000000000),
                         .gas_limit = 100000,
                         .to = known_to,
                         .value = u256_from_u64(1000000000000000000),
                         .data = data,
                         .data_len = sizeof(data) };

    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)(i * 7 + 1);
    return signer_sign_tx(d, s, out, &tx);
}

static enum err sign(struct diag *d, struct signer *s, struct sig65 *out, enum what what)
{
    struct typed_data t;

    if (what == TX)
        return sign_tx(d, s, out);
    known_safe_tx(&t, what == DATA ? known_transfer : NULL,
                  what == DATA ? sizeof(known_transfer) : 0);
    return signer_sign_typed(d, s, out, &t);
}

static const char *hex(char out[static HEX_LEN(65)], const struct sig65 *sig)
{
    return hex_encode(out, sig->b, sizeof(sig->b));
}

Test(trezor_signer, signs_as_it_did)
{
    const struct address owner = known_signer;

    for (size_t i = 0; i < NUM_RECORDED; i++) {
        struct hw_replay r;
        struct diag d = { 0 };
        struct signer *s = NULL;
        struct address a;
        struct sig65 sig;
        char text[HEX_LEN(65)];

        trezor_recorded(&r, recorded[i].name);
        cr_assert_eq(open_on(&d, &s, &r), OK, "%s: %s", recorded[i].name, d.msg);
        signer_address(s, &a);
        cr_expect(address_eq(&a, &owner), "%s", recorded[i].name);
        cr_expect_eq(signer_device(s)->model, recorded[i].model, "%s", recorded[i].name);
        cr_expect(signer_device(s)->has_version, "%s", recorded[i].name);
        cr_expect_eq(memcmp(&signer_device(s)->version, &recorded[i].version, 3), 0, "%s",
                     recorded[i].name);
        cr_expect_eq(sign(&d, s, &sig, recorded[i].what), OK, "%s: %s %s", recorded[i].name, d.msg,
                     r.why);
        cr_expect_str_eq(hex(text, &sig), recorded[i].sig, "%s", recorded[i].name);
        cr_expect(hw_replay_done(&r), "%s", recorded[i].name);
        signer_close(s);
        cr_expect_eq(r.closed, 1, "%s", recorded[i].name);
    }
}

/* Whatever happens to the reports, there is the signature or there is none. True: the signature. */
static bool run(struct hw_replay *r, size_t i, const char *how, size_t where)
{
    const struct address owner = known_signer;
    struct diag d = { 0 };
    struct signer *s = NULL;
    struct address a;
    struct sig65 sig = { { 0 } };
    char text[HEX_LEN(65)];
    enum err e = open_on(&d, &s, r);

    if (e == OK) {
        signer_address(s, &a);
        cr_assert(address_eq(&a, &owner), "%s, %s %zu", recorded[i].name, how, where);
        e = sign(&d, s, &sig, recorded[i].what);
    }
    signer_close(s);
    cr_assert_eq(r->closed, 1);
    if (e == OK) {
        cr_assert_str_eq(hex(text, &sig), recorded[i].sig, "%s, %s %zu", recorded[i].name, how,
                         where);
        return true;
    }
    cr_assert(bytes_is_zero(sig.b, sizeof(sig.b)), "%s, %s %zu", recorded[i].name, how, where);
    cr_assert(d.code == e && d.msg[0] != '\0', "%s, %s %zu", recorded[i].name, how, where);
    return false;
}

Test(trezor_signer, damaged_exchanges)
{
    static const struct {
        const char *name;
        bool (*damage)(struct hw_replay *r, size_t index);
        bool fatal; /* at every place; one button asked for twice, or after another, is none */
    } ways[] = {
        { "missing", hw_replay_remove, true },
        { "doubled", hw_replay_duplicate, false },
        { "swapped", hw_replay_swap, false },
        { "unplugged", hw_replay_unplug, true },
    };

    for (size_t i = 0; i < NUM_RECORDED; i++) {
        struct hw_replay whole, r;

        trezor_recorded(&whole, recorded[i].name);
        for (size_t w = 0; w < sizeof(ways) / sizeof(ways[0]); w++) {
            size_t k = 0;

            for (r = whole; ways[w].damage(&r, k); r = whole, k++) {
                bool signs = run(&r, i, ways[w].name, k);

                cr_expect(!signs || !ways[w].fatal, "%s, report %zu %s", recorded[i].name, k,
                          ways[w].name);
            }
            cr_expect(k > 2);
        }
    }
}

/* Bytes of the device's report that are not zero at its end, and two more. */
static size_t used_bytes(const struct hw_replay *r, size_t index)
{
    size_t i = 0, len = HW_REPORT_BYTES;

    for (; r->reports[i].from_host || index > 0; i++)
        index -= r->reports[i].from_host ? 0 : 1;
    while (len > 0 && r->reports[i].b[len - 1] == 0)
        len--;
    return len < HW_REPORT_BYTES - 2 ? len + 2 : HW_REPORT_BYTES;
}

Test(trezor_signer, cut_reports)
{
    for (size_t i = 0; i < NUM_RECORDED; i++) {
        struct hw_replay whole, r;
        size_t k = 0;

        trezor_recorded(&whole, recorded[i].name);
        for (r = whole; hw_replay_cut(&r, k, 0); k++) {
            size_t used = used_bytes(&whole, k);

            for (size_t keep = 0; keep < used; keep += recorded[i].what == PLAIN ? 1 : 7) {
                r = whole;
                (void)hw_replay_cut(&r, k, keep);
                (void)run(&r, i, "cut", keep);
            }
            r = whole;
        }
    }
}

/* All bits of the shortest exchanges, one of each byte of the others. */
Test(trezor_signer, flipped_bits)
{
    for (size_t i = 0; i < NUM_RECORDED; i++) {
        const bool all = recorded[i].what == PLAIN;
        struct hw_replay whole, r;
        size_t signatures = 0, flips = 0, k = 0;

        trezor_recorded(&whole, recorded[i].name);
        for (r = whole; hw_replay_flip(&r, k, 0); k++) {
            size_t bits = 8 * used_bytes(&whole, k);

            for (size_t bit = all ? 0 : k % 8; bit < bits; bit += all ? 1 : 9) {
                r = whole;
                (void)hw_replay_flip(&r, k, bit);
                signatures += run(&r, i, "flip", 8 * HW_REPORT_BYTES * k + bit);
                flips++;
            }
            r = whole;
        }
        /* in padding, texts and fields that are not used; not everywhere */
        cr_expect(signatures > 0 && signatures < flips, "%s: %zu of %zu", recorded[i].name,
                  signatures, flips);
    }
}
