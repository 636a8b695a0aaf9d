// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_COMMON_H
#define CLI_COMMON_H

#include "hw/signer.h"
#include "safe/chain.h"
#include "safe/profile.h"
#include "src/cli/args.h"
#include "src/cli/open_profile.h"

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
/* Every verb that signs: who, and how to reach them. */
#define OPTIONS_SIGNER                                                                         \
    { "signer", "SIGNER",                                                                      \
      "who signs: ledger[:PATH], trezor[:PATH], keystore:FILE or external:ADDRESS", false },   \
        { "passphrase-file", "FILE", "passphrase of the keystore or the Trezor, from a file",  \
          false },                                                                             \
        { "passphrase-fd", "N", "the same, from a file descriptor", false }, OPTION_TRANSPORT, \
        OPTION_REMOTE
#define OPTION_TRANSPORT                                                                       \
    {                                                                                          \
        "transport", "WHERE",                                                                  \
            "which device: as 'device list' says, bridge[:URL], tcp:HOST:PORT, udp:HOST:PORT", \
            false                                                                              \
    }
#define OPTION_REMOTE                                                                  \
    {                                                                                  \
        "allow-remote-device", NULL, "a device behind another machine is meant", false \
    }
/* Verbs that sign typed data, but for OPTION_TYPED_DATA, which `propose` has already. */
#define OPTIONS_SIGNER_TYPED                                                                     \
    OPTIONS_SIGNER, { "hash-mode", NULL, "Ledger: show the two hashes, not the fields", false }, \
    {                                                                                            \
        "signature", "FILE", "external: the signature (default: ask for it)", false              \
    }
#define OPTION_TYPED_DATA                                                            \
    {                                                                                \
        "typed-data", "FILE", "external: write what is signed there, as JSON", false \
    }
#define OPTION_DEADLINE                                                                     \
    {                                                                                       \
        "deadline", "SECONDS", "for all waiting on the network together; default 60", false \
    }
#define OPTION_YES                       \
    {                                    \
        "yes", NULL, "do not ask", false \
    }
#define OPTION_END              \
    {                           \
        NULL, NULL, NULL, false \
    }

/*
 * The profile that --profile names, or the one found here or above; nobody has accepted it. For
 * what only shows or computes: whatever says yes or no by it, signs, sends or asks takes
 * open_profile.
 */
MUST_CHECK enum err common_profile(struct diag *d, struct profile **out, const struct args *a);

/* The endpoints of --rpc, or else of the profile; ERR_USAGE if there are none. */
MUST_CHECK enum err common_chain(struct diag *d, struct chain **out, const struct args *a,
                                 const struct profile *p);

/*
 * The options of --signer, without opening it (common_signer.c). They borrow a, and what they call
 * prints: notices to standard error, typed data to --typed-data FILE or standard output.
 */
MUST_CHECK enum err common_signer_options(struct diag *d, struct signer_options *out,
                                          const struct args *a);
/* ERR_USAGE for an option of another kind of signer than --signer names, or of one where there is
 * none: it would be ignored in silence. */
MUST_CHECK enum err common_signer_check(struct diag *d, const struct args *a);
/* --signer with those options; ERR_USAGE if there is none. */
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
