// SPDX-License-Identifier: Apache-2.0
#include "safe/compose_form.h"

#include <string.h>

#include "src/base/bytes.h"

static const struct {
    const char *name;
    const char *producer;
} forms[NUM_COMPOSE_FORMS] = {
    [FORM_RAW] = { "raw", "the file's own bytes" },
    [FORM_AS_IS] = { "as-is", "compact, members in their order (JSON.stringify, jq -c)" },
    [FORM_DSTACK_JS] = { "dstack-js", "npm @phala/dstack-sdk 0.5.8, getComposeHash" },
    [FORM_DSTACK_JS_NORMALIZED] = { "dstack-js-normalized",
                                    "npm @phala/dstack-sdk 0.5.8, getComposeHash with normalize" },
    [FORM_DSTACK_PYTHON] = { "dstack-python", "Python dstack_sdk, get_compose_hash" },
    [FORM_PHALA_CLOUD_JS] = { "phala-cloud-js", "npm @phala/cloud 0.2.9 and phala 1.1.18, "
                                                "withComposeMethods(x).getHash()" },
    [FORM_VMM_CLI] = { "vmm-cli", "dstack vmm-cli.py compose" },
    [FORM_VMM_UI] = { "vmm-ui", "dstack VMM web UI" },
    [FORM_PHALA_STORED] = { "phala-stored", "Phala Cloud's backend: sorted, compact" },
};

const char *compose_form_name(enum compose_form form)
{
    return forms[form].name;
}

const char *compose_form_producer(enum compose_form form)
{
    return forms[form].producer;
}

enum err compose_form_parse(struct diag *d, enum compose_form *out, const char *name)
{
    struct buf list;

    *out = FORM_RAW;
    for (unsigned i = 0; i < NUM_COMPOSE_FORMS; i++) {
        if (strcmp(forms[i].name, name) == 0) {
            *out = (enum compose_form)i;
            return OK;
        }
    }
    buf_init(&list, 512);
    for (unsigned i = 0; i < NUM_COMPOSE_FORMS; i++)
        buf_addf(&list, "%s%s", i > 0 ? ", " : "", forms[i].name);
    diag_hint(d, "forms: %s", buf_str(&list));
    buf_clear(&list);
    return diag_set(d, ERR_USAGE, "there is no form '%.64s'", name);
}
