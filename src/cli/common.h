// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_COMMON_H
#define CLI_COMMON_H

#include "hw/signer.h"
#include "safe/chain.h"
#include "safe/profile.h"
#include "src/cli/args.h"

/* What several verbs do with the same options. */

/* Rows for a verb's option table. */
#define OPTION_RPC                                                                   \
    {                                                                                \
        "rpc", "URL", "JSON-RPC endpoint instead of the profile's; repeatable", true \
    }
#define OPTION_ONLINE                                                               \
    {                                                                               \
        "online", NULL, "read the chain (JSON-RPC endpoints of the profile)", false \
    }
#define OPTION_SIGNER                                         \
    {                                                         \
        "signer", "SIGNER", "who signs: keystore:FILE", false \
    }
#define OPTION_PASSFILE                                                             \
    {                                                                               \
        "passphrase-file", "FILE", "passphrase of the keystore, from a file", false \
    }
#define OPTION_PASSFD                                                   \
    {                                                                   \
        "passphrase-fd", "N", "the same, from a file descriptor", false \
    }
#define OPTION_YES                       \
    {                                    \
        "yes", NULL, "do not ask", false \
    }
#define OPTION_END              \
    {                           \
        NULL, NULL, NULL, false \
    }

/* The profile that --profile names, or the one found here or above. */
MUST_CHECK enum err common_profile(struct diag *d, struct profile **out, const struct args *a);

/* The endpoints of --rpc, or else of the profile; ERR_USAGE if there are none. */
MUST_CHECK enum err common_chain(struct diag *d, struct chain **out, const struct args *a,
                                 const struct profile *p);

/* --signer with its passphrase options; ERR_USAGE if there is none. */
MUST_CHECK enum err common_signer(struct diag *d, struct signer **out, const struct args *a);

/*
 * Write a JSON document to a file or, for NULL and "-", to standard output.
 */
struct json;
MUST_CHECK enum err common_write_json(struct diag *d, const struct json *j, const char *path);

/* Print the answer of --json, with "result" 0 unless it has another; frees j. */
MUST_CHECK enum err common_answer(struct diag *d, struct json *j);

/* Unsigned decimal or 0x option; *given tells whether it was there. */
MUST_CHECK enum err common_u256(struct diag *d, struct u256 *out, bool *given, const struct args *a,
                                const char *name);

#endif
