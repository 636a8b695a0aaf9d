// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "hw/preview_build.h"
#include "src/base/address.h"
#include "src/base/limits.h"
#include "src/base/term.h"
#include "src/base/u256.h"

/*
 * Ethereum app. Source: app-ethereum 1.10.3 to 1.22.0 (src/nbgl, src_bagl, ui_logic.c), and
 * lib_nbgl of its SDK for line breaks; the runs are in fixtures/devices.
 */

bool preview_ledger_hashes(const struct device_setup *setup)
{
    return setup->hash_mode || setup->model == LEDGER_NANO_S ||
           (setup->has_version && !device_version_at_least(&setup->version, 1, 10, 0));
}

/* 'Transaction hash' */
static bool knows_hash_setting(const struct device_setup *s)
{
    return device_version_at_least(&s->version, 1, 18, 0);
}

/* Not known counts as on, as docs/devices.md has it: nobody may look for a screen in vain here, and
 * who does not get it on the device is told why. */
bool preview_ledger_adds_hashes(const struct device_setup *s)
{
    return s->transaction_hash != SETTING_OFF && knows_hash_setting(s);
}

/* --- values ----------------------------------------------------------------------------------- */

/* Characters that the app keeps of a value. */
static size_t value_limit(const struct device_setup *s)
{
    return preview_ledger_is_old(s) ? 255 : 379;
}

/* A value that is too long loses its end to three dots; *cut tells. */
static void shorten(struct buf *text, size_t keep)
{
    text->len = keep;
    buf_add_str(text, "...");
}

static void add_bytes(struct buf *out, const struct preview *p, const struct typed_member *m,
                      bool *cut)
{
    const size_t limit = value_limit(&p->setup);
    const size_t fit = (limit - 2) / 2;

    buf_add_str(out, "0x");
    preview_add_hex(out, HEX_UPPER, m->data, m->data_len < fit ? m->data_len : fit);
    *cut = m->data_len > fit;
    if (*cut)
        shorten(out, limit - 3);
}

static void add_string(struct buf *out, const struct preview *p, const struct typed_member *m,
                       bool *cut)
{
    const size_t limit = value_limit(&p->setup);

    *cut = m->data_len > limit;
    buf_add_untrusted(out, (const char *)m->data, *cut ? limit : m->data_len);
    if (*cut)
        shorten(out, out->len - 3);
}

static void add_value(struct buf *out, const struct preview *p, const struct typed_member *m,
                      bool *cut)
{
    *cut = false;
    switch (m->kind) {
    case TYPED_UINT:
        buf_add_str(out, u256_format(&m->number).s);
        return;
    case TYPED_ADDRESS:
        buf_add_str(out, address_format(&m->address).s);
        return;
    case TYPED_BYTES:
        add_bytes(out, p, m, cut);
        return;
    case TYPED_STRING:
        add_string(out, p, m, cut);
        return;
    }
}

static void note_cut(struct preview *p, const struct typed_member *m)
{
    const char *rest = ": the message hash covers all of it";

    if (!knows_hash_setting(&p->setup))
        rest = "; an app from 1.18.0 on can show the message hash, which covers all of it";
    else if (p->setup.transaction_hash == SETTING_OFF)
        rest = "; with the setting 'Transaction hash' on it shows the message hash, which covers "
               "all of it";
    preview_note(p, "'%s' has %zu bytes, of which the device shows the beginning alone%s", m->name,
                 m->data_len, rest);
}

/* --- pairs ------------------------------------------------------------------------------------ */

static void add_members(struct preview *p, struct preview_pairs *pairs,
                        const struct typed_struct *s)
{
    for (size_t i = 0; i < s->num_members; i++) {
        const struct typed_member *m = &s->members[i];
        struct buf text;
        bool cut = false;

        buf_init(&text, LIMIT_PREVIEW_TEXT);
        add_value(&text, p, m, &cut);
        pairs->failed = pairs->failed || !buf_ok(&text);
        preview_pairs_add(pairs, m->name, buf_str(&text));
        if (cut)
            note_cut(p, m);
        buf_clear(&text);
    }
}

static void add_hash(struct preview_pairs *pairs, const char *title, const struct typed_struct *s)
{
    struct hash32 hash;
    struct buf text;

    buf_init(&text, 128);
    typed_struct_hash(&hash, s);
    preview_add_hash(&text, HEX_UPPER, &hash);
    preview_pairs_add(pairs, title, buf_str(&text));
    buf_clear(&text);
}

