// SPDX-License-Identifier: Apache-2.0
#ifndef SAFE_PROFILE_H
#define SAFE_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "safe/call_tree.h"
#include "safe/compose_form.h"
#include "safe/safe_tx.h"

/*
 * countersign.yaml: one governed deployment, and the policy that judges proposals for it. Trusted
 * input, still read strictly: an unknown key, a wrong type or a wrong checksum is an error with
 * line and column. docs/profile.md documents every key.
 */

enum profile_owner { OWNER_SAFE, OWNER_TIMELOCK };

/* Code that a contract may run: where it lies, and Keccak-256 of it with its own address masked
 * (twenty zero bytes in each place, because UUPS writes that address into the code). */
struct profile_code {
    bool given;
    struct address address;
    struct hash32 code_hash;
};

struct profile_contract {
    char *name; /* [a-z][a-z0-9-]*, unique; "safe" and "timelock" are reserved */
    enum contract_kind kind;
    struct address address;
    char *release;                          /* "0.5.11", "next"; NULL if not given */
    enum profile_owner owner;               /* who must own it; default: timelock if there is one */
    char *abi_path;                         /* kind CONTRACT_OTHER; NULL if not given */
    struct user_abi *abi;                   /* NULL if not given */
    struct profile_code implementation;     /* behind its proxy */
    struct profile_code app_implementation; /* of a KMS: what the apps that it deploys run */
};

/* Where proposals and signatures meet. */
enum queue_kind { QUEUE_NONE = 0, QUEUE_DIRECTORY, QUEUE_SERVICE };

struct profile_queue {
    enum queue_kind kind;
    char *location;     /* directory (absolute, or made so), or base URL up to before /api */
    char *api_key_file; /* service; NULL if not given */
    char *api_key_env;  /* service; name of an environment variable; NULL if not given */
    bool allow_plain_http;
};

/* Changes that hand the Safe or a contract to somebody else; forbidden unless allowed by name. */
enum privileged_change {
    CHANGE_OWNERS = 1 << 0, /* Safe owners and threshold */
    CHANGE_MODULES = 1 << 1,
    CHANGE_GUARD = 1 << 2, /* transaction and module guards */
    CHANGE_FALLBACK_HANDLER = 1 << 3,
    CHANGE_SINGLETON = 1 << 4,      /* migration contracts, changeMasterCopy, setup */
    CHANGE_IMPLEMENTATION = 1 << 5, /* upgradeToAndCall, setAppImplementation, disableUpgrades */
    CHANGE_OWNERSHIP = 1 << 6,      /* transferOwnership, renounceOwnership, acceptOwnership */
    CHANGE_ROLES = 1 << 7,          /* timelock and AccessControl roles */
    CHANGE_DELAY = 1 << 8,          /* updateDelay */
    CHANGE_APPROVALS = 1 << 9,      /* approveHash, signMessage, execTransaction of another Safe */
    CHANGE_KMS_TRUST = 1 << 10,     /* setKmsInfo, setKmsQuote, setKmsEventlog */
    CHANGE_GATEWAY = 1 << 11,       /* setGatewayAppId */
    CHANGE_DEVICE_POLICY =
        1 << 12,                 /* setAllowAnyDevice, and an app that allows any from its start */
    CHANGE_TCB_POLICY = 1 << 13, /* setRequireTcbUpToDate, and an app that does not ask for it */
    CHANGE_APPS = 1 << 14,       /* registerApp, deployAndRegisterApp */
};
#define NUM_PRIVILEGED_CHANGES 15
/* "owners", "modules", …; bit is a single privileged_change. */
const char *privileged_change_name(unsigned bit);

/* Values that the profile vouches for: words of calls, or the SHA-256 of bytes (keys, quote, log).
 */
enum profile_pin {
    PIN_OS_IMAGE,
    PIN_KMS_MEASUREMENT,
    PIN_KMS_DEVICE,
    PIN_DEVICE,
    PIN_KMS_K256_KEY,
    PIN_KMS_CA_KEY,
    PIN_KMS_QUOTE,
    PIN_KMS_EVENT_LOG,
};
#define NUM_PROFILE_PINS 8
struct profile_pins {
    struct hash32 *hashes; /* owned */
    size_t num_hashes;
};
const char *profile_pin_name(enum profile_pin pin); /* "os-images", … */

/* Kinds of value that a policy may accept although nobody shows evidence for them. A compose hash
 * is not among them. */
