// SPDX-License-Identifier: Apache-2.0
#ifndef TESTS_FORGER_H
#define TESTS_FORGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "safe/profile.h"
#include "safe/proposal.h"
#include "verify/checks.h"

/*
 * The forger: a deployment, its rules and a proposal for it, drawn from a number; the proposal as
 * bytes in which everything fits; and what the rules say to it, worked out from the plan alone.
 *
 *   draw.c       a number -> struct world
 *   functions.c  the functions that a plan may call, and their calldata
 *   evidence.c   app-compose, compose file and git objects
 *   build.c      struct world -> profile text, proposal
 *   oracle.c     struct world -> NULL, or why nobody may say yes. From docs/checks.md and
 *                docs/profile.md; calls nothing of verify/ or safe/
 *   plant.c      faults to switch on in the checks, for the test of the test
 *   forger.c     all of it, many times
 *
 * A new rule of verify takes a member of struct world here, its drawing, and its line in the
 * oracle. The oracle may be milder than verify, never stricter.
 */

/* splitmix64 */
struct dice {
    uint64_t state;
};
uint64_t roll(struct dice *d, uint64_t sides); /* 0 … sides - 1 */
bool chance(struct dice *d, unsigned percent);

enum place { AT_APP, AT_KMS, AT_SIDE, AT_SAFE, AT_TIMELOCK, AT_STRANGER, NUM_PLACES };
#define ON_APP      1U /* AT_APP, AT_SIDE */
#define ON_KMS      2U
#define ON_SAFE     4U
#define ON_TIMELOCK 8U
#define ON_STRANGER 16U
#define FORMERLY    64U /* in releases before the one that a profile may name */
#define OPERATES    32U /* a method of the timelock that only a SafeTx itself may call */

/* Kinds of change, in the order of docs/profile.md. */
enum change {
    OWNERS,
    MODULES,
    GUARD,
    FALLBACK_HANDLER,
    SINGLETON,
    IMPLEMENTATION,
    OWNERSHIP,
    ROLES,
    DELAY,
    APPROVALS,
    KMS_TRUST,
    GATEWAY,
    DEVICE_POLICY,
    TCB_POLICY,
    APPS,
    NUM_CHANGES,
};
extern const char *const change_names[NUM_CHANGES];

/* Kinds of value that a policy may take unproved. */
enum kind {
    KIND_DEVICE,
    KIND_KMS_DEVICE,
    KIND_KMS_MEASUREMENT,
    KIND_OS_IMAGE,
    KIND_IMPLEMENTATION,
    KIND_KMS_INFO,
    KIND_GATEWAY,
    KIND_APP,
    KIND_AGE,
    NUM_KINDS,
};
extern const char *const kind_names[NUM_KINDS];

/* Where a value comes from. What OWN means depends on the value: it is the release of the
 * evidence, a pin of the profile (if that has it), or a contract of the profile. */
enum source { OWN, FOREIGN, ZERO, NOTHING, NUM_SOURCES };

/*
 * One letter for each argument:
 *   h compose hash   d device   D KMS device   m KMS measurement   o OS image   i implementation
 *   I implementation of apps   p app   w owner   H, O: first compose hash and device, zero is none
 *   n, t: first rules of an app: any device, TCB up to date   g gateway   q quote   e event log
 *   K keys, quote and log   x an address, r a word, u a number, v a bool that no rule is about
 *   z zero   c the calldata of a further call   T its target   B bytes of no meaning
 *   L a list of one call
 */
struct function {
    const char *signature;
    const char *action; /* of `propose`; NULL: call */
    const char *args;
    unsigned on;
    int change;  /* -1: none */
    bool absent; /* no release of the profile has it there */
    bool reads;
};
const struct function *function_at(size_t i); /* NULL behind the end */
extern const struct function unknown_function;

#define ARGS_MAX 10
struct plan {
    const struct function *fn;
    enum place at;
    enum source source[ARGS_MAX];
    bool flag[ARGS_MAX];
    bool prefixed; /* the gateway's text begins with 0x */
    bool trailing; /* a word behind the arguments */
    bool dirty;    /* a bit in the padding of the first argument, or of the selector's end */
    uint64_t wei;
    bool delegate;      /* DELEGATECALL inside a multisend */
    struct plan *inner; /* for 'c' and 'L'; NULL: no bytes. Owned by the world */
};

/* What is wrong with what a proposal says of itself; everything else fits. */
enum lie {
    TRUE_WORDS,
    LIE_HASH,
    LIE_OPERATION_ID,
    LIE_MANIFEST,
    LIE_NONCE,
    LIE_ACTION,
    LIE_ACTION_COUNT,
    LIE_CHAIN,
    LIE_SAFE,
    LIE_VERSION,
    LIE_TIMELOCK,
    LIE_OPERATION,
    LIE_DELAY,
    LIE_STEP,
    LIE_CONTEXT,
    NUM_LIES,
};

