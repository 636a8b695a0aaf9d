// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "safe/propose.h"
#include "src/base/digest.h"
#include "src/base/file.h"
#include "src/base/hex.h"
#include "src/base/json.h"
#include "src/base/limits.h"
#include "tests/unit/verify_fixture.h"
#include "verify/os_image.h"

#define LEN(table) (sizeof(table) / sizeof((table)[0]))
#define NOTHING    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
/* The capture's own value, published with it, and that of the log up to boot-mr-done. */
#define KMS_MR      "c819a1583000b62f4dccec1f8e407eade2c76afed6cc92112e3b072d346c05bd"
#define KMS_MR_BOOT "adac160f6fe68564be00fa2335c2d3e2ddc601b75bc207a7c00bb1ab2b7c2001"
/* sha256sum of the 16 bytes 00 to 0f */
#define DEVICE "be45cb2605bf36bebde684841a28f0fd43c69850a3dce5fedba69928ee3a8991"
#define LIST   "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  ovmf.fd\n"

/* One call with one word on a contract of the profile, with that evidence. */
static void propose_word(struct proposal *p, const struct profile *profile, const char *contract,
                         const char *action, const char *selector, const char *word)
{
    const struct profile_contract *c = profile_contract_by_name(profile, contract);
    struct action_call call = { .owner = c->owner };
    struct propose_request request = {
        .calls = &call, .num_calls = 1, .nonce = { { [31] = 7 } }, .created_s = FIXTURE_CREATED_S
    };
    uint8_t bytes[32];

    cr_assert(hex_decode(bytes, sizeof(bytes), word, strlen(word)));
    call.call.to = c->address;
    call.call.data = fixture_calldata(&call.call.data_len, selector, bytes, sizeof(bytes));
    call.ref.action = strdup(action);
    call.ref.contract = strdup(contract);
    NEED(propose_build(d, p, profile, &request));
    call_clear(&call.call);
    free(call.ref.action);
    free(call.ref.contract);
    fixture_sign(p, 1);
    fixture_sign(p, 2);
}

/* The variant of that name, with find replaced. */
static void add_measurement(struct proposal *p, const char *variant, const char *find,
                            const char *replacement)
{
    struct json *list = NULL;
    struct buf text;
    struct buf out;

    buf_init(&text, LIMIT_MEASUREMENT_BYTES);
    buf_init(&out, LIMIT_MEASUREMENT_BYTES);
    NEED(file_read(d, &text, "fixtures/measurements/variants.json"));
    NEED(json_parse(d, &list, text.data, text.len, "variants"));
    buf_clear(&text);
    buf_init(&text, LIMIT_MEASUREMENT_BYTES);
    for (size_t i = 0; i < json_len(list); i++) {
        const struct json *row = json_at(list, i);

        if (strcmp(json_string(json_get(row, "name")), variant) == 0)
            NEED(json_write(d, &text, json_get(row, "measurement"), 0));
    }
    cr_assert_gt(text.len, 0, "%s", variant);
    if (find != NULL) {
        const char *at = strstr(buf_str(&text), find);

        cr_assert_not_null(at, "%s", find);
        buf_add(&out, text.data, (size_t)(at - buf_str(&text)));
        buf_add_str(&out, replacement);
        buf_add_str(&out, at + strlen(find));
    } else {
        buf_add(&out, text.data, text.len);
    }
    NEED(proposal_add_file(d, p, EVIDENCE_MEASUREMENT "0.json", out.data, out.len));
    json_free(list);
    buf_clear(&text);
    buf_clear(&out);
}

static const struct {
    const char *name, *variant, *find, *replacement;
    bool is_device;
    const char *word;
    enum verdict log, value, result;
} rows[] = {
    { "KMS", "as captured", NULL, NULL, false, KMS_MR, UNKNOWN, UNKNOWN, UNKNOWN },
    { "another KMS", "as captured", NULL, NULL, false, DEVICE, UNKNOWN, FAIL, FAIL },
    { "KMS at boot", "as captured", NULL, NULL, false, KMS_MR_BOOT, UNKNOWN, FAIL, FAIL },
    { "KMS without evidence", NULL, NULL, NULL, false, KMS_MR, NOT_CHECKED, NOT_CHECKED, UNKNOWN },
    { "event log changed", "as captured", "bed7396b", "bed7396c", false, KMS_MR, FAIL, FAIL, FAIL },
    { "RTMR3 changed", "as captured", "\"f1a6a5", "\"f1a6a6", false, KMS_MR, FAIL, FAIL, FAIL },
    { "no JSON", "as captured", "{", "", false, KMS_MR, FAIL, FAIL, FAIL },
    { "another format", "as captured", "measurement/1", "measurement/2", false, KMS_MR, UNKNOWN,
      FAIL, FAIL },
    { "device", "a device", NULL, NULL, true, DEVICE, UNKNOWN, UNKNOWN, UNKNOWN },
    { "another device", "a device", NULL, NULL, true, KMS_MR, UNKNOWN, FAIL, FAIL },
    { "another PPID", "a device", "\"0001", "\"0002", true, DEVICE, UNKNOWN, FAIL, FAIL },
    { "device without a PPID", "as captured", NULL, NULL, true, DEVICE, UNKNOWN, NOT_CHECKED,
      UNKNOWN },
    { "device without evidence", NULL, NULL, NULL, true, DEVICE, NOT_CHECKED, NOT_CHECKED,
      UNKNOWN },
    { "device of nothing", NULL, NULL, NULL, true, NOTHING, NOT_CHECKED, FAIL, FAIL },
};

