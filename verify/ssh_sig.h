// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_SSH_SIG_H
#define VERIFY_SSH_SIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "src/base/bytes.h"

/*
 * SSH signatures over files and git objects, and the file that says whose keys count.
 *
 * Keys: ssh-ed25519, ecdsa-sha2-nistp256, ecdsa-sha2-nistp384, ssh-rsa (signatures rsa-sha2-256
 * and rsa-sha2-512), and those of security keys, sk-ssh-ed25519@openssh.com and
 * sk-ecdsa-sha2-nistp256@openssh.com, if somebody touched the key. Other kinds, such as
 * certificates, are ERR_UNSUPPORTED.
 * Source: PROTOCOL.sshsig, PROTOCOL.u2f and ssh-keygen(1) of OpenSSH 9.2; RFC 8709, 5656, 8332.
 */

/* Who signed, according to a file of allowed signers. */
struct ssh_signer {
    char principals[128]; /* of the line, cut if need be: the file's own text */
    size_t line;          /* of the file */
    char fingerprint[64]; /* "SHA256:…", as ssh-keygen -l shows it */
};

/*
 * Check the armored signature over message for a namespace ("git") at a time, against the text of
 * an allowed-signers file. The first line with the signature's key that is valid at the
 * time (valid-after, valid-before) decides; its namespaces, if it has any, must match.
 *
 * ERR_MISMATCH: not signed by an allowed key, or a bad signature. ERR_FORMAT: the signature is
 * malformed. ERR_UNSUPPORTED: a kind of key or hash that is not known here. ERR_USAGE: a line with
 * that key comes first and cannot be judged: it is malformed, or uses what is refused by name
 * (cert-authority, quoted and negated principals), or the time is within a day of a limit without
 * Z, which means something else on each machine. Lines of other keys do not matter.
 */
MUST_CHECK enum err ssh_sig_verify(struct diag *d, struct ssh_signer *out, const char *allowed,
                                   size_t allowed_len, const void *armored, size_t armored_len,
                                   const void *message, size_t message_len, const char *name_space,
                                   uint64_t time_s);

/* What a time may mean: one instant with Z, all time zones' without. All-zero: there is none. */
struct signer_time {
    uint64_t first_s;
    uint64_t last_s;
};

/* A key line of the file; what it points to is borrowed from the text. */
struct allowed_signer {
    const char *principals;
    size_t principals_len;
    bool has_namespaces;
    const char *namespaces;
    size_t namespaces_len;
    struct signer_time valid_after;
    struct signer_time valid_before;
    struct buf key;   /* the blob; owned */
    const char *text; /* the whole line, also if it cannot be judged */
    size_t text_len;
};
/* Lines of the text, one after the other: *line counts from 1, *at is the position. *found is false
 * at the end. Comments and empty lines are skipped. ERR_USAGE says what is wrong with a line; the
 * next call reads the one behind it. Clear out->key. */
MUST_CHECK enum err allowed_signers_next(struct diag *d, struct allowed_signer *out, bool *found,
                                         const char *text, size_t text_len, size_t *at,
                                         size_t *line);
/* There is a line that can be judged; otherwise ERR_USAGE says why the first one cannot. */
MUST_CHECK enum err allowed_signers_check(struct diag *d, const char *text, size_t text_len);
/* A comma-separated list of patterns with * and ?, and ! in front of what must not match. */
bool allowed_signers_match(const char *list, size_t list_len, const char *name);

#endif
