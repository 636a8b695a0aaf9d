// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_PREVIEW_HTML_H
#define CLI_PREVIEW_HTML_H

#include "hw/preview.h"

/* Previews as a strip of pictures: boxes in the shape of the device's screen. Nothing is loaded. */
extern const char preview_html_style[];
void preview_html(struct buf *out, const struct preview *p);
/* A page of its own around that. */
void preview_html_page(struct buf *out, const struct buf *body);

#endif
