// SPDX-License-Identifier: Apache-2.0
/* A plan as bytes: the profile's text, and a proposal in which every derived value fits. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "safe/multisend.h"
#include "src/base/address.h"
#include "src/base/digest.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/secp.h"
#include "src/base/u256.h"
#include "tests/forger/forger.h"

#define NONCE 7

static const char *const place_names[NUM_PLACES] = { "app",  "kms",      "side",
                                                     "safe", "timelock", "stranger" };

static void *owned(void *p)
{
    if (p == NULL)
        abort();
    return p;
}

/* --- profile ---------------------------------------------------------------------------------- */

static void add_address(struct buf *out, const char *key, struct address a)
{
    buf_addf(out, "%s: \"%s\"", key, address_format(&a).s);
}

static void add_code(struct buf *out, const char *key, uint8_t fill)
{
    struct address a;

    memset(a.b, fill, sizeof(a.b));
    buf_addf(out, "    %s: {", key);
    add_address(out, "address", a);
    buf_addf(out, ", code-hash: \"0x%064x\"}\n", 0xc0deU);
}

static void add_contract(struct buf *out, const struct rules *r, enum place at, const char *type)
{
    buf_addf(out, "  %s:\n    type: %s\n    ", place_names[at], type);
    add_address(out, "address", place_address(at));
    buf_add_str(out, "\n");
    if (r->releases)
        buf_add_str(out, "    release: 0.5.11\n");
    if (at == AT_SIDE && r->has_timelock)
        buf_add_str(out, "    owner: safe\n");
    if (r->code[at])
        add_code(out, "implementation", (uint8_t)(0xc0 + (int)at));
    if (at == AT_KMS && r->app_code)
        add_code(out, "app-implementation", 0xd0);
}

static void add_pin(struct buf *out, const char *key, const struct hash32 *value)
{
    buf_addf(out, "  %s: [\"%s\"]\n", key, hash32_format(value).s);
}

static void add_pins(struct buf *out, const struct rules *r)
{
    static const struct {
        const char *key;
        char fill;
        enum kind kind;
    } words[] = { { "devices", 'd', KIND_DEVICE },
                  { "kms-devices", 'D', KIND_KMS_DEVICE },
                  { "kms-measurements", 'm', KIND_KMS_MEASUREMENT },
                  { "os-images", 'o', KIND_OS_IMAGE } };
    static const char *const keys[] = { "kms-k256-keys", "kms-ca-keys", "kms-quotes",
                                        "kms-event-logs" };
    struct hash32 h;
    bool any = r->pinned[KIND_KMS_INFO];

    for (size_t i = 0; i < 4; i++)
        any = any || r->pinned[words[i].kind];
    if (any)
        buf_add_str(out, "pins:\n");
    for (size_t i = 0; i < 4; i++) {
        memset(h.b, words[i].fill, sizeof(h.b));
        if (r->pinned[words[i].kind])
            add_pin(out, words[i].key, &h);
    }
    for (unsigned i = 0; i < 4 && r->pinned[KIND_KMS_INFO]; i++) {
        uint8_t bytes[64];
        size_t len = value_bytes(bytes, OWN, i);

        NEED(sha256(d, &h, bytes, len));
        add_pin(out, keys[i], &h);
    }
}

static void add_list(struct buf *out, const char *key, const char *const *names, const bool *set,
                     size_t n)
{
    const char *comma = "";

    buf_addf(out, "  %s: [", key);
    for (size_t i = 0; i < n; i++) {
        if (!set[i])
            continue;
        buf_addf(out, "%s%s", comma, names[i]);
        comma = ", ";
    }
    buf_add_str(out, "]\n");
}

static void add_actions(struct buf *out, const struct rules *r)
{
    const char *names[64];
    bool set[64];
    size_t n = 0;

    for (size_t i = 0; function_at(i) != NULL; i++) {
        const char *name = function_at(i)->action != NULL ? function_at(i)->action : "call";
        size_t at = 0;

        while (at < n && strcmp(names[at], name) != 0)
            at++;
        if (at == n) {
            names[n] = name;
            set[n++] = false;
        }
        set[at] = set[at] || (r->actions >> i & 1) != 0;
    }
    add_list(out, "actions", names, set, n);
}

