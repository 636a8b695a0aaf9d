// SPDX-License-Identifier: Apache-2.0
#include "hw/preview_build.h"
#include "src/base/limits.h"

/*
 * How the Ethereum app since 1.18.0 divides values into lines and screens.
 * Source: Ledger's secure SDK v25.12.3, lib_nbgl: fonts, nbgl_fonts.c, nbgl_use_case.c,
 * nbgl_use_case_nanos.c. Widths are of 0x20 to 0x7e, in pixels, less the font's kerning.
 */

static const uint8_t open_sans_11[] = {
    3, 3, 4, 7, 6, 9,  9, 2,  3,  3, 6, 6, 3, 4, 3, 4, 6, 6, 6, 6, 8, 6,  6, 6,
    6, 6, 3, 3, 6, 6,  6, 5,  10, 7, 7, 7, 8, 6, 6, 8, 8, 3, 3, 7, 6, 10, 8, 9,
    7, 9, 7, 6, 7, 8,  7, 10, 7,  6, 6, 4, 4, 4, 6, 5, 6, 6, 7, 5, 7, 6,  5, 6,
    7, 3, 3, 6, 3, 10, 7, 7,  7,  7, 4, 5, 4, 7, 6, 9, 6, 6, 5, 4, 6, 4,  6
};
static const uint8_t inter_32[] = { 8,  9,  13, 20, 21, 27, 21, 7,  12, 12, 17, 21, 9,  15, 9,  12,
                                    21, 15, 20, 21, 21, 20, 20, 19, 20, 20, 9,  9,  21, 21, 21, 17,
                                    31, 22, 21, 24, 23, 19, 19, 24, 24, 15, 18, 21, 18, 29, 24, 25,
                                    20, 25, 21, 21, 21, 24, 22, 31, 21, 22, 20, 12, 12, 12, 15, 15,
                                    16, 18, 20, 18, 20, 19, 12, 20, 19, 8,  8,  18, 9,  28, 19, 19,
                                    20, 20, 12, 17, 12, 19, 18, 26, 18, 18, 18, 12, 11, 12, 21 };
static const uint8_t inter_36[] = { 10, 11, 14, 23, 23, 30, 23, 8,  14, 14, 19, 24, 10, 17, 10, 13,
                                    23, 17, 22, 23, 24, 22, 23, 21, 23, 23, 10, 10, 24, 24, 24, 19,
                                    35, 25, 24, 26, 26, 22, 21, 27, 27, 16, 20, 24, 20, 32, 27, 28,
                                    23, 28, 23, 23, 23, 27, 25, 35, 24, 25, 23, 14, 13, 14, 17, 17,
                                    18, 21, 23, 20, 23, 21, 13, 22, 22, 9,  9,  20, 10, 32, 22, 22,
                                    22, 22, 14, 19, 13, 21, 20, 30, 20, 20, 20, 14, 12, 14, 24 };
