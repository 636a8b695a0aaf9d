// SPDX-License-Identifier: Apache-2.0
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "hw/preview_core.h"
#include "src/base/address.h"
#include "src/base/limits.h"
#include "src/base/term.h"
#include "src/base/u256.h"

/*
 * Trezors after the first. Source: trezor-firmware core/v2.5.3 to v2.9.6 (apps/ethereum/layout.py,
 * sign_typed_data.py, ui/layouts); the runs are in fixtures/devices.
 */

#define SKIPS_DOMAIN ": confirming here skips the domain"
#define SKIPS_FIELDS ": confirming here signs without showing a field"

static const struct core_face faces[] = {
    { .model = TREZOR_T,
      .old = true,
      .colon = "",
      .columns = 18,
      .first_chars = 32,
      .go_on = "touch the tick",
      .go_on_address = "touch the tick",
      .turn_pages = "turn all pages, confirm on the last",
      .finish = "hold to confirm",
      .open_domain = "touch 'Show full domain'" SKIPS_DOMAIN,
      .open_message = "touch 'Show full message'" SKIPS_FIELDS,
      .open_data = "touch 'Show all', read all of it, go back, confirm" },
    { .model = TREZOR_T,
      .colon = ":",
      .columns = 19,
      .first_chars = 54,
      .go_on = "touch 'Confirm'",
      .go_on_address = "touch 'Continue'",
      .turn_pages = "turn all pages, confirm on the last",
      .finish = "hold to confirm",
      .open_domain = "touch 'Show full domain'" SKIPS_DOMAIN,
      .open_message = "touch 'Show full message'" SKIPS_FIELDS,
      .open_data = "touch 'Show all', read all of it, go back, confirm" },
    { .model = TREZOR_SAFE3,
      .capitals = true,
      .colon = ":",
      .columns = 18,
      .first_chars = 33,
      /* where no word stands in the middle, both buttons can mean the left one: cancel */
      .go_on = "press the right button (Confirm), not both",
      .go_on_address = "press the right button (Continue), not both",
      .turn_pages = "turn all pages, confirm on the last",
      .finish = "hold the right button",
      .open_domain = "press the right button (i)" SKIPS_DOMAIN,
      .open_message = "press the right button (i)" SKIPS_FIELDS,
      .open_data = "press the right button (i), read all of it, go back, press both (Confirm)" },
    { .model = TREZOR_SAFE5,
      .groups = true,
      .colon = "",
      .columns = 18,
      .first_chars = 51,
      .go_on = "tap to continue",
      .go_on_address = "tap to continue",
      .accept = "tap to continue; a tick follows: tap to confirm",
      .turn_pages = "tap through all pages; a tick follows: tap to confirm",
      .finish = "tap to continue, then hold to confirm",
      .open_domain = "choose 'Show full domain' in the menu (top right)" SKIPS_DOMAIN,
      .open_message = "choose 'Show full message' in the menu (top right)" SKIPS_FIELDS,
      .open_data =
          "choose 'View all data' in the menu (top right), read all of it, close it, go on" },
};

const struct core_face *core_face_of(const struct device_setup *s)
{
    const bool old = !device_version_at_least(&s->version, 2, 6, 0);
    size_t i = 0;

    while (i + 1 < sizeof(faces) / sizeof(faces[0]) &&
           (faces[i].model != s->model || (s->model == TREZOR_T && faces[i].old != old)))
        i++;
    return &faces[i];
}

/* --- pieces ----------------------------------------------------------------------------------- */

void core_heading(struct preview *p, const struct core_face *f, const char *heading)
{
    char text[24];
    size_t i = 0;

    for (; heading[i] != '\0' && i + 1 < sizeof(text); i++)
        text[i] = f->capitals ? (char)toupper((unsigned char)heading[i]) : heading[i];
    text[i] = '\0';
    preview_heading(p, text);
}

void core_row(struct preview *p, const struct core_face *f, const char *title, const char *text)
{
    struct buf lines, full;

    buf_init(&lines, LIMIT_PREVIEW_TEXT);
    buf_init(&full, 256);
    preview_add_columns(&lines, f->columns, text);
    buf_addf(&full, "%s%s", title, title[0] != '\0' ? f->colon : "");
    if (buf_ok(&lines) && buf_ok(&full))
        preview_row(p, NULL, buf_str(&full), buf_str(&lines));
    else
        p->failed = true;
    buf_clear(&full);
    buf_clear(&lines);
}

/* --- bytes ------------------------------------------------------------------------------------ */

