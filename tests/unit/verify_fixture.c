// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/verify_fixture.h"

#include <stdlib.h>
#include <string.h>

#include "safe/propose.h"
#include "src/base/digest.h"
#include "src/base/file.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/secp.h"
#include "src/base/u256.h"

static const char *const names[] = { "schedule", "batch",        "execute", "cancel",
                                     "direct",   "direct batch", "reject" };

const char *fixture_name(enum fixture_kind kind)
{
    return names[kind];
}

static void read_fixture(struct buf *out, const char *path)
{
    buf_init(out, 1024 * 1024);
    NEED(file_read(d, out, path));
}

struct profile *fixture_profile_with(const char *find, const char *replacement)
{
    struct profile *profile = NULL;
    struct buf text;
    struct buf changed;
    const char *at = NULL;

    read_fixture(&text, "fixtures/verify/profile.yaml");
    buf_init(&changed, 1024 * 1024);
    at = strstr(buf_str(&text), find);
    cr_assert_not_null(at, "profile without '%s'", find);
    buf_add(&changed, text.data, (size_t)(at - buf_str(&text)));
    buf_add_str(&changed, replacement);
    buf_add_str(&changed, at + strlen(find));
    NEED(profile_parse(d, &profile, changed.data, changed.len, "profile.yaml", "."));
    buf_clear(&text);
    buf_clear(&changed);
    return profile;
}

struct profile *fixture_profile(void)
{
    return fixture_profile_with("", "");
}

uint8_t *fixture_calldata(size_t *len, const char *selector, const uint8_t *words, size_t words_len)
{
    uint8_t *data = calloc(4 + words_len, 1);

    cr_assert_not_null(data);
    cr_assert(hex_decode(data, 4, selector, strlen(selector)));
    memcpy(data + 4, words, words_len);
    *len = 4 + words_len;
    return data;
}

static void add_evidence(struct proposal *p)
{
    static const struct {
        const char *name;
        const char *path;
    } files[] = {
        { EVIDENCE_APP_COMPOSE, "fixtures/verify/app-compose.json" },
        { EVIDENCE_COMPOSE, "fixtures/verify/compose.yaml" },
        { EVIDENCE_GIT_COMMIT, "fixtures/verify/git-commit" },
        { EVIDENCE_GIT_TREE "0", "fixtures/verify/git-tree-0" },
        { EVIDENCE_GIT_TREE "1", "fixtures/verify/git-tree-1" },
    };

    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        struct buf text;

        read_fixture(&text, files[i].path);
        NEED(proposal_add_file(d, p, files[i].name, text.data, text.len));
        buf_clear(&text);
    }
}

static void one_call(struct action_call *out, const struct profile *profile, const char *contract,
                     const char *action, const char *selector, const struct hash32 *word)
{
    const struct profile_contract *c = profile_contract_by_name(profile, contract);

    *out = (struct action_call){ .owner = c->owner };
    out->call.to = c->address;
    out->call.data = fixture_calldata(&out->call.data_len, selector, word->b, sizeof(word->b));
    out->ref.action = strdup(action);
    out->ref.contract = strdup(contract);
}

static void free_call(struct action_call *c)
{
    call_clear(&c->call);
    free(c->ref.action);
    free(c->ref.contract);
}

static void app_compose_hash(struct hash32 *out, const struct proposal *p)
{
    const struct evidence_file *f = proposal_file(p, EVIDENCE_APP_COMPOSE);

    NEED(sha256(d, out, f->data, f->data_len));
}

static void build(struct proposal *out, enum fixture_kind kind, const struct profile *profile)
{
    bool direct = kind == FIXTURE_DIRECT || kind == FIXTURE_DIRECT_BATCH;
    bool batch = kind == FIXTURE_BATCH || kind == FIXTURE_DIRECT_BATCH;
    struct hash32 other = { { 0x11 } };
    struct hash32 hash;
    struct action_call calls[2];
    struct propose_request request = {
        .calls = calls,
        .num_calls = batch ? 2 : 1,
        .nonce = u256_from_u64(7),
        .created_s = FIXTURE_CREATED_S,
        .git_commit = FIXTURE_COMMIT,
        .git_path = FIXTURE_PATH,
    };

    add_evidence(out);
    app_compose_hash(&hash, out);
    one_call(&calls[0], profile, direct ? "side" : "app", "add-compose-hash", "dfc77223", &hash);
    if (direct)
        one_call(&calls[1], profile, "side", "remove-compose-hash", "67b3f22c", &other);
    else
        one_call(&calls[1], profile, "kms", "add-os-image-hash", "06a3ae96", &other);
    NEED(propose_build(d, out, profile, &request));
    free_call(&calls[0]);
    free_call(&calls[1]);
}

