// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>
#include <string.h>

#include "hw/preview_build.h"
#include "src/base/address.h"
#include "src/base/limits.h"
#include "src/base/term.h"
#include "src/base/u256.h"

/*
 * Trezor firmware. Source: trezor-firmware legacy/v1.14.1 (ethereum.c, fsm_msg_ethereum.h), core
 * v2.5.3 to v2.9.6 (apps/ethereum/layout.py, sign_typed_data.py, ui/layouts); the runs are in
 * fixtures/devices.
 */

/* --- Trezor One ------------------------------------------------------------------------------- */

static const struct preview_font one_wide = { .line = 21 }; /* addresses */
static const struct preview_font one_hash = { .line = 16 };

static void one_add_hash(struct preview *p, const char *title, const struct typed_struct *s)
{
    struct hash32 hash;
    struct buf text;

    typed_struct_hash(&hash, s);
    buf_init(&text, 128);
    preview_add_hex(&text, HEX_UPPER, hash.b, sizeof(hash.b));
    preview_screen(p, SCREEN_VALUE, "press the right button (Confirm)");
    preview_row(p, &one_hash, title, buf_str(&text));
    buf_clear(&text);
}

static enum err one_typed(struct diag *d, struct preview *p, const struct typed_data *typed,
                          const struct address *signer)
{
    if (!device_version_at_least(&p->setup.version, 1, 10, 5))
        return diag_set(d, ERR_UNSUPPORTED,
                        "firmware %u.%u.%u signs no typed data: 1.10.5 or later does",
                        p->setup.version.major, p->setup.version.minor, p->setup.version.patch);
    p->mode = PREVIEW_HASHES;
    preview_words(p, SCREEN_PROMPT, "", "Unable to show EIP-712 data. Sign at your own risk.",
                  "press the right button (Continue)");
    preview_screen(p, SCREEN_VALUE, "press the right button (Confirm)");
    preview_heading(p, "Confirm address?");
    preview_row(p, signer != NULL ? &one_wide : NULL, "Message signed by:",
                signer != NULL ? address_format(signer).s : PREVIEW_OWN_ADDRESS);
    one_add_hash(p, "EIP-712 domain hash", &typed->domain);
    one_add_hash(p, "EIP-712 message hash", &typed->message);
    preview_change(p, SCREEN_FINAL, "press the right button (Confirm): this signs");
    preview_note(p, "the SafeTx hash is on no screen: the domain hash and the message hash "
                    "together are what is signed");
    preview_note(p, "this model shows no field: compare both hashes digit by digit");
    return OK;
}

/* --- core models ------------------------------------------------------------------------------ */

/* Model T up to 2.5: monospaced, two widths. */
static const struct preview_font t_mono = { .line = 18 }, t_chunks = { .line = 16 };
#define T_LINES      5 /* with the description */
#define T_PAGE_LINES 7

/* The screens of Model T before 2.6.0 are known to the line; later ones to their words. */
static bool is_old(const struct preview *p)
{
    return !device_version_at_least(&p->setup.version, 2, 6, 0);
}

static const char *confirm_words(const struct preview *p)
{
    if (p->setup.model == TREZOR_SAFE3)
        return "press the right button";
    return p->setup.model == TREZOR_SAFE5 ? "swipe up" : "confirm (tick, or 'Continue')";
}

static void add_number(struct preview *p, const char *title, const struct u256 *number)
{
    preview_row(p, NULL, title, u256_format(number).s);
}

/* "data (bytes)": a long one is cut on its screen, and whole on pages behind 'Show all'. */
void preview_trezor_bytes(struct preview *p, const char *title, const uint8_t *data, size_t len)
{
    struct buf text;
    size_t num_lines = (2 * len + t_mono.line - 1) / t_mono.line;

    buf_init(&text, LIMIT_PREVIEW_TEXT);
    preview_add_hex(&text, HEX_LOWER, data, len);
    if (!buf_ok(&text)) {
        p->failed = true;
    } else if (!is_old(p)) {
        preview_row(p, NULL, title, buf_str(&text));
    } else if (num_lines + 1 <= T_LINES) {
        preview_row(p, 2 * len % 16 == 0 ? &t_chunks : &t_mono, title, buf_str(&text));
    } else {
        struct buf first;

        buf_init(&first, 64);
        (void)preview_add_lines(&first, &t_chunks, buf_str(&text), 2);
        buf_add_str(&first, "...");
        preview_lines(p, title, buf_str(&first));
        preview_change(p, SCREEN_VALUE, "touch 'Show all', read all of it, go back, confirm");
        preview_aside(p, &t_chunks, T_PAGE_LINES, "", buf_str(&text), "Show all");
        buf_clear(&first);
    }
    buf_clear(&text);
}

static void core_add_string(struct preview *p, const char *title, const struct typed_member *m)
{
    struct buf text;

    buf_init(&text, LIMIT_PREVIEW_TEXT);
    buf_add_untrusted(&text, (const char *)m->data, m->data_len);
    preview_row(p, NULL, title, buf_str(&text));
    p->failed = p->failed || !buf_ok(&text);
    buf_clear(&text);
}

