// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_PROPOSE_CHECK_H
#define CLI_PROPOSE_CHECK_H

#include "safe/profile.h"
#include "safe/proposal.h"
#include "src/cli/args.h"

/*
 * What `verify` will say, offline, of the file that is about to be written: the text is written to
 * memory, read again and judged with the same options (--image-dir). ERR_MISMATCH with every check
 * that fails, in words; OK also if something could not be told.
 */
MUST_CHECK enum err propose_check(struct diag *d, const struct proposal *p,
                                  const struct profile *profile, const struct args *a);

#endif
