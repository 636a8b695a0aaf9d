// SPDX-License-Identifier: Apache-2.0
#include "src/cli/preview_html.h"

#include <string.h>

#include "src/base/html.h"

/* Two buttons: wide and dark. Touch: tall, light on Ledgers, dark on Trezors. */
const char preview_html_style[] =
    ".strip{display:flex;flex-wrap:wrap;gap:1em;margin:1em 0;padding:0;list-style:none;"
    "align-items:flex-start}\n"
    ".strip li{margin:0}.strip p{margin:.2em 0 0;font-size:.8em;max-width:17em}\n"
    ".screen{box-sizing:border-box;border:3px solid #555;border-radius:.5em;padding:.5em;"
    "font:13px/1.35 monospace;white-space:pre-wrap;overflow-wrap:anywhere}\n"
    ".screen b{display:block}.screen i{display:block;font-style:normal;text-align:right}\n"
    ".wide{width:15em;min-height:7em;background:#111;color:#fff}\n"
    ".tall{width:16em;min-height:19em;background:#fff;color:#000;border-radius:1em}\n"
    ".square{width:16em;min-height:16em;background:#111;color:#fff;border-radius:1em}\n"
    ".long{max-height:24em;overflow:auto}\n";

static const char *shape_of(enum device_model model)
{
    switch (model) {
    case LEDGER_STAX:
    case LEDGER_FLEX:
    case LEDGER_APEX:
        return "tall";
    case TREZOR_T:
    case TREZOR_SAFE5:
        return "square";
    default:
        return "wide";
    }
}

static void add_rows(struct buf *out, const struct preview *p, const struct preview_screen *s)
{
    for (size_t i = 0; i < s->num_rows; i++) {
        const struct preview_row *row = &p->rows[s->first_row + i];

        if (row->title[0] != '\0') {
            buf_add_str(out, "<b>");
            buf_add_html(out, row->title);
            buf_add_str(out, "</b>");
        }
        buf_add_html(out, row->text);
        if (i + 1 < s->num_rows && row->text[0] != '\0')
            buf_add_str(out, "\n");
    }
}

static void add_caption(struct buf *out, const char *text)
{
    if (text == NULL || text[0] == '\0')
        return;
    buf_add_str(out, "<p>");
    buf_add_html(out, text);
    buf_add_str(out, "</p>");
}

static void add_screen(struct buf *out, const struct preview *p, const struct preview_screen *s,
                       size_t number)
{
    buf_addf(out, "<li><div class=\"screen %s long\">", shape_of(p->setup.model));
    if (s->heading[0] != '\0') {
        buf_add_str(out, "<b>");
        buf_add_html(out, s->heading);
        buf_add_str(out, "</b>");
    }
    add_rows(out, p, s);
    if (s->foot[0] != '\0') {
        buf_add_str(out, "<i>");
        buf_add_html(out, s->foot);
        buf_add_str(out, "</i>");
    }
    buf_addf(out, "</div><p>%zu</p>", number);
    add_caption(out, s->aside);
    add_caption(out, s->press);
    buf_add_str(out, "</li>\n");
}

static void add_notes(struct buf *out, const struct preview *p)
{
    const char *at = buf_str(&p->notes);

    buf_add_str(out, "<ul>\n");
    while (*at != '\0') {
        size_t n = strcspn(at, "\n");
        struct buf line;

        buf_init(&line, 1024);
        buf_add(&line, at, n);
        buf_add_str(out, "<li>");
        buf_add_html(out, buf_str(&line));
        buf_add_str(out, "</li>\n");
        buf_clear(&line);
        at += n + 1;
    }
    buf_add_str(out, "</ul>\n");
}

static void add_title(struct buf *out, const struct preview *p)
{
    struct buf text;

    buf_init(&text, 512);
    preview_device(&text, p);
    buf_addf(&text, ": %s", preview_mode_name(p->mode));
    buf_add_str(out, "<h3>");
    buf_add_html(out, buf_str(&text));
    buf_add_str(out, "</h3>\n<p>");
    buf_clear(&text);
    buf_init(&text, 512);
    preview_settings(&text, p);
    buf_addf(&text, "%s%s", text.len > 0 ? "; " : "", buf_str(&p->basis_text));
    buf_add_html(out, buf_str(&text));
    buf_add_str(out, "</p>\n");
    buf_clear(&text);
}

/* Comes back between the pictures: in words once, as in the text. */
static void add_step(struct buf *out, const struct preview *p)
{
    for (size_t i = 0; i < p->num_screens; i++) {
        const struct preview_screen *s = &p->screens[i];

        if (s->kind != SCREEN_STEP)
            continue;
        buf_add_str(out, "<p>After each value: ");
        buf_add_html(out, p->rows[s->first_row].text);
        buf_add_str(out, ": ");
        buf_add_html(out, s->press != NULL ? s->press : "go on");
        buf_add_str(out, "</p>\n");
        return;
    }
}

void preview_html(struct buf *out, const struct preview *p)
{
    size_t number = 0;

    add_title(out, p);
    buf_add_str(out, "<ol class=\"strip\">\n");
    for (size_t i = 0; i < p->num_screens; i++) {
        if (p->screens[i].kind != SCREEN_STEP)
            add_screen(out, p, &p->screens[i], ++number);
    }
    buf_add_str(out, "</ol>\n");
    add_step(out, p);
    add_notes(out, p);
}

void preview_html_page(struct buf *out, const struct buf *body)
{
    buf_add_str(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                     "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                     "style-src 'unsafe-inline'\">\n<title>countersign device preview</title>\n"
                     "<style>\nbody{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto;"
                     "padding:0 1em}\n");
    buf_add_str(out, preview_html_style);
    buf_add_str(out, "</style>\n</head>\n<body>\n<h1>What a device shows</h1>\n");
    buf_add(out, body->data, body->len);
    buf_add_str(out, "</body>\n</html>\n");
}
