// SPDX-License-Identifier: Apache-2.0
/* chain.*: whether what is made to run or to be trusted is on chain what it should be. */
#include <string.h>

#include "src/base/address.h"
#include "src/base/digest.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "verify/checks_chain.h"

static const uint8_t sel_proxiable_uuid[4] = { 0x52, 0xd1, 0x90, 0x2d };
static const uint8_t sel_supports_interface[4] = { 0x01, 0xff, 0xc9, 0xa7 };
static const uint8_t sel_registered_apps[4] = { 0xa6, 0xc4, 0xcc, 0xe9 };
static const uint8_t sel_apps[4] = { 0x13, 0x09, 0xec, 0x43 }; /* up to 0.5.3 */
static const uint8_t sel_allowed_compose_hashes[4] = { 0x2f, 0x66, 0x22, 0xe5 };
/* Getters that ended with 0.5.3, when the storage was laid out anew. */
static const uint8_t sel_app_id[4] = { 0x80, 0xaf, 0xde, 0xa8 };
static const uint8_t sel_next_app_id[4] = { 0x38, 0x22, 0x6c, 0x2a };

/* ERC-165 id of IAppAuthBasicManagement, which an app has and a KMS has not. */
static const struct hash32 app_interface = { { 0x8f, 0xd3, 0x75, 0x27 } };
/* ERC-1967: keccak256("eip1967.proxy.implementation") - 1 */
static const struct hash32 implementation_slot = { {
    0x36, 0x08, 0x94, 0xa1, 0x3b, 0xa1, 0xa3, 0x21, 0x06, 0x67, 0xc8, 0x28, 0x49, 0x2d, 0xb9, 0x8d,
    0xca, 0x3e, 0x20, 0x76, 0xcc, 0x37, 0x35, 0xa9, 0x20, 0xa3, 0xca, 0x50, 0x5d, 0x38, 0x2b, 0xbc,
} };

/* The first word of a getter's answer; *has is false if there is no such function. */
static enum err ask(struct diag *d, struct chain *c, struct hash32 *out, bool *has,
                    const struct address *at, const uint8_t selector[4], const struct hash32 *arg)
{
    uint8_t data[4 + 32] = { 0 };
    struct buf answer;
    bool reverted = false;
    enum err e = ERR_INTERNAL;

    *out = (struct hash32){ { 0 } };
    memcpy(data, selector, 4);
    if (arg != NULL)
        memcpy(data + 4, arg->b, sizeof(arg->b));
    buf_init(&answer, LIMIT_CALLDATA_BYTES);
    e = chain_try_call(d, c, &answer, &reverted, NULL, at, NULL, data, arg != NULL ? 36 : 4);
    *has = e == OK && !reverted && answer.len >= sizeof(out->b) && answer.len % 32 == 0;
    if (*has)
        memcpy(out->b, answer.data, sizeof(out->b));
    buf_clear(&answer);
    return e;
}

static struct address address_in(const struct hash32 *word)
{
    struct address a;

    memcpy(a.b, word->b + 12, sizeof(a.b));
    return a;
}

/* --- chain.implementation --------------------------------------------------------------------- */

/* A contract that is to run other code, and that code. */
struct new_code {
    struct report *r;
    struct chain *c;
    const char *id;
    struct address at;
    const struct profile_contract *contract; /* NULL if the profile has none */
    enum contract_kind kind;                 /* of what is to run there */
    const struct profile_code *pin;          /* NULL if the profile names none */
    bool upgrade;                            /* of the contract itself, which has its storage */
};

/* False with the verdict if the code is not what it should be. */
static bool code_fits(const struct new_code *n)
{
    struct diag why = { 0 };
    struct hash32 hash;
    bool has_code = false;

    if (chain_masked_code_hash(&why, n->c, &hash, &has_code, &n->at) != OK) {
        check_error(n->r, n->id, &why);
        return false;
    }
    if (!has_code) {
        check_fail(n->r, n->id, "there is no code at %s", address_format(&n->at).s);
        return false;
    }
    if (n->pin == NULL || hash32_eq(&hash, &n->pin->code_hash))
        return true;
    check_fail(n->r, n->id, "the code at %s has the hash %s, the profile says %s",
               address_format(&n->at).s, hash32_format(&hash).s,
               hash32_format(&n->pin->code_hash).s);
    return false;
}

