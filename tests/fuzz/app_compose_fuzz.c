// SPDX-License-Identifier: Apache-2.0
#include <assert.h>
#include <string.h>

#include "src/base/json.h"
#include "src/base/limits.h"
#include "verify/compose_forms.h"
#include "verify/compose_render.h"

/* What a form writes is JSON, is in that form, and is written the same when it is read again. */
static void check_form(const struct json *app, enum compose_form form)
{
    struct diag d = { 0 };
    struct buf once;

    buf_init(&once, 8 * LIMIT_COMPOSE_BYTES);
    if (compose_form_write(&d, &once, app, form) == OK && once.len <= LIMIT_COMPOSE_BYTES &&
        form != FORM_PHALA_CLOUD_JS) /* edits values, so that writing twice may edit twice */
        assert(compose_check_form(&d, form == FORM_RAW ? FORM_AS_IS : form, once.data, once.len) ==
               OK);
    buf_clear(&once);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct diag d = { 0 };
    struct json *app = NULL;

    if (compose_parse(&d, &app, data, size, "input") != OK)
        return 0;
    for (unsigned f = 0; f < NUM_COMPOSE_FORMS; f++)
        check_form(app, (enum compose_form)f);
    json_free(app);
    return 0;
}
