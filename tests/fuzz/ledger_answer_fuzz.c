// SPDX-License-Identifier: Apache-2.0
#include <assert.h>
#include <string.h>

#include "hw/ledger/app.h"
#include "hw/ledger/eip712.h"
#include "src/base/bytes.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is accepted is accounted for to the last byte, and no answer is taken for another kind. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ledger_app app;
    struct device_version v;
    struct address a;
    struct sig65 sig;
    struct diag d = { 0 };
    enum setting s = SETTING_UNKNOWN;
    int kinds = 0;

    if (ledger_app_parse(&d, &app, data, size) == OK) {
        assert(size == 4 + strlen(app.name) + strlen(app.version) +
                           data[3 + strlen(app.name) + strlen(app.version)]);
        (void)!ledger_app_check(&d, &v, &app);
        kinds++;
    }
    if (ledger_config_parse(&d, &s, data, size) == OK) {
        assert(size == 4 && s != SETTING_UNKNOWN);
        kinds++;
    }
    if (ledger_account_parse(&d, &a, data, size) == OK) {
        assert(size == 107 && !address_is_zero(&a));
        kinds++;
    }
    if (ledger_signature_parse(&d, &sig, data, size) == OK)
        assert(size == 65 && sig.b[64] == data[0] && memcmp(sig.b, data + 1, 64) == 0);
    assert(kinds <= 1);
    return 0;
}
