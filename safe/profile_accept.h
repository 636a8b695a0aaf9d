// SPDX-License-Identifier: Apache-2.0
#ifndef SAFE_PROFILE_ACCEPT_H
#define SAFE_PROFILE_ACCEPT_H

#include "safe/profile.h"

/*
 * Which profiles a person accepted for a Safe on this machine, as OpenSSH's known_hosts remembers
 * keys: one file for each Safe, $XDG_STATE_HOME/countersign/profiles-<chain id>-<Safe> (default
 * ~/.local/state/countersign), with the whole text of each, so that a change can be told in words.
 *
 * A profile is known by its name and profile.sha256; of one name the last accepted counts alone.
 * The content decides, wherever the file lies, with one exception: a clone that the profile names
 * by a relative path is on this machine, its content is in no hash, and so its place is remembered
 * as well.
 *
 *   {"format": "countersign/accepted-profiles/1", "chainId": "1", "safe": "0x…", "profiles":
 *    [{"name", "sha256", "text": "0x…", "files": [{"path", "sha256"}], "clone", "acceptedAt"}]}
 *
 * What is in the file must fit its own hashes. A file that others may write to, or exchange, is not
 * read: ERR_IO. One that is broken is ERR_FORMAT: somebody has to look at it.
 */

enum profile_standing {
    PROFILE_NEW = 0, /* none is accepted for this Safe */
    PROFILE_OTHER,   /* others are, but none of this name */
    PROFILE_CHANGED, /* one of this name is, with another content */
    PROFILE_MOVED,   /* this one is, with its clone at another place */
    PROFILE_KNOWN,   /* this one is */
};

struct accepted_profile {
    char *name;
    char *text;
    size_t text_len;
    struct profile_file *files;
    size_t num_files;
    struct hash32 sha256;
    char *clone; /* NULL: none */
    uint64_t accepted_s;
};

/* All-zero is valid to clear. */
struct accepted_profiles {
    struct accepted_profile *items;
    size_t num_items;
};
void accepted_profiles_clear(struct accepted_profiles *list);

/* Those of p's Safe; no file is an empty list. */
MUST_CHECK enum err accepted_profiles_load(struct diag *d, struct accepted_profiles *out,
                                           const struct profile *p);
/* *before is what a person should see the difference to: of the same name, else the last accepted
 * one; NULL with PROFILE_NEW. Borrowed from list. */
enum profile_standing accepted_profiles_judge(const struct accepted_profiles *list,
                                              const struct accepted_profile **before,
                                              const struct profile *p);
/* Durably; what had its name before is replaced. ERR_IO if there is no place for it. */
MUST_CHECK enum err accepted_profiles_add(struct diag *d, const struct profile *p, uint64_t now_s);

/* The same as text and back, for the above and for tests. */
MUST_CHECK enum err accepted_profiles_parse(struct diag *d, struct accepted_profiles *out,
                                            const struct safe_domain *safe, const void *data,
                                            size_t data_len);

#endif
