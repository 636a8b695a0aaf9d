// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_PROFILE_PLACE_H
#define CLI_PROFILE_PLACE_H

#include "safe/profile.h"
#include "src/cli/args.h"

/*
 * Where a profile lies that nobody has accepted yet: what comes in one archive, or is put into one
 * queue by whoever may write there, must not decide about itself.
 */

/* "beside 'p.json'" or "in a queue's directory"; NULL: neither. The text is static or of args. */
const char *profile_place(const struct profile *p, const struct args *a);
/* The second alone. */
const char *profile_place_queue(const struct profile *p);

#endif
