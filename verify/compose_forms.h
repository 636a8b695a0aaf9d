// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_COMPOSE_FORMS_H
#define VERIFY_COMPOSE_FORMS_H

#include <stddef.h>

#include "safe/compose_form.h"
#include "src/base/bytes.h"
#include "src/base/json.h"

/*
 * The bytes that known programs write for one app-compose object. What is measured is the file as
 * it is, so a form explains a hash, or makes a file; it never replaces the file's own bytes.
 *
 * A form either gives the producer's bytes exactly or refuses, by name, an object for which it
 * would have to guess.
 */

/* An app-compose: a JSON object within LIMIT_COMPOSE_BYTES. *out is freed with json_free. */
MUST_CHECK enum err compose_parse(struct diag *d, struct json **out, const void *data,
                                  size_t data_len, const char *what);

/*
 * Append what the producer writes for app. ERR_UNSUPPORTED if it can not be reproduced exactly: a
 * number with a fraction or exponent or beyond 2^53, a key that looks like an integer, that lies
 * beyond the BMP or that the producer's language treats apart, a field that this producer does not
 * write or always writes. The caller checks out with buf_check.
 */
MUST_CHECK enum err compose_form_write(struct diag *d, struct buf *out, const struct json *app,
                                       enum compose_form form);

/* SHA-256 of the bytes in that form; of data itself for FORM_RAW. */
MUST_CHECK enum err compose_form_hash(struct diag *d, struct hash32 *out, const void *data,
                                      size_t data_len, enum compose_form form, const char *what);

/*
 * JSON text as JavaScript's JSON.stringify and Python's json.dumps (ensure_ascii off) write it:
 * indent 0 is compact, sorted is by UTF-16 order, which is byte order for keys within the BMP. No
 * check of what differs between languages: that is compose_form_write's.
 */
MUST_CHECK enum err compose_json_write(struct diag *d, struct buf *out, const struct json *j,
                                       unsigned indent, bool sorted);

#endif
