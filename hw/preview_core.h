// SPDX-License-Identifier: Apache-2.0
#ifndef HW_PREVIEW_CORE_H
#define HW_PREVIEW_CORE_H

#include "hw/preview_build.h"

/* What both parts of the core models share: typed data (preview_core.c) and transactions
 * (preview_core_tx.c). */

/* How a model writes, and what it wants pressed. */
struct core_face {
    enum device_model model;
    bool old;             /* before 2.6.0 */
    bool capitals;        /* headings */
    bool groups;          /* the signing address in fours */
    const char *colon;    /* behind a title */
    unsigned columns;     /* characters of a line */
    unsigned first_chars; /* of calldata that are shown before all of it is asked for */
    /* what to press: on a page, on that of a transaction's address, on a value of its own that
     * asks twice (NULL: none does), on one of several pages, on the last screen of typed data */
    const char *go_on, *go_on_address, *accept, *turn_pages, *finish;
    const char *open_domain, *open_message, *open_data;
};

const struct core_face *core_face_of(const struct device_setup *setup);

void core_heading(struct preview *p, const struct core_face *f, const char *heading);
/* Lines as wide as the device's; where exactly its pages end is not known. */
void core_row(struct preview *p, const struct core_face *f, const char *title, const char *text);
/* With pages behind a button before 2.6.0. */
void core_bytes(struct preview *p, const struct core_face *f, const char *title,
                const uint8_t *data, size_t len);

#endif
