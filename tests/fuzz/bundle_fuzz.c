// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "src/base/json.h"
#include "verify/sigstore/sigstore.h"

/* No file verifies against the real root with the digest of nothing; looking never crashes, nor
 * does reading it as a root. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct sigstore_root *root;
    struct sigstore_root *read = NULL;
    struct sigstore_request request = { .bundle = data, .bundle_len = size, .identity = "a" };
    struct sigstore_result r;
    struct json *j = NULL;
    struct diag d = { 0 };

    if (root == NULL && sigstore_root_public_good(&d, &root) != OK)
        abort();
    if (sigstore_verify(&d, &r, root, &request) == OK || r.verified || r.san != NULL)
        abort();
    sigstore_result_clear(&r);
    (void)!sigstore_root_parse(&d, &read, data, size, "root");
    sigstore_root_free(read);
    (void)!sigstore_inspect(&d, &j, data, size);
    json_free(j);
    return 0;
}
