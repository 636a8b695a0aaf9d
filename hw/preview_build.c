// SPDX-License-Identifier: Apache-2.0
#include "hw/preview_build.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/term.h"

/* --- lines ------------------------------------------------------------------------------------ */

static unsigned char_width(const struct preview_font *font, char c)
{
    if (font->widths == NULL)
        return 1;
    return c < 0x20 || c > 0x7e ? 0 : font->widths[c - 0x20];
}

size_t preview_line_length(const struct preview_font *font, const char *text)
{
    size_t n = 0, word = 0;
    unsigned width = 0;

    for (; text[n] != '\0'; n++) {
        width += char_width(font, text[n]);
        if (width > font->line && n > 0)
            return word > 0 ? word : n;
        if (font->widths != NULL && !font->anywhere && strchr(" -_", text[n]) != NULL)
            word = n + 1;
    }
    return n;
}

size_t preview_count_lines(const struct preview_font *font, const char *text)
{
    size_t n = 0;

    for (; *text != '\0'; n++)
        text += preview_line_length(font, text);
    return n;
}

size_t preview_add_lines(struct buf *out, const struct preview_font *font, const char *text,
                         unsigned max_lines)
{
    size_t at = 0;

    for (unsigned i = 0; text[at] != '\0' && (max_lines == 0 || i < max_lines); i++) {
        size_t n = preview_line_length(font, text + at);

        if (i > 0)
            buf_add_str(out, "\n");
        buf_add(out, text + at, n);
        at += n;
    }
    return at;
}

void preview_add_columns(struct buf *out, unsigned columns, const char *text)
{
    const struct preview_font font = { .line = columns };

    (void)preview_add_lines(out, &font, text, 0);
}

/* --- screens ---------------------------------------------------------------------------------- */

/* Room for one more; sizes double. NULL (and failed) if there is none. */
static void *grow(struct preview *p, void *items, size_t num, size_t size)
{
    void *more = items;

    if (p->failed || num >= LIMIT_PREVIEW_SCREENS) {
        p->failed = true;
        return NULL;
    }
    if ((num & (num - 1)) == 0)
        more = realloc(items, (num == 0 ? 1 : 2 * num) * size);
    p->failed = more == NULL;
    return more;
}

void preview_screen(struct preview *p, enum preview_kind kind, const char *press)
{
    struct preview_screen *more = grow(p, p->screens, p->num_screens, sizeof(*more));

    if (more == NULL)
        return;
    p->screens = more;
    more[p->num_screens++] =
        (struct preview_screen){ .kind = kind, .first_row = p->num_rows, .press = press };
}

static void add_row(struct preview *p, const char *title, const char *text, bool broken)
{
    struct preview_row *more = grow(p, p->rows, p->num_rows, sizeof(*more));
    struct preview_row row = { .broken = broken };

    assert(p->num_screens > 0);
    if (more == NULL)
        return;
    p->rows = more;
    (void)snprintf(row.title, sizeof(row.title), "%s", title);
    if ((row.text = bytes_dup(text, strlen(text) + 1)) == NULL) {
        p->failed = true;
        return;
    }
    more[p->num_rows++] = row;
    p->screens[p->num_screens - 1].num_rows++;
}

void preview_row(struct preview *p, const struct preview_font *font, const char *title,
                 const char *text)
{
    struct buf lines;

    if (p->failed)
        return;
    if (font == NULL) {
        add_row(p, title, text, false);
        return;
    }
    buf_init(&lines, LIMIT_PREVIEW_TEXT);
    (void)preview_add_lines(&lines, font, text, 0);
    if (buf_ok(&lines))
        add_row(p, title, buf_str(&lines), true);
    else
        p->failed = true;
    buf_clear(&lines);
}

void preview_lines(struct preview *p, const char *title, const char *text)
{
    if (!p->failed)
        add_row(p, title, text, true);
}

void preview_heading(struct preview *p, const char *heading)
{
    if (p->failed)
        return;
    assert(p->num_screens > 0);
    (void)snprintf(p->screens[p->num_screens - 1].heading,
                   sizeof(p->screens[p->num_screens - 1].heading), "%s", heading);
}

void preview_change(struct preview *p, enum preview_kind kind, const char *press)
{
    if (p->failed)
        return;
    assert(p->num_screens > 0);
    p->screens[p->num_screens - 1].kind = kind;
    p->screens[p->num_screens - 1].press = press;
}

