// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_PREVIEW_CASES_H
#define CLI_PREVIEW_CASES_H

#include "hw/preview.h"
#include "hw/signer.h"
#include "src/base/json.h"

/* Previews of one request, for every case that the device's settings leave open. */

/* What a device is asked to sign: one of the two. */
struct preview_request {
    const struct typed_data *typed;
    const struct eth_tx *tx;
    const struct address *signer; /* NULL: not known */
};

/* Where the previews go. */
struct preview_sink {
    struct json *list; /* NULL: not wanted */
    struct buf *html;  /* the same */
    bool print;
    size_t num;
};

/* Gives up at the first one that fails: what went before stays. */
MUST_CHECK enum err preview_put_cases(struct diag *d, struct preview_sink *sink,
                                      const struct device_setup *setup,
                                      const struct preview_request *r);

/* Domain hash and message hash, as the models spell them. */
void preview_print_hashes(const struct typed_data *typed);

/* "nanosp"; ERR_USAGE, and the words that there are, for another. */
MUST_CHECK enum err preview_read_model(struct diag *d, enum device_model *out, const char *word);

#endif
