// SPDX-License-Identifier: Apache-2.0
#include "verify/review.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "safe/deployments.h"
#include "src/base/address.h"
#include "src/base/clock.h"
#include "src/base/hex.h"
#include "src/base/json.h"
#include "src/base/limits.h"
#include "src/base/term.h"
#include "src/base/u256.h"
#include "verify/compose.h"

/* --- the answer ------------------------------------------------------------------------------- */

const char *review_answer(const struct report *r)
{
    switch (report_result(r)) {
    case PASS:
        return "YES";
    case FAIL:
        return "NO";
    case NOT_CHECKED:
    case UNKNOWN:
        break;
    }
    return "COULD NOT TELL";
}

static size_t count_missing(const struct report *r)
{
    size_t n = 0;

    for (size_t i = 0; i < r->num_checks; i++)
        n += r->checks[i].applies && r->checks[i].required && r->checks[i].verdict != PASS &&
             r->checks[i].verdict != FAIL;
    return n;
}

void review_reason(struct buf *out, const struct report *r)
{
    size_t failed = report_count(r, FAIL);
    size_t missing = count_missing(r);

    switch (report_result(r)) {
    case PASS:
        buf_add_str(out, "every required check passed");
        return;
    case FAIL:
        buf_addf(out, "%zu check%s failed: do not sign", failed, failed == 1 ? "" : "s");
        return;
    case NOT_CHECKED:
    case UNKNOWN:
        break;
    }
    if (r->not_shown.len > 0)
        buf_addf(out, "nobody showed evidence for the %s; ", buf_str(&r->not_shown));
    buf_addf(out, "%zu required check%s could not be done: this is not a yes", missing,
             missing == 1 ? "" : "s");
}

void review_print_answer(const struct report *r)
{
    enum verdict v = report_result(r);
    struct buf reason;

    buf_init(&reason, 32 * 1024);
    review_reason(&reason, r);
    term_styled(v == PASS   ? TERM_GREEN
                : v == FAIL ? TERM_RED
                            : TERM_YELLOW,
                "%s", review_answer(r));
    term_printf(": %s\n", buf_str(&reason));
    buf_clear(&reason);
}

/* --- what is signed --------------------------------------------------------------------------- */

static void add_call(struct buf *out, const struct subject *s, const struct call_node *n)
{
    const char *name = profile_name_of(s->profile, &n->to);

    buf_addf(out, "%s", name != NULL ? name : address_format(&n->to).s);
    if (!n->decoded || n->fn.name == NULL) {
        buf_add_str(out, n->data_len == 0 ? " (no calldata)" : " UNKNOWN CALLDATA ");
        buf_add_hex_0x(out, n->data, n->data_len);
    } else {
        buf_add_str(out, ".");
        buf_add_untrusted(out, n->fn.name, strlen(n->fn.name));
        abi_value_write(out, &n->fn.params, &n->args);
    }
    if (!u256_is_zero(&n->value))
        buf_addf(out, " with %s wei", u256_format(&n->value).s);
}

void review_sentence(struct buf *out, const struct subject *s, size_t i)
{
    const struct proposal *p = s->proposal;
    uint64_t delay = 0;
    bool has_delay = u256_to_u64(&s->timelock_call.delay_s, &delay);

    if (i < s->num_governed)
        add_call(out, s, s->governed[i]);
    switch (p->step) {
    case STEP_SCHEDULE:
        buf_addf(out, ", by the timelock, not before %s after this is executed",
                 has_delay ? duration_format(delay).s : "an endless time");
        return;
    case STEP_EXECUTE:
        buf_add_str(out, ", by the timelock, at once");
        return;
    case STEP_CANCEL:
        buf_add_str(out, ": is taken off the timelock and will not happen");
        return;
    case STEP_DIRECT:
        buf_add_str(out, ", by the Safe itself, at once");
        return;
    case STEP_REJECT:
    case STEP_NONE:
        break;
    }
    buf_addf(out, "nothing happens; nonce %s is used up, so that nothing else can use it",
             u256_format(&p->tx.nonce).s);
}

static void print_sentences(const struct subject *s)
{
    size_t n = s->proposal->step == STEP_REJECT ? 1 : s->num_governed;

    if (n == 0)
        term_printf("  it is not known what this does\n");
    for (size_t i = 0; i < n; i++) {
        struct buf text;

        buf_init(&text, 1024 * 1024);
        review_sentence(&text, s, i);
        term_printf("  ");
        term_wrapped(2, 4, buf_str(&text));
        buf_clear(&text);
    }
}

