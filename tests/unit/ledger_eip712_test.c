// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hw/ledger/eip712.h"
#include "ledger_replay.h"
#include "src/base/secp.h"
#include "src/base/u256.h"

/*
 * The commands that app-ethereum 1.18.1 and 1.22.0 took for the two known SafeTx, written down from
 * the app's description of the protocol and not from this program.
 */
#define NO_ADDRESS "e01c00ff1600140000000000000000000000000000000000000000"
#define ZERO       "e01c00ff03000100"

static const char *const definitions[] = {
    "e01a00000c454950373132446f6d61696e",
    "e01a00ff0a422007636861696e4964",
    "e01a00ff130311766572696679696e67436f6e7472616374",
    "e01a000006536166655478",
    "e01a00ff040302746f",
    "e01a00ff0842200576616c7565",
    "e01a00ff06070464617461",
    "e01a00ff0c4201096f7065726174696f6e",
    "e01a00ff0c422009736166655478476173",
    "e01a00ff0a42200762617365476173",
    "e01a00ff0b4220086761735072696365",
    "e01a00ff0a0308676173546f6b656e",
    "e01a00ff10030e726566756e645265636569766572",
    "e01a00ff084220056e6f6e6365",
};
static const char *const before_data[] = {
    "e01c00000c454950373132446f6d61696e",
    "e01c00ff03000101",
    "e01c00ff1600145afe3855358e112b5647b952709e6165e1c1eeee",
    "e01c000006536166655478",
    "e01c00ff16001470997970c51812dc3a010c7d01b50e0d17dc79c8",
    "e01c00ff0a00080de0b6b3a7640000",
};
static const char *const behind_data[] = {
    ZERO, ZERO, ZERO, ZERO, NO_ADDRESS, NO_ADDRESS, "e01c00ff03000107",
};

static struct hw_replay r;
static const struct device_setup fields = { .model = LEDGER_FLEX, .blind_signing = SETTING_OFF };
static const struct device_setup hashes = { .model = LEDGER_NANO_S,
                                            .blind_signing = SETTING_ON,
                                            .hash_mode = true };

static void tell(const char *command)
{
    ledger_replay_command(&r, command);
    ledger_replay_answer(&r, "9000");
}

static void tell_all(const char *const *commands, size_t num)
{
    for (size_t i = 0; i < num; i++)
        tell(commands[i]);
}

/* The value `data` in as many commands as it takes. */
static void tell_data(const uint8_t *data, size_t data_len)
{
    uint8_t *all = malloc(data_len + 2);

    cr_assert_not_null(all);
    all[0] = (uint8_t)(data_len >> 8);
    all[1] = (uint8_t)data_len;
    if (data_len > 0)
        memcpy(all + 2, data, data_len);
    for (size_t at = 0; at < data_len + 2; at += 255) {
        size_t left = data_len + 2 - at;

        ledger_replay_send(&r, 0x1c, left > 255, 0xff, all + at, left > 255 ? 255 : left);
        ledger_replay_answer(&r, "9000");
    }
    free(all);
}

static void record_fields(const uint8_t *data, size_t data_len, const char *answer)
{
    hw_replay_init(&r);
    ledger_replay_command(&r, "e01a000100");
    ledger_replay_answer(&r, "6b00");
    tell_all(definitions, sizeof(definitions) / sizeof(definitions[0]));
    tell_all(before_data, sizeof(before_data) / sizeof(before_data[0]));
    tell_data(data, data_len);
    tell_all(behind_data, sizeof(behind_data) / sizeof(behind_data[0]));
    ledger_replay_command(&r, "e00c000115" KNOWN_PATH);
    ledger_replay_answer(&r, answer);
}

static void record_hashes(const char *answer)
{
    hw_replay_init(&r);
    ledger_replay_command(&r, "e00c000055" KNOWN_PATH
                              "c03d57206aeb95bb2816e44cec2aeaff23ab39c410e548f01ce7fe7b6aa697ec"
                              "61ef847dec07cd35b96d5388f80e52f0370e9d61970c85d4bb0e13badcf13f5c");
    ledger_replay_answer(&r, answer);
}

