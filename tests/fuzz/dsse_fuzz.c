// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "verify/sigstore/dsse.h"
#include "verify/sigstore/sigstore.h"

/* A statement never has a subject with a digest that its text does not hold. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct hash32 zero = { { 0 } };
    char *fields[SIGSTORE_NUM_FIELDS] = { NULL };
    char other[] = "refs/heads/other";
    struct statement s;
    struct diag d = { 0 };
    size_t zeros = 0;
    size_t longest = 0;

    if (statement_parse(&d, &s, data, size) != OK)
        return 0;
    /* An escape (\u0030) may stand for a digit. */
    for (size_t i = 0; i < size; i++) {
        zeros = data[i] == '0' || memchr("\\u3", data[i], 3) != NULL ? zeros + 1 : 0;
        longest = zeros > longest ? zeros : longest;
    }
    if (statement_has_subject(&s, &zero) && longest < 64)
        abort();
    fields[SIGSTORE_SOURCE_REF] = other;
    (void)predicate_disagrees(&s, fields);
    statement_clear(&s);
    return 0;
}
