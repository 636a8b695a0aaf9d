// SPDX-License-Identifier: Apache-2.0
#ifndef CLI_PREVIEW_SHOW_H
#define CLI_PREVIEW_SHOW_H

#include "hw/preview.h"
#include "src/base/json.h"

/* Previews as text and as JSON. */

/* A numbered list of screens, to follow with a finger. */
void preview_print(const struct preview *p);
/* {"model", "device", "mode", "settings", "refused", "confirmed", "basis", "screens", "notes"} */
struct json *preview_json(const struct preview *p);

#endif
