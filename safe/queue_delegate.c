// SPDX-License-Identifier: Apache-2.0
/* Delegates of the Safe Transaction Service: accounts that may propose and never confirm. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "safe/queue_internal.h"
#include "src/base/address.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/u256.h"

#define PAGE_ROWS       100
#define TOTP_SECONDS    3600
#define MAX_LABEL       50 /* the service's limit */
#define MAX_BODY_BYTES  1024
#define MAX_PATH_LENGTH 256

void queue_delegate_typed_data(struct typed_data *out, const struct u256 *chain_id,
                               const struct address *delegate, uint64_t now_s)
{
    const struct u256 totp = u256_from_u64(now_s / TOTP_SECONDS);

    *out = (struct typed_data){ .domain = { .name = "EIP712Domain" },
                                .message = { .name = "Delegate" } };
    typed_add_string(&out->domain, "name", "Safe Transaction Service");
    typed_add_string(&out->domain, "version", "1.0");
    typed_add_uint(&out->domain, "chainId", 32, chain_id);
    typed_add_address(&out->message, "delegateAddress", delegate);
    typed_add_uint(&out->message, "totp", 32, &totp);
}

static enum err need_service(struct diag *d, const struct queue *q)
{
    if (q->kind == QUEUE_SERVICE)
        return OK;
    return diag_set(d, ERR_UNSUPPORTED,
                    "a queue that is a directory has no delegates: the profile lists them");
}

/* --- listing ------------------------------------------------------------------------------- */

struct delegate_list {
    struct queue_delegate *items;
    size_t num_items;
};

static enum err add_delegate(struct diag *d, struct delegate_list *list, const struct json *row)
{
    struct queue_delegate item = { 0 };
    struct queue_delegate *grown = NULL;
    const char *label = json_string(json_get(row, "label"));
    enum err e = OK;

