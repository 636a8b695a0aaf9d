// SPDX-License-Identifier: Apache-2.0
#ifndef HW_PREVIEW_BUILD_H
#define HW_PREVIEW_BUILD_H

#include "hw/preview.h"
#include "src/base/eth_tx.h"

/* For the files hw/preview*.c alone: adding screens, and values as devices spell them. */

/* A font as far as line breaks need it. Source: the vendor's font tables. */
struct preview_font {
    const uint8_t *widths; /* of 0x20 to 0x7e in pixels; NULL: one for each character */
    unsigned line;         /* pixels of a line */
    bool anywhere;         /* breaks words, too; without widths it always does */
};
/* How many characters fit into the first line of text; at least 1 of a text that is not empty. */
size_t preview_line_length(const struct preview_font *font, const char *text);
size_t preview_count_lines(const struct preview_font *font, const char *text);
/* Up to max_lines lines (0: all), divided by \n; returns how much of text they are. */
size_t preview_add_lines(struct buf *out, const struct preview_font *font, const char *text,
                         unsigned max_lines);

/* The same with so many characters a line. */
void preview_add_columns(struct buf *out, unsigned columns, const char *text);

/* A new screen, and what stands on it. font NULL: line breaks are not known. */
void preview_screen(struct preview *p, enum preview_kind kind, const char *press);
void preview_row(struct preview *p, const struct preview_font *font, const char *title,
                 const char *text);
/* What the last screen has as heading over its rows: "SafeTx" over "to (address)". */
void preview_heading(struct preview *p, const char *heading);
/* The same with line breaks of its own in text. */
void preview_lines(struct preview *p, const char *title, const char *text);
/* Of the last screen. */
void preview_change(struct preview *p, enum preview_kind kind, const char *press);
void preview_foot(struct preview *p, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Words of the device, alone on a screen. */
void preview_words(struct preview *p, enum preview_kind kind, const char *title, const char *text,
                   const char *press);
/* On as many screens as it takes with `lines` lines each, "title (1/2)" if there are several. */
void preview_pages(struct preview *p, const struct preview_font *font, unsigned lines,
                   const char *title, const char *text);
/* The same behind a button of the last screen, which they are no part of; the title stays as it is,
 * "" for none. */
void preview_aside(struct preview *p, const struct preview_font *font, unsigned lines,
                   const char *title, const char *text, const char *button);
void preview_note(struct preview *p, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* What is signed in the end: "the SafeTx hash", or for something else "the hash that is signed". */
const char *preview_digest_name(const struct typed_data *typed);

/* Stands for an address that is not known here. */
#define PREVIEW_OWN_ADDRESS "(the address of your account)"

/* A network as the devices know it by themselves: all NULL if they do not. */
struct preview_network {
    uint64_t chain_id;
    const char *ledger_name, *ledger_unit;
    const char *one_unit;                  /* Trezor One */
    const char *old_core_unit, *core_unit; /* core models before 2.6.0, and since */
};
const struct preview_network *preview_network_of(const struct u256 *chain_id);
/* Of a Trezor: what it leaves out, and what it may know better. It shows max_data bytes. */
void preview_note_trezor_tx(struct preview *p, const struct eth_tx *tx, size_t max_data);
/* value / 10^decimals, without zeros at the end; group: commas in the integer part. */
void preview_add_decimal(struct buf *out, const struct u256 *value, size_t decimals, bool group);
/* Under 10^9 wei: Trezors write wei. */
bool preview_is_dust(const struct u256 *value);
/* The most that fees can be; ERR_LIMIT if that overflows. */
MUST_CHECK enum err preview_max_cost(struct diag *d, struct u256 *out, const struct eth_tx *tx);

enum preview_hex { HEX_LOWER, HEX_UPPER };
void preview_add_hex(struct buf *out, enum preview_hex digits, const uint8_t *data,
                     size_t data_len);
/* 0x and the digits. */
void preview_add_hash(struct buf *out, enum preview_hex digits, const struct hash32 *hash);

/* The vendors' parts; out is ready, the model is theirs. */
MUST_CHECK enum err preview_ledger_typed(struct diag *d, struct preview *p,
                                         const struct typed_data *typed);
MUST_CHECK enum err preview_ledger_tx(struct diag *d, struct preview *p, const struct eth_tx *tx,
                                      const struct address *signer);
/* Trezor One. */
MUST_CHECK enum err preview_one_typed(struct diag *d, struct preview *p,
                                      const struct typed_data *typed, const struct address *signer);
MUST_CHECK enum err preview_one_tx(struct diag *d, struct preview *p, const struct eth_tx *tx);
/* The other Trezors. */
MUST_CHECK enum err preview_core_typed(struct diag *d, struct preview *p,
                                       const struct typed_data *typed,
                                       const struct address *signer);
MUST_CHECK enum err preview_core_tx(struct diag *d, struct preview *p, const struct eth_tx *tx);

/* Stax, Flex and Nano Gen5 put several values on a page. */
struct preview_pair {
    const char *title;
    char *text;      /* owned */
    bool page_start; /* begins a new page */
};
#define PREVIEW_MAX_PAIRS 24
struct preview_pairs {
    struct preview_pair items[PREVIEW_MAX_PAIRS];
    size_t num_items;
    bool failed;
};
/* text is copied. */
void preview_pairs_add(struct preview_pairs *pairs, const char *title, const char *text);
void preview_pairs_clear(struct preview_pairs *pairs);
/* The screens around the pairs. */
struct preview_review {
    const char *title;                  /* "Review typed message" */
    const char *nano_end, *touch_end;   /* what the last screen says */
    const char *old_end, *old_risk_end; /* the same before 1.18.0, if blind signing is not warned
                                         * of and if it is */
    bool blind;                         /* warns of blind signing */
    bool skippable;                     /* offers to skip the rest */
    bool streamed; /* shown while it is sent: touch screens do not count pages */
};

/*
 * Value screens as the model breaks and groups them; the first screen is there already and gets its
 * foot. Returns the number of pages that a touch screen counts, the last one included; else 0.
 */
size_t preview_ledger_pairs(struct preview *p, const struct preview_pairs *pairs,
                            const struct preview_review *review);

void preview_ledger_review(struct preview *p, const struct preview_pairs *pairs,
                           const struct preview_review *review);
/* Refuses: blind signing is off. raw_helps: Raw messages would do, too. */
void preview_ledger_refusal(struct preview *p, bool raw_helps);

/* Nano S and apps before 1.10.0 know no other way; so does --hash-mode. */
bool preview_ledger_hashes(const struct device_setup *setup);
/* Domain hash and Message hash follow the fields. */
bool preview_ledger_adds_hashes(const struct device_setup *setup);
/* Nano S, and the others with two buttons before app 1.18.0: other screens. */
bool preview_ledger_is_old(const struct device_setup *setup);
/*
 * A Nano asks after each value whether to skip the rest of raw messages; the setting 'Transaction
 * hash' shows the message hash once, not twice; the unit stands behind an amount.
 * Source: the app's change log.
 */
bool preview_ledger_is_since_1_20(const struct device_setup *setup);
void preview_old_nano_pairs(struct preview *p, const struct preview_pairs *pairs);
/* Stax, Flex and Nano Gen5. */
bool preview_ledger_touch(enum device_model model);

#endif