static enum err sign(struct diag *d, struct sig65 *sig, const uint8_t *data, size_t data_len,
                     const struct device_setup *setup)
{
    struct ledger_link link = ledger_replay_link(&r);
    struct hd_path path = hd_path_account(HD_BIP44, 0);
    struct typed_data typed;

    *d = (struct diag){ 0 };
    known_safe_tx(&typed, data, data_len);
    return ledger_eip712_sign(d, &link, sig, &path, &typed, setup);
}

/* r s v of "v r s". */
static void expect_signature(const struct sig65 *sig, const char *answer)
{
    char text[3 + 130 + 1] = "";

    for (size_t i = 0; i < 65; i++)
        (void)snprintf(text + i * 2, 3, "%02x", sig->b[(i + 64) % 65]);
    cr_expect_str_eq(text, answer);
}

Test(ledger_eip712, known_vectors_field_by_field)
{
    struct diag d;
    struct sig65 sig;

    record_fields(NULL, 0, KNOWN_ANSWER_EMPTY "9000");
    cr_expect_eq(sign(&d, &sig, NULL, 0, &fields), OK, "%s %s", d.msg, r.why);
    cr_expect(hw_replay_done(&r), "%s", r.why);
    expect_signature(&sig, KNOWN_ANSWER_EMPTY);

    record_fields(known_transfer, sizeof(known_transfer), KNOWN_ANSWER_TRANSFER "9000");
    cr_expect_eq(sign(&d, &sig, known_transfer, sizeof(known_transfer), &fields), OK, "%s", d.msg);
    cr_expect(hw_replay_done(&r), "%s", r.why);
    expect_signature(&sig, KNOWN_ANSWER_TRANSFER);
}

Test(ledger_eip712, known_vector_by_hashes)
{
    struct diag d;
    struct sig65 sig;

    record_hashes(KNOWN_ANSWER_EMPTY "9000");
    cr_expect_eq(sign(&d, &sig, NULL, 0, &hashes), OK, "%s %s", d.msg, r.why);
    cr_expect(hw_replay_done(&r), "%s", r.why);
    expect_signature(&sig, KNOWN_ANSWER_EMPTY);
}

/* Around the ends of commands, and the 20,000 bytes and more that firmware was seen to take. */
Test(ledger_eip712, data_of_any_length)
{
    static const size_t lengths[] = { 1, 252, 253, 254, 507, 508, 509, 1000, 20000, 65535 };
    static uint8_t data[65536];

    for (size_t i = 0; i < sizeof(data); i++)
        data[i] = (uint8_t)(i * 7 + 3);
    for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
        struct diag d;
        struct sig65 sig;

        record_fields(data, lengths[i], KNOWN_ANSWER_EMPTY "9000");
        cr_expect_eq(sign(&d, &sig, data, lengths[i], &fields), OK, "%zu: %s %s", lengths[i], d.msg,
                     r.why);
        cr_expect(hw_replay_done(&r), "%zu: %s", lengths[i], r.why);
    }
}

Test(ledger_eip712, too_much_data)
{
    static uint8_t data[65536];
    struct diag d;
    struct sig65 sig;

    hw_replay_init(&r);
    cr_expect_eq(sign(&d, &sig, data, sizeof(data), &fields), ERR_LIMIT);
    cr_expect(hw_replay_done(&r), "nothing is sent, so that nobody reads half of it: %s", r.why);
    cr_expect_not_null(strstr(d.msg, "field 'data'"), "%s", d.msg);
    cr_expect_not_null(strstr(d.hint, "--hash-mode"));
}

/* A domain without chain id, names, a number of full width. */
Test(ledger_eip712, other_messages)
{
    struct ledger_link link = ledger_replay_link(&r);
    struct hd_path path = hd_path_account(HD_BIP44, 0);
    struct typed_data t = { .domain = { .name = "EIP712Domain" }, .message = { .name = "D" } };
    struct u256 max;
    struct sig65 sig;
    struct diag d = { 0 };

    memset(max.be, 0xff, sizeof(max.be));
    typed_add_string(&t.domain, "name", "Safe");
    typed_add_uint(&t.message, "totp", 32, &max);
    hw_replay_init(&r);
    ledger_replay_command(&r, "e01a000100");
    ledger_replay_answer(&r, "6a00");
    tell("e01a00000c454950373132446f6d61696e");
    tell("e01a00ff0605046e616d65");
    tell("e01a00000144");
    tell("e01a00ff07422004746f7470");
    tell("e01c00000c454950373132446f6d61696e");
    tell("e01c00ff06000453616665");
    tell("e01c00000144");
    tell("e01c00ff220020ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff");
    ledger_replay_command(&r, "e00c000115" KNOWN_PATH);
    ledger_replay_answer(&r, KNOWN_ANSWER_EMPTY "9000");
    cr_expect_eq(ledger_eip712_sign(&d, &link, &sig, &path, &t, &fields), OK, "%s %s", d.msg,
                 r.why);
    cr_expect(hw_replay_done(&r), "%s", r.why);
}

