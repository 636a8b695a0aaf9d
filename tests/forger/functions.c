// SPDX-License-Identifier: Apache-2.0
/* What may be called, written from the contracts' own sources, and its calldata. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/address.h"
#include "src/base/digest.h"
#include "src/base/hex.h"
#include "src/base/keccak.h"
#include "tests/forger/forger.h"

const char *const change_names[NUM_CHANGES] = {
    "owners",        "modules",    "guard", "fallback-handler", "singleton", "implementation",
    "ownership",     "roles",      "delay", "approvals",        "kms-trust", "gateway",
    "device-policy", "tcb-policy", "apps",
};
const char *const kind_names[NUM_KINDS] = {
    "device", "kms-device", "kms-measurement", "os-image", "implementation", "kms-info", "gateway",
    "app",    "age"
};

#define BOTH (ON_APP | ON_KMS)
static const struct function functions[] = {
    { "addComposeHash(bytes32)", "add-compose-hash", "h", ON_APP, -1, false, false },
    { "removeComposeHash(bytes32)", "remove-compose-hash", "r", ON_APP, -1, false, false },
    { "addDevice(bytes32)", "add-device", "d", ON_APP, -1, false, false },
    { "removeDevice(bytes32)", "remove-device", "r", ON_APP, -1, false, false },
    { "setAllowAnyDevice(bool)", "set-allow-any-device", "v", ON_APP, DEVICE_POLICY, false, false },
    { "setRequireTcbUpToDate(bool)", "set-require-tcb-up-to-date", "v", ON_APP, TCB_POLICY, false,
      false },
    { "disableUpgrades()", "disable-upgrades", "", ON_APP, IMPLEMENTATION, false, false },
    { "upgradeToAndCall(address,bytes)", "upgrade-to-and-call", "ic", BOTH, IMPLEMENTATION, false,
      false },
    { "transferOwnership(address)", "transfer-ownership", "x", BOTH, OWNERSHIP, false, false },
    { "renounceOwnership()", "renounce-ownership", "", BOTH, OWNERSHIP, false, false },
    { "initialize(address,bool,bool,bool,bytes32,bytes32)", NULL, "wvtnOH", ON_APP, OWNERSHIP,
      false, false },
    { "initialize(address,bool,bool,bytes32,bytes32)", NULL, "wvnOH", ON_APP, OWNERSHIP, false,
      false },
    { "owner()", NULL, "", BOTH, -1, false, true },
    { "allowedComposeHashes(bytes32)", NULL, "r", ON_APP, -1, false, true },

    { "addKmsAggregatedMr(bytes32)", "add-kms-aggregated-mr", "m", ON_KMS, -1, false, false },
    { "removeKmsAggregatedMr(bytes32)", "remove-kms-aggregated-mr", "r", ON_KMS, -1, false, false },
    { "addKmsDevice(bytes32)", "add-kms-device", "D", ON_KMS, -1, false, false },
    { "removeKmsDevice(bytes32)", "remove-kms-device", "r", ON_KMS, -1, false, false },
    { "addOsImageHash(bytes32)", "add-os-image-hash", "o", ON_KMS, -1, false, false },
    { "removeOsImageHash(bytes32)", "remove-os-image-hash", "r", ON_KMS, -1, false, false },
    { "addAppImageMr(bytes32)", "add-app-image-mr", "o", ON_KMS | FORMERLY, -1, false, false },
    { "setKmsInfo((bytes,bytes,bytes,bytes))", "set-kms-info", "K", ON_KMS, KMS_TRUST, false,
      false },
    { "setKmsQuote(bytes)", "set-kms-quote", "q", ON_KMS, KMS_TRUST, false, false },
    { "setKmsEventlog(bytes)", "set-kms-eventlog", "e", ON_KMS, KMS_TRUST, false, false },
    { "setGatewayAppId(string)", "set-gateway-app-id", "g", ON_KMS, GATEWAY, false, false },
    { "setAppImplementation(address)", "set-app-implementation", "I", ON_KMS, IMPLEMENTATION, false,
      false },
    { "registerApp(address)", "register-app", "p", ON_KMS, APPS, false, false },
    { "deployAndRegisterApp(address,bool,bool,bool,bytes32,bytes32)", "deploy-and-register-app",
      "wvtnOH", ON_KMS, APPS, false, false },
    { "deployAndRegisterApp(address,bool,bool,bytes32,bytes32)", "deploy-and-register-app", "wvnOH",
      ON_KMS, APPS, false, false },

    { "addOwnerWithThreshold(address,uint256)", "add-owner", "xu", ON_SAFE, OWNERS, false, false },
    { "removeOwner(address,address,uint256)", "remove-owner", "xxu", ON_SAFE, OWNERS, false,
      false },
    { "swapOwner(address,address,address)", "swap-owner", "xxx", ON_SAFE, OWNERS, false, false },
    { "changeThreshold(uint256)", "change-threshold", "u", ON_SAFE, OWNERS, false, false },
    { "enableModule(address)", "enable-module", "x", ON_SAFE, MODULES, false, false },
    { "disableModule(address,address)", "disable-module", "xx", ON_SAFE, MODULES, false, false },
    { "setGuard(address)", "set-guard", "x", ON_SAFE, GUARD, false, false },
    { "setFallbackHandler(address)", "set-fallback-handler", "x", ON_SAFE, FALLBACK_HANDLER, false,
      false },
    { "approveHash(bytes32)", NULL, "r", ON_SAFE, APPROVALS, false, false },
    { "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,bytes)",
      NULL, "TzczzzzzzB", ON_SAFE, APPROVALS, false, false },
    { "execTransactionFromModule(address,uint256,bytes,uint8)", NULL, "Tzcz", ON_SAFE, MODULES,
      false, false },
    { "changeMasterCopy(address)", NULL, "x", ON_SAFE, SINGLETON, true, false },
    { "nonce()", NULL, "", ON_SAFE, -1, false, true },

    { "updateDelay(uint256)", "update-delay", "u", ON_TIMELOCK, DELAY, false, false },
    { "grantRole(bytes32,address)", "grant-role", "rx", ON_TIMELOCK, ROLES, false, false },
    { "revokeRole(bytes32,address)", "revoke-role", "rx", ON_TIMELOCK, ROLES, false, false },
    { "renounceRole(bytes32,address)", NULL, "rx", ON_TIMELOCK, ROLES, false, false },

    { "schedule(address,uint256,bytes,bytes32,bytes32,uint256)", NULL, "Tzcrru",
      ON_TIMELOCK | OPERATES, -1, false, false },
    { "execute(address,uint256,bytes,bytes32,bytes32)", NULL, "Tzcrr", ON_TIMELOCK | OPERATES, -1,
      false, false },
    { "cancel(bytes32)", NULL, "r", ON_TIMELOCK | OPERATES, -1, false, false },

    { "upgradeTo(address)", NULL, "i", BOTH, IMPLEMENTATION, true, false },
    { "setOwner(address)", NULL, "x", BOTH, OWNERSHIP, true, false },
    { "multicall(bytes[])", NULL, "L", BOTH | ON_TIMELOCK | ON_SAFE, -1, true, false },
    { "transfer(address,uint256)", NULL, "xu", ON_STRANGER, -1, true, false },
};
const struct function unknown_function = { "nobodyKnows(bytes32)", NULL, "r", 0, -1, true, false };

const struct function *function_at(size_t i)
{
    return i < sizeof(functions) / sizeof(functions[0]) ? &functions[i] : NULL;
}

struct address place_address(enum place at)
{
    struct address a;

    memset(a.b, 0x10 + (int)at, sizeof(a.b));
    return a;
}

bool place_has(enum place at, const struct function *fn)
{
    static const unsigned kinds[NUM_PLACES] = { ON_APP,  ON_KMS,      ON_APP,
                                                ON_SAFE, ON_TIMELOCK, ON_STRANGER };

    return (fn->on & kinds[at]) != 0;
}

/* --- values ----------------------------------------------------------------------------------- */