static void add_policy(struct buf *out, const struct rules *r)
{
    struct hash32 script;

    buf_add_str(out, "policy:\n");
    if (r->lists_actions)
        add_actions(out, r);
    add_list(out, "allow-changes", change_names, r->changes, NUM_CHANGES);
    add_list(out, "unproved", kind_names, r->unproved, NUM_KINDS);
    buf_addf(out, "  allow-value: %s\n", r->value ? "true" : "false");
    buf_addf(out, "  allow-salt-override: %s\n", r->salt_by_hand ? "true" : "false");
    buf_addf(out, "  require-git: %s\n", r->git ? "true" : "false");
    if (r->expiry)
        buf_add_str(out, "  expiry: 14d\n");
    if (r->max_commit_age)
        buf_add_str(out, "  max-commit-age: 90d\n");
    if (r->max_delay && r->has_timelock)
        buf_add_str(out, "  max-delay: 30d\n");
    if (r->script) {
        NEED(sha256(d, &script, "echo", 4));
        buf_addf(out, "  scripts: [%s]\n", hash32_format(&script).s + 2);
    }
    buf_add_str(out, "  compose-allow:\n    - key_provider:none\n    - public_tcbinfo\n");
    for (unsigned i = 1; r->danger && danger_at(i) != NULL; i++)
        buf_addf(out, "    - \"%s\"\n", danger_at(i)->allow);
    if (r->env)
        buf_add_str(out, "  allowed-envs:\n");
    for (unsigned i = 1; r->env && env_at(i) != NULL; i++)
        buf_addf(out, "    - %s\n", env_at(i));
    if (r->chain)
        buf_add_str(out, "  require: [chain.nonce]\n");
}

void build_profile(struct buf *text, const struct world *w)
{
    const struct rules *r = &w->rules;

    buf_add_str(text, "format: countersign/profile/1\nname: forged\nchain: {id: 8453}\nsafe:\n  ");
    add_address(text, "address", place_address(AT_SAFE));
    buf_add_str(text, "\n  version: 1.4.1\n  threshold: 2\n  owners:\n"
                      "    - \"0x7E5F4552091A69125d5DfCb7b8C2659029395Bdf\"\n"
                      "    - \"0x2B5AD5c4795c026514f8317c7a215E218DcCD6cF\"\n"
                      "    - \"0x6813Eb9362372EEF6200f3b1dbC3f819671cBA69\"\n");
    if (r->has_timelock) {
        buf_add_str(text, "timelock:\n  ");
        add_address(text, "address", place_address(AT_TIMELOCK));
        buf_add_str(text, "\n  release: \"5.4\"\n  delay: 2d\n");
    }
    buf_add_str(text, "contracts:\n");
    add_contract(text, r, AT_APP, "DstackApp");
    add_contract(text, r, AT_KMS, "DstackKms");
    add_contract(text, r, AT_SIDE, "DstackApp");
    if (r->path || r->branch)
        buf_add_str(text, "git:\n");
    if (r->path)
        buf_add_str(text, "  path: deploy/compose.yaml\n");
    if (r->branch)
        buf_add_str(text, "  branch: refs/remotes/origin/main\n");
    if (r->images)
        buf_add_str(text, "images:\n  policies:\n    - image: ghcr.io/example/*\n"
                          "      issuer: https://token.actions.githubusercontent.com\n"
                          "      identity: https://github.com/example/web/*\n      commit: any\n");
    add_pins(text, r);
    add_policy(text, r);
}

/* --- proposal --------------------------------------------------------------------------------- */

static void add_call_actions(struct proposal *out, const struct world *w)
{
    for (size_t i = 0; i < w->num_calls; i++) {
        const struct plan *p = &w->calls[i];
        const char *action = p->fn->action != NULL ? p->fn->action : "call";

        if (i == 0 && w->lie == LIE_ACTION)
            action = "add-another-thing";
        NEED(proposal_add_action(d, out, action, place_names[p->at]));
    }
    if (w->lie == LIE_ACTION_COUNT)
        NEED(proposal_add_action(d, out, "add-compose-hash", "app"));
}

static bool by_timelock(const struct world *w)
{
    return w->step == STEP_SCHEDULE || w->step == STEP_EXECUTE || w->step == STEP_CANCEL;
}

static bool follows(const struct world *w)
{
    return w->step == STEP_EXECUTE || w->step == STEP_CANCEL;
}

static void add_context(struct proposal *out, const struct world *w, char *commit)
{
    struct proposal_context c = {
        .chain_id = u256_from_u64(w->lie == LIE_CONTEXT ? 1 : 8453),
        .safe = place_address(AT_SAFE),
        .has_timelock = by_timelock(w),
        .nonce = u256_from_u64(NONCE),
        .created_s = follows(w) ? w->scheduled_s : w->created_s,
        .actions = out->actions,
        .num_actions = out->num_actions,
    };
    char path[64];
    struct buf text;

    if (c.has_timelock)
        c.timelock = place_address(AT_TIMELOCK);
    if (commit[0] != '\0') {
        (void)snprintf(path, sizeof(path), "%s", evidence_path(w));
        c.git_commit = commit;
        c.git_path = path;
    }
    buf_init(&text, LIMIT_EVIDENCE_BYTES);
    NEED(proposal_context_write(d, &text, &c));
    NEED(proposal_add_file(d, out, EVIDENCE_CONTEXT, text.data, text.len));
    buf_clear(&text);
}

