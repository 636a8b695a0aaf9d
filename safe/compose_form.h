// SPDX-License-Identifier: Apache-2.0
#ifndef SAFE_COMPOSE_FORM_H
#define SAFE_COMPOSE_FORM_H

#include "src/base/err.h"

/*
 * Whose bytes an app-compose is in, by name: profiles choose one, verify/compose_forms.h writes it.
 * docs/formats/compose-forms.md has the producers, versions and traps.
 */
enum compose_form {
    FORM_RAW = 0,              /* the file's bytes; written from an object: FORM_AS_IS */
    FORM_AS_IS,                /* compact, members in their order: JSON.stringify, jq -c */
    FORM_DSTACK_JS,            /* npm @phala/dstack-sdk 0.5.5 to 0.5.8, getComposeHash */
    FORM_DSTACK_JS_NORMALIZED, /* the same with normalize */
    FORM_DSTACK_PYTHON,        /* Dstack-TEE/dstack sdk/python, get_compose_hash */
    FORM_PHALA_CLOUD_JS,       /* npm @phala/cloud 0.2.9, phala 1.1.18: dumpAppCompose */
    FORM_VMM_CLI,              /* vmm-cli.py compose */
    FORM_VMM_UI,               /* VMM web UI, makeAppComposeFile */
    FORM_PHALA_STORED,         /* what Phala Cloud stores: sorted, compact */
    NUM_COMPOSE_FORMS,
};

/* "dstack-js-normalized" */
const char *compose_form_name(enum compose_form form);
/* "npm @phala/dstack-sdk 0.5.8 with normalize": whose bytes these are. */
const char *compose_form_producer(enum compose_form form);
/* ERR_USAGE; the hint lists the names. */
MUST_CHECK enum err compose_form_parse(struct diag *d, enum compose_form *out, const char *name);

#endif
