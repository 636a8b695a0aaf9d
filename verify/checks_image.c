// SPDX-License-Identifier: Apache-2.0
/* image.*: who signed what runs inside, from which source, when; image_facts.c found it out. */
#include <string.h>

#include "src/base/limits.h"
#include "src/base/term.h"
#include "verify/checks.h"
#include "verify/image_ref.h"

static const char *const ids[IMAGE_NUM_PARTS] = {
    [IMAGE_POLICY] = "image.policy",     [IMAGE_SIGNATURE] = "image.signatures",
    [IMAGE_IDENTITY] = "image.identity", [IMAGE_SOURCE] = "image.source",
    [IMAGE_TIME] = "image.time",
};

static void note_all(struct report *r, const char *note)
{
    for (size_t part = 0; part < IMAGE_NUM_PARTS; part++) {
        if (report_applies(r, ids[part]))
            check_note(r, ids[part], "%s", note);
    }
    if (report_applies(r, "image.root"))
        check_note(r, "image.root", "%s", note);
}

static void give(struct report *r, const char *id, enum verdict v, const char *words)
{
    switch (v) {
    case PASS:
        check_pass(r, id, "%s", words);
        return;
    case FAIL:
        check_fail(r, id, "%s", words);
        return;
    case UNKNOWN:
        check_unknown(r, id, "%s", words);
        return;
    case NOT_CHECKED:
        check_note(r, id, "%s", words);
        return;
    }
}

/* An answer that has no verdict must not hide behind those of the other images. */
static void give_part(struct report *r, const struct image_fact *f, enum image_part part)
{
    const struct image_answer *a = &f->answers[part];
    struct buf words;

    buf_init(&words, 128 * 1024);
    if (a->verdict == PASS)
        buf_add_str(&words, image_ref_name(f->reference).s);
    else
        buf_add_untrusted(&words, f->reference, strlen(f->reference));
    buf_addf(&words, ": %s", buf_str(&a->words));
    give(r, ids[part], a->verdict == NOT_CHECKED ? UNKNOWN : a->verdict,
         buf_ok(&words) ? buf_str(&words) : "too long to show");
    buf_clear(&words);
}

void checks_image(struct report *r, const struct subject *s)
{
    if (!report_applies(r, "image.signatures"))
        return;
    if (!s->profile->images.given) {
        note_all(r, "image signatures and build provenance were not checked: the profile has no "
                    "'images'");
        return;
    }
    if (!s->images_ok) {
        note_all(r, s->images_error.code == OK ? "the evidence holds no " EVIDENCE_APP_COMPOSE
                                               : "the images can not be listed: compose.pinned");
        return;
    }
    give(r, "image.root", s->images.root.verdict, buf_str(&s->images.root.words));
    for (size_t i = 0; i < s->images.num_items; i++) {
        for (enum image_part part = IMAGE_POLICY; part < IMAGE_NUM_PARTS; part++)
            give_part(r, &s->images.items[i], part);
    }
}