static bool uuid_fits(const struct new_code *n)
{
    struct diag why = { 0 };
    struct hash32 uuid;
    bool has = false;

    if (ask(&why, n->c, &uuid, &has, &n->at, sel_proxiable_uuid, NULL) != OK)
        check_error(n->r, n->id, &why);
    else if (!has || !hash32_eq(&uuid, &implementation_slot))
        check_fail(n->r, n->id, "%s is no implementation that a proxy can run (proxiableUUID)",
                   address_format(&n->at).s);
    else
        return true;
    return false;
}

/* What a contract answers about being an app. */
static bool type_fits(const struct new_code *n)
{
    bool is_app = n->kind == CONTRACT_DSTACK_APP;
    struct diag why = { 0 };
    struct hash32 answer;
    bool has = false;

    if (!is_app && n->kind != CONTRACT_DSTACK_KMS)
        return true;
    if (ask(&why, n->c, &answer, &has, &n->at, sel_supports_interface, &app_interface) != OK)
        check_error(n->r, n->id, &why);
    else if (!has && n->pin == NULL)
        check_unknown(n->r, n->id, "%s does not say what it is, as releases before 0.5.3",
                      address_format(&n->at).s);
    else if (has && hash32_is_zero(&answer) == is_app)
        check_fail(n->r, n->id, "%s is %s", address_format(&n->at).s,
                   is_app ? "no app" : "an app, not a KMS");
    else
        return true;
    return false;
}

/* Across 0.5.3 and 0.5.4 the same slots mean other things: every list would be empty. */
static bool layout_fits(const struct new_code *n)
{
    const uint8_t *getter = n->kind == CONTRACT_DSTACK_APP ? sel_app_id : sel_next_app_id;
    struct diag why = { 0 };
    struct hash32 ignored;
    bool before = false;
    bool after = false;

    if (!n->upgrade || (n->kind != CONTRACT_DSTACK_APP && n->kind != CONTRACT_DSTACK_KMS))
        return true;
    if (ask(&why, n->c, &ignored, &before, &n->contract->address, getter, NULL) != OK ||
        ask(&why, n->c, &ignored, &after, &n->at, getter, NULL) != OK)
        check_error(n->r, n->id, &why);
    else if (before != after)
        check_fail(
            n->r, n->id,
            "%s lays its storage out otherwise than %s does now (0.5.3 and 0.5.4): its lists "
            "would be lost",
            address_format(&n->at).s, n->contract->name);
    else
        return true;
    return false;
}

static void check_code(struct report *r, const struct subject *s, struct chain *c,
                       const struct node_value *v)
{
    struct new_code n = { .r = r,
                          .c = c,
                          .id = "chain.implementation",
                          .at = address_in(&v->word),
                          .contract = profile_contract_at(s->profile, &v->target),
                          .upgrade = v->what == WORD_IMPLEMENTATION };

    if (n.contract == NULL) {
        check_unknown(r, n.id, "the profile does not know the contract that is to run %s",
                      address_format(&n.at).s);
        return;
    }
    n.kind = n.upgrade ? n.contract->kind : CONTRACT_DSTACK_APP;
    n.pin = n.upgrade ? &n.contract->implementation : &n.contract->app_implementation;
    if (!n.pin->given || !address_eq(&n.pin->address, &n.at))
        n.pin = NULL;
    if (code_fits(&n) && uuid_fits(&n) && type_fits(&n) && layout_fits(&n))
        check_pass(r, n.id, "%s: code%s, proxiableUUID, type and storage layout fit",
                   address_format(&n.at).s,
                   n.pin != NULL ? " with the profile's hash"
                                 : " (which the profile does not name)");
}

/* --- chain.app, chain.gateway ----------------------------------------------------------------- */