/* Before 2.6.0: five lines with the description, or else two and the rest behind a button. */
static const struct preview_font old_line = { .line = 18 }, old_chunk = { .line = 16 };
#define OLD_LINES      5
#define OLD_PAGE_LINES 7

static void old_bytes(struct preview *p, const struct core_face *f, const char *title,
                      const char *hex)
{
    const size_t len = strlen(hex);
    struct buf first;

    if (preview_count_lines(&old_line, hex) + 1 <= OLD_LINES) {
        preview_row(p, len % 16 == 0 ? &old_chunk : &old_line, title, hex);
        return;
    }
    buf_init(&first, 64);
    (void)preview_add_lines(&first, &old_chunk, hex, 2);
    buf_add_str(&first, "...");
    preview_lines(p, title, buf_str(&first));
    preview_change(p, SCREEN_VALUE, f->open_data);
    preview_aside(p, &old_chunk, OLD_PAGE_LINES, "", hex, "Show all");
    buf_clear(&first);
}

void core_bytes(struct preview *p, const struct core_face *f, const char *title,
                const uint8_t *data, size_t len)
{
    struct buf hex;

    buf_init(&hex, LIMIT_PREVIEW_TEXT);
    preview_add_hex(&hex, HEX_LOWER, data, len);
    if (!buf_ok(&hex))
        p->failed = true;
    else if (f->old)
        old_bytes(p, f, title, buf_str(&hex));
    else
        core_row(p, f, title, buf_str(&hex));
    if (!f->old && 2 * len > (size_t)4 * f->columns)
        preview_change(p, SCREEN_VALUE, f->turn_pages);
    buf_clear(&hex);
}

/* --- typed data ------------------------------------------------------------------------------- */

static void add_string(struct preview *p, const struct core_face *f, const char *title,
                       const struct typed_member *m)
{
    struct core_face face = *f;
    struct buf text;

    if (f->old || f->capitals)
        face.columns = LIMIT_PREVIEW_TEXT; /* they break it between words */
    buf_init(&text, LIMIT_PREVIEW_TEXT);
    buf_add_untrusted(&text, (const char *)m->data, m->data_len);
    if (buf_ok(&text))
        core_row(p, &face, title, buf_str(&text));
    else
        p->failed = true;
    buf_clear(&text);
}

static void add_member(struct preview *p, const struct core_face *f, const char *name,
                       const struct typed_member *m)
{
    char title[64];

    (void)snprintf(title, sizeof(title), "%.24s (%s)", m->name, typed_member_type(m).s);
    preview_screen(p, SCREEN_VALUE,
                   m->kind == TYPED_ADDRESS || m->kind == TYPED_BYTES ? f->accept : NULL);
    core_heading(p, f, name);
    switch (m->kind) {
    case TYPED_UINT:
        core_row(p, f, title, u256_format(&m->number).s);
        return;
    case TYPED_ADDRESS:
        if (f->old)
            preview_row(p, &old_line, title, address_format(&m->address).s);
        else
            core_row(p, f, title, address_format(&m->address).s);
        return;
    case TYPED_BYTES:
        core_bytes(p, f, title, m->data, m->data_len);
        return;
    case TYPED_STRING:
        add_string(p, f, title, m);
        return;
    }
}

