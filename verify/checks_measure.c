// SPDX-License-Identifier: Apache-2.0
/* os-image.*, measure.*: what is whitelisted beside compose hashes, from what was measured. */
#include <string.h>

#include "src/base/digest.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/term.h"
#include "verify/checks_measure.h"
#include "verify/measure.h"
#include "verify/os_image.h"

#define NO_SIGNATURE "the quote's own signature was not verified"

/* --- os-image.* ------------------------------------------------------------------------------- */

/* The words of all calls beside value: those are without evidence. */
static size_t count_others(struct report *r, const struct subject *s, const char *id,
                           enum node_word what, const struct hash32 *value, size_t *num_equal)
{
    struct hash32 argument;
    size_t others = 0;
    size_t index = 0;

    *num_equal = 0;
    for (const struct call_node *n = call_tree_next(&s->tree, &index); n != NULL;
         n = call_tree_next(&s->tree, &index)) {
        if (!node_word(&argument, n, what))
            continue;
        if (hash32_eq(&argument, value)) {
            (*num_equal)++;
            continue;
        }
        others++;
        check_note(r, id, "%s is added without evidence", hash32_format(&argument).s);
    }
    return others;
}

/* Whoever makes a list of files makes its hash fit, too: the files are what counts. */
static void check_image_digest(struct report *r, const struct subject *s, const struct os_image *o)
{
    const char *id = "os-image.digest";
    size_t equal = 0;
    size_t others = count_others(r, s, id, WORD_OS_IMAGE, &o->digest, &equal);

    if (equal == 0)
        check_fail(r, id, "SHA-256 of sha256sum.txt is %s", hash32_format(&o->digest).s);
    else if (others > 0)
        check_unknown(r, id, "the evidence is about %s alone", hash32_format(&o->digest).s);
    else if (report_check(r, "os-image.files")->verdict != PASS)
        check_unknown(r, id,
                      "%s = SHA-256 of sha256sum.txt = digest.txt, which the proposer can make up: "
                      "whoever has the files can tell (--image-dir)",
                      hash32_format(&o->digest).s);
    else
        check_pass(r, id, "%s = SHA-256 of sha256sum.txt = digest.txt, and the files are here",
                   hash32_format(&o->digest).s);
}

static void check_image_files(struct report *r, const struct subject *s, const struct os_image *o)
{
    const char *id = "os-image.files";
    struct diag why = { 0 };
    uint64_t total = 0;
    struct buf names;

    buf_init(&names, LIMIT_OS_IMAGE_BYTES);
    for (size_t i = 0; i < o->num_files; i++)
        buf_addf(&names, "%s%s", i > 0 ? ", " : "", o->files[i].name);
    if (s->options.image_dir == NULL)
        check_note(r, id, "only whoever has the files can tell (--image-dir): %s", buf_str(&names));
    else if (os_image_check_dir(&why, &total, o, s->options.image_dir) != OK)
        check_error(r, id, &why);
    else
        check_pass(r, id, "%zu files, %llu bytes: %s", o->num_files, (unsigned long long)total,
                   buf_str(&names));
    buf_clear(&names);
}

static void checks_os_image(struct report *r, const struct subject *s)
{
    const struct evidence_file *list = proposal_file(s->proposal, EVIDENCE_OS_LIST);
    const struct evidence_file *digest = proposal_file(s->proposal, EVIDENCE_OS_DIGEST);
    struct os_image image = { .num_files = 0 };
    struct diag why = { 0 };

    if (list == NULL || digest == NULL) {
        check_note(r, "os-image.digest", "the evidence does not say which files this hash is of");
        check_note(r, "os-image.files", "the evidence lists none");
        return;
    }
    if (os_image_parse(&why, &image, list->data, list->data_len, digest->data, digest->data_len) !=
        OK) {
        check_error(r, "os-image.digest", &why);
        check_note(r, "os-image.files", "the list of files is not usable");
        return;
    }
    check_image_files(r, s, &image);
    check_image_digest(r, s, &image);
    os_image_clear(&image);
}

bool os_image_is_shown(const struct report *r, const struct subject *s, const struct hash32 *value)
{
    const struct evidence_file *list = proposal_file(s->proposal, EVIDENCE_OS_LIST);
    struct diag ignored = { 0 };
    struct hash32 digest;

    return list != NULL && report_check(r, "os-image.files")->verdict == PASS &&
           sha256(&ignored, &digest, list->data, list->data_len) == OK && hash32_eq(&digest, value);
}

/* --- measure.* -------------------------------------------------------------------------------- */

static bool is_measurement(const struct evidence_file *f)
{
    return strncmp(f->name, EVIDENCE_MEASUREMENT, strlen(EVIDENCE_MEASUREMENT)) == 0;
}