enum unproved {
    UNPROVED_DEVICE = 1 << 0,          /* machines that apps may run on */
    UNPROVED_KMS_DEVICE = 1 << 1,      /* machines that a KMS may run on */
    UNPROVED_KMS_MEASUREMENT = 1 << 2, /* aggregated measurements of a KMS */
    UNPROVED_OS_IMAGE = 1 << 3,
    UNPROVED_IMPLEMENTATION = 1 << 4, /* code of contracts, and of apps that are to come */
    UNPROVED_KMS_INFO = 1 << 5,       /* root keys of a KMS, their quote and event log */
    UNPROVED_GATEWAY = 1 << 6,
    UNPROVED_APP = 1 << 7, /* apps that are registered, and owners of new ones */
    UNPROVED_AGE = 1 << 8, /* of a proposal whose time nobody signed */
};
#define NUM_UNPROVED 9
/* "device", "kms-device", …; bit is a single one. */
const char *unproved_name(unsigned bit);

struct profile_policy {
    char **actions; /* names of `propose`, allowed; NULL: every non-privileged action */
    size_t num_actions;
    unsigned allowed_changes;  /* privileged_change bits */
    unsigned unproved;         /* unproved bits */
    uint64_t expiry_s;         /* of a proposal; 0: none */
    uint64_t min_delay_s;      /* least delay of a schedule; default: timelock delay */
    uint64_t max_delay_s;      /* 0: none */
    bool allow_value;          /* calls may carry ether */
    bool allow_override_salt;  /* a salt that is not the manifest's digest is accepted */
    bool unattended_delegates; /* sign --yes is allowed for delegates */
    uint64_t max_commit_age_s; /* of the commit, when it is verified; 0: none */
    bool require_git;          /* add-compose-hash needs the git proof; default true */
    char **scripts; /* SHA-256 of scripts that an app-compose may run, as 64 hex digits */
    size_t num_scripts;
    char **compose_allow; /* dangers of an app-compose that are meant: safe/compose_allow.h */
    size_t num_compose_allow;
    char **allowed_envs; /* environment names that may decide what code runs */
    size_t num_allowed_envs;
    char **require; /* further check ids that must pass; needs --online for chain.* */
    size_t num_require;
};

/* How a template of the repository becomes an app-compose: verify/compose_render.h. */
struct json;
struct profile_substitution {
    char *placeholder; /* no placeholder contains another */
    char *value;       /* NULL exactly if image is not */
    char *image;       /* reference without digest; the release brings that */
    uint64_t times;    /* how often it must occur, exactly */
};
/* A field that a provider adds; its value, or the hash of its text. */
struct profile_addition {
    char *field;
    char *by;           /* "Phala Cloud" */
    char *version;      /* "pre-launch script v0.0.20" */
    struct json *value; /* NULL: by hash */
    struct hash32 sha256;
};
struct profile_compose {
    bool given;
    enum compose_form form;
    bool strip_newlines; /* those at the end of the template are dropped, as $(cat FILE) does */
    struct profile_substitution *substitutions;
    size_t num_substitutions;
    char **leave; /* variables that stay in the text, beside those of allowed_envs */
    size_t num_leave;
    struct json *app; /* all fields in their order; docker_compose_file is null: its place */
    struct profile_addition *additions;
    size_t num_additions;
};

/* Who may sign the images of these names. Patterns: profile_image_matches. */
struct profile_image {
    char *pattern;    /* registry and path, no tag: "ghcr.io/example/app" */
    char *issuer;     /* exact; NULL exactly if identity is, and with a key */
    char *identity;   /* a pattern */
    char *repository; /* a pattern; NULL, as those below: not asked for */
    char *ref;        /* a pattern */
    char *trigger;
    char *runner;
    bool same_commit;      /* built from the commit that holds the compose file */
    uint64_t max_age_s;    /* of the signature, when the proposal is made; 0: none */
    uint64_t not_before_s; /* 0: none */
    char *key_path;        /* instead of issuer and identity; else NULL */
    char *key_pem;
};

struct profile_images {
    bool given;
    char *root_path; /* NULL: the root that is shipped */
    uint8_t *root;   /* content of that file; NULL if there is none */
    size_t root_len;
    bool root_pinned;          /* the profile names the hash */
    struct hash32 root_sha256; /* of the file, or as pinned; zero without either */
    struct profile_image *policies;
    size_t num_policies;
};

