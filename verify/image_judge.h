// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_IMAGE_JUDGE_H
#define VERIFY_IMAGE_JUDGE_H

#include "verify/image_facts.h"

/* One verified signature against one policy of the profile; internal to image_facts.c. */

/*
 * A verified statement is a signature of the image if it says that it was signed or built: cosign's
 * own predicate, SLSA provenance v0.2 or v1, simplesigning, a signature over the manifest. A list
 * of parts or of weaknesses says neither: false, and why.
 */
bool image_is_about(const struct sigstore_result *result, struct diag *why);

/* Answers IMAGE_SIGNATURE to IMAGE_TIME from f->signer, which is verified. */
void image_judge(struct image_fact *f, const struct image_question *question);

/* Answers IMAGE_POLICY. */
void image_policy_words(struct image_fact *f);
/* Which root it is and how old it is at the time of the question. */
void image_root_words(struct buf *out, const struct image_question *question,
                      const struct sigstore_root_info *info);

#endif