static void build_reject(struct proposal *out, const struct profile *profile)
{
    struct propose_request request = { .step = STEP_REJECT,
                                       .nonce = u256_from_u64(7),
                                       .created_s = FIXTURE_CREATED_S };

    NEED(propose_build(d, out, profile, &request));
}

static void build_follow_up(struct proposal *out, enum step step, const struct profile *profile)
{
    struct proposal from = { 0 };
    struct propose_request request = {
        .step = step, .from = &from, .nonce = u256_from_u64(8), .created_s = FIXTURE_CREATED_S
    };

    build(&from, FIXTURE_SCHEDULE, profile);
    NEED(propose_build(d, out, profile, &request));
    proposal_clear(&from);
}

void fixture_sign(struct proposal *p, uint8_t key)
{
    struct seckey secret = { { 0 } };
    struct safe_hashes hashes;
    struct address signer;
    struct sig65 sig;

    secret.b[31] = key;
    NEED(safe_tx_hash(d, &hashes, &p->tx, &p->domain));
    NEED(secp_address(d, &signer, &secret));
    NEED(secp_sign(d, &sig, &hashes.safe_tx, &secret));
    NEED(proposal_add_signature(d, p, &signer, "EOA", sig.b, sizeof(sig.b)));
}

void fixture_set_file(struct proposal *p, const char *name, const void *data, size_t data_len)
{
    size_t i = 0;

    while (i < p->num_files && strcmp(p->files[i].name, name) != 0)
        i++;
    cr_assert_lt(i, p->num_files, "no evidence '%s'", name);
    free(p->files[i].data);
    p->files[i].data = bytes_dup(data, data_len);
    p->files[i].data_len = data_len;
    cr_assert_not_null(p->files[i].data);
}

void fixture_rehash(struct proposal *p)
{
    NEED(safe_tx_hash(d, &p->claimed, &p->tx, &p->domain));
    if (p->has_operation)
        NEED(timelock_operation_id(d, &p->claimed_operation_id, &p->operation));
    fixture_sign(p, 1);
    fixture_sign(p, 2);
}

void fixture_remanifest(struct proposal *p)
{
    struct buf text;

    buf_init(&text, LIMIT_EVIDENCE_BYTES);
    NEED(proposal_manifest(d, &text, p));
    free(p->claimed_manifest);
    p->claimed_manifest = strdup(buf_str(&text));
    cr_assert_not_null(p->claimed_manifest);
    buf_clear(&text);
}

void fixture_proposal(struct proposal *out, enum fixture_kind kind, const struct profile *profile)
{
    *out = (struct proposal){ 0 };
    if (kind == FIXTURE_REJECT)
        build_reject(out, profile);
    else if (kind == FIXTURE_EXECUTE || kind == FIXTURE_CANCEL)
        build_follow_up(out, kind == FIXTURE_EXECUTE ? STEP_EXECUTE : STEP_CANCEL, profile);
    else
        build(out, kind, profile);
    fixture_sign(out, 1);
    fixture_sign(out, 2);
}

void fixture_verify(struct verification *out, const struct proposal *p,
                    const struct profile *profile)
{
    struct verify_options options = { .now_s = FIXTURE_NOW_S,
                                      .path = "proposal.json",
                                      .executable = true };

    NEED(verify_proposal(d, out, p, profile, &options, NULL, 0));
}

enum verdict fixture_result(const struct proposal *p, const struct profile *profile)
{
    struct verification v;
    enum verdict result = PASS;

    fixture_verify(&v, p, profile);
    result = report_result(&v.report);
    verification_clear(&v);
    return result;
}

enum verdict fixture_check(const struct proposal *p, const struct profile *profile, const char *id)
{
    struct verification v;
    enum verdict result = PASS;

    fixture_verify(&v, p, profile);
    result = report_check(&v.report, id)->verdict;
    verification_clear(&v);
    return result;
}

uint8_t *fixture_encode(size_t *len, const char *signature, const char *args)
{
    struct abi_function f = { 0 };
    struct abi_value value = { 0 };
    struct buf out;
    uint8_t *data = NULL;

    NEED(abi_function_parse(d, &f, signature));
    if (f.params.num_inner > 0)
        NEED(abi_value_parse(d, &value, &f.params, args));
    buf_init(&out, LIMIT_CALLDATA_BYTES);
    buf_add(&out, f.selector, 4);
    NEED(abi_encode(d, &out, &f.params, &value));
    data = bytes_dup(out.data, out.len);
    cr_assert_not_null(data);
    *len = out.len;
    buf_clear(&out);
    abi_value_clear(&value);
    abi_function_clear(&f);
    return data;
}