static const uint8_t nano_display_24[] = {
    6,  7,  13, 15, 16, 24, 16, 8,  9,  9,  13, 16, 8,  11, 8,  9,  16, 10, 15, 15, 16, 15, 15, 14,
    15, 15, 8,  8,  16, 16, 16, 13, 24, 17, 16, 18, 17, 15, 14, 17, 18, 11, 14, 17, 14, 22, 18, 18,
    15, 19, 16, 16, 15, 18, 17, 25, 17, 17, 16, 9,  9,  9,  12, 11, 8,  14, 15, 14, 15, 14, 9,  15,
    15, 5,  6,  14, 7,  21, 15, 15, 15, 15, 10, 13, 8,  15, 14, 20, 14, 14, 14, 11, 9,  11, 16
};
static const uint8_t inter_bold_24[] = {
    6,  7,  10, 15, 16, 20, 16, 5,  9,  9,  13, 16, 7,  11, 7,  9,  16, 12, 15, 16, 16, 15, 16, 14,
    16, 16, 7,  7,  16, 16, 16, 13, 24, 17, 16, 18, 17, 15, 14, 18, 18, 11, 13, 16, 14, 22, 18, 19,
    15, 19, 16, 16, 16, 18, 17, 24, 17, 17, 16, 9,  9,  9,  12, 11, 12, 14, 15, 14, 15, 14, 9,  15,
    15, 6,  6,  14, 7,  22, 15, 15, 15, 15, 10, 13, 9,  15, 14, 20, 14, 14, 13, 9,  9,  9,  16
};
static const uint8_t inter_bold_28[] = {
    7,  9,  11, 18, 18, 24, 19, 6,  11, 11, 15, 19, 8,  13, 8,  11, 19, 13, 17, 18, 19, 18, 18, 16,
    18, 18, 8,  8,  19, 19, 19, 15, 28, 20, 18, 21, 20, 17, 16, 21, 21, 13, 16, 19, 16, 25, 21, 22,
    18, 22, 18, 18, 18, 21, 20, 28, 19, 20, 18, 11, 11, 11, 13, 13, 14, 16, 18, 16, 18, 17, 11, 18,
    17, 7,  7,  16, 8,  25, 17, 17, 17, 17, 11, 15, 11, 17, 16, 23, 16, 16, 16, 11, 10, 11, 19
};
static const uint8_t nano_text_bold_18[] = {
    5,  5,  10, 12, 12, 20, 12, 6,  7,  7,  10, 11, 6,  8,  6,  7,  12, 8,  11, 12, 12, 12, 12, 10,
    12, 12, 6,  6,  12, 11, 12, 10, 18, 13, 12, 13, 13, 11, 11, 14, 13, 9,  12, 13, 10, 17, 14, 14,
    12, 14, 12, 12, 11, 13, 13, 21, 13, 13, 12, 8,  7,  8,  9,  9,  7,  11, 12, 12, 11, 12, 7,  12,
    11, 5,  5,  11, 6,  17, 11, 12, 11, 11, 8,  10, 7,  11, 11, 15, 11, 11, 10, 8,  7,  8,  12
};

/* --- Nano ------------------------------------------------------------------------------------- */

/* 128x64: a title and three lines. */
static const struct preview_font nano = { .widths = open_sans_11, .line = 114 };
#define NANO_LINES 3

static void nano_pairs(struct preview *p, const struct preview_pairs *pairs, bool skippable)
{
    for (size_t i = 0; i < pairs->num_items; i++) {
        preview_pages(p, &nano, NANO_LINES, pairs->items[i].title, pairs->items[i].text);
        if (skippable && i + 1 < pairs->num_items)
            preview_words(p, SCREEN_STEP, "",
                          "Press right button to continue message or press both to skip",
                          "press right");
    }
}

/* Nano S: 128x32, one line below the title. Nano S Plus and Nano X: not known. */
void preview_old_nano_pairs(struct preview *p, const struct preview_pairs *pairs)
{
    for (size_t i = 0; i < pairs->num_items; i++) {
        if (p->setup.model == LEDGER_NANO_S)
            preview_pages(p, &nano, 1, pairs->items[i].title, pairs->items[i].text);
        else {
            preview_screen(p, SCREEN_VALUE, NULL);
            preview_row(p, NULL, pairs->items[i].title, pairs->items[i].text);
        }
    }
}

/* --- Stax, Flex, Nano Gen5 -------------------------------------------------------------------- */

struct touch {
    enum device_model model;
    struct preview_font value, more; /* more: on the pages behind 'More' */
    unsigned height, skip_height;    /* for values; lost to the 'Skip' button */
    unsigned top, between;           /* margins */
    unsigned title_line, value_line;
    unsigned max_lines, short_lines; /* of a value; of one that has a 'More' button */
    unsigned more_lines;             /* of a page behind it */
};

static const struct touch touches[] = {
    { LEDGER_STAX,
      { inter_32, 352, false },
      { inter_bold_24, 352, false },
      548,
      56,
      24,
      12,
      32,
      40,
      10,
      7,
      12 },
    { LEDGER_FLEX,
      { inter_36, 416, false },
      { inter_bold_28, 416, false },
      464,
      56,
      0,
      24,
      36,
      40,
      9,
      6,
      11 },
    { LEDGER_APEX,
      { nano_display_24, 268, false },
      { nano_text_bold_18, 268, false },
      316,
      36,
      0,
      16,
      22,
      28,
      9,
      6,
      11 },
};

