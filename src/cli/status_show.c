// SPDX-License-Identifier: Apache-2.0
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "src/base/address.h"
#include "src/base/clock.h"
#include "src/base/hex.h"
#include "src/base/json.h"
#include "src/base/term.h"
#include "src/base/u256.h"
#include "src/cli/common_queue.h"
#include "src/cli/status.h"

/* --- text ------------------------------------------------------------------------------------- */

/* A hash behind its name is 80 columns. */
#define LABEL_COLUMNS 14

static void line(const char *label, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void line(const char *label, const char *fmt, ...)
{
    char text[1024];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    term_printf(" %-12s ", label);
    term_wrapped(LABEL_COLUMNS, LABEL_COLUMNS, text);
}

static void print_optional(const char *label, const struct address *a)
{
    line(label, "%s", address_is_zero(a) ? "none" : address_format(a).s);
}

static void print_safe(const struct status *s)
{
    const struct chain_safe_state *safe = &s->safe;
    struct chain_block b = chain_block(s->chain);

    term_styled(TERM_BOLD, "Safe %s\n", address_format(&s->profile->safe.safe).s);
    line("chain", "%s, block %" PRIu64 " of %s", u256_format(&s->profile->chain_id).s, b.number,
         clock_format_utc(b.time_s).s);
    term_printf(" version      ");
    term_untrusted(safe->version, strlen(safe->version));
    term_printf("\n");
    line("nonce", "%s", u256_format(&safe->nonce).s);
    line("threshold", "%" PRIu64 " of %zu", safe->threshold, safe->num_owners);
    for (size_t i = 0; i < safe->num_owners; i++)
        line("owner", "%s%s", address_format(&safe->owners[i]).s,
             profile_is_owner(s->profile, &safe->owners[i]) ? "" : " (NOT IN THE PROFILE)");
    for (size_t i = 0; i < safe->num_modules; i++)
        line("module", "%s", address_format(&safe->modules[i]).s);
    print_optional("singleton", &safe->singleton);
    print_optional("guard", &safe->guard);
    print_optional("fallback", &safe->fallback_handler);
    if (!address_is_zero(&safe->module_guard))
        print_optional("module guard", &safe->module_guard);
}

static void print_timelock(const struct status *s)
{
    const struct {
        bool may;
        const char *word;
    } rights[] = {
        { s->may_propose, "propose" },
        { s->may_cancel, "cancel" },
        { s->may_execute, "execute" },
    };
    uint64_t delay_s = 0;
    char may[64] = "";

    if (!s->profile->has_timelock)
        return;
    for (size_t i = 0; i < sizeof(rights) / sizeof(rights[0]); i++) {
        size_t len = strlen(may);

        if (rights[i].may)
            (void)snprintf(may + len, sizeof(may) - len, "%s%s", len > 0 ? ", " : "",
                           rights[i].word);
    }
    term_styled(TERM_BOLD, "\nTimelock %s\n", address_format(&s->profile->timelock).s);
    if (u256_to_u64(&s->min_delay, &delay_s))
        line("least delay", "%s", duration_format(delay_s).s);
    else
        line("least delay", "%s seconds", u256_format(&s->min_delay).s);
    line("the Safe may", "%s", may[0] != '\0' ? may : "nothing");
    if (s->anybody_executes)
        line("executor", "anybody");
}

static const char *contract_name(const struct status *s, const struct address *a,
                                 const struct address_text *text)
{
    const char *name = profile_name_of(s->profile, a);

    return name != NULL ? name : text->s;
}

static void print_calls(const struct status *s, const struct status_item *item)
{
    for (size_t i = 0; i < item->subject.num_governed; i++) {
        const struct call_node *n = item->subject.governed[i];
        const struct address_text text = address_format(&n->to);

        line("call", "%s on %s", n->decoded ? node_action(n) : "(not decoded)",
             contract_name(s, &n->to, &text));
    }
    for (size_t i = 0; i < item->num_entries; i++) {
        const struct status_entry *entry = &item->entries[i];
        const struct address_text text = address_format(&entry->contract);

        line(i == 0 ? "now" : "", "%s is %sin %s of %s", hash32_format(&entry->entry.value).s,
             entry->listed ? "" : "not ", entry->entry.getter_name,
             contract_name(s, &entry->contract, &text));
    }
}

static bool is_of_service(const struct status *s, const struct status_item *item)
{
    return item->row != NULL && queue_kind_of(s->queue) == QUEUE_SERVICE;
}

static const char *row_words(const struct queue_entry *row)
{
    if (row->real)
        return row->trusted ? "by the service" : "not by the service, but an owner signed it";
    return row->trusted ? "by the service, but nobody of the profile stands behind it"
                        : "no: anybody can have posted it";
}

static void print_item(const struct status *s, const struct status_item *item)
{
    const struct hash32 *hash = &item->subject.hashes.safe_tx;

    term_styled(TERM_BOLD, "\nNonce %s: %s\n", u256_format(&item->proposal->tx.nonce).s,
                step_name(item->proposal->step));
    if (item->subject.hashes_ok)
        line("SafeTx", "%s", hash32_format(hash).s);
    if (is_of_service(s, item))
        line("trusted", "%s", row_words(item->row));
    if (status_has_operation(item)) {
        line("operation", "%s", hash32_format(&item->subject.timelock_call.id).s);
        line("state", "%s", timelock_state_name(item->operation.state));
    }
    print_calls(s, item);
    line("signatures", "%zu of %" PRIu64, item->num_present, s->safe.threshold);
    for (size_t i = 0; i < item->num_present; i++)
        line("signed by", "%s", address_format(&item->present[i]).s);
    term_styled(TERM_BOLD, " %-12s ", "next");
    term_wrapped(LABEL_COLUMNS, LABEL_COLUMNS, buf_str(&item->next));
}

static void print_queue(const struct status *s)
{
    struct buf name;

    if (s->queue == NULL)
        return;
    buf_init(&name, 4096);
    common_queue_name(&name, s->queue, s->profile);
    if (s->queue_failed)
        term_styled(TERM_BOLD, "\nQueue: NOT READ\n");
    else
        term_styled(TERM_BOLD, "\nQueue: %zu proposal%s\n", s->queued.num_items - s->num_others,
                    s->queued.num_items - s->num_others == 1 ? "" : "s");
    term_printf(" ");
    term_wrapped(1, 1, buf_str(&name));
    if (s->num_others > 0)
        term_printf(" %zu more that nobody of the profile stands behind (--all lists them)\n",
                    s->num_others);
    buf_clear(&name);
}

static void print_quiet(const struct status *s, const struct status_item *item)
{
    term_printf("nonce %s", u256_format(&item->proposal->tx.nonce).s);
    if (item->subject.hashes_ok)
        term_printf(" %s", hash32_format(&item->subject.hashes.safe_tx).s);
    if (is_of_service(s, item))
        term_printf(" (%s)", item->row->trusted ? "trusted" : "not trusted");
    term_printf(": %s\n", buf_str(&item->next));
}

void status_print(const struct status *s)
{
    if (term_is_quiet()) {
        for (size_t i = 0; i < s->num_items; i++)
            print_quiet(s, &s->items[i]);
        return;
    }
    print_safe(s);
    print_timelock(s);
    print_queue(s);
    for (size_t i = 0; i < s->num_items; i++)
        print_item(s, &s->items[i]);
}

/* --- JSON ------------------------------------------------------------------------------------- */

static struct json *address_list(const struct address *list, size_t list_len)
{
    struct json *j = json_new_array();

    for (size_t i = 0; i < list_len; i++)
        json_append(j, json_new_string(address_format(&list[i]).s));
    return j;
}

static struct json *safe_json(const struct status *s)
{
    const struct chain_safe_state *safe = &s->safe;
    struct json *j = json_new_object();

    json_set_address(j, "address", &s->profile->safe.safe);
    json_set(j, "version", json_new_text(safe->version, strlen(safe->version)));
    json_set_u256(j, "nonce", &safe->nonce);
    json_set_int(j, "threshold", (int64_t)safe->threshold);
    json_set(j, "owners", address_list(safe->owners, safe->num_owners));
    json_set(j, "modules", address_list(safe->modules, safe->num_modules));
    json_set_address(j, "singleton", &safe->singleton);
    json_set_address(j, "guard", &safe->guard);
    json_set_address(j, "moduleGuard", &safe->module_guard);
    json_set_address(j, "fallbackHandler", &safe->fallback_handler);
    return j;
}

static struct json *timelock_json(const struct status *s)
{
    struct json *j = json_new_object();
    struct json *may = json_new_object();

    json_set_address(j, "address", &s->profile->timelock);
    json_set_u256(j, "minDelay", &s->min_delay);
    json_set_bool(may, "propose", s->may_propose);
    json_set_bool(may, "cancel", s->may_cancel);
    json_set_bool(may, "execute", s->may_execute);
    json_set(j, "safeMay", may);
    json_set_bool(j, "anybodyExecutes", s->anybody_executes);
    return j;
}

static struct json *operation_json(const struct status_item *item)
{
    struct json *j = json_new_object();

    json_set_hash(j, "id", &item->subject.timelock_call.id);
    json_set_string(j, "state", timelock_state_name(item->operation.state));
    json_set_u256(j, "timestamp", &item->operation.timestamp);
    json_set_int(j, "secondsLeft", (int64_t)item->operation.left_s);
    return j;
}

static struct json *entries_json(const struct status_item *item)
{
    struct json *list = json_new_array();

    for (size_t i = 0; i < item->num_entries; i++) {
        const struct status_entry *entry = &item->entries[i];
        struct json *j = json_new_object();

        json_set_address(j, "contract", &entry->contract);
        json_set_string(j, "getter", entry->entry.getter_name);
        json_set_hash(j, "value", &entry->entry.value);
        json_set_bool(j, "adds", entry->entry.add);
        json_set_bool(j, "listed", entry->listed);
        json_append(list, j);
    }
    return list;
}

static struct json *item_json(const struct status_item *item)
{
    struct json *j = json_new_object();

    json_set_u256(j, "nonce", &item->proposal->tx.nonce);
    json_set_string(j, "step", step_name(item->proposal->step));
    json_set(j, "from", json_new_text(item->from, strlen(item->from)));
    if (item->subject.hashes_ok)
        json_set_hash(j, "safeTxHash", &item->subject.hashes.safe_tx);
    else
        json_set_null(j, "safeTxHash");
    if (item->row != NULL) {
        json_set_bool(j, "trusted", item->row->trusted);
        json_set_bool(j, "real", item->row->real);
    }
    if (status_has_operation(item))
        json_set(j, "operation", operation_json(item));
    json_set(j, "entries", entries_json(item));
    json_set(j, "signed", address_list(item->present, item->num_present));
    json_set(j, "missing", address_list(item->missing, item->num_missing));
    json_set_string(j, "next", buf_str(&item->next));
    return j;
}

struct json *status_json(const struct status *s)
{
    struct chain_block b = chain_block(s->chain);
    struct json *j = json_new_object();
    struct json *block = json_new_object();
    struct json *items = json_new_array();

    json_set_int(j, "result", s->queue_failed ? 2 : 0);
    json_set_u256(j, "chainId", &s->profile->chain_id);
    json_set_int(block, "number", (int64_t)b.number);
    json_set_hash(block, "hash", &b.hash);
    json_set_int(block, "time", (int64_t)b.time_s);
    json_set(j, "block", block);
    json_set(j, "safe", safe_json(s));
    if (s->profile->has_timelock)
        json_set(j, "timelock", timelock_json(s));
    if (s->queue != NULL)
        common_queue_json(j, s->queue, s->profile);
    for (size_t i = 0; i < s->num_items; i++)
        json_append(items, item_json(&s->items[i]));
    json_set(j, "proposals", items);
    json_set_int(j, "others", (int64_t)s->num_others);
    return j;
}