Test(checks_measure, measurements)
{
    struct profile *profile = fixture_profile();

    for (size_t i = 0; i < LEN(rows); i++) {
        const char *id = rows[i].is_device ? "measure.device" : "measure.kms-mr";
        struct proposal p = { 0 };
        struct verification v;

        if (rows[i].variant != NULL)
            add_measurement(&p, rows[i].variant, rows[i].find, rows[i].replacement);
        propose_word(&p, profile, "kms",
                     rows[i].is_device ? "add-kms-device" : "add-kms-aggregated-mr",
                     rows[i].is_device ? "4d5922a1" : "3e32d346", rows[i].word);
        fixture_verify(&v, &p, profile);
        cr_expect_eq(report_check(&v.report, "measure.event-log")->verdict, rows[i].log, "%s",
                     rows[i].name);
        cr_expect_eq(report_check(&v.report, id)->verdict, rows[i].value, "%s: %s", rows[i].name,
                     buf_str(&report_check(&v.report, id)->detail));
        cr_expect_eq(report_result(&v.report), rows[i].result, "%s", rows[i].name);
        verification_clear(&v);
        proposal_clear(&p);
    }
    profile_free(profile);
}

Test(checks_measure, the_report_says_what_was_not_verified)
{
    struct profile *profile = fixture_profile();
    struct proposal p = { 0 };
    struct verification v;

    add_measurement(&p, "as captured", NULL, NULL);
    propose_word(&p, profile, "kms", "add-kms-aggregated-mr", "3e32d346", KMS_MR);
    fixture_verify(&v, &p, profile);
    cr_expect_not_null(strstr(buf_str(&report_check(&v.report, "measure.kms-mr")->detail),
                              "signature was not verified"));
    verification_clear(&v);
    proposal_clear(&p);
    profile_free(profile);
}

static const struct {
    const char *name, *list, *digest;
    bool other; /* another word than SHA-256 of the list */
    enum verdict verdict, result;
} images[] = {
    { "an invented list", LIST, NULL, false, UNKNOWN, UNKNOWN },
    { "another image", LIST, NULL, true, FAIL, FAIL },
    { "digest of another list", LIST, NOTHING "\n", false, FAIL, FAIL },
    { "malformed list", "ovmf.fd\n", NULL, false, FAIL, FAIL },
    { "no evidence", NULL, NULL, false, NOT_CHECKED, UNKNOWN },
};

Test(checks_measure, os_images)
{
    struct profile *profile = fixture_profile();

    for (size_t i = 0; i < LEN(images); i++) {
        struct proposal p = { 0 };
        struct verification v;
        struct hash32 hash;
        char word[HEX_LEN(32)];

        NEED(sha256(d, &hash, LIST, strlen(LIST)));
        if (images[i].list != NULL) {
            NEED(sha256(d, &hash, images[i].list, strlen(images[i].list)));
            (void)hex_encode(word, hash.b, sizeof(hash.b));
            NEED(
                proposal_add_file(d, &p, EVIDENCE_OS_LIST, images[i].list, strlen(images[i].list)));
            NEED(proposal_add_file(d, &p, EVIDENCE_OS_DIGEST,
                                   images[i].digest != NULL ? images[i].digest : word,
                                   images[i].digest != NULL ? strlen(images[i].digest) : 64));
        }
        hash.b[0] ^= images[i].other;
        (void)hex_encode(word, hash.b, sizeof(hash.b));
        propose_word(&p, profile, "kms", "add-os-image-hash", "06a3ae96", word);
        fixture_verify(&v, &p, profile);
        cr_expect_eq(report_check(&v.report, "os-image.digest")->verdict, images[i].verdict,
                     "%s: %s", images[i].name,
                     buf_str(&report_check(&v.report, "os-image.digest")->detail));
        cr_expect_eq(report_check(&v.report, "os-image.files")->verdict, NOT_CHECKED, "%s",
                     images[i].name);
        cr_expect_eq(report_result(&v.report), images[i].result, "%s", images[i].name);
        verification_clear(&v);
        proposal_clear(&p);
    }
    profile_free(profile);
}

/* What the owners know from somebody else needs no measurement. */
Test(checks_measure, pins_are_a_yes)
{
    struct profile *profile =
        fixture_profile_with("pins:\n", "pins:\n  kms-devices: [\"0x" DEVICE "\"]\n"
                                        "  kms-measurements: [\"0x" KMS_MR "\"]\n");

    for (int is_device = 0; is_device < 2; is_device++) {
        const char *id = is_device ? "measure.device" : "measure.kms-mr";
        struct proposal p = { 0 };

        propose_word(&p, profile, "kms", is_device ? "add-kms-device" : "add-kms-aggregated-mr",
                     is_device ? "4d5922a1" : "3e32d346", is_device ? DEVICE : KMS_MR);
        cr_expect_eq(fixture_check(&p, profile, id), PASS, "%s", id);
        cr_expect_eq(fixture_result(&p, profile), PASS, "%s", id);
        proposal_clear(&p);
    }
    profile_free(profile);
}

/* The policy may insist. */
Test(checks_measure, required_by_policy)
{
    struct profile *profile = fixture_profile_with(
        "policy:\n", "policy:\n  require: [measure.device, os-image.digest]\n");
    struct proposal p = { 0 };

    propose_word(&p, profile, "kms", "add-kms-device", "4d5922a1", DEVICE);
    cr_expect_eq(fixture_result(&p, profile), UNKNOWN);
    proposal_clear(&p);
    profile_free(profile);
}