static struct hash32 hash_of_nothing(void)
{
    struct hash32 h;

    NEED(sha256(d, &h, "", 0));
    return h;
}

static void address_word(struct hash32 *out, struct address a)
{
    memset(out, 0, sizeof(*out));
    memcpy(out->b + 12, a.b, sizeof(a.b));
}

/* OWN: the code that a profile may name, a contract of it; otherwise nobody's. */
static struct hash32 address_value(enum source source, char letter, enum place at)
{
    struct hash32 h = { { 0 } };
    struct address a;

    if (source == ZERO || source == NOTHING)
        return h;
    memset(a.b, 0xc0 + (int)at, sizeof(a.b));
    if (source == OWN && letter == 'p')
        a = place_address(AT_APP);
    else if (source == OWN && letter == 'w')
        a = place_address(AT_SAFE);
    else if (source == OWN && letter == 'I')
        memset(a.b, 0xd0, sizeof(a.b));
    else if (source == FOREIGN)
        memset(a.b, 0xee, sizeof(a.b));
    address_word(&h, a);
    return h;
}

struct hash32 value_word(const struct world *w, const struct plan *p, size_t arg,
                         const struct hash32 *app)
{
    char letter = p->fn->args[arg];
    enum source source = p->source[arg];
    struct hash32 h = { { 0 } };

    if (strchr("iIpwx", letter) != NULL)
        return address_value(source, letter, p->at);
    if (strchr("vnt", letter) != NULL) {
        h.b[31] = p->flag[arg];
        return h;
    }
    if (letter == 'u')
        h.b[31] = 2;
    if (letter == 'T' && p->inner != NULL)
        address_word(&h, place_address(p->inner->at));
    if (strchr("uzT", letter) != NULL)
        return h;
    if (letter == 'r')
        memset(h.b, 0x77, sizeof(h.b));
    else if (source == NOTHING)
        h = hash_of_nothing();
    else if (source == OWN && strchr("hH", letter) != NULL)
        h = *app;
    else if (source == OWN || source == FOREIGN)
        memset(h.b, (source == OWN ? 0 : 0x80) + (letter == 'O' ? 'd' : letter), sizeof(h.b));
    (void)w;
    return h;
}

