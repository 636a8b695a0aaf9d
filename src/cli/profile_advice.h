// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_PROFILE_ADVICE_H
#define CLI_PROFILE_ADVICE_H

#include "safe/profile.h"

/*
 * Hints on standard error: lines that a profile lacks because it was written before this program
 * asked for them. The profile is right without them; proposals for it get no yes.
 */
MUST_CHECK enum err profile_advise(struct diag *d, const struct profile *p);

#endif
