// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_SIGSTORE_CHAIN_H
#define VERIFY_SIGSTORE_CHAIN_H

#include "verify/sigstore/crypto.h"

/* OpenSSL's X509_STORE and STACK_OF(X509). */
struct x509_store_st;
struct stack_st_X509;

/*
 * The certificates of a root's entry: the last one is the only anchor, the others may help to reach
 * it. Both are NULL on failure; the caller frees both.
 */
MUST_CHECK enum err authority_certs(struct diag *d, const struct root_authority *a,
                                    struct x509_store_st **store, struct stack_st_X509 **untrusted);

#endif