static void add_manifest(struct proposal *out, const struct world *w)
{
    struct buf text;

    buf_init(&text, LIMIT_EVIDENCE_BYTES);
    NEED(proposal_manifest(d, &text, out));
    if (w->lie == LIE_MANIFEST)
        text.data[0] = text.data[0] == '0' ? '1' : '0';
    out->claimed_manifest = owned(strdup(buf_str(&text)));
    buf_clear(&text);
}

static void set_data(struct safe_tx *tx, const struct buf *data)
{
    NEED(safe_tx_set_data(d, tx, data->data, data->len));
}

static void fill_operation(struct proposal *out, const struct world *w, const struct hash32 *app)
{
    struct operation *op = &out->operation;

    op->batch = w->batch;
    for (size_t i = 0; i < w->num_calls; i++) {
        struct call call = { .to = place_address(w->calls[i].at),
                             .value = u256_from_u64(w->calls[i].wei) };
        struct buf data;

        buf_init(&data, LIMIT_CALLDATA_BYTES);
        encode_call(&data, w, &w->calls[i], app);
        call.data = data.data; /* borrowed */
        call.data_len = data.len;
        NEED(operation_add_call(d, op, &call));
        buf_clear(&data);
    }
    if (w->predecessor)
        memset(op->predecessor.b, 0x55, sizeof(op->predecessor.b));
    if (w->salt == SALT_BINDS)
        NEED(proposal_manifest_digest(d, &op->salt, out));
    else if (w->salt == SALT_BY_HAND)
        memset(op->salt.b, 0x42, sizeof(op->salt.b));
}

static void set_step_data(struct safe_tx *tx, enum step step, const struct operation *op,
                          const struct u256 *delay)
{
    struct hash32 id;
    struct buf data;

    buf_init(&data, LIMIT_CALLDATA_BYTES);
    if (step == STEP_SCHEDULE)
        NEED(timelock_schedule_calldata(d, &data, op, delay));
    else if (step == STEP_EXECUTE)
        NEED(timelock_execute_calldata(d, &data, op));
    else {
        NEED(timelock_operation_id(d, &id, op));
        timelock_cancel_calldata(&data, &id);
    }
    set_data(tx, &data);
    buf_clear(&data);
}

static void build_operation(struct proposal *out, const struct world *w, const struct hash32 *app)
{
    struct u256 delay = u256_from_u64(w->delay_s + (w->lie == LIE_DELAY));

    fill_operation(out, w, app);
    out->has_operation = true;
    out->timelock = place_address(w->lie == LIE_TIMELOCK ? AT_STRANGER : AT_TIMELOCK);
    out->delay_s = u256_from_u64(w->delay_s);
    out->tx.to = place_address(AT_TIMELOCK);
    set_step_data(&out->tx, w->step, &out->operation, &delay);
    if (follows(w)) {
        out->has_scheduled = true;
        out->scheduled.to = place_address(AT_TIMELOCK);
        out->scheduled.nonce = u256_from_u64(NONCE);
        set_step_data(&out->scheduled, STEP_SCHEDULE, &out->operation, &delay);
        out->tx.nonce = u256_from_u64(NONCE + w->nonce_step);
    }
    if (w->lie == LIE_OPERATION)
        out->operation.salt.b[0] ^= 1;
}

static void build_multisend(struct proposal *out, const struct world *w, const struct hash32 *app)
{
    struct buf packed, data;

    buf_init(&packed, LIMIT_CALLDATA_BYTES);
    for (size_t i = 0; i < w->num_calls; i++) {
        struct multisend_item item = { .operation = w->calls[i].delegate,
                                       .to = place_address(w->calls[i].at),
                                       .value = u256_from_u64(w->calls[i].wei) };

        buf_init(&data, LIMIT_CALLDATA_BYTES);
        encode_call(&data, w, &w->calls[i], app);
        item.data = data.data;
        item.data_len = data.len;
        multisend_add(&packed, &item);
        buf_clear(&data);
    }
    buf_init(&data, LIMIT_CALLDATA_BYTES);
    NEED(multisend_calldata(d, &data, &packed));
    set_data(&out->tx, &data);
    buf_clear(&data);
    buf_clear(&packed);
    out->tx.operation = SAFE_DELEGATECALL;
    NEED(address_parse(d, &out->tx.to,
                       w->wrapping == WRAP_CALL_ONLY
                           ? "0x9641d764fc13c8B624c04430C7356C1C7C8102e2"
                           : "0x38869bf66a61cF6bDB996A6aE40D5853Fd43B526"));
}