    if ((e = json_read_address(d, &item.delegate, row, "delegate")) != OK ||
        (e = json_read_address(d, &item.delegator, row, "delegator")) != OK)
        return e;
    (void)snprintf(item.label, sizeof(item.label), "%s", label != NULL ? label : "");
    grown = realloc(list->items, (list->num_items + 1) * sizeof(*grown));
    if (grown == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    list->items = grown;
    list->items[list->num_items++] = item;
    return OK;
}

static enum err read_page(struct diag *d, struct queue *q, struct delegate_list *list, bool *more,
                          const char *path)
{
    struct json *j = NULL;
    const struct json *rows = NULL;
    const struct json *next = NULL;
    enum err e = queue_service_get(d, q, &j, "list the delegates", path);

    *more = false;
    if (e == OK && j == NULL)
        return diag_set(d, ERR_NETWORK, "the service knows no delegates (HTTP 404)");
    if (e == OK)
        e = json_read_array(d, &rows, j, "results");
    for (size_t i = 0; e == OK && i < json_len(rows); i++)
        e = add_delegate(d, list, json_at(rows, i));
    if (e == OK) {
        next = json_get(j, "next");
        *more = json_len(rows) > 0 && next != NULL && json_type(next) != JSON_NULL;
    }
    json_free(j);
    return e;
}

enum err queue_delegates(struct diag *d, struct queue *q, struct queue_delegate **out,
                         size_t *num_out)
{
    struct address_text safe = address_format(&q->profile->safe.safe);
    struct delegate_list list = { 0 };
    bool more = true;
    enum err e = need_service(d, q);

    *out = NULL;
    *num_out = 0;
    for (size_t offset = 0; e == OK && more; offset += PAGE_ROWS) {
        char path[MAX_PATH_LENGTH];

        if (offset >= LIMIT_QUEUE_ENTRIES) {
            e = diag_set(d, ERR_LIMIT, "the service lists more than %d delegates",
                         LIMIT_QUEUE_ENTRIES);
            break;
        }
        (void)snprintf(path, sizeof(path), "/api/v2/delegates/?safe=%s&limit=%d&offset=%zu", safe.s,
                       PAGE_ROWS, offset);
        e = read_page(d, q, &list, &more, path);
    }
    if (e != OK) {
        free(list.items);
        return e;
    }
    *out = list.items;
    *num_out = list.num_items;
    return OK;
}

/* --- changing ------------------------------------------------------------------------------ */

/* Nothing that would have to be escaped in JSON or on a terminal. */
static bool is_label(const char *label)
{
    size_t len = strlen(label);

    for (size_t i = 0; i < len; i++) {
        if (label[i] < 0x20 || label[i] > 0x7e || label[i] == '"' || label[i] == '\\')
            return false;
    }
    return len >= 1 && len <= MAX_LABEL;
}

/* Written by hand into wiped memory: a JSON tree would leave copies of the signature behind. */
static enum err write_body(struct diag *d, struct buf *out, const struct queue *q,
                           const struct address *delegate, const struct address *delegator,
                           const char *label, const struct sig65 *sig)
{
    struct address_text safe = address_format(&q->profile->safe.safe);
    struct address_text to = address_format(delegate);
    struct address_text from = address_format(delegator);

    buf_init_secret(out, MAX_BODY_BYTES);
    buf_addf(out, "{\"safe\":\"%s\",\"delegate\":\"%s\",\"delegator\":\"%s\"", safe.s, to.s,
             from.s);
    if (label != NULL)
        buf_addf(out, ",\"label\":\"%s\"", label);
    buf_add_str(out, ",\"signature\":\"");
    buf_add_hex_0x(out, sig->b, sizeof(sig->b));
    buf_add_str(out, "\"}");
    return buf_check(d, out, "the request");
}

/* Read back: is the row there? */
static enum err is_listed(struct diag *d, struct queue *q, bool *listed,
                          const struct address *delegate, const struct address *delegator)
{
    struct queue_delegate *items = NULL;
    size_t num_items = 0;
    enum err e = queue_delegates(d, q, &items, &num_items);

    *listed = false;
    for (size_t i = 0; i < num_items; i++)
        *listed = *listed || (address_eq(&items[i].delegate, delegate) &&
                              address_eq(&items[i].delegator, delegator));
    free(items);
    return e;
}

enum err queue_delegate_add(struct diag *d, struct queue *q, const struct address *delegate,
                            const struct address *delegator, const char *label,
                            const struct sig65 *sig)
{
    struct buf body = { 0 };
    bool listed = false;
    enum err e = need_service(d, q);

    if (e != OK)
        return e;
    if (!is_label(label))
        return diag_set(d, ERR_USAGE,
                        "label: expected 1 to %d printable ASCII characters without quotation "
                        "marks and backslashes",
                        MAX_LABEL);
    if ((e = write_body(d, &body, q, delegate, delegator, label, sig)) == OK)
        e = queue_service_send(d, q, "add the delegate", "POST", "/api/v2/delegates/", &body);
    buf_clear(&body);
    if (e == OK && (e = is_listed(d, q, &listed, delegate, delegator)) == OK && !listed)
        e = diag_set(d, ERR_MISMATCH, "the service accepted the delegate and does not list it");
    return e;
}

enum err queue_delegate_remove(struct diag *d, struct queue *q, const struct address *delegate,
                               const struct address *delegator, const struct sig65 *sig)
{
    struct address_text name = address_format(delegate);
    char path[MAX_PATH_LENGTH];
    struct buf body = { 0 };
    bool listed = false;
    enum err e = need_service(d, q);

    if (e != OK)
        return e;
    (void)snprintf(path, sizeof(path), "/api/v2/delegates/%s/", name.s);
    if ((e = write_body(d, &body, q, delegate, delegator, NULL, sig)) == OK)
        e = queue_service_send(d, q, "remove the delegate", "DELETE", path, &body);
    buf_clear(&body);
    if (e == OK && (e = is_listed(d, q, &listed, delegate, delegator)) == OK && listed)
        e = diag_set(d, ERR_MISMATCH, "the service accepted the removal and still lists it");
    return e;
}
