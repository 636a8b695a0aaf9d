// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include "src/base/limits.h"
#include "verify/compose.h"
#include "verify/image_ref.h"

/* A compose file that passes has images, and each is pinned. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct diag d = { 0 };
    struct compose_images c;
    struct hash32 digest;
    struct buf file;

    if (compose_check_pinned(&d, &c, data, size, "fuzz") == OK && c.num_items == 0)
        abort();
    for (size_t i = 0; i < c.num_items; i++) {
        if (image_ref_problem(&digest, c.items[i].reference) != NULL ||
            !hash32_eq(&digest, &c.items[i].digest))
            abort();
    }
    compose_images_clear(&c);
    buf_init(&file, LIMIT_COMPOSE_BYTES);
    (void)!compose_docker_file(&d, &file, data, size);
    buf_clear(&file);
    return 0;
}
