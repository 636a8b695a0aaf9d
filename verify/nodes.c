// SPDX-License-Identifier: Apache-2.0
/* What a decoded call means to the checks. */
#include <string.h>

#include "safe/deployments.h"
#include "verify/checks.h"

bool node_is(const struct call_node *n, const char *function)
{
    return n->decoded && n->fn.name != NULL && strcmp(n->fn.name, function) == 0;
}

const char *node_action(const struct call_node *n)
{
    const struct contract_function *f = NULL;

    if (n->decoded && n->data_len >= 4)
        f = contract_find(n->kind, n->data, NULL);
    return f != NULL && f->kind == n->kind && f->action != NULL ? f->action : "call";
}

const char *profile_name_of(const struct profile *p, const struct address *a)
{
    const struct profile_contract *c = profile_contract_at(p, a);

    if (address_eq(a, &p->safe.safe))
        return "safe";
    if (p->has_timelock && address_eq(a, &p->timelock))
        return "timelock";
    return c != NULL ? c->name : NULL;
}

/* By selector alone: whoever answers to it, the name of the function is a promise of harm. */
static const struct {
    uint8_t selector[4];
    unsigned change;
    const char *signature; /* the test recomputes each selector */
} privileged[] = {
    { { 0x0d, 0x58, 0x2f, 0x13 }, CHANGE_OWNERS, "addOwnerWithThreshold(address,uint256)" },
    { { 0xf8, 0xdc, 0x5d, 0xd9 }, CHANGE_OWNERS, "removeOwner(address,address,uint256)" },
    { { 0xe3, 0x18, 0xb5, 0x2b }, CHANGE_OWNERS, "swapOwner(address,address,address)" },
    { { 0x69, 0x4e, 0x80, 0xc3 }, CHANGE_OWNERS, "changeThreshold(uint256)" },
    { { 0x61, 0x0b, 0x59, 0x25 }, CHANGE_MODULES, "enableModule(address)" },
    { { 0xe0, 0x09, 0xcf, 0xde }, CHANGE_MODULES, "disableModule(address,address)" },
    { { 0x46, 0x87, 0x21, 0xa7 },
      CHANGE_MODULES,
      "execTransactionFromModule(address,uint256,bytes,uint8)" },
    { { 0x52, 0x29, 0x07, 0x3f },
      CHANGE_MODULES,
      "execTransactionFromModuleReturnData(address,uint256,bytes,uint8)" },
    { { 0xe1, 0x9a, 0x9d, 0xd9 }, CHANGE_GUARD, "setGuard(address)" },
    { { 0xe0, 0x68, 0xdf, 0x37 }, CHANGE_GUARD, "setModuleGuard(address)" },
    { { 0xf0, 0x8a, 0x03, 0x23 }, CHANGE_FALLBACK_HANDLER, "setFallbackHandler(address)" },
    { { 0x64, 0xf9, 0x5a, 0xcc }, CHANGE_FALLBACK_HANDLER, "setSafeMethod(bytes4,bytes32)" },
    { { 0x33, 0x65, 0x58, 0x2c }, CHANGE_FALLBACK_HANDLER, "setDomainVerifier(bytes32,address)" },
    { { 0x7f, 0x73, 0x52, 0x8b }, CHANGE_FALLBACK_HANDLER, "setSupportedInterface(bytes4,bool)" },
    { { 0x32, 0x7b, 0x53, 0x3c },
      CHANGE_FALLBACK_HANDLER,
      "addSupportedInterfaceBatch(bytes4,bytes32[])" },
    { { 0x61, 0xf5, 0x40, 0x1b },
      CHANGE_FALLBACK_HANDLER,
      "removeSupportedInterfaceBatch(bytes4,bytes4[])" },
    { { 0x7d, 0xe7, 0xed, 0xef }, CHANGE_SINGLETON, "changeMasterCopy(address)" },
    { { 0xb6, 0x3e, 0x80, 0x0d },
      CHANGE_SINGLETON,
      "setup(address[],uint256,address,bytes,address,address,uint256,address)" },
    { { 0xa9, 0x7a, 0xb1, 0x8a },
      CHANGE_SINGLETON,
      "setup(address[],uint256,address,bytes,address,uint256,address)" },
    { { 0x0e, 0xc7, 0x8d, 0x9e }, CHANGE_SINGLETON, "setup(address[],uint256,address,bytes)" },
    { { 0xfe, 0x51, 0xf6, 0x43 }, CHANGE_SINGLETON, "setupToL2(address)" },
    { { 0x8f, 0xd3, 0xab, 0x80 }, CHANGE_SINGLETON, "migrate()" },
    { { 0xd9, 0xa2, 0x08, 0x12 }, CHANGE_SINGLETON, "migrateFromV111(address,address)" },
    { { 0xf6, 0x68, 0x2a, 0xb0 }, CHANGE_SINGLETON, "migrateSingleton()" },
    { { 0xed, 0x00, 0x7f, 0xc6 }, CHANGE_SINGLETON, "migrateWithFallbackHandler()" },
    { { 0x07, 0xf4, 0x64, 0xa4 }, CHANGE_SINGLETON, "migrateL2Singleton()" },
    { { 0x68, 0xcb, 0x3d, 0x94 }, CHANGE_SINGLETON, "migrateL2WithFallbackHandler()" },
    { { 0xef, 0x26, 0x24, 0xae }, CHANGE_SINGLETON, "migrateToL2(address)" },
    { { 0xbd, 0x61, 0x95, 0x1d }, CHANGE_SINGLETON, "simulate(address,bytes)" },
    { { 0xb4, 0xfa, 0xba, 0x09 }, CHANGE_SINGLETON, "simulateAndRevert(address,bytes)" },
    { { 0xc4, 0xca, 0x3a, 0x9c }, CHANGE_SINGLETON, "requiredTxGas(address,uint256,bytes,uint8)" },
    { { 0x4f, 0x1e, 0xf2, 0x86 }, CHANGE_IMPLEMENTATION, "upgradeToAndCall(address,bytes)" },
    { { 0x36, 0x59, 0xcf, 0xe6 }, CHANGE_IMPLEMENTATION, "upgradeTo(address)" },
    { { 0x8f, 0x28, 0x39, 0x70 }, CHANGE_IMPLEMENTATION, "changeAdmin(address)" },
    { { 0x99, 0xa8, 0x8e, 0xc4 }, CHANGE_IMPLEMENTATION, "upgrade(address,address)" },
    { { 0x96, 0x23, 0x60, 0x9d }, CHANGE_IMPLEMENTATION, "upgradeAndCall(address,address,bytes)" },
    { { 0x7e, 0xff, 0x27, 0x5e }, CHANGE_IMPLEMENTATION, "changeProxyAdmin(address,address)" },
    { { 0x3c, 0xea, 0xaa, 0x11 }, CHANGE_IMPLEMENTATION, "setAppImplementation(address)" },
    { { 0x2c, 0xb1, 0x40, 0x32 }, CHANGE_IMPLEMENTATION, "setAppAuthImplementation(address)" },
    { { 0xec, 0x66, 0x90, 0x36 }, CHANGE_IMPLEMENTATION, "disableUpgrades()" },
    { { 0xd7, 0x84, 0xd4, 0x26 }, CHANGE_IMPLEMENTATION, "setImplementation(address)" },
    { { 0xbb, 0x91, 0x3f, 0x41 }, CHANGE_IMPLEMENTATION, "_setImplementation(address)" },
    { { 0x02, 0x5b, 0x22, 0xbc }, CHANGE_IMPLEMENTATION, "updateImplementation(address)" },
    { { 0x17, 0xa6, 0x8d, 0xd8 }, CHANGE_IMPLEMENTATION, "changeImplementation(address)" },
    { { 0x32, 0x53, 0x55, 0xec }, CHANGE_IMPLEMENTATION, "upgradeBeaconToAndCall(address,bytes)" },
    { { 0xd4, 0x2a, 0xfb, 0x56 }, CHANGE_IMPLEMENTATION, "setBeacon(address)" },
    { { 0x47, 0xc0, 0x26, 0x61 }, CHANGE_IMPLEMENTATION, "setProxyAdmin(address)" },
    { { 0x1f, 0x93, 0x1c, 0x1c },
      CHANGE_IMPLEMENTATION,
      "diamondCut((address,uint8,bytes4[])[],address,bytes)" },
    { { 0xf2, 0xfd, 0xe3, 0x8b }, CHANGE_OWNERSHIP, "transferOwnership(address)" },
    { { 0x71, 0x50, 0x18, 0xa6 }, CHANGE_OWNERSHIP, "renounceOwnership()" },
    { { 0x79, 0xba, 0x50, 0x97 }, CHANGE_OWNERSHIP, "acceptOwnership()" },
    { { 0x13, 0xaf, 0x40, 0x35 }, CHANGE_OWNERSHIP, "setOwner(address)" },
    { { 0x70, 0x4b, 0x6c, 0x02 }, CHANGE_OWNERSHIP, "setAdmin(address)" },
    { { 0x7a, 0x9e, 0x5e, 0x4b }, CHANGE_OWNERSHIP, "setAuthority(address)" },
    { { 0xf0, 0x4e, 0x28, 0x3e }, CHANGE_OWNERSHIP, "completeOwnershipHandover(address)" },
    { { 0x63, 0x4e, 0x93, 0xda }, CHANGE_OWNERSHIP, "beginDefaultAdminTransfer(address)" },
    { { 0xce, 0xfc, 0x14, 0x29 }, CHANGE_OWNERSHIP, "acceptDefaultAdminTransfer()" },
    { { 0xc4, 0x20, 0x69, 0xec }, CHANGE_OWNERSHIP, "setPendingOwner(address)" },
    { { 0xa6, 0xf9, 0xda, 0xe1 }, CHANGE_OWNERSHIP, "changeOwner(address)" },
    { { 0x16, 0x27, 0x54, 0x0c }, CHANGE_OWNERSHIP, "nominateNewOwner(address)" },
    { { 0xb5, 0xed, 0x29, 0x8a }, CHANGE_OWNERSHIP, "proposeOwner(address)" },
    { { 0x07, 0x8d, 0xfb, 0xe7 }, CHANGE_OWNERSHIP, "transferOwnership(address,bool,bool)" },
    { { 0x4e, 0x71, 0xe0, 0xc8 }, CHANGE_OWNERSHIP, "claimOwnership()" },
    { { 0x4d, 0xd1, 0x8b, 0xf5 }, CHANGE_OWNERSHIP, "setPendingAdmin(address)" },
    { { 0xb7, 0x1d, 0x1a, 0x0c }, CHANGE_OWNERSHIP, "_setPendingAdmin(address)" },
    { { 0x75, 0x82, 0x9d, 0xef }, CHANGE_OWNERSHIP, "transferAdmin(address)" },
    { { 0x0e, 0x18, 0xb6, 0x81 }, CHANGE_OWNERSHIP, "acceptAdmin()" },
    { { 0xe9, 0xc7, 0x14, 0xf2 }, CHANGE_OWNERSHIP, "_acceptAdmin()" },
    { { 0xc4, 0x2c, 0xf5, 0x35 }, CHANGE_OWNERSHIP, "setGovernor(address)" },
    { { 0xf2, 0x35, 0x75, 0x7f }, CHANGE_OWNERSHIP, "setPendingGovernor(address)" },
    { { 0xab, 0x03, 0x3e, 0xa9 }, CHANGE_OWNERSHIP, "setGovernance(address)" },
    { { 0x0a, 0xbb, 0x60, 0x35 }, CHANGE_OWNERSHIP, "setPendingGovernance(address)" },
    { { 0xd3, 0x8b, 0xff, 0xf4 }, CHANGE_OWNERSHIP, "transferGovernance(address)" },
    { { 0xb6, 0xaa, 0x51, 0x5b }, CHANGE_OWNERSHIP, "transferGovernorship(address)" },
    { { 0x92, 0xee, 0xfe, 0x9b }, CHANGE_OWNERSHIP, "setController(address)" },
    { { 0xd0, 0xeb, 0xdb, 0xe7 }, CHANGE_OWNERSHIP, "setManager(address)" },
    { { 0x8a, 0x0d, 0xac, 0x4a }, CHANGE_OWNERSHIP, "setGuardian(address)" },
    { { 0xbd, 0xac, 0xb3, 0x03 }, CHANGE_OWNERSHIP, "setTimelock(address)" },
    { { 0x18, 0xff, 0x18, 0x3c }, CHANGE_OWNERSHIP, "updateAuthority(address,address)" },
    { { 0xc4, 0xd6, 0x6d, 0xe8 }, CHANGE_OWNERSHIP, "initialize(address)" },
    { { 0x48, 0x5c, 0xc9, 0x55 }, CHANGE_OWNERSHIP, "initialize(address,address)" },
    { { 0x89, 0x28, 0x7e, 0x0a }, CHANGE_OWNERSHIP, "initialize(address,address,bool,bool)" },
    { { 0x48, 0xd8, 0xa3, 0x6a },
      CHANGE_OWNERSHIP,
      "initialize(address,address,bool,bool,bytes32,bytes32)" },
    { { 0x9e, 0xd2, 0x81, 0x93 },
      CHANGE_OWNERSHIP,
      "initialize(address,bool,bool,bool,bytes32,bytes32)" },
    { { 0x18, 0x75, 0x15, 0xca },
      CHANGE_OWNERSHIP,
      "initialize(address,bool,bool,bytes32,bytes32)" },
    { { 0x2f, 0x2f, 0xf1, 0x5d }, CHANGE_ROLES, "grantRole(bytes32,address)" },
    { { 0xd5, 0x47, 0x74, 0x1f }, CHANGE_ROLES, "revokeRole(bytes32,address)" },
    { { 0x36, 0x56, 0x8a, 0xbe }, CHANGE_ROLES, "renounceRole(bytes32,address)" },
    { { 0xfc, 0xa3, 0xb5, 0xaa }, CHANGE_ROLES, "setMinter(address)" },
    { { 0xcf, 0x45, 0x6a, 0xe7 }, CHANGE_ROLES, "setMinter(address,bool)" },
    { { 0x98, 0x3b, 0x2d, 0x56 }, CHANGE_ROLES, "addMinter(address)" },
    { { 0x30, 0x92, 0xaf, 0xd5 }, CHANGE_ROLES, "removeMinter(address)" },
    { { 0x4e, 0x44, 0xd9, 0x56 }, CHANGE_ROLES, "configureMinter(address,uint256)" },
    { { 0xaa, 0x20, 0xe1, 0xe4 }, CHANGE_ROLES, "updateMasterMinter(address)" },
    { { 0xb3, 0xab, 0x15, 0xfb }, CHANGE_ROLES, "setOperator(address)" },
    { { 0x25, 0xc4, 0x71, 0xa0 }, CHANGE_ROLES, "grantRole(uint64,address,uint32)" },
    { { 0xb7, 0xd2, 0xb1, 0x62 }, CHANGE_ROLES, "revokeRole(uint64,address)" },
    { { 0x1e, 0x4e, 0x00, 0x91 }, CHANGE_ROLES, "setRoleAdmin(bytes32,bytes32)" },
    { { 0x30, 0xca, 0xe1, 0x87 }, CHANGE_ROLES, "setRoleAdmin(uint64,uint64)" },
    { { 0x08, 0xd6, 0x12, 0x2d }, CHANGE_ROLES, "setTargetFunctionRole(address,bytes4[],uint64)" },
    { { 0x67, 0xaf, 0xf4, 0x84 }, CHANGE_ROLES, "setUserRole(address,uint8,bool)" },
    { { 0x64, 0xd6, 0x23, 0x53 }, CHANGE_DELAY, "updateDelay(uint256)" },
    { { 0xd4, 0xd9, 0xbd, 0xcd }, CHANGE_APPROVALS, "approveHash(bytes32)" },
    { { 0x85, 0xa5, 0xaf, 0xfe }, CHANGE_APPROVALS, "signMessage(bytes)" },
    { { 0x6a, 0x76, 0x12, 0x02 },
      CHANGE_APPROVALS,
      "execTransaction(address,uint256,bytes,uint8,uint256,uint256,uint256,address,address,"
      "bytes)" },
    { { 0x7d, 0x02, 0x53, 0x52 }, CHANGE_KMS_TRUST, "setKmsInfo((bytes,bytes,bytes,bytes))" },
    { { 0x18, 0xc1, 0xec, 0xb2 }, CHANGE_KMS_TRUST, "setKmsQuote(bytes)" },
    { { 0x73, 0x6e, 0xde, 0x7a }, CHANGE_KMS_TRUST, "setKmsEventlog(bytes)" },
    { { 0x39, 0x71, 0xdb, 0x27 }, CHANGE_GATEWAY, "setGatewayAppId(string)" },
    { { 0x7c, 0x4b, 0xee, 0xb8 }, CHANGE_DEVICE_POLICY, "setAllowAnyDevice(bool)" },
    { { 0x6e, 0x4c, 0x74, 0x22 }, CHANGE_TCB_POLICY, "setRequireTcbUpToDate(bool)" },
    { { 0x17, 0xa1, 0xd8, 0x0f }, CHANGE_APPS, "registerApp(address)" },
    { { 0x86, 0x18, 0x16, 0x9d },
      CHANGE_APPS,
      "deployAndRegisterApp(address,bool,bool,bytes32,bytes32)" },
    { { 0x9c, 0xb9, 0xc3, 0x1f },
      CHANGE_APPS,
      "deployAndRegisterApp(address,bool,bool,bool,bytes32,bytes32)" },
};

