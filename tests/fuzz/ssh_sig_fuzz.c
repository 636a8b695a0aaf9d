// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "verify/git_signed.h"

/*
 * A commit or a tag, a NUL, a file of allowed signers. Who is accepted has a line in the file that
 * can be judged; payload and signature are parts of the object.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = size > 0 ? memchr(data, '\0', size) : NULL;
    size_t object_len = end != NULL ? (size_t)(end - data) : size;
    const char *allowed = end != NULL ? (const char *)end + 1 : "";
    size_t allowed_len = end != NULL ? size - object_len - 1 : 0;
    struct diag d = { 0 };
    struct git_signed parts;
    struct ssh_signer signer;

    for (int is_tag = 0; is_tag < 2; is_tag++) {
        enum err e = is_tag ? git_signed_tag(&d, &parts, data, object_len)
                            : git_signed_commit(&d, &parts, data, object_len);

        if (e == OK && parts.payload.len + parts.signature.len > object_len)
            abort();
        if (e == OK && git_signed_verify(&d, &signer, &parts, allowed, allowed_len) == OK &&
            (signer.line == 0 || allowed_signers_check(&d, allowed, allowed_len) != OK))
            abort();
        git_signed_clear(&parts);
    }
    return 0;
}
