// SPDX-License-Identifier: Apache-2.0
/* call.values: whatever is made to run or to be trusted, against the evidence for it. */
#include <string.h>

#include "src/base/address.h"
#include "src/base/digest.h"
#include "src/base/hex.h"
#include "src/base/term.h"
#include "verify/checks.h"
#include "verify/checks_measure.h"

#define ID     "call.values"
#define NO_PIN NUM_PROFILE_PINS

/* How a kind of value is called, and what a profile may say for it. */
static const struct value_kind {
    const char *name;
    unsigned unproved; /* 0: never accepted without evidence */
    unsigned pin;
    bool is_address;
} kinds[] = {
    [WORD_COMPOSE_HASH] = { "compose hash", 0, NO_PIN, false },
    [WORD_DEVICE] = { "device", UNPROVED_DEVICE, PIN_DEVICE, false },
    [WORD_KMS_DEVICE] = { "KMS device", UNPROVED_KMS_DEVICE, PIN_KMS_DEVICE, false },
    [WORD_KMS_MR] = { "KMS measurement", UNPROVED_KMS_MEASUREMENT, PIN_KMS_MEASUREMENT, false },
    [WORD_OS_IMAGE] = { "OS image", UNPROVED_OS_IMAGE, PIN_OS_IMAGE, false },
    [WORD_APP_MR] = { "measurement of an OS image", UNPROVED_OS_IMAGE, PIN_OS_IMAGE, false },
    [WORD_IMPLEMENTATION] = { "implementation", UNPROVED_IMPLEMENTATION, NO_PIN, true },
    [WORD_APP_IMPLEMENTATION] = { "implementation of apps", UNPROVED_IMPLEMENTATION, NO_PIN, true },
    [WORD_APP] = { "app", UNPROVED_APP, NO_PIN, true },
    [WORD_OWNER] = { "owner of an app or a KMS", UNPROVED_APP, NO_PIN, true },
    [WORD_GATEWAY] = { "gateway", UNPROVED_GATEWAY, NO_PIN, false },
    [WORD_K256_KEY] = { "root key of the KMS (k256)", UNPROVED_KMS_INFO, PIN_KMS_K256_KEY, false },
    [WORD_CA_KEY] = { "root key of the KMS (CA)", UNPROVED_KMS_INFO, PIN_KMS_CA_KEY, false },
    [WORD_KMS_QUOTE] = { "quote of the KMS", UNPROVED_KMS_INFO, PIN_KMS_QUOTE, false },
    [WORD_KMS_EVENT_LOG] = { "event log of the KMS", UNPROVED_KMS_INFO, PIN_KMS_EVENT_LOG, false },
};

/* A value under judgement. */
struct judged {
    struct report *r;
    const struct subject *s;
    const struct call_node *node;
    const struct node_value *value;
    const struct value_kind *kind;
    struct buf text; /* "device 0x…" */
};

static struct address address_of(const struct hash32 *word)
{
    struct address a;

    memcpy(a.b, word->b + 12, sizeof(a.b));
    return a;
}

static void add_value(struct buf *out, const struct value_kind *kind, const struct node_value *v)
{
    struct address a = address_of(&v->word);

    buf_addf(out, "%s ", kind->name);
    if (kind->is_address)
        buf_add_str(out, address_format(&a).s);
    else if (v->what == WORD_GATEWAY) {
        buf_add_str(out, "'");
        buf_add_untrusted(out, (const char *)v->bytes, v->bytes_len);
        buf_add_str(out, "'");
    } else
        buf_addf(out, "%s%s", v->bytes != NULL ? "with SHA-256 " : "", hash32_format(&v->word).s);
}

static void shown(struct judged *j, const char *why)
{
    check_pass(j->r, ID, "%s: %s", buf_str(&j->text), why);
}

static void refused(struct judged *j, const char *why)
{
    const char *name = profile_name_of(j->s->profile, &j->node->to);

    check_fail(j->r, ID, "%s, by %s: %s", buf_str(&j->text),
               name != NULL ? name : address_format(&j->node->to).s, why);
}

static void not_shown(struct judged *j)
{
    unsigned pin = j->kind->pin;

    if ((j->s->profile->policy.unproved & j->kind->unproved) != 0) {
        shown(j, "without evidence, which policy.unproved accepts");
        return;
    }
    report_not_shown(j->r, buf_str(&j->text));
    check_unknown(j->r, ID, "nobody showed evidence for the %s%s%s", buf_str(&j->text),
                  pin != NO_PIN ? ", and the profile does not name it in pins." : "",
                  pin != NO_PIN ? profile_pin_name(pin) : "");
}

/* --- one kind each ---------------------------------------------------------------------------- */

static void judge_compose(struct judged *j)
{
    const struct evidence_file *app = proposal_file(j->s->proposal, EVIDENCE_APP_COMPOSE);
    struct diag ignored = { 0 };
    struct hash32 hash;

    if (app != NULL && sha256(&ignored, &hash, app->data, app->data_len) == OK &&
        hash32_eq(&hash, &j->value->word))
        shown(j, "SHA-256 of " EVIDENCE_APP_COMPOSE);
    else
        not_shown(j);
}

