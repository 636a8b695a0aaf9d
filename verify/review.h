// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_REVIEW_H
#define VERIFY_REVIEW_H

#include "verify/checks.h"

/*
 * What a person is asked to agree to, on one page: the answer in words, what happens, the values
 * that a device shows, the checks. `verify` prints all of it; `sign` before it asks.
 */

/* "YES", "NO" or "COULD NOT TELL". */
const char *review_answer(const struct report *r);
/* Why, in one sentence. */
void review_reason(struct buf *out, const struct report *r);
/* Both, printed. */
void review_print_answer(const struct report *r);

/* What is signed: one sentence for each call, the images in the evidence, the ten fields, the three
 * hashes as devices show them, the operation. */
void review_print(const struct subject *s);

/* The parts of that for another layout. Names and values are escaped. */
struct review_rows {
    void (*add)(void *context, const char *name, const char *value);
    void *context;
};
/* "chain", "Safe", "to" and so on, with their values as text. */
void review_each_row(const struct subject *s, const struct review_rows *rows);
/* "profile", "file", "program", "time", with hashes: by whose rules and about which bytes the
 * report speaks. */
void review_each_source(const struct subject *s, const struct review_rows *rows);
/* The same as members "profile", "file", "version" and "verifiedAt". */
struct json;
void review_source_json(struct json *j, const struct subject *s);
/* Service and image: what runs, by the evidence; compose.* says whether to believe it. */
void review_each_image(const struct subject *s, const struct review_rows *rows);

/* The app-compose in words: every field with its value, those that count without being there, every
 * name of its environment. False, and no row, if the evidence holds none. */
bool review_each_field(const struct subject *s, const struct review_rows *rows);
/* {"fields":[{"name","value" or
 * "leftOut","meaning"}],"environment":[{"name","decides","meaning"}]}; null without one. */
struct json *review_fields_json(const struct subject *s);

/* What the release changes against the one before it in the evidence: words, dangers first, then
 * line by line; escaped, with a final newline. Nothing if the evidence has no release before. */
void review_add_diff(struct buf *out, const struct subject *s);

/* All of it: answer, what stands against a yes, what is signed, all other checks, the meaning of
 * the exit code. */
void review_print_page(const struct subject *s, const struct report *r, bool explain);

/* One sentence for call i: "app.addComposeHash(0x…), by the timelock, not before 2d after …". */
void review_sentence(struct buf *out, const struct subject *s, size_t i);

/* "signed by …, from … at commit …, ref …, on …", or that it is not; for an image as it is written
 * in the compose file. */
void review_signer(struct buf *out, const struct subject *s, const char *reference);
/* The images of a profile that has 'images', with their signers. */
struct json *review_images_json(const struct subject *s);

/* report_json and what was reviewed: "step", "chainId", "safe", "nonce", "domainHash",
 * "messageHash", "safeTxHash", "operationId", "effects" (a sentence for each call), "images" (who
 * signed them), "appCompose" (review_fields_json), "call" (the tree), "composeDiff" (null, or
 * "previous", "changes", "dangers", "unified"). */
struct json;
struct json *review_diff_json(const struct subject *s);
struct json *review_json(const struct subject *s, const struct report *r);

/* A part of the page that somebody else makes: HTML that loads nothing, and its style sheet. */
struct review_section {
    const char *style;
    const struct buf *html;
};
/* The page as one HTML file: no scripts, nothing loaded, everything from outside escaped. section
 * stands behind what is signed; NULL: none. */
void review_html(struct buf *out, const struct subject *s, const struct report *r,
                 const struct review_section *section);

#endif
