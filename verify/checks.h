// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_CHECKS_H
#define VERIFY_CHECKS_H

#include <stdbool.h>

#include "safe/call_tree.h"
#include "safe/chain.h"
#include "safe/journal.h"
#include "safe/profile.h"
#include "safe/proposal.h"
#include "verify/image_facts.h"
#include "verify/report.h"

/*
 * All checks of one proposal against one profile. Offline: from the proposal's bytes alone. One
 * file for each family: checks_tx.c, checks_call.c, checks_timelock.c, checks_evidence.c,
 * checks_git.c, checks_measure.c, checks_sig.c, checks_chain.c. docs/checks.md documents each
 * check.
 */

struct os_image_dir; /* verify/os_image.h */

/* Clocks of proposers and signers differ; more than this is no drift. */
#define CLOCK_DRIFT_S 600

/* What the caller asks and knows. All-zero but now_s is "offline, may it be signed?". */
struct verify_options {
    uint64_t now_s;
    const char *path; /* of the proposal, for by-hand commands; "-": proposal.json; NULL: none */
    const char *file; /* the same as it was named, for the report, whatever form it has; or NULL */
    bool online;      /* chain.* are required; the caller runs verify_online */
    bool executable;  /* enough signatures are required */
    bool has_journal; /* earlier holds what this machine knows, perhaps nothing */
    const struct journal_entry *earlier; /* for the chain, Safe and nonce of the proposal */
    size_t num_earlier;
    const char *repo; /* a clone, to compare the branch with; NULL: the profile's, if any */
    const struct os_image_dir *image_dir; /* the unpacked OS image, to compare its files; or NULL */
};

/* Everything that is derived from a proposal once and looked at by many checks. */
struct subject {
    const struct proposal *proposal; /* borrowed */
    const struct profile *profile;   /* borrowed */
    struct verify_options options;

    bool hashes_ok; /* hashes could be computed */
    struct safe_hashes hashes;
    bool tree_ok; /* the tree could be built */
    struct call_tree tree;
    struct diag tree_error;

    /* The SafeTx as a call to the timelock; method TIMELOCK_NONE if it is none. */
    struct timelock_call timelock_call;
    struct diag timelock_error; /* why it did not decode; code OK if it did */
    /* The step is schedule, execute or cancel, and the SafeTx calls that method of the profile's
     * timelock. Calldata that looks like it in another step, or elsewhere, is just another call. */
    bool by_timelock;
    bool operation_id_ok;
    struct hash32 operation_id; /* recomputed, if the proposal has an operation */

    /* The calls on governed contracts: carried by the timelock call or the multisend, or the root
     * itself. For cancel, those of the operation that it cancels. Borrowed from the trees. */
    struct call_tree operation_tree;
    const struct call_node **governed;
    size_t num_governed;

    bool context_ok; /* context.json is there and well-formed */
    struct proposal_context context;
    struct diag context_error;

    bool images_ok; /* the profile has 'images', and the images could be listed */
    struct image_facts images;
    struct diag images_error;

    struct buf path; /* quoted for a shell, printable */
};

/* Failures to derive something are left for the checks; an error is only returned if memory ends
 * or policy.require names a check that does not exist (ERR_USAGE). */
MUST_CHECK enum err subject_init(struct diag *d, struct subject *s, const struct proposal *p,
                                 const struct profile *profile,
                                 const struct verify_options *options);
void subject_clear(struct subject *s);

/* Decide which checks apply and which are required. */
MUST_CHECK enum err subject_apply(struct diag *d, const struct subject *s, struct report *r);

/* The offline families. Failures of a check are verdicts; an error is only returned if the report
 * could not be made (no memory). */
MUST_CHECK enum err verify_offline(struct diag *d, struct report *r, const struct subject *s);
/* chain.*, at the block that c has fixed. num_urls is how many endpoints agreed on it. */
MUST_CHECK enum err verify_online(struct diag *d, struct report *r, const struct subject *s,
                                  struct chain *c, size_t num_urls);

/* The whole of it: what `verify`, `sign` and `execute` call. All-zero is valid to clear. */
struct verification {
    struct subject subject;
    struct report report;
};
/*
 * Runs the offline checks and, with options->online, those of the chain at urls (NULL: the
 * profile's). p and profile must outlive out. The result is report_result(&out->report). OK also
 * for a bad proposal and for endpoints that do not answer: those are verdicts.
 */
MUST_CHECK enum err verify_proposal(struct diag *d, struct verification *out,
                                    const struct proposal *p, const struct profile *profile,
                                    const struct verify_options *options, const char *const *urls,
                                    size_t num_urls);
void verification_clear(struct verification *v);