size_t value_bytes(uint8_t out[64], enum source source, unsigned member)
{
    size_t len = source == NOTHING ? 0 : 40;

    memset(out, source == ZERO ? 0 : (int)(0x21 + member + (source == FOREIGN ? 0x40 : 0)), len);
    return len;
}

/* --- calldata --------------------------------------------------------------------------------- */

static void add_number(struct buf *out, uint64_t n)
{
    buf_add_zero(out, 24);
    for (int shift = 56; shift >= 0; shift -= 8)
        buf_add_u8(out, (uint8_t)(n >> shift));
}

static void add_bytes(struct buf *out, const uint8_t *data, size_t len)
{
    add_number(out, len);
    buf_add(out, data, len);
    buf_add_zero(out, (32 - len % 32) % 32);
}

static void add_gateway(struct buf *out, const struct plan *p, size_t arg)
{
    enum source source = p->source[arg];
    struct address a = place_address(AT_APP);
    char text[HEX_LEN(20) + 2] = "0x";

    if (source == FOREIGN)
        memset(a.b, 0xee, sizeof(a.b));
    (void)hex_encode(text + 2, a.b, sizeof(a.b));
    if (source == ZERO)
        add_bytes(out, (const uint8_t *)"any", 3);
    else if (source == NOTHING)
        add_bytes(out, (const uint8_t *)"", 0);
    else
        add_bytes(out, (const uint8_t *)text + (p->prefixed ? 0 : 2), p->prefixed ? 42 : 40);
}

/* The tuple of setKmsInfo, each member from the same source. */
static void add_kms_info(struct buf *out, enum source source)
{
    uint8_t bytes[64];
    size_t at = 4 * 32;

    for (unsigned i = 0; i < 4; i++) {
        add_number(out, at);
        at += 32 + (value_bytes(bytes, source, i) + 31) / 32 * 32;
    }
    for (unsigned i = 0; i < 4; i++)
        add_bytes(out, bytes, value_bytes(bytes, source, i));
}

static void add_inner(struct buf *out, const struct world *w, const struct plan *p,
                      const struct hash32 *app)
{
    struct buf data;

    buf_init(&data, 65536);
    if (p->inner != NULL)
        encode_call(&data, w, p->inner, app);
    add_bytes(out, data.data, data.len);
    buf_clear(&data);
}

static void add_tail(struct buf *out, const struct world *w, const struct plan *p, size_t arg,
                     const struct hash32 *app)
{
    uint8_t bytes[64];
    size_t len = 0;

    switch (p->fn->args[arg]) {
    case 'g':
        add_gateway(out, p, arg);
        break;
    case 'K':
        add_kms_info(out, p->source[arg]);
        break;
    case 'L':
        add_number(out, 1);
        add_number(out, 32);
        add_inner(out, w, p, app);
        break;
    case 'c':
        add_inner(out, w, p, app);
        break;
    case 'B':
        memset(bytes, 0x99, sizeof(bytes));
        add_bytes(out, bytes, 64);
        break;
    default:
        len = value_bytes(bytes, p->source[arg], p->fn->args[arg] == 'q' ? 2 : 3);
        add_bytes(out, bytes, len);
    }
}

void encode_call(struct buf *out, const struct world *w, const struct plan *p,
                 const struct hash32 *app)
{
    size_t n = strlen(p->fn->args);
    size_t start = out->len;
    struct hash32 selector;
    struct buf tail;

    buf_init(&tail, 65536);
    keccak256(&selector, p->fn->signature, strlen(p->fn->signature));
    buf_add(out, selector.b, 4);
    for (size_t i = 0; i < n; i++) {
        struct hash32 word;

        if (strchr("gqeKLcB", p->fn->args[i]) != NULL) {
            add_number(out, 32 * n + tail.len);
            add_tail(&tail, w, p, i, app);
            continue;
        }
        word = value_word(w, p, i, app);
        buf_add(out, word.b, sizeof(word.b));
    }
    buf_add(out, tail.data, tail.len);
    if (p->dirty && strchr("iIpwxgqeKLc", p->fn->args[0]) != NULL && n > 0)
        out->data[start + 4] ^= 1;
    if (p->trailing)
        buf_add_zero(out, 32);
    buf_clear(&tail);
}