static void add_hashes(struct preview_pairs *pairs, const struct typed_data *t, bool page_start)
{
    const size_t first = pairs->num_items;

    add_hash(pairs, "Domain hash", &t->domain);
    add_hash(pairs, "Message hash", &t->message);
    if (!pairs->failed)
        pairs->items[first].page_start = page_start;
}

static void add_struct(struct preview *p, struct preview_pairs *pairs, const struct typed_struct *s)
{
    preview_pairs_add(pairs, "Review struct", s->name);
    add_members(p, pairs, s);
}

static void fill_pairs(struct preview *p, struct preview_pairs *pairs, const struct typed_data *t)
{
    const bool hash_setting = preview_ledger_adds_hashes(&p->setup);

    switch (p->mode) {
    case PREVIEW_FIELDS:
        add_struct(p, pairs, &t->domain);
        add_struct(p, pairs, &t->message);
        if (hash_setting)
            add_hashes(pairs, t, true);
        return;
    case PREVIEW_DOMAIN:
        add_members(p, pairs, &t->domain);
        if (!hash_setting || !preview_ledger_is_since_1_20(&p->setup))
            add_hash(pairs, "Message hash", &t->message);
        if (hash_setting)
            add_hashes(pairs, t, true);
        return;
    case PREVIEW_HASHES:
        add_hashes(pairs, t, false);
        return;
    case PREVIEW_REFUSED:
    case PREVIEW_TRANSACTION:
        return;
    }
}

/* --- screens ---------------------------------------------------------------------------------- */

static enum preview_mode mode_of(const struct device_setup *s)
{
    const bool blind = s->blind_signing == SETTING_ON, raw = s->raw_messages == SETTING_ON;

    if (preview_ledger_hashes(s))
        return blind ? PREVIEW_HASHES : PREVIEW_REFUSED;
    if (raw || (blind && preview_ledger_touch(s->model)))
        return PREVIEW_FIELDS;
    return blind ? PREVIEW_DOMAIN : PREVIEW_REFUSED;
}

static void add_notes(struct preview *p, const struct typed_data *typed)
{
    const bool hashes = p->mode == PREVIEW_HASHES || preview_ledger_adds_hashes(&p->setup);

    preview_note(p, "%s is on no screen%s", preview_digest_name(typed),
                 hashes ? ": the domain hash and the message hash together are what is signed"
                        : "");
    if (hashes && p->mode != PREVIEW_HASHES && p->setup.transaction_hash == SETTING_UNKNOWN)
        preview_note(p,
                     "if no Domain hash comes before the last screen, the setting Transaction "
                     "hash is off: reject, switch it on (Ethereum app, App settings), sign again");
    if (p->mode == PREVIEW_DOMAIN)
        preview_note(p, "the setting Raw messages shows every field");
    if (!device_version_at_least(&p->setup.version, 1, 19, 0) && p->mode == PREVIEW_FIELDS)
        preview_note(p, "this version shows each value while it is being sent: the next one comes "
                        "when you go on");
}

static struct preview_review review_of(const struct preview *p)
{
    const bool touch = preview_ledger_touch(p->setup.model);
    struct preview_review r = {
        .title = "Review typed message",
        .nano_end = "Sign message",
        .touch_end = "Accept risk and sign typed message?",
        .old_end = "Sign message",
        .old_risk_end = "Accept risk and sign",
        .blind = true,
        .skippable = preview_ledger_is_since_1_20(&p->setup) &&
                     (touch || p->setup.raw_messages == SETTING_ON),
        .streamed =
            p->mode != PREVIEW_HASHES && !device_version_at_least(&p->setup.version, 1, 19, 0),
    };

    if (p->mode == PREVIEW_HASHES && !preview_ledger_is_since_1_20(&p->setup))
        r.nano_end = r.touch_end = "Accept risk and sign typed mess"; /* it did not fit */
    return r;
}

enum err preview_ledger_typed(struct diag *d, struct preview *p, const struct typed_data *typed)
{
    struct preview_pairs pairs = { 0 };
    struct preview_review review = { 0 };
    enum err e = OK;

    p->mode = mode_of(&p->setup);
    if (p->mode == PREVIEW_REFUSED) {
        preview_ledger_refusal(p, !preview_ledger_hashes(&p->setup));
        return OK;
    }
    fill_pairs(p, &pairs, typed);
    review = review_of(p);
    if (pairs.failed)
        e = diag_set(d, ERR_NOMEM, "out of memory");
    else
        preview_ledger_review(p, &pairs, &review);
    add_notes(p, typed);
    preview_pairs_clear(&pairs);
    return e;
}