enum salt { SALT_BINDS, SALT_BY_HAND, SALT_ZERO, NUM_SALTS };
enum signing { SIGNED_BY_NOBODY, SIGNED_BY_ONE, SIGNED_BY_TWO, SIGNED_BY_STRANGER, SIGNED_WRONG };
enum wrapping { WRAP_NONE, WRAP_CALL_ONLY, WRAP_MULTISEND };

#define CALLS_MAX 3
#define INNER_MAX 8
#define NOW       UINT64_C(1795248000)
#define DAY       UINT64_C(86400)

struct rules {
    bool has_timelock;
    bool releases; /* the profile names the contracts' releases */
    bool pinned[NUM_KINDS];
    bool code[NUM_PLACES]; /* implementation of that contract */
    bool app_code;
    bool changes[NUM_CHANGES];
    bool unproved[NUM_KINDS];
    bool lists_actions;
    uint64_t actions; /* bits by function; of those without a name, any one for all */
    bool value, salt_by_hand, git, expiry, max_commit_age, max_delay;
    bool script, danger,
        env; /* policy.scripts, compose-allow, allowed-envs name what may be there */
    bool path, branch, signers, images, chain;
};

struct world {
    uint64_t number;
    struct rules rules;

    enum step step;
    struct plan calls[CALLS_MAX];
    size_t num_calls;
    struct plan inner[INNER_MAX];
    size_t num_inner;
    bool batch;
    enum wrapping wrapping;

    uint64_t created_s; /* of the step that is signed */
    uint64_t scheduled_s;
    uint64_t nonce_step; /* behind the one that scheduled */
    uint64_t delay_s;
    enum salt salt;
    bool predecessor;
    uint64_t tx_wei;
    unsigned gas; /* bits: which of the five fields are not zero */
    bool tx_delegate;
    bool stray; /* the SafeTx goes to a stranger */
    enum lie lie;
    enum signing signing;
    bool executable;

    /* evidence */
    bool has_app, has_file, has_git;
    bool tag;        /* an image by its tag */
    bool script;     /* a pre_launch_script */
    unsigned danger; /* which one, from 1; 0: none */
    unsigned env;    /* which name of allowed_envs decides what runs; 0: none does */
    bool other_file; /* compose.yaml is not the file inside */
    bool other_blob; /* the commit has another file */
    bool other_path; /* not the profile's */
    uint64_t committed_s;
};

void draw(struct world *w, uint64_t seed, uint64_t number);

struct address place_address(enum place at);
bool place_has(enum place at, const struct function *fn);
/* The word of a value; app is the SHA-256 of the app-compose. */
struct hash32 value_word(const struct world *w, const struct plan *p, size_t arg,
                         const struct hash32 *app);
/* Bytes of 'q' and 'e', and the members of 'K': 0, 1 keys, 2 quote, 3 log. */
size_t value_bytes(uint8_t out[64], enum source source, unsigned member);
void encode_call(struct buf *out, const struct world *w, const struct plan *p,
                 const struct hash32 *app);

/* What a release may do only if compose-allow says so: lines of a service or fields of the
 * app-compose, and the entry that allows them. From 1; NULL behind the end. */
struct danger {
    const char *service; /* or NULL */
    const char *field;   /* or NULL */
    const char *allow;
};
const struct danger *danger_at(unsigned i);
/* Names of environment variables that decide what runs. */
const char *env_at(unsigned i);

/* The app-compose, whose hash is the release's. */
void build_app(struct buf *out, const struct world *w);
void build_evidence(struct proposal *out, const struct world *w, const struct buf *app,
                    char commit[65]);
const char *evidence_path(const struct world *w);

void build_profile(struct buf *text, const struct world *w);
/* Takes the profile for the published addresses only. */
void build_proposal(struct proposal *out, const struct world *w);

const char *oracle(const struct world *w);
const char *oracle_reason_at(size_t i); /* all that oracle() can say; NULL behind the end */

bool plant(const char *name); /* false: there is no such fault */
const char *plant_at(size_t i);

/* Ends the program if something cannot fail. */
#define NEED(call)                                                                     \
    do {                                                                               \
        struct diag need_d = { 0 }, *d = &need_d;                                      \
        if ((call) != OK) {                                                            \
            fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, #call, need_d.msg); \
            abort();                                                                   \
        }                                                                              \
    } while (0)

#endif