static void judge_hash(struct judged *j)
{
    if (profile_has_pin(j->s->profile, j->kind->pin, &j->value->word))
        shown(j, "the profile names it");
    else if (j->value->what == WORD_OS_IMAGE && os_image_is_shown(j->r, j->s, &j->value->word))
        shown(j, "of the files that are here");
    else
        not_shown(j);
}

static void judge_code(struct judged *j)
{
    const struct profile_contract *c = profile_contract_at(j->s->profile, &j->value->target);
    struct address a = address_of(&j->value->word);
    const struct profile_code *code = NULL;

    if (c != NULL)
        code = j->value->what == WORD_IMPLEMENTATION ? &c->implementation : &c->app_implementation;
    if (code == NULL || !code->given)
        not_shown(j);
    else if (address_eq(&a, &code->address))
        shown(j, "the profile names it");
    else
        refused(j, "the profile names another one");
}

static bool is_own_app(const struct subject *s, const struct address *a)
{
    const struct profile_contract *c = profile_contract_at(s->profile, a);

    return c != NULL && c->kind == CONTRACT_DSTACK_APP;
}

static void judge_app(struct judged *j)
{
    struct address a = address_of(&j->value->word);

    if (is_own_app(j->s, &a))
        shown(j, profile_name_of(j->s->profile, &a));
    else
        not_shown(j);
}

static void judge_owner(struct judged *j)
{
    const struct profile *p = j->s->profile;
    struct address a = address_of(&j->value->word);

    if (address_eq(&a, &p->safe.safe) || (p->has_timelock && address_eq(&a, &p->timelock)))
        shown(j, profile_name_of(p, &a));
    else
        not_shown(j);
}

/* Guests look for their gateway's id inside this text, and "any" switches that off. */
bool values_gateway(struct address *out, const uint8_t *text, size_t len)
{
    size_t prefix = len == 42 && text[0] == '0' && text[1] == 'x' ? 2 : 0;

    *out = (struct address){ { 0 } };
    return len - prefix == 40 &&
           hex_decode(out->b, sizeof(out->b), (const char *)text + prefix, 40) &&
           !address_is_zero(out);
}

static void judge_gateway(struct judged *j)
{
    struct address a;

    if (!values_gateway(&a, j->value->bytes, j->value->bytes_len))
        refused(j, "not the id of an app, which is 40 hex digits: guests would accept any gateway, "
                   "a stranger's, or none");
    else if (is_own_app(j->s, &a))
        shown(j, profile_name_of(j->s->profile, &a));
    else
        not_shown(j);
}

/* --- all of them ------------------------------------------------------------------------------ */

/* A machine without measured boot has no event log. */
static bool is_nothing(const struct node_value *v)
{
    if (v->what == WORD_KMS_EVENT_LOG || v->what == WORD_GATEWAY)
        return false;
    return hash32_is_of_nothing(&v->word) ||
           (v->bytes != NULL && bytes_is_zero(v->bytes, v->bytes_len));
}

static void judge(struct judged *j)
{
    if (j->value->malformed)
        refused(j, "it does not stand where it should");
    else if (is_nothing(j->value))
        refused(j, "zero, or the SHA-256 of nothing: that is no value of a measurement or a key");
    else
        switch (j->value->what) {
        case WORD_COMPOSE_HASH:
            judge_compose(j);
            break;
        case WORD_IMPLEMENTATION:
        case WORD_APP_IMPLEMENTATION:
            judge_code(j);
            break;
        case WORD_APP:
            judge_app(j);
            break;
        case WORD_OWNER:
            judge_owner(j);
            break;
        case WORD_GATEWAY:
            judge_gateway(j);
            break;
        default:
            judge_hash(j);
        }
}

/* How many values the call has. */
static size_t judge_node(struct report *r, const struct subject *s, const struct call_node *n)
{
    struct node_value value;
    size_t index = 0;
    size_t count = 0;

    for (; node_value_next(&value, n, &index); count++) {
        struct judged j = { r, s, n, &value, &kinds[value.what], { 0 } };

        buf_init(&j.text, 4096);
        if (value.malformed)
            buf_add_str(&j.text, j.kind->name);
        else
            add_value(&j.text, j.kind, &value);
        judge(&j);
        buf_clear(&j.text);
    }
    return count;
}

void checks_values(struct report *r, const struct subject *s)
{
    struct diag why = s->tree_error;
    size_t count = 0;
    size_t index = 0;

    if (!report_applies(r, ID))
        return;
    if (!s->tree_ok) {
        check_error(r, ID, &why);
        return;
    }
    for (const struct call_node *n = call_tree_next(&s->tree, &index); n != NULL;
         n = call_tree_next(&s->tree, &index))
        count += judge_node(r, s, n);
    if (!call_tree_complete(&s->tree))
        check_unknown(r, ID, "not every call decodes");
    else if (count == 0)
        check_pass(r, ID, "no call sets one");
}