static void add_struct(struct preview *p, const struct core_face *f, const struct typed_struct *s)
{
    for (size_t i = 0; i < s->num_members; i++)
        add_member(p, f, s->name, &s->members[i]);
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

static void ask(struct preview *p, const struct core_face *f, const char *heading, const char *text,
                const char *press)
{
    preview_screen(p, SCREEN_PROMPT, press);
    core_heading(p, f, heading);
    preview_row(p, NULL, "", text);
}

static void ask_domain(struct preview *p, const struct core_face *f, const struct typed_struct *s)
{
    struct buf text;

    buf_init(&text, LIMIT_PREVIEW_TEXT);
    buf_add_str(&text, "Name and version\n");
    add_own_name(&text, s, "name");
    buf_add_str(&text, "\n");
    add_own_name(&text, s, "version");
    ask(p, f, "Confirm domain", buf_str(&text), f->open_domain);
    buf_clear(&text);
}

/* The list of names ends with dots where the screen does. */
static void ask_message(struct preview *p, const struct core_face *f, const struct typed_struct *s)
{
    struct buf text;

    buf_init(&text, 1024);
    buf_addf(&text, "%s\nContains %zu key%s\n", s->name, s->num_members,
             s->num_members == 1 ? "" : "s");
    for (size_t i = 0; i < s->num_members && i < 3; i++)
        buf_addf(&text, "%s%s", i > 0 ? ", " : "", s->members[i].name);
    if (s->num_members > 3)
        buf_add_str(&text, ", ...");
    ask(p, f, "Confirm message", buf_str(&text), f->open_message);
    buf_clear(&text);
}

static void add_signer(struct preview *p, const struct core_face *f, const struct address *signer)
{
    struct buf hex, text;

    buf_init(&hex, 128);
    buf_init(&text, 128);
    if (signer != NULL) {
        buf_add_str(&hex, "0x");
        preview_add_hex(&hex, HEX_LOWER, signer->b, sizeof(signer->b));
    } else {
        buf_add_str(&hex, PREVIEW_OWN_ADDRESS);
    }
    for (size_t i = 0; i < hex.len; i++) {
        if (f->groups && signer != NULL && i > 0 && i % 4 == 0)
            buf_add_str(&text, i % 16 == 0 ? "\n" : " ");
        buf_add(&text, &hex.data[i], 1);
    }
    preview_screen(p, SCREEN_VALUE, f->go_on);
    core_heading(p, f, "Signing address");
    if (f->groups || signer == NULL)
        preview_row(p, NULL, "", buf_str(&text));
    else
        core_row(p, f, "", buf_str(&text));
    buf_clear(&text);
    buf_clear(&hex);
}

static void add_hash(struct preview *p, const struct core_face *f, const struct typed_struct *s)
{
    struct hash32 hash;
    struct buf text;

    typed_struct_hash(&hash, s);
    buf_init(&text, 128);
    preview_add_hash(&text, HEX_LOWER, &hash);
    preview_screen(p, SCREEN_VALUE, f->go_on);
    core_heading(p, f, "Confirm message hash");
    core_row(p, f, "", buf_str(&text));
    buf_clear(&text);
}

/* Values over 1024 bytes were refused before 2.6.0. */
static enum err check_limits(struct diag *d, const struct preview *p, const struct core_face *f,
                             const struct typed_struct *s)
{
    const struct device_version *v = &p->setup.version;

    if (!device_version_at_least(v, 2, 4, 3))
        return diag_set(d, ERR_UNSUPPORTED,
                        "firmware %u.%u.%u signs no typed data: 2.4.3 or later does", v->major,
                        v->minor, v->patch);
    for (size_t i = 0; f->old && i < s->num_members; i++) {
        const struct typed_member *m = &s->members[i];

        if ((m->kind == TYPED_BYTES || m->kind == TYPED_STRING) && m->data_len > 1024)
            return diag_set(d, ERR_UNSUPPORTED,
                            "'%s' has %zu bytes: firmware %u.%u.%u takes up to 1024, 2.6.0 and "
                            "later any number",
                            m->name, m->data_len, v->major, v->minor, v->patch);
    }
    return OK;
}

static bool has_bytes(const struct typed_struct *s)
{
    for (size_t i = 0; i < s->num_members; i++) {
        if (s->members[i].kind == TYPED_BYTES)
            return true;
    }
    return false;
}

enum err preview_core_typed(struct diag *d, struct preview *p, const struct typed_data *typed,
                            const struct address *signer)
{
    const struct core_face *f = core_face_of(&p->setup);
    const bool has_hash = device_version_at_least(&p->setup.version, 2, 9, 1);
    enum err e = check_limits(d, p, f, &typed->message);

    p->mode = PREVIEW_FIELDS;
    if (e != OK)
        return e;
    if (!f->old)
        add_signer(p, f, signer);
    ask_domain(p, f, &typed->domain);
    add_struct(p, f, &typed->domain);
    ask_message(p, f, &typed->message);
    add_struct(p, f, &typed->message);
    if (has_hash)
        add_hash(p, f, &typed->message);
    preview_screen(p, SCREEN_FINAL, f->finish);
    core_heading(p, f, "Confirm typed data");
    preview_row(p, NULL, "", "Really sign EIP-712 typed data?");
    preview_note(p, "%s is on no screen%s", preview_digest_name(typed),
                 has_hash ? "" : ", and neither is the domain hash or the message hash");
    if (has_bytes(&typed->message))
        preview_note(p, "bytes are shown without 0x; 'data (bytes)' with nothing below it is "
                        "empty");
    if (f->old || f->capitals)
        preview_note(p, "a number that takes two lines has a hyphen where it is broken");
    return OK;
}
