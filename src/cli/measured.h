// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_MEASURED_H
#define CLI_MEASURED_H

#include "safe/action.h"
#include "safe/proposal.h"
#include "src/base/hex.h"
#include "src/cli/args.h"
#include "verify/os_image.h"

/* Options of propose and verify that bring measurements: --image-dir, --unlisted, --measurement. */

#define OPTION_IMAGE_DIR                                                                      \
    {                                                                                         \
        "image-dir", "DIR", "unpacked OS image: compare every file with sha256sum.txt", false \
    }
#define OPTION_UNLISTED                                                                       \
    {                                                                                         \
        "unlisted", "NAME", "a file of --image-dir that need not be listed; repeatable", true \
    }

#define MEASURED_UNLISTED_MAX 16
struct measured_image_dir {
    struct os_image_dir dir; /* path NULL if there is no --image-dir */
    const char *unlisted[MEASURED_UNLISTED_MAX];
};
/* out must not move afterwards. */
MUST_CHECK enum err measured_image_dir(struct diag *d, struct measured_image_dir *out,
                                       const struct args *a);

/* What the evidence that propose collected says, as arguments; "" for what is not there. */
struct measured_arguments {
    struct hash32_text os_image;
    struct hash32_text kms_mr;
    struct hash32_text device;
    size_t num_measurements;
};
MUST_CHECK enum err measured_collect(struct diag *d, struct measured_arguments *out,
                                     struct proposal *p, const struct args *a);
/*
 * The argument of add-os-image-hash, add-kms-aggregated-mr, add-device and add-kms-device is
 * computed if its evidence is given; one on the command line must be the same. r->args may be set
 * to *arg, which points into m.
 */
MUST_CHECK enum err measured_argument(struct diag *d, struct action_request *r, const char **arg,
                                      const struct measured_arguments *m);

#endif
