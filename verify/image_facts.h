// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_IMAGE_FACTS_H
#define VERIFY_IMAGE_FACTS_H

#include "safe/profile.h"
#include "safe/proposal.h"
#include "verify/report.h"
#include "verify/sigstore/sigstore.h"

/*
 * Who signed the images that a proposal lets run: for each pinned image the policy that the profile
 * has for its name, and the signature in the evidence that fits it best. Offline, from the
 * proposal's bytes and the profile alone. checks_image.c turns it into verdicts.
 *
 * Evidence: attestations/<64 hex digits of the pinned digest>/<n>.json, n from 0 without gaps, a
 * file in any of the containers of sigstore.h; <n>.payload is cosign's payload of a `.sig`
 * manifest. trusted_root.json is the root with which they were verified; it counts only if it is
 * the one that the profile names.
 */

/* The questions about one image, in the order in which they are asked. */
enum image_part {
    IMAGE_POLICY,    /* the profile says who may sign it */
    IMAGE_SIGNATURE, /* a Sigstore signature is good and is about exactly this digest */
    IMAGE_IDENTITY,  /* by the right signer */
    IMAGE_SOURCE,    /* from the right repository, commit, ref, trigger, runner */
    IMAGE_TIME,      /* made when it may have been made */
    IMAGE_NUM_PARTS,
};

struct image_answer {
    enum verdict verdict; /* UNKNOWN: an answer before it is missing */
    struct buf words;     /* escaped */
};

struct image_fact {
    char *reference; /* as written in the compose file */
    struct hash32 digest;
    const struct profile_image *policy; /* borrowed; NULL if there is none */
    size_t num_signatures;              /* in the evidence, good or not */
    struct sigstore_result signer;      /* verified, or all-zero */
    struct image_answer answers[IMAGE_NUM_PARTS];
};

struct image_facts {
    struct image_fact *items; /* each name and digest once */
    size_t num_items;
    struct image_answer root; /* is the evidence's root the profile's? */
};
void image_facts_clear(struct image_facts *facts);

/* What is asked; the pointers are borrowed and must outlive the facts. */
struct image_question {
    const struct profile *profile; /* with 'images' */
    const struct proposal *proposal;
    const char *git_commit; /* NULL: the evidence names none */
    uint64_t time_s;        /* when the proposal was made: nothing is signed later */
};
/* Bad evidence is an answer, not an error. ERR_MISMATCH or ERR_FORMAT only if the images can not be
 * listed, as compose.pinned says. */
MUST_CHECK enum err image_facts_derive(struct diag *d, struct image_facts *out,
                                       const struct image_question *question);

/*
 * One file on its own, before it becomes evidence of an image: does a signature in it pass all but
 * IMAGE_TIME? The root is in the proposal already. *signed_s is when it was made. ERR_MISMATCH says
 * why not. payload may be NULL.
 */
MUST_CHECK enum err image_file_judge(struct diag *d, uint64_t *signed_s,
                                     const struct image_question *question, const char *reference,
                                     const struct hash32 *digest, const struct evidence_file *file,
                                     const struct evidence_file *payload);

/* Every answer about every image is yes; else ERR_MISMATCH names the first image and why. */
MUST_CHECK enum err image_facts_check(struct diag *d, const struct image_facts *facts);

/* Name of the n-th file of an image in the evidence; kind is "json" or "payload". */
void image_evidence_name(struct buf *out, const struct hash32 *digest, size_t n, const char *kind);
/* The root that the profile means, for the evidence: its file, or the shipped one if that is not
 * ruled out by a pin (then NULL). Borrowed. */
const uint8_t *image_root(const struct profile *profile, size_t *len);

#endif