/*
 * Where the arguments of what makes an app say that any device is allowed, and that the TCB must be
 * up to date. Releases before 0.5.9 know no such rule; from then on a function without it leaves it
 * off.
 */
#define NO_RULE  254
#define RULE_OFF 255
static const struct {
    uint8_t selector[4];
    uint8_t any_device, tcb; /* words */
} first_rules[] = {
    { { 0x89, 0x28, 0x7e, 0x0a }, 3, NO_RULE },  { { 0x48, 0xd8, 0xa3, 0x6a }, 3, NO_RULE },
    { { 0x18, 0x75, 0x15, 0xca }, 2, RULE_OFF }, { { 0x9e, 0xd2, 0x81, 0x93 }, 3, 2 },
    { { 0x86, 0x18, 0x16, 0x9d }, 2, RULE_OFF }, { { 0x9c, 0xb9, 0xc3, 0x1f }, 3, 2 },
};

/* A bool that stands there; bytes that are no bool are unlike both. */
static bool flag_is(const struct call_node *n, uint8_t word, bool value)
{
    struct hash32 found;
    struct hash32 wanted = { { [31] = value } };

    return node_word_at(&found, n, word) && hash32_eq(&found, &wanted);
}

static unsigned first_rules_change(const struct call_node *n)
{
    unsigned change = 0;

    for (size_t i = 0; i < sizeof(first_rules) / sizeof(first_rules[0]); i++) {
        if (memcmp(first_rules[i].selector, n->data, 4) != 0)
            continue;
        if (!flag_is(n, first_rules[i].any_device, false))
            change |= CHANGE_DEVICE_POLICY;
        if (first_rules[i].tcb != NO_RULE &&
            (first_rules[i].tcb == RULE_OFF || !flag_is(n, first_rules[i].tcb, true)))
            change |= CHANGE_TCB_POLICY;
    }
    return change;
}

