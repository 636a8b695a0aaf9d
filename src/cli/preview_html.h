// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_PREVIEW_HTML_H
#define CLI_PREVIEW_HTML_H

#include "hw/preview.h"

/* Previews as a strip of pictures: boxes in the shape of the device's screen. Nothing is loaded. */
extern const char preview_html_style[];
void preview_html(struct buf *out, const struct preview *p);

#endif