static void row(const struct review_rows *rows, const char *name, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

static void row(const struct review_rows *rows, const char *name, const char *fmt, ...)
{
    char value[512];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(value, sizeof(value), fmt, ap);
    va_end(ap);
    rows->add(rows->context, name, value);
}

static void gas_row(const struct review_rows *rows, const struct safe_tx *tx)
{
    if (u256_is_zero(&tx->safe_tx_gas) && u256_is_zero(&tx->base_gas) &&
        u256_is_zero(&tx->gas_price) && address_is_zero(&tx->gas_token) &&
        address_is_zero(&tx->refund_receiver)) {
        row(rows, "gas fields", "all zero");
        return;
    }
    row(rows, "gas fields", "safeTxGas %s, baseGas %s, gasPrice %s, gasToken %s, refundReceiver %s",
        u256_format(&tx->safe_tx_gas).s, u256_format(&tx->base_gas).s,
        u256_format(&tx->gas_price).s, address_format(&tx->gas_token).s,
        address_format(&tx->refund_receiver).s);
}

static const char *operation_word(enum safe_operation operation)
{
    if (operation == SAFE_CALL)
        return "CALL";
    return operation == SAFE_DELEGATECALL ? "DELEGATECALL" : "CREATE";
}

static void hash_rows(const struct review_rows *rows, const struct subject *s)
{
    if (!s->hashes_ok) {
        row(rows, "SafeTx hash", "can not be computed");
        return;
    }
    row(rows, "domain hash", "%s", hash32_format(&s->hashes.domain).s);
    row(rows, "message hash", "%s", hash32_format(&s->hashes.message).s);
    row(rows, "SafeTx hash", "%s", hash32_format(&s->hashes.safe_tx).s);
    if (s->timelock_call.method != TIMELOCK_NONE)
        row(rows, "operation id", "%s", hash32_format(&s->timelock_call.id).s);
}

void review_each_row(const struct subject *s, const struct review_rows *rows)
{
    const struct proposal *p = s->proposal;
    const struct safe_tx *tx = &p->tx;
    const char *slug = chain_slug(&p->domain.chain_id);
    const char *to = profile_name_of(s->profile, &tx->to);
    struct buf version;

    buf_init(&version, 256);
    buf_add_untrusted(&version, p->domain.version, strlen(p->domain.version));
    row(rows, "chain", "%s%s%s%s", u256_format(&p->domain.chain_id).s, slug != NULL ? " (" : "",
        slug != NULL ? slug : "", slug != NULL ? ")" : "");
    row(rows, "Safe", "%s, version %s", address_format(&p->domain.safe).s, buf_str(&version));
    row(rows, "to", "%s%s%s%s", address_format(&tx->to).s, to != NULL ? " (" : "",
        to != NULL ? to : "", to != NULL ? ")" : "");
    row(rows, "value", "%s wei", u256_format(&tx->value).s);
    row(rows, "calldata", "%zu bytes", tx->data_len);
    row(rows, "operation", "%d (%s)", (int)tx->operation, operation_word(tx->operation));
    gas_row(rows, tx);
    row(rows, "nonce", "%s", u256_format(&tx->nonce).s);
    hash_rows(rows, s);
    if (s->hashes_ok)
        row(rows, "signatures", "%zu of owners, %llu needed", sig_count_owners(s, NULL),
            (unsigned long long)s->profile->threshold);
    buf_clear(&version);
}

static void image_row(const struct review_rows *rows, const struct subject *s,
                      const struct compose_image *image)
{
    struct buf name, reference;

    buf_init(&name, LIMIT_COMPOSE_BYTES);
    buf_init(&reference, LIMIT_COMPOSE_BYTES);
    buf_add_untrusted(&name, image->service, strlen(image->service));
    buf_add_untrusted(&reference, image->reference, strlen(image->reference));
    if (s->profile->images.given) {
        buf_add_str(&reference, ", ");
        review_signer(&reference, s, image->reference);
    }
    rows->add(rows->context, buf_str(&name), buf_str(&reference));
    buf_clear(&reference);
    buf_clear(&name);
}

void review_each_image(const struct subject *s, const struct review_rows *rows)
{
    const struct evidence_file *app = proposal_file(s->proposal, EVIDENCE_APP_COMPOSE);
    struct compose_images images = { 0 };
    struct diag ignored = { 0 };
    struct buf text;

    buf_init(&text, LIMIT_COMPOSE_BYTES);
    if (app != NULL && compose_docker_file(&ignored, &text, app->data, app->data_len) == OK &&
        compose_check_pinned(&ignored, &images, text.data, text.len, "docker_compose_file") == OK) {
        for (size_t i = 0; i < images.num_items; i++)
            image_row(rows, s, &images.items[i]);
    }
    compose_images_clear(&images);
    buf_clear(&text);
}

/* A hash behind its name is 80 columns. */
static void print_row(void *context, const char *name, const char *value)
{
    (void)context;
    term_printf(" %-12s ", name);
    if (strcmp(name, "SafeTx hash") == 0)
        term_styled(TERM_BOLD, "%s\n", value);
    else
        term_wrapped(14, 14, value);
}

static void print_image(void *context, const char *name, const char *value)
{
    struct buf line;

    (void)context;
    buf_init(&line, 2 * LIMIT_COMPOSE_BYTES);
    buf_addf(&line, "image of %s: %s", name, value);
    term_printf("  ");
    term_wrapped(2, 4, buf_str(&line));
    buf_clear(&line);
}

static void print_diff(const struct subject *s)
{
    struct buf text;

    buf_init(&text, 16 * LIMIT_COMPOSE_BYTES);
    review_add_diff(&text, s);
    if (text.len > 0) {
        term_styled(TERM_BOLD, "\nWhat the release changes\n");
        term_printf("%s", buf_str(&text));
    }
    if (!buf_ok(&text))
        term_printf("  the difference is too long to show\n");
    buf_clear(&text);
}

/* The title stands before the first row only. */
static void print_field(void *context, const char *name, const char *value)
{
    bool *any = context;

    if (!*any)
        term_styled(TERM_BOLD, "\nWhat the app-compose says\n");
    *any = true;
    term_printf(" %-17s ", name);
    term_wrapped(strlen(name) > 17 ? strlen(name) + 2 : 19, 4, value);
}

void review_print(const struct subject *s)
{
    bool any = false;

    term_styled(TERM_BOLD, "What happens (%s)\n", step_name(s->proposal->step));
    print_sentences(s);
    review_each_image(s, &(struct review_rows){ print_image, NULL });
    (void)review_each_field(s, &(struct review_rows){ print_field, &any });
    print_diff(s);
    term_styled(TERM_BOLD, "\nWhat is signed\n");
    review_each_row(s, &(struct review_rows){ print_row, NULL });
    term_styled(TERM_BOLD, "\nBy which rules\n");
    review_each_source(s, &(struct review_rows){ print_row, NULL });
    term_printf("\n");
}

static const char *exit_meaning(int code)
{
    if (code == 0)
        return "yes";
    return code == 1 ? "no" : "could not tell";
}

void review_print_page(const struct subject *s, const struct report *r, bool explain)
{
    int code = report_exit_code(r);

    review_print_answer(r);
    if (term_is_quiet())
        return;
    term_printf("\n");
    report_print_against(r, explain);
    review_print(s);
    report_print_rest(r, explain);
    if (!s->options.online)
        term_wrapped(0, 0,
                     "The chain was not asked (--online): owners, threshold, nonce, roles, state "
                     "of the operation.");
    if (!s->profile->images.given && report_applies(r, "image.signatures"))
        term_printf("Who built the images was not checked: the profile has no 'images'.\n");
    term_printf("Exit code %d: %s.\n", code, exit_meaning(code));
}

/* --- JSON ------------------------------------------------------------------------------------- */

struct json *review_json(const struct subject *s, const struct report *r)
{
    const struct proposal *p = s->proposal;
    struct json *j = report_json(r);
    struct json *sentences = json_new_array();
    size_t n = p->step == STEP_REJECT ? 1 : s->num_governed;

    json_set_string(j, "step", step_name(p->step));
    json_set_u256(j, "chainId", &p->domain.chain_id);
    json_set_address(j, "safe", &p->domain.safe);
    json_set_u256(j, "nonce", &p->tx.nonce);
    if (s->hashes_ok) {
        json_set_hash(j, "domainHash", &s->hashes.domain);
        json_set_hash(j, "messageHash", &s->hashes.message);
        json_set_hash(j, "safeTxHash", &s->hashes.safe_tx);
    }
    if (s->timelock_call.method != TIMELOCK_NONE)
        json_set_hash(j, "operationId", &s->timelock_call.id);
    for (size_t i = 0; i < n; i++) {
        struct buf text;

        buf_init(&text, 1024 * 1024);
        review_sentence(&text, s, i);
        json_append(sentences, json_new_string(buf_str(&text)));
        buf_clear(&text);
    }
    review_source_json(j, s);
    json_set(j, "effects", sentences);
    json_set(j, "composeDiff", review_diff_json(s));
    json_set(j, "images", review_images_json(s));
    json_set(j, "appCompose", review_fields_json(s));
    if (s->tree_ok)
        json_set(j, "call", call_tree_json(&s->tree));
    else
        json_set_null(j, "call");
    return j;
}
