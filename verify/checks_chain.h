// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_CHECKS_CHAIN_H
#define VERIFY_CHECKS_CHAIN_H

#include "verify/checks.h"

/* Between checks_chain.c (the Safe), checks_chain_effect.c (timelock, contracts, simulation) and
 * checks_chain_values.c (implementations, apps, gateway, the previous release). */
void checks_chain_effect(struct report *r, const struct subject *s, struct chain *c);
void checks_chain_values(struct report *r, const struct subject *s, struct chain *c);

#endif