Test(ledger_eip712, answers_that_are_no_signature)
{
    static const struct {
        const char *name, *answer;
        enum err want;
        const char *words;
    } cases[] = {
        { "refused", "6985", ERR_REFUSED, "refused" },
        { "nothing", "9000", ERR_DEVICE, "0 bytes" },
        { "short", "1b2c719000", ERR_DEVICE, "3 bytes" },
        { "long", KNOWN_ANSWER_EMPTY "009000", ERR_DEVICE, "66 bytes" },
        { "data it does not like", "6a80", ERR_DEVICE, "accept the data" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct sig65 zero = { { 0 } };
        struct sig65 sig = { { 1 } };
        struct diag d;

        record_hashes(cases[i].answer);
        cr_expect_eq(sign(&d, &sig, NULL, 0, &hashes), cases[i].want, "%s", cases[i].name);
        cr_expect_not_null(strstr(d.msg, cases[i].words), "%s: %s", cases[i].name, d.msg);
        cr_expect_arr_eq(sig.b, zero.b, sizeof(sig.b), "%s", cases[i].name);
    }
}

Test(ledger_eip712, only_v_27_and_28)
{
    for (unsigned v = 0; v < 256; v++) {
        char answer[] = KNOWN_ANSWER_EMPTY "9000";
        char digits[3];
        struct sig65 sig;
        struct diag d;

        (void)snprintf(digits, sizeof(digits), "%02x", v);
        memcpy(answer, digits, 2);
        record_hashes(answer);
        cr_expect_eq(sign(&d, &sig, NULL, 0, &hashes), v == 27 || v == 28 ? OK : ERR_DEVICE);
        cr_expect_eq(sig.b[64], v == 27 || v == 28 ? v : 0);
    }
}

/* The app says no to one of the commands: the words name the field, and nothing goes on. */
Test(ledger_eip712, refused_in_the_middle)
{
    struct diag d;
    struct sig65 sig;

    hw_replay_init(&r);
    ledger_replay_command(&r, "e01a000100");
    ledger_replay_answer(&r, "6b00");
    tell_all(definitions, sizeof(definitions) / sizeof(definitions[0]));
    tell(before_data[0]);
    ledger_replay_command(&r, before_data[1]);
    ledger_replay_answer(&r, "6a80");
    cr_expect_eq(sign(&d, &sig, NULL, 0, &fields), ERR_DEVICE);
    cr_expect(hw_replay_done(&r), "%s", r.why);
    cr_expect_not_null(strstr(d.msg, "Raw messages and Blind signing are off"), "%s", d.msg);
}

Test(ledger_eip712, an_app_that_does_not_know_definitions)
{
    struct diag d;
    struct sig65 sig;

    hw_replay_init(&r);
    ledger_replay_command(&r, "e01a000100");
    ledger_replay_answer(&r, "6d00");
    ledger_replay_command(&r, definitions[0]);
    ledger_replay_answer(&r, "6d00");
    cr_expect_eq(sign(&d, &sig, NULL, 0, &fields), ERR_UNSUPPORTED);
    cr_expect_not_null(strstr(d.hint, "--hash-mode"));
}

Test(ledger_eip712, an_answer_where_none_belongs)
{
    struct diag d;
    struct sig65 sig;

    hw_replay_init(&r);
    ledger_replay_command(&r, "e01a000100");
    ledger_replay_answer(&r, "6b00");
    ledger_replay_command(&r, definitions[0]);
    ledger_replay_answer(&r, "009000");
    cr_expect_eq(sign(&d, &sig, NULL, 0, &fields), ERR_DEVICE);
    cr_expect_not_null(strstr(d.msg, "1 bytes, expected none"), "%s", d.msg);
}

/* --- damage ----------------------------------------------------------------------------------- */

static struct hw_replay whole;
static struct sig65 known;

static void record_whole(void)
{
    struct diag d;

    record_fields(NULL, 0, KNOWN_ANSWER_EMPTY "9000");
    whole = r;
    cr_assert_eq(sign(&d, &known, NULL, 0, &fields), OK);
}

Test(ledger_eip712, unplugged_at_any_report)
{
    record_whole();
    for (size_t i = 0; i < whole.num; i++) {
        const struct sig65 zero = { { 0 } };
        struct sig65 sig;
        struct diag d;

        r = whole;
        cr_assert(hw_replay_unplug(&r, i));
        cr_expect_eq(sign(&d, &sig, NULL, 0, &fields), ERR_DEVICE, "report %zu", i);
        cr_expect_arr_eq(sig.b, zero.b, sizeof(sig.b));
    }
}

Test(ledger_eip712, reports_missing_twice_or_out_of_order)
{
    bool (*const damage[])(struct hw_replay *, size_t) = { hw_replay_remove, hw_replay_duplicate,
                                                           hw_replay_swap };

    record_whole();
    for (size_t kind = 0; kind < sizeof(damage) / sizeof(damage[0]); kind++) {
        for (size_t i = 0;; i++) {
            struct sig65 sig;
            struct diag d;
            enum err e = OK;

            r = whole;
            if (!damage[kind](&r, i))
                break;
            e = sign(&d, &sig, NULL, 0, &fields);
            if (e == OK)
                cr_expect_arr_eq(sig.b, known.b, sizeof(sig.b), "%zu %zu", kind, i);
            else
                cr_expect_eq(sig.b[64], 0);
        }
    }
}

/* One wrong bit anywhere: an error, or the same signature (padding, and the status that `forget`
 * does not look at), or one that is wrong and does not recover to the account. */
Test(ledger_eip712, any_bit_flipped)
{
    struct typed_data typed;
    struct hash32 digest;
    struct address account, signer;
    struct diag d;
    size_t num = 0;

    record_whole();
    known_safe_tx(&typed, NULL, 0);
    typed_data_digest(&digest, &typed);
    cr_assert_eq(secp_recover(&d, &account, &digest, &known), OK);
    r = whole;
    while (hw_replay_flip(&r, num, 0))
        num++;
    r = whole;
    for (size_t i = 0; hw_replay_flip(&r, i, 0); i++) {
        cr_assert(hw_replay_flip(&r, i, 0));
        /* head, length and status word; of the last two reports, the signature, everything */
        for (size_t bit = 0; bit < (i + 2 < num ? 80U : 512U); bit++) {
            struct sig65 sig;

            (void)hw_replay_flip(&r, i, bit);
            if (sign(&d, &sig, NULL, 0, &fields) == OK &&
                memcmp(sig.b, known.b, sizeof(sig.b)) != 0)
                cr_expect(secp_recover(&d, &signer, &digest, &sig) != OK ||
                          !address_eq(&signer, &account));
            (void)hw_replay_flip(&r, i, bit);
            r.next = 0;
            r.failed = false;
        }
    }
}

/* --- taking back ------------------------------------------------------------------------------ */

Test(ledger_eip712, takes_back)
{
    static const struct {
        const char *name, *first, *second;
        bool want;
    } cases[] = {
        { "1.22.0 with a transaction on the screen", "6b00", NULL, true },
        { "1.22.0 with a message on the screen", "6a00", NULL, true },
        { "approved in the same moment", KNOWN_ANSWER_EMPTY "9000", "6b00", true },
        { "refused in the same moment", "6985", "6b00", true },
        { "not known", "6d00", NULL, false },
        { "no answer", NULL, NULL, false },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct ledger_link link = ledger_replay_link(&r);

        link.broken = true;
        hw_replay_init(&r);
        ledger_replay_command(&r, "e01a000100");
        if (cases[i].first != NULL)
            ledger_replay_answer(&r, cases[i].first);
        if (cases[i].second != NULL)
            ledger_replay_answer(&r, cases[i].second);
        cr_expect_eq(ledger_take_back(&link), cases[i].want, "%s", cases[i].name);
        cr_expect_eq(link.broken, !cases[i].want, "%s", cases[i].name);
        cr_expect(hw_replay_done(&r), "%s: %s", cases[i].name, r.why);
    }
}