static void build_direct(struct proposal *out, const struct world *w, const struct hash32 *app)
{
    struct buf data;

    if (w->wrapping != WRAP_NONE) {
        build_multisend(out, w, app);
        return;
    }
    buf_init(&data, LIMIT_CALLDATA_BYTES);
    encode_call(&data, w, &w->calls[0], app);
    set_data(&out->tx, &data);
    buf_clear(&data);
    out->tx.to = place_address(w->calls[0].at);
    out->tx.value = u256_from_u64(w->calls[0].wei);
}

/* --- the ten fields, hashes, signatures ------------------------------------------------------- */

static void spoil_tx(struct proposal *out, const struct world *w)
{
    struct safe_tx *tx = &out->tx;

    if (w->tx_wei != 0)
        tx->value = u256_from_u64(w->tx_wei);
    if (w->tx_delegate)
        tx->operation = SAFE_DELEGATECALL;
    if (w->stray)
        tx->to = place_address(AT_STRANGER);
    if ((w->gas & 1) != 0)
        tx->safe_tx_gas = u256_from_u64(1);
    if ((w->gas & 2) != 0)
        tx->base_gas = u256_from_u64(1);
    if ((w->gas & 4) != 0)
        tx->gas_price = u256_from_u64(1);
    if ((w->gas & 8) != 0)
        tx->gas_token = place_address(AT_STRANGER);
    if ((w->gas & 16) != 0)
        tx->refund_receiver = place_address(AT_STRANGER);
    if (w->lie == LIE_NONCE)
        tx->nonce = u256_from_u64(NONCE - 1);
    if (w->lie == LIE_STEP)
        out->step = out->step == STEP_DIRECT ? STEP_SCHEDULE : STEP_DIRECT;
}

static void set_domain(struct proposal *out, const struct world *w)
{
    NEED(safe_version_parse(d, &out->domain, w->lie == LIE_VERSION ? "1.3.0" : "1.4.1"));
    out->domain.chain_id = u256_from_u64(w->lie == LIE_CHAIN ? 1 : 8453);
    out->domain.safe = place_address(w->lie == LIE_SAFE ? AT_STRANGER : AT_SAFE);
}

static void sign(struct proposal *out, uint8_t key, bool wrong)
{
    struct seckey secret = { { 0 } };
    struct safe_hashes hashes;
    struct address signer;
    struct sig65 sig;

    secret.b[31] = key;
    NEED(safe_tx_hash(d, &hashes, &out->tx, &out->domain));
    hashes.safe_tx.b[0] ^= wrong;
    NEED(secp_address(d, &signer, &secret));
    NEED(secp_sign(d, &sig, &hashes.safe_tx, &secret));
    NEED(proposal_add_signature(d, out, &signer, "EOA", sig.b, sizeof(sig.b)));
}

static void finish(struct proposal *out, const struct world *w)
{
    NEED(safe_tx_hash(d, &out->claimed, &out->tx, &out->domain));
    if (w->lie == LIE_HASH)
        out->claimed.safe_tx.b[5] ^= 1;
    if (out->has_operation)
        NEED(timelock_operation_id(d, &out->claimed_operation_id, &out->operation));
    if (w->lie == LIE_OPERATION_ID)
        out->claimed_operation_id.b[5] ^= 1;
    if (w->signing != SIGNED_BY_NOBODY)
        sign(out, 1, w->signing == SIGNED_WRONG);
    if (w->signing == SIGNED_BY_TWO)
        sign(out, 2, false);
    if (w->signing == SIGNED_BY_STRANGER)
        sign(out, 9, false);
}

void build_proposal(struct proposal *out, const struct world *w)
{
    char commit[65];
    struct hash32 hash;
    struct buf app;

    *out = (struct proposal){ .step = w->step, .created_s = w->created_s };
    out->tx.nonce = u256_from_u64(NONCE);
    out->tx.to = place_address(AT_SAFE);
    buf_init(&app, 65536);
    build_app(&app, w);
    NEED(sha256(d, &hash, app.data, app.len));
    add_call_actions(out, w);
    build_evidence(out, w, &app, commit);
    add_context(out, w, commit);
    add_manifest(out, w);
    if (by_timelock(w))
        build_operation(out, w, &hash);
    else if (w->step == STEP_DIRECT)
        build_direct(out, w, &hash);
    set_domain(out, w);
    spoil_tx(out, w);
    finish(out, w);
    buf_clear(&app);
}
