// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_HTML_H
#define BASE_HTML_H

#include "src/base/bytes.h"

/*
 * Text inside HTML: < > & " ' become entities, newlines stay, everything else outside printable
 * ASCII becomes \xNN. Text from outside is escaped for a terminal before (buf_add_untrusted), so
 * that nothing in it is invisible or reordered.
 */
void buf_add_html(struct buf *out, const char *text);

#endif