static void core_add_member(struct preview *p, const char *name, const struct typed_member *m)
{
    char title[64];

    (void)snprintf(title, sizeof(title), "%.24s (%s)", m->name, typed_member_type(m).s);
    preview_screen(p, SCREEN_VALUE, NULL);
    preview_heading(p, name);
    switch (m->kind) {
    case TYPED_UINT:
        add_number(p, title, &m->number);
        return;
    case TYPED_ADDRESS:
        preview_row(p, is_old(p) ? &t_mono : NULL, title, address_format(&m->address).s);
        return;
    case TYPED_BYTES:
        preview_trezor_bytes(p, title, m->data, m->data_len);
        return;
    case TYPED_STRING:
        core_add_string(p, title, m);
        return;
    }
}

static void core_add_struct(struct preview *p, const struct typed_struct *s)
{
    for (size_t i = 0; i < s->num_members; i++)
        core_add_member(p, s->name, &s->members[i]);
}

/* The domain's name or version, "unknown" without one: Safes have none. */
static void add_own_name(struct buf *out, const struct typed_struct *s, const char *member)
{
    for (size_t i = 0; i < s->num_members; i++) {
        const struct typed_member *m = &s->members[i];

        if (strcmp(m->name, member) == 0 && m->kind == TYPED_STRING) {
            buf_add_untrusted(out, (const char *)m->data, m->data_len);
            return;
        }
    }
    buf_add_str(out, "unknown");
}

static void core_ask_domain(struct preview *p, const struct typed_struct *s)
{
    struct buf text;

    buf_init(&text, 4096);
    buf_add_str(&text, "Name and version\n");
    add_own_name(&text, s, "name");
    buf_add_str(&text, "\n");
    add_own_name(&text, s, "version");
    preview_words(p, SCREEN_PROMPT, "Confirm domain", buf_str(&text),
                  "choose 'Show full domain': confirming here skips it");
    buf_clear(&text);
}

static void core_ask_message(struct preview *p, const struct typed_struct *s)
{
    struct buf text;

    buf_init(&text, 1024);
    buf_addf(&text, "%s\nContains %zu key%s\n", s->name, s->num_members,
             s->num_members == 1 ? "" : "s");
    for (size_t i = 0; i < s->num_members; i++)
        buf_addf(&text, "%s%s", i > 0 ? ", " : "", s->members[i].name);
    preview_words(p, SCREEN_PROMPT, "Confirm message", buf_str(&text),
                  "choose 'Show full message': confirming here signs without showing a field");
    buf_clear(&text);
}

static void core_add_signer(struct preview *p, const struct address *signer)
{
    struct buf text;

    buf_init(&text, 128);
    if (signer != NULL) {
        buf_add_str(&text, "0x");
        preview_add_hex(&text, HEX_LOWER, signer->b, sizeof(signer->b));
    } else {
        buf_add_str(&text, PREVIEW_OWN_ADDRESS);
    }
    preview_screen(p, SCREEN_VALUE, confirm_words(p));
    preview_row(p, NULL, "Signing address", buf_str(&text));
    buf_clear(&text);
}

static void core_add_hash(struct preview *p, const struct typed_struct *s)
{
    struct hash32 hash;
    struct buf text;

    typed_struct_hash(&hash, s);
    buf_init(&text, 128);
    preview_add_hash(&text, HEX_LOWER, &hash);
    preview_screen(p, SCREEN_VALUE, confirm_words(p));
    preview_row(p, NULL, "Confirm message hash", buf_str(&text));
    buf_clear(&text);
}

/* Values over 1024 bytes were refused before 2.6.0. */
static enum err core_check(struct diag *d, const struct preview *p, const struct typed_struct *s)
{
    const struct device_version *v = &p->setup.version;

    if (!device_version_at_least(v, 2, 4, 3))
        return diag_set(d, ERR_UNSUPPORTED,
                        "firmware %u.%u.%u signs no typed data: 2.4.3 or later does", v->major,
                        v->minor, v->patch);
    for (size_t i = 0; is_old(p) && i < s->num_members; i++) {
        const struct typed_member *m = &s->members[i];

        if ((m->kind == TYPED_BYTES || m->kind == TYPED_STRING) && m->data_len > 1024)
            return diag_set(d, ERR_UNSUPPORTED,
                            "'%s' has %zu bytes: firmware %u.%u.%u takes up to 1024, 2.6.0 and "
                            "later any number",
                            m->name, m->data_len, v->major, v->minor, v->patch);
    }
    return OK;
}

static enum err core_typed(struct diag *d, struct preview *p, const struct typed_data *typed,
                           const struct address *signer)
{
    const bool has_hash = device_version_at_least(&p->setup.version, 2, 9, 1);
    enum err e = core_check(d, p, &typed->message);

    if (e != OK)
        return e;
    p->mode = PREVIEW_FIELDS;
    if (!is_old(p))
        core_add_signer(p, signer);
    core_ask_domain(p, &typed->domain);
    core_add_struct(p, &typed->domain);
    core_ask_message(p, &typed->message);
    core_add_struct(p, &typed->message);
    if (has_hash)
        core_add_hash(p, &typed->message);
    preview_words(p, SCREEN_FINAL, "Confirm typed data", "Really sign EIP-712 typed data?",
                  "hold to confirm");
    preview_note(p, "the SafeTx hash is on no screen%s",
                 has_hash ? "" : ", and neither is the domain hash or the message hash");
    preview_note(p, "bytes are shown without 0x; 'data (bytes)' with nothing below it is empty");
    return OK;
}

enum err preview_trezor_typed(struct diag *d, struct preview *p, const struct typed_data *typed,
                              const struct address *signer)
{
    if (p->setup.model == TREZOR_ONE)
        return one_typed(d, p, typed, signer);
    return core_typed(d, p, typed, signer);
}