/* A file that the profile names and whose content decides as the profile's own does. */
struct profile_file {
    char *path; /* as the profile writes it */
    struct hash32 sha256;
};

struct profile {
    char *path; /* as opened, for messages; NULL for text given directly */
    char *name;

    /* What profile_accept.h is about. */
    char *real_path; /* absolute, behind symbolic links; "-": standard input; NULL as above */
    bool found;      /* by a search in this directory and above: nobody named it */
    bool accepted;   /* by a person, for its Safe: what profile_accept.h says, or the caller */
    char *text;      /* as it was read, NUL-terminated */
    size_t text_len;
    struct profile_file *files; /* in the order in which they were read */
    size_t num_files;
    /* Of the text alone, if no file is named: what sha256sum says. With files, of one line for the
     * profile and one for each of them, "<64 hex>  -\n" as 'sha256sum <FILE' prints it. */
    struct hash32 sha256;

    struct u256 chain_id;
    char **rpc_urls;
    size_t num_rpc_urls;
    bool rpc_allow_plain_http;
    uint64_t min_endpoints; /* how many hosts must agree; default 1 */

    struct safe_domain safe; /* chain id, address, version */
    struct address *owners;
    size_t num_owners;
    uint64_t threshold;
    struct address *delegates;
    size_t num_delegates;
    struct address *modules; /* that may be enabled; usually none */
    size_t num_modules;
    struct address guard;      /* zero: none */
    bool has_fallback_handler; /* false: the published handler of the version, or none */
    struct address fallback_handler;

    bool has_timelock;
    struct address timelock;
    char *timelock_release; /* "4.9", "5.4" */
    uint64_t timelock_delay_s;

    struct profile_contract *contracts;
    size_t num_contracts;

    char *git_branch;       /* remote-tracking ref that a release comes from; NULL if not given */
    char *git_path;         /* default of propose --path */
    char *git_repository;   /* web address, for people */
    char *git_clone;        /* directory of a clone, to compare branch with; NULL if not given */
    char *git_signers_path; /* file of allowed signers; NULL if not given */
    char *git_signers;      /* its text; NULL if it was not read */
    size_t git_signers_len;

    struct profile_compose compose;
    struct profile_images images;
    struct profile_queue queue;
    struct profile_pins pins[NUM_PROFILE_PINS];
    struct profile_policy policy;
};

/*
 * path NULL: countersign.yaml in this or a parent directory; ERR_USAGE if there is none, or if it
 * belongs to another user than this one or root. path "-" is standard input. How the file is
 * opened: src/base/trusted_file.h; relative paths in it are behind the directory of the file
 * itself, also where a symbolic link led to it. Nobody has accepted it yet: only profile_accept.h
 * says so.
 */
MUST_CHECK enum err profile_load(struct diag *d, struct profile **out, const char *path);
/* dir resolves relative paths; NULL: they are kept, and no ABI file is read. */
MUST_CHECK enum err profile_parse(struct diag *d, struct profile **out, const void *data,
                                  size_t data_len, const char *what, const char *dir);
void profile_free(struct profile *p);

const struct profile_contract *profile_contract_by_name(const struct profile *p, const char *name);
const struct profile_contract *profile_contract_at(const struct profile *p,
                                                   const struct address *a);
/*
 * name is registry and path of an image, complete (verify/image_ref.h, image_ref_name). The first
 * policy that matches; NULL if there is none.
 */
const struct profile_image *profile_image_policy(const struct profile *p, const char *name);
/*
 * The whole text, from its first character to its last. A star stands for one character or more of
 * [a-zA-Z0-9._+-]: never for '/', '@' or ':'.
 */
bool profile_image_matches(const char *pattern, const char *text);
void profile_images_clear(struct profile_images *images);

bool profile_has_pin(const struct profile *p, enum profile_pin pin, const struct hash32 *value);
void profile_pins_clear(struct profile *p);

bool profile_is_owner(const struct profile *p, const struct address *a);
bool profile_is_delegate(const struct profile *p, const struct address *a);

/* Lookup for call_tree_decode: Safe, timelock, contracts of the profile, published Safe libraries.
 * Borrowed from p. */
struct call_lookup profile_call_lookup(const struct profile *p);

/* All that the profile says, for `profile check --json`; RPC endpoints without path, as that may
 * hold a key. */
struct json;
struct json *profile_json(const struct profile *p);
/* Append scheme, host and port of a URL: "https://host/..." if there is more. */
void profile_add_host(struct buf *out, const char *url);

#endif
