// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "verify/sigstore/checkpoint.h"

/* What is signed is a prefix of the note that ends with a line and is followed by a blank one. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *note = malloc(size + 1);
    struct checkpoint c;
    struct diag d = { 0 };

    if (note == NULL)
        return 0;
    if (size > 0)
        memcpy(note, data, size);
    note[size] = '\0';
    if (checkpoint_parse(&d, &c, note) == OK) {
        if (c.text != note || c.text_len + 1 >= strlen(note) || note[c.text_len - 1] != '\n' ||
            note[c.text_len] != '\n' || c.num_signatures == 0 || c.origin_len >= c.text_len)
            abort();
        (void)checkpoint_is_of(&c, "rekor.example.test", 18);
    }
    checkpoint_clear(&c);
    free(note);
    return 0;
}