unsigned node_privileged(const struct call_node *n)
{
    const struct deployment *dep = deployment_find(&n->to);

    if (n->data_len >= 4) {
        for (size_t i = 0; i < sizeof(privileged) / sizeof(privileged[0]); i++) {
            if (memcmp(privileged[i].selector, n->data, 4) == 0)
                return privileged[i].change | first_rules_change(n);
        }
    }
    /* The migration contracts exist to replace the singleton, by whatever function. */
    if (n->has_to && n->operation == 1 && dep != NULL && deployment_is_delegatecall_safe(dep) &&
        strcmp(dep->contract, "MultiSendCallOnly") != 0 &&
        strcmp(dep->contract, "SignMessageLib") != 0)
        return CHANGE_SINGLETON;
    return 0;
}

const char *node_selector_at(size_t i, uint8_t selector[4])
{
    size_t n = sizeof(privileged) / sizeof(privileged[0]);

    if (i >= n)
        return node_value_selector_at(i - n, selector);
    memcpy(selector, privileged[i].selector, 4);
    return privileged[i].signature;
}

static const struct {
    const char *add;
    const char *remove;
    uint8_t getter[4];
    const char *getter_name;
} lists[] = {
    { "addComposeHash", "removeComposeHash", { 0x2f, 0x66, 0x22, 0xe5 }, "allowedComposeHashes" },
    { "addDevice", "removeDevice", { 0xbf, 0x8b, 0x21, 0x1b }, "allowedDeviceIds" },
    { "addKmsAggregatedMr",
      "removeKmsAggregatedMr",
      { 0xf6, 0xfe, 0x4f, 0x40 },
      "kmsAllowedAggregatedMrs" },
    { "addKmsDevice", "removeKmsDevice", { 0x13, 0xeb, 0x97, 0x70 }, "kmsAllowedDeviceIds" },
    { "addOsImageHash", "removeOsImageHash", { 0x9a, 0x4e, 0x1d, 0x18 }, "allowedOsImages" },
    { "addAppImageMr", "removeAppImageMr", { 0xa5, 0x00, 0x74, 0x5b }, "appAllowedImages" },
    { "addAppSystemMr", "removeAppSystemMr", { 0x0b, 0xb4, 0xaf, 0x45 }, "appAllowedSystemMrs" },
};

bool node_list_entry(struct list_entry *out, const struct call_node *n)
{
    *out = (struct list_entry){ 0 };
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        bool add = node_is(n, lists[i].add);

        if ((!add && !node_is(n, lists[i].remove)) || !node_word_at(&out->value, n, 0))
            continue;
        out->add = add;
        memcpy(out->getter, lists[i].getter, 4);
        out->getter_name = lists[i].getter_name;
        return true;
    }
    return false;
}