void preview_foot(struct preview *p, const char *fmt, ...)
{
    va_list ap;

    if (p->failed)
        return;
    assert(p->num_screens > 0);
    va_start(ap, fmt);
    (void)vsnprintf(p->screens[p->num_screens - 1].foot,
                    sizeof(p->screens[p->num_screens - 1].foot), fmt, ap);
    va_end(ap);
}

void preview_words(struct preview *p, enum preview_kind kind, const char *title, const char *text,
                   const char *press)
{
    preview_screen(p, kind, press);
    preview_row(p, NULL, title, text);
}

/* One page of text; returns how much of it. */
static size_t add_page(struct preview *p, const struct preview_font *font, unsigned lines,
                       const char *title, const char *text)
{
    struct buf page;
    size_t n = 0;

    buf_init(&page, LIMIT_PREVIEW_TEXT);
    n = preview_add_lines(&page, font, text, lines);
    preview_screen(p, SCREEN_VALUE, NULL);
    if (buf_ok(&page))
        preview_lines(p, title, buf_str(&page));
    else
        p->failed = true;
    buf_clear(&page);
    return n;
}

static size_t count_pages(const struct preview_font *font, unsigned lines, const char *text)
{
    const size_t n = preview_count_lines(font, text);

    return n == 0 ? 1 : (n + lines - 1) / lines;
}

void preview_pages(struct preview *p, const struct preview_font *font, unsigned lines,
                   const char *title, const char *text)
{
    const size_t num = count_pages(font, lines, text);

    for (size_t i = 0; i < num && !p->failed; i++) {
        struct buf numbered;

        buf_init(&numbered, 128);
        buf_add_str(&numbered, title);
        if (num > 1)
            buf_addf(&numbered, " (%zu/%zu)", i + 1, num);
        p->failed = !buf_ok(&numbered);
        text += add_page(p, font, lines, buf_str(&numbered), text);
        buf_clear(&numbered);
    }
}

void preview_aside(struct preview *p, const struct preview_font *font, unsigned lines,
                   const char *title, const char *text, const char *button)
{
    const size_t num = count_pages(font, lines, text);

    for (size_t i = 0; i < num && !p->failed; i++) {
        struct preview_screen *s = NULL;

        text += add_page(p, font, lines, title, text);
        s = p->failed ? NULL : &p->screens[p->num_screens - 1];
        if (s != NULL)
            (void)snprintf(s->aside, sizeof(s->aside), "behind '%.12s', page %u of %u", button,
                           (unsigned)(i + 1), (unsigned)num);
    }
}

/* --- pairs ------------------------------------------------------------------------------------ */

void preview_pairs_add(struct preview_pairs *pairs, const char *title, const char *text)
{
    char *copy = bytes_dup(text, strlen(text) + 1);

    assert(pairs->num_items < PREVIEW_MAX_PAIRS);
    if (copy == NULL)
        pairs->failed = true;
    else
        pairs->items[pairs->num_items++] = (struct preview_pair){ .title = title, .text = copy };
}

void preview_pairs_clear(struct preview_pairs *pairs)
{
    for (size_t i = 0; i < pairs->num_items; i++)
        free(pairs->items[i].text);
    *pairs = (struct preview_pairs){ 0 };
}

void preview_note(struct preview *p, const char *fmt, ...)
{
    char line[512];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(line, sizeof(line), fmt, ap);
    va_end(ap);
    buf_addf(&p->notes, "%s\n", line);
}

const char *preview_digest_name(const struct typed_data *typed)
{
    return strcmp(typed->message.name, "SafeTx") == 0 ? "the SafeTx hash"
                                                      : "the hash that is signed";
}

/* --- values ----------------------------------------------------------------------------------- */

void preview_add_hex(struct buf *out, enum preview_hex digits, const uint8_t *data, size_t data_len)
{
    for (size_t i = 0; i < data_len; i++)
        buf_addf(out, digits == HEX_UPPER ? "%02X" : "%02x", data[i]);
}

void preview_add_hash(struct buf *out, enum preview_hex digits, const struct hash32 *hash)
{
    buf_add_str(out, "0x");
    preview_add_hex(out, digits, hash->b, sizeof(hash->b));
}
