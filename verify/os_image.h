// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_OS_IMAGE_H
#define VERIFY_OS_IMAGE_H

#include <stddef.h>
#include <stdint.h>

#include "safe/proposal.h"

/*
 * A dstack OS image, unpacked: digest.txt names it, by the SHA-256 of sha256sum.txt, which lists
 * the files. Evidence keeps the two texts; the files are too large and are compared by whoever has
 * them. The root file system is bound by the kernel command line in metadata.json, not here.
 * Source: dstack os/image/assemble.sh, dstack-verifier of v0.5.11.
 */

#define EVIDENCE_OS_DIGEST EVIDENCE_OS_IMAGE "digest.txt"
#define EVIDENCE_OS_LIST   EVIDENCE_OS_IMAGE "sha256sum.txt"

struct os_image_file {
    char *name; /* [a-zA-Z0-9._+-]+ */
    struct hash32 hash;
};
/* All-zero is valid to clear. */
struct os_image {
    struct hash32 digest; /* SHA-256 of sha256sum.txt: os_image_hash */
    struct os_image_file *files;
    size_t num_files;
};
void os_image_clear(struct os_image *o);

/*
 * Both texts. sha256sum.txt: one or more lines of coreutils, "<64 lower-case hex>  <name>\n" (or
 * " *" between them), no name twice, none with a directory; ERR_FORMAT otherwise. digest.txt: 64
 * hex digits, perhaps a newline; ERR_MISMATCH if they are not the SHA-256 of sha256sum.txt.
 */
MUST_CHECK enum err os_image_parse(struct diag *d, struct os_image *out, const void *list,
                                   size_t list_len, const void *digest, size_t digest_len);

/* An unpacked image, and the names in it that may be there without being listed. */
struct os_image_dir {
    const char *path;
    const char *const *unlisted;
    size_t num_unlisted;
};

/*
 * The directory's own sha256sum.txt is the one that o was read from, every listed file is there,
 * regular, with its hash, and nothing else but the two texts and dir->unlisted. ERR_MISMATCH says
 * which file. *total (may be NULL) counts bytes.
 */
MUST_CHECK enum err os_image_check_dir(struct diag *d, uint64_t *total, const struct os_image *o,
                                       const struct os_image_dir *dir);

/* Read, check, and add the two texts to p's evidence. *out is the os_image_hash. */
MUST_CHECK enum err os_image_collect(struct diag *d, struct hash32 *out, struct proposal *p,
                                     const struct os_image_dir *dir);

#endif