static void check_app(struct report *r, struct chain *c, const struct node_value *v)
{
    const struct new_code n = {
        .r = r, .c = c, .id = "chain.app", .at = address_in(&v->word), .kind = CONTRACT_DSTACK_APP
    };

    if (code_fits(&n) && type_fits(&n))
        check_pass(r, n.id, "%s is an app", address_format(&n.at).s);
}

static void check_gateway(struct report *r, struct chain *c, const struct node_value *v)
{
    const char *id = "chain.gateway";
    struct hash32 word = { { 0 } };
    struct diag why = { 0 };
    struct hash32 answer;
    struct address app;
    bool has = false;

    if (v->malformed || !values_gateway(&app, v->bytes, v->bytes_len)) {
        check_fail(r, id, "it is no id of an app");
        return;
    }
    memcpy(word.b + 12, app.b, sizeof(app.b));
    if (ask(&why, c, &answer, &has, &v->target, sel_registered_apps, &word) != OK ||
        (!has && ask(&why, c, &answer, &has, &v->target, sel_apps, &word) != OK))
        check_error(r, id, &why);
    else if (!has)
        check_unknown(r, id, "the KMS does not say which apps it has");
    else if (hash32_is_zero(&answer))
        check_fail(r, id, "%s is no registered app of the KMS", address_format(&app).s);
    else
        check_pass(r, id, "%s is registered", address_format(&app).s);
}

/* --- chain.previous --------------------------------------------------------------------------- */

/* The release before, by the proposer, has to be what the apps run now. */
static void check_previous(struct report *r, const struct subject *s, struct chain *c)
{
    const struct evidence_file *previous = proposal_file(s->proposal, EVIDENCE_PREVIOUS);
    const char *id = "chain.previous";
    struct diag why = { 0 };
    struct hash32 hash, answer;
    size_t asked = 0, listed = 0, index = 0;

    if (sha256(&why, &hash, previous->data, previous->data_len) != OK) {
        check_error(r, id, &why);
        return;
    }
    for (const struct call_node *n = call_tree_next(&s->tree, &index); n != NULL;
         n = call_tree_next(&s->tree, &index)) {
        bool has = false;

        if (!node_is(n, "addComposeHash"))
            continue;
        asked++;
        if (ask(&why, c, &answer, &has, &n->to, sel_allowed_compose_hashes, &hash) != OK) {
            check_error(r, id, &why);
            return;
        }
        listed += has && !hash32_is_zero(&answer);
    }
    if (asked > 0 && listed == 0)
        check_fail(r, id, "%s is not whitelisted: the difference is that to something else",
                   hash32_format(&hash).s);
    else if (listed < asked || asked == 0)
        check_unknown(r, id, "%s is whitelisted in %zu of %zu apps", hash32_format(&hash).s, listed,
                      asked);
    else
        check_pass(r, id, "%s is whitelisted now", hash32_format(&hash).s);
}

/* --- all of them ------------------------------------------------------------------------------ */

static void check_value(struct report *r, const struct subject *s, struct chain *c,
                        const struct node_value *v)
{
    if (v->malformed)
        return; /* call.values says so, and fails */
    if (v->what == WORD_IMPLEMENTATION || v->what == WORD_APP_IMPLEMENTATION)
        check_code(r, s, c, v);
    else if (v->what == WORD_APP)
        check_app(r, c, v);
    else if (v->what == WORD_GATEWAY)
        check_gateway(r, c, v);
}

void checks_chain_values(struct report *r, const struct subject *s, struct chain *c)
{
    size_t index = 0;

    if (!s->tree_ok)
        return;
    for (const struct call_node *n = call_tree_next(&s->tree, &index);
         n != NULL && s->proposal->step != STEP_CANCEL; n = call_tree_next(&s->tree, &index)) {
        struct node_value value;
        size_t i = 0;

        while (node_value_next(&value, n, &i))
            check_value(r, s, c, &value);
    }
    if (report_applies(r, "chain.previous"))
        check_previous(r, s, c);
}
