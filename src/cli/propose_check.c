// SPDX-License-Identifier: Apache-2.0
#include "src/cli/propose_check.h"

#include <string.h>

#include "src/base/clock.h"
#include "src/base/limits.h"
#include "src/cli/measured.h"
#include "verify/checks.h"

/* The failed checks as one line: it goes into an error message, which has its own limit. */
static enum err refuse(struct diag *d, const struct report *r, bool is_past)
{
    const size_t num = report_count(r, FAIL);
    struct buf text;

    buf_init(&text, LIMIT_PROPOSAL_BYTES);
    for (size_t i = 0; i < r->num_checks; i++) {
        const struct check *c = &r->checks[i];

        if (!c->applies || c->verdict != FAIL)
            continue;
        buf_addf(&text, "%s%s: ", text.len > 0 ? "; " : "", c->info->id);
        buf_add(&text, c->detail.data, c->detail.len);
    }
    if (is_past && report_check(r, "age.created")->verdict == FAIL)
        diag_hint(d, "--created now makes it as of today, not of its commit");
    (void)diag_set(d, ERR_MISMATCH,
                   "nothing is written, as 'verify' would say no (%zu check%s): %s", num,
                   num == 1 ? "" : "s", buf_str(&text));
    buf_clear(&text);
    return ERR_MISMATCH;
}

enum err propose_check(struct diag *d, const struct proposal *p, const struct profile *profile,
                       const struct args *a)
{
    struct verify_options options = { .now_s = clock_now_s(), .path = "-" };
    struct verification v = { 0 };
    struct proposal again = { 0 };
    struct measured_image_dir image;
    struct buf text;
    enum err e = ERR_INTERNAL;

    buf_init(&text, LIMIT_PROPOSAL_BYTES);
    if ((e = measured_image_dir(d, &image, a)) != OK || (e = proposal_write(d, &text, p)) != OK ||
        (e = proposal_parse(d, &again, text.data, text.len, "the proposal")) != OK)
        goto done;
    options.image_dir = image.dir.path != NULL ? &image.dir : NULL;
    e = verify_proposal(d, &v, &again, profile, &options, NULL, 0);
    if (e == OK && report_result(&v.report) == FAIL)
        e = refuse(d, &v.report, again.created_s < options.now_s);
done:
    verification_clear(&v);
    proposal_clear(&again);
    buf_clear(&text);
    return e;
}
