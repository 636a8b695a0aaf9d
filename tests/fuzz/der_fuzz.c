// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "verify/sigstore/cert.h"
#include "verify/sigstore/timestamp.h"

/* A certificate or a timestamp token: what is read out of it is text without a zero byte, and a
 * failure leaves nothing behind. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct bytes der = { (uint8_t *)(uintptr_t)data, size };
    struct cert_identity identity = { 0 };
    struct x509_st *cert = NULL;
    struct diag d = { 0 };
    uint64_t time_ms = 0;

    if (timestamp_read_time(&d, &time_ms, &der) != OK && time_ms != 0)
        abort();
    if (cert_parse(&d, &cert, &der) != OK)
        return cert != NULL ? abort(), 0 : 0;
    (void)cert_is_self_issued(cert);
    (void)cert_is_valid_at(cert, 1700000000000);
    (void)cert_validity(cert);
    if (cert_read_identity(&d, &identity, cert) == OK && identity.san != NULL &&
        strlen(identity.san) > size)
        abort();
    cert_identity_clear(&identity);
    cert_free(cert);
    return 0;
}
