// SPDX-License-Identifier: Apache-2.0
#ifndef VERIFY_COMPOSE_FORM_FIELDS_H
#define VERIFY_COMPOSE_FORM_FIELDS_H

#include "src/base/json.h"

/*
 * Producers that build the object from fields of their own: the object as they would build it, or
 * ERR_UNSUPPORTED with the name of the field that they would not have written like this. *out is
 * freed with json_free. Internal to compose_forms.c.
 */
MUST_CHECK enum err compose_fields_python(struct diag *d, struct json **out,
                                          const struct json *app);
MUST_CHECK enum err compose_fields_vmm_cli(struct diag *d, struct json **out,
                                           const struct json *app);
MUST_CHECK enum err compose_fields_vmm_ui(struct diag *d, struct json **out,
                                          const struct json *app);

#endif
