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
/* The same and one sentence, printed. */
void review_print_answer(const struct report *r);

/* What is signed: one sentence for each call, chain, Safe, nonce, the three hashes as devices show
 * them, the operation. */
void review_print(const struct subject *s, const struct report *r);

/* All of it: answer, what is signed, checks, what was not checked, the meaning of the exit code. */
void review_print_page(const struct subject *s, const struct report *r, bool explain);

/* One sentence for call i: "app.addComposeHash(0x…), by the timelock, not before 2d after …". */
void review_sentence(struct buf *out, const struct subject *s, size_t i);

/* report_json and what was reviewed: "step", "chainId", "safe", "nonce", "domainHash",
 * "messageHash", "safeTxHash", "operationId", "effects" (a sentence for each call), "call" (the
 * tree). */
struct json;
struct json *review_json(const struct subject *s, const struct report *r);

/* The page as one HTML file: no scripts, nothing loaded, everything from outside escaped. */
void review_html(struct buf *out, const struct subject *s, const struct report *r);

#endif