/* Words stay whole since 1.20.0. */
static struct touch touch_of(const struct device_setup *setup)
{
    struct touch t;
    size_t i = 0;

    while (i + 1 < sizeof(touches) / sizeof(touches[0]) && touches[i].model != setup->model)
        i++;
    t = touches[i];
    t.value.anywhere = !device_version_at_least(&setup->version, 1, 20, 0);
    return t;
}

static unsigned pair_height(const struct touch *t, const struct preview_pair *pair)
{
    return t->title_line + 4 + t->value_line * (unsigned)preview_count_lines(&t->value, pair->text);
}

static bool is_too_long(const struct touch *t, const struct preview_pair *pair, unsigned height)
{
    return preview_count_lines(&t->value, pair->text) > t->max_lines ||
           t->top + pair_height(t, pair) >= height;
}

/* How many of the pairs from first on share a page. */
static size_t count_on_page(const struct touch *t, const struct preview_pairs *pairs, size_t first,
                            unsigned height)
{
    unsigned used = t->top;
    size_t n = 0;

    for (size_t i = first; i < pairs->num_items; i++) {
        const struct preview_pair *pair = &pairs->items[i];

        if (n > 0 && (pair->page_start || is_too_long(t, pair, height)))
            break;
        used += (n > 0 ? t->between : 0) + pair_height(t, pair);
        if (n > 0 && used >= height)
            break;
        n++;
        if (is_too_long(t, pair, height))
            break;
    }
    return n;
}

/* The beginning, and the whole behind 'More'. */
static void add_long(struct preview *p, const struct touch *t, const struct preview_pair *pair)
{
    struct buf text;

    preview_screen(p, SCREEN_VALUE, "tap 'More', read all of it, close it, go on");
    buf_init(&text, LIMIT_PREVIEW_TEXT);
    (void)preview_add_lines(&text, &t->value, pair->text, t->short_lines);
    text.len = text.len > 3 ? text.len - 3 : 0;
    buf_add_str(&text, "...");
    if (buf_ok(&text))
        preview_lines(p, pair->title, buf_str(&text));
    else
        p->failed = true;
    buf_clear(&text);
}

static size_t count_pages(const struct touch *t, const struct preview_pairs *pairs, unsigned height)
{
    size_t n = 0;

    for (size_t i = 0; i < pairs->num_items; n++)
        i += count_on_page(t, pairs, i, height);
    return n;
}

static void touch_page(struct preview *p, const struct touch *t, const struct preview_pair *pairs,
                       size_t num)
{
    preview_screen(p, SCREEN_VALUE, NULL);
    for (size_t i = 0; i < num; i++)
        preview_row(p, &t->value, pairs[i].title, pairs[i].text);
}

static size_t touch_pairs(struct preview *p, const struct preview_pairs *pairs,
                          const struct preview_review *r)
{
    const struct touch t = touch_of(&p->setup);
    const unsigned height = t.height - (r->skippable || r->streamed ? t.skip_height : 0);
    const size_t num_pages = count_pages(&t, pairs, height) + 2;
    size_t page = 1, n = 0;

    if (!r->streamed)
        preview_foot(p, "%zu of %zu", page, num_pages);
    for (size_t i = 0; i < pairs->num_items; i += n) {
        const bool is_long = is_too_long(&t, &pairs->items[i], height);

        n = count_on_page(&t, pairs, i, height);
        if (is_long)
            add_long(p, &t, &pairs->items[i]);
        else
            touch_page(p, &t, &pairs->items[i], n);
        if (!r->streamed)
            preview_foot(p, "%zu of %zu", ++page, num_pages);
        if (is_long)
            preview_aside(p, &t.more, t.more_lines, pairs->items[i].title, pairs->items[i].text,
                          "More");
    }
    return r->streamed ? 0 : num_pages;
}

size_t preview_ledger_pairs(struct preview *p, const struct preview_pairs *pairs,
                            const struct preview_review *review)
{
    if (preview_ledger_touch(p->setup.model))
        return touch_pairs(p, pairs, review);
    nano_pairs(p, pairs, review->skippable);
    return 0;
}
