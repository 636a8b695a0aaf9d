// SPDX-License-Identifier: Apache-2.0
#include <assert.h>
#include <string.h>

#include "safe/compose_allow.h"
#include "src/base/limits.h"
#include "verify/compose.h"
#include "verify/compose_dangers.h"
#include "verify/compose_envs.h"

/* What compose.pinned can read, compose.dangers and compose.envs can read, too. */
static bool is_pinned(const uint8_t *data, size_t size)
{
    struct compose_images images = { 0 };
    struct diag d = { 0 };
    struct buf text;
    bool pinned = false;

    buf_init(&text, LIMIT_COMPOSE_BYTES);
    pinned = compose_docker_file(&d, &text, data, size) == OK &&
             compose_check_pinned(&d, &images, text.data, text.len, "input") == OK;
    compose_images_clear(&images);
    buf_clear(&text);
    return pinned;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bool pinned = is_pinned(data, size);
    struct dangers dangers = { 0 };
    struct compose_envs envs = { 0 };
    struct diag d = { 0 };

    assert(compose_dangers(&d, &dangers, data, size) == OK || !pinned);
    assert(compose_envs(&d, &envs, data, size) == OK || !pinned ||
           strstr(d.msg, "allowed_envs") != NULL);
    for (size_t i = 0; i < dangers.num_items; i++)
        assert(dangers.items[i].refused || compose_allow_kind_of(dangers.items[i].text) != NULL);
    dangers_clear(&dangers);
    compose_envs_clear(&envs);
    return 0;
}