static bool measure_file(struct diag *why, struct measured *out, const struct evidence_file *f)
{
    struct measurement m;
    bool ok = measurement_parse(why, &m, f->data, f->data_len, f->name) == OK &&
              measure(why, out, &m) == OK;

    measurement_clear(&m);
    return ok;
}

static void check_event_logs(struct report *r, const struct subject *s)
{
    const struct proposal *p = s->proposal;

    for (size_t i = 0; i < p->num_files; i++) {
        struct diag why = { 0 };
        struct measured result;

        if (!is_measurement(&p->files[i]))
            continue;
        if (!measure_file(&why, &result, &p->files[i]))
            check_error(r, "measure.event-log", &why);
        else
            check_unknown(
                r, "measure.event-log",
                "%s: the log gives RTMR3, compose hash %s, MRCONFIGID %s%s; " NO_SIGNATURE,
                p->files[i].name,
                result.has_compose_hash ? hash32_format(&result.compose_hash).s : "none",
                measure_config_name(result.config),
                result.config_agrees                   ? " agrees"
                : result.config == MEASURE_CONFIG_NONE ? ""
                                                       : " was not confirmed");
    }
}

/* What the measurements of the evidence have to do with a value. Without the quote's signature they
 * can speak against it, but not for it. */
struct found {
    const char *name; /* of the one that gives it; NULL */
    bool any;         /* there is one that could have given it */
    bool at_boot;     /* one gives it for the log up to boot-mr-done */
};

static void look_for(struct found *out, const struct subject *s, enum node_word what,
                     const struct hash32 *value)
{
    const struct proposal *p = s->proposal;

    *out = (struct found){ .name = NULL };
    for (size_t i = 0; i < p->num_files; i++) {
        struct diag ignored = { 0 };
        struct measured m;

        if (!is_measurement(&p->files[i]))
            continue;
        if (!measure_file(&ignored, &m, &p->files[i])) {
            out->any = true;
            continue;
        }
        out->any = out->any || what == WORD_KMS_MR || m.has_device;
        out->at_boot = out->at_boot || (what == WORD_KMS_MR && m.has_boot &&
                                        hash32_eq(&m.mr_aggregated_boot, value));
        if (what == WORD_KMS_MR ? hash32_eq(&m.mr_aggregated, value)
                                : m.has_device && hash32_eq(&m.device_id, value))
            out->name = p->files[i].name;
    }
}

static void check_value(struct report *r, const struct subject *s, const char *id,
                        const struct node_value *v, enum profile_pin pin)
{
    const struct hash32_text text = hash32_format(&v->word);
    struct found found;

    if (hash32_is_of_nothing(&v->word)) {
        check_fail(r, id, "%s is zero, or the SHA-256 of nothing: what an empty measurement gives",
                   text.s);
        return;
    }
    look_for(&found, s, v->what, &v->word);
    if (profile_has_pin(s->profile, pin, &v->word))
        check_pass(r, id, "%s is in the profile's pins.%s", text.s, profile_pin_name(pin));
    else if (found.name != NULL)
        check_unknown(r, id, "%s is %s of %s, which the proposer can make up: " NO_SIGNATURE,
                      text.s, v->what == WORD_KMS_MR ? "mr_aggregated" : "the SHA-256 of the PPID",
                      found.name);
    else if (found.at_boot)
        check_fail(r, id,
                   "%s is mr_aggregated of the log up to boot-mr-done; the contract is asked about "
                   "the whole log",
                   text.s);
    else if (found.any)
        check_fail(r, id, "no measurement in the evidence gives %s", text.s);
    else
        check_note(r, id, "the evidence does not say where %s comes from", text.s);
}

/* Each value of that kind, against the profile and the measurements. */
static void check_values(struct report *r, const struct subject *s, const char *id,
                         enum node_word what, enum profile_pin pin)
{
    size_t index = 0;

    for (const struct call_node *n = call_tree_next(&s->tree, &index); n != NULL;
         n = call_tree_next(&s->tree, &index)) {
        struct node_value value;
        size_t i = 0;

        while (node_value_next(&value, n, &i)) {
            if (value.what == what && !value.malformed)
                check_value(r, s, id, &value, pin);
        }
    }
}

void checks_measure(struct report *r, const struct subject *s)
{
    if (report_applies(r, "os-image.digest"))
        checks_os_image(r, s);
    if (report_applies(r, "measure.event-log"))
        check_event_logs(r, s);
    if (report_applies(r, "measure.kms-mr"))
        check_values(r, s, "measure.kms-mr", WORD_KMS_MR, PIN_KMS_MEASUREMENT);
    if (report_applies(r, "measure.device")) {
        check_values(r, s, "measure.device", WORD_DEVICE, PIN_DEVICE);
        check_values(r, s, "measure.device", WORD_KMS_DEVICE, PIN_KMS_DEVICE);
    }
}
