// SPDX-License-Identifier: Apache-2.0
#include "src/cli/common_queue.h"

#include <string.h>

#include "src/base/hex.h"
#include "src/base/term.h"
#include "src/base/u256.h"
#include "src/cli/common.h"

void common_queue_warn(const struct queue *q)
{
    const char *text = NULL;

    for (size_t i = 0; q != NULL && (text = queue_warning(q, i)) != NULL; i++)
        term_warning("%s", text);
}

static const char *kind_name(const struct queue *q)
{
    return queue_kind_of(q) == QUEUE_SERVICE ? "service" : "directory";
}

void common_queue_json(struct json *answer, const struct queue *q, const struct profile *p)
{
    struct json *queue = json_new_object();
    struct json *warnings = json_new_array();
    const char *text = NULL;

    json_set_string(queue, "kind", kind_name(q));
    json_set(queue, "location", json_new_text(p->queue.location, strlen(p->queue.location)));
    json_set(answer, "queue", queue);
    for (size_t i = 0; (text = queue_warning(q, i)) != NULL; i++)
        json_append(warnings, json_new_text(text, strlen(text)));
    json_set(answer, "warnings", warnings);
}

void common_queue_name(struct buf *out, const struct queue *q, const struct profile *p)
{
    buf_init(out, 65536);
    buf_addf(out, "%s ", kind_name(q));
    buf_add_untrusted(out, p->queue.location, strlen(p->queue.location));
}

static void answer_receipt(struct json *answer, const struct queue *q,
                           const struct profile *profile, const struct proposal *p,
                           const struct queue_receipt *r)
{
    json_set_hash(answer, "safeTxHash", &p->claimed.safe_tx);
    json_set_u256(answer, "nonce", &p->tx.nonce);
    json_set_bool(answer, "alreadyThere", r->already_there);
    json_set_int(answer, "signaturesSent", (int64_t)r->signatures_sent);
    json_set_int(answer, "signaturesListed", (int64_t)r->signatures_listed);
    common_queue_json(answer, q, profile);
}

static void print_receipt(const struct queue *q, const struct profile *profile,
                          const struct proposal *p, const struct queue_receipt *r)
{
    struct buf name;

    term_printf("%s %s\n", r->already_there ? "in the queue" : "submitted",
                hash32_format(&p->claimed.safe_tx).s);
    if (term_is_quiet())
        return;
    common_queue_name(&name, q, profile);
    term_printf("  nonce       %s\n", u256_format(&p->tx.nonce).s);
    term_printf("  queue       %s\n", buf_str(&name));
    term_printf("  transaction %s\n", r->already_there ? "was there before" : "new");
    term_printf("  signatures  %zu new, %zu of this proposal's in the queue (read back)\n",
                r->signatures_sent, r->signatures_listed);
    buf_clear(&name);
}

enum err common_queue_submit(struct diag *d, const struct profile *profile,
                             const struct proposal *p, struct json *answer)
{
    struct queue_receipt receipt = { 0 };
    struct queue *q = NULL;
    enum err e = queue_open(d, &q, profile);

    if (e == OK) {
        e = queue_submit(d, q, &receipt, p);
        common_queue_warn(q);
    }
    if (e == OK && answer != NULL)
        answer_receipt(answer, q, profile, p, &receipt);
    else if (e == OK)
        print_receipt(q, profile, p, &receipt);
    queue_close(q);
    return e;
}