/* What a SafeTx does to this profile's Safe and timelock, by its target and calldata. */
enum step verify_step_of(const struct profile *profile, const struct safe_tx *tx);

/* For the families. */
void checks_tx(struct report *r, const struct subject *s);
void checks_call(struct report *r, const struct subject *s);
void checks_timelock(struct report *r, const struct subject *s);
void checks_evidence(struct report *r, const struct subject *s); /* evidence.*, compose.* */
void checks_git(struct report *r, const struct subject *s);      /* git.* */
void checks_measure(struct report *r, const struct subject *s);  /* os-image.*, measure.* */
void checks_values(struct report *r, const struct subject *s);   /* call.values; after that */
void checks_compose(struct report *r, const struct subject *s); /* .dangers, .envs, .accounted, … */
void checks_image(struct report *r, const struct subject *s);   /* image.* */
void checks_sig(struct report *r, const struct subject *s);     /* sig.*, age.* */
/* The commands of --explain; none that need the file if options.path is NULL. */
void checks_by_hand(struct report *r, const struct subject *s);

/* A call whose function has that name; false for a call that did not decode. */
bool node_is(const struct call_node *n, const char *function);
/* What a call makes run, or makes trusted: by add… and set…, or as a first one of a new app. */
enum node_word {
    WORD_COMPOSE_HASH,
    WORD_DEVICE,
    WORD_KMS_DEVICE,
    WORD_KMS_MR,
    WORD_OS_IMAGE,
    WORD_APP_MR,             /* of an image or a system, up to 0.5.0 */
    WORD_IMPLEMENTATION,     /* an address, as are the next three */
    WORD_APP_IMPLEMENTATION, /* of the apps that are to come */
    WORD_APP,
    WORD_OWNER,
    WORD_GATEWAY,  /* a text, whose bytes count */
    WORD_K256_KEY, /* SHA-256 of bytes, as are the next three */
    WORD_CA_KEY,
    WORD_KMS_QUOTE,
    WORD_KMS_EVENT_LOG,
};
struct node_value {
    enum node_word what;
    bool malformed;       /* it does not stand where it should; nothing else is set */
    struct hash32 word;   /* as it stands, or SHA-256 of the bytes */
    const uint8_t *bytes; /* borrowed from the node; NULL for a word */
    size_t bytes_len;
    struct address target; /* an implementation: of which contract */
};
/* The next value of a call, *index starts at 0; false at the end. By selector, so that an ABI with
 * other names hides nothing. The factory's and the initializers' zeros mean "none". */
bool node_value_next(struct node_value *out, const struct call_node *n, size_t *index);
/* The first of that kind. */
bool node_word(struct hash32 *out, const struct call_node *n, enum node_word what);
/* Word i of the arguments, which must all be static before it; false behind the end. */
bool node_word_at(struct hash32 *out, const struct call_node *n, size_t i);
/* Row i of the selectors that node_value_next knows: the signature; NULL at the end. */
const char *node_value_selector_at(size_t i, uint8_t selector[4]);
/* The app that a gateway's text names: 40 hex digits that are not all zero, perhaps behind 0x. */
bool values_gateway(struct address *out, const uint8_t *text, size_t len);
/* The same for WORD_COMPOSE_HASH. */
bool node_compose_hash(struct hash32 *out, const struct call_node *n);
/* The name of `propose` for a call; "call" for a function without one. */
const char *node_action(const struct call_node *n);
/* The profile's name of an address: "safe", "timelock" or a contract's; NULL if it has none. */
const char *profile_name_of(const struct profile *p, const struct address *a);
/* The privileged_change bits that calldata makes by itself; 0 if none. */
unsigned node_privileged(const struct call_node *n);
/* Row i of the selectors that this and node_word know: the signature; NULL at the end. */
const char *node_selector_at(size_t i, uint8_t selector[4]);

/* Signature i, parsed, its signer recovered and equal to what the entry claims. Clear out. */
struct signature;
MUST_CHECK enum err sig_read(struct diag *d, struct signature *out, const struct subject *s,
                             size_t i);
/* How many owners signed with keys that could be checked offline; *num_chain (may be NULL) counts
 * the owners whose approval only the chain knows. */
size_t sig_count_owners(const struct subject *s, size_t *num_chain);

/* A signature that is well-formed and that only the chain can judge. */
bool sig_any_for_chain(const struct subject *s);

/* An entry of a contract's list that a call adds or removes. */
struct list_entry {
    struct hash32 value;
    bool add;
    uint8_t getter[4];
    const char *getter_name;
};
bool node_list_entry(struct list_entry *out, const struct call_node *n);

/* One word for a POSIX shell, in printable ASCII only; $'…' (bash, zsh, ksh) if need be. */
void buf_add_shell_word(struct buf *out, const char *text);

#endif
