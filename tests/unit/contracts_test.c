// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "safe/contracts.h"
#include "src/base/hex.h"
#include "tests/unit/fixture_json.h"

static struct abi_function parse_row(const struct contract_function *f)
{
    struct diag d = { 0 };
    struct abi_function fn;

    cr_assert_eq(abi_function_parse(&d, &fn, f->signature), OK, "%s: %s", f->signature, d.msg);
    return fn;
}

Test(contracts, selectors_are_hashes_of_signatures)
{
    size_t n = 0;

    for (; contract_at(n) != NULL; n++) {
        struct abi_function fn = parse_row(contract_at(n));

        cr_expect_arr_eq(fn.selector, contract_at(n)->selector, 4, "%s", contract_at(n)->signature);
        cr_expect_eq(fn.params.num_inner, contract_function_num_args(contract_at(n)), "%s",
                     contract_at(n)->signature);
        abi_function_clear(&fn);
    }
    cr_expect_geq(n, 200);
}

Test(contracts, a_selector_stands_once_in_each_kind)
{
    for (size_t i = 0; contract_at(i) != NULL; i++) {
        for (size_t j = i + 1; contract_at(j) != NULL; j++)
            cr_expect(contract_at(i)->kind != contract_at(j)->kind ||
                          memcmp(contract_at(i)->selector, contract_at(j)->selector, 4) != 0,
                      "%s", contract_at(i)->signature);
    }
}

/* A parameter's name is in the fixture's list, in order; unnamed ones are left out there. */
static void expect_names(const struct abi_function *fn, const struct json *names)
{
    size_t n = 0;

    for (size_t i = 0; i < fn->params.num_inner; i++) {
        if (fn->params.names[i][0] != '\0')
            cr_expect_str_eq(fn->params.names[i], json_string(json_at(names, n++)), "%s", fn->name);
    }
    cr_expect_eq(n, json_len(names), "%s", fn->name);
}

static bool is_listed(const struct json *list, const char *text)
{
    for (size_t i = 0; i < json_len(list); i++) {
        if (strcmp(json_string(json_at(list, i)), text) == 0)
            return true;
    }
    return false;
}

/* Every release that was compiled, of all kinds. */
static const char *const compiled[] = {
    "0.4.2", "0.5.0", "0.5.1", "0.5.2", "0.5.3", "0.5.4", "0.5.8", "0.5.9", "0.5.11",
    "next",  "4.3.3", "4.5.0", "4.7.3", "4.8.3", "4.9.6", "5.0.2", "5.4.0", "5.6.1",
    "0.1.0", "1.0.0", "1.1.0", "1.1.1", "1.2.0", "1.3.0", "1.4.1", "1.5.0",
};

static void check_fact(const struct json *fact)
{
    const char *signature = json_string(json_get(fact, "signature"));
    enum contract_kind kind = contract_kind_parse(json_string(json_get(fact, "kind")));
    const struct contract_function *f = contract_find_name(kind, signature);
    struct diag d = { 0 };
    struct abi_function fn;
    char hex[HEX_0X_LEN(4)];
    bool view = false;

    cr_assert_not_null(f, "%s %s", contract_kind_name(kind), signature);
    fn = parse_row(f);
    cr_expect_str_eq(hex_encode_0x(hex, f->selector, 4), json_string(json_get(fact, "selector")));
    cr_assert_eq(json_read_bool(&d, &view, fact, "view"), OK);
    cr_expect_eq(f->view, view, "%s", signature);
    expect_names(&fn, json_get(fact, "params"));
    for (size_t i = 0; i < sizeof(compiled) / sizeof(compiled[0]); i++)
        cr_expect_eq(contract_function_in_release(f, compiled[i]),
                     is_listed(json_get(fact, "releases"), compiled[i]), "%s %s in %s",
                     contract_kind_name(kind), signature, compiled[i]);
    abi_function_clear(&fn);
}

Test(contracts, agrees_with_compiled_abis)
{
    struct json *facts = fixture_json("fixtures/contracts/selectors.json");
    size_t ours = 0;

    for (size_t i = 0; i < json_len(facts); i++)
        check_fact(json_at(facts, i));
    for (size_t i = 0; contract_at(i) != NULL; i++)
        ours += contract_at(i)->kind != CONTRACT_OTHER;
    cr_expect_eq(ours, json_len(facts));
    json_free(facts);
}

Test(contracts, kinds_by_name)
{
    static const struct {
        const char *name;
        enum contract_kind kind;
    } names[] = {
        { "TimelockController", CONTRACT_TIMELOCK },
        { "DstackKms", CONTRACT_DSTACK_KMS },
        { "KmsAuth", CONTRACT_DSTACK_KMS },
        { "DstackApp", CONTRACT_DSTACK_APP },
        { "AppAuth", CONTRACT_DSTACK_APP },
        { "Safe", CONTRACT_SAFE },
        { "MultiSendCallOnly", CONTRACT_MULTISEND },
        { "SignMessageLib", CONTRACT_SIGN_MESSAGE_LIB },
        { "other", CONTRACT_OTHER },
        { "dstackApp", CONTRACT_UNKNOWN },
        { "unknown", CONTRACT_UNKNOWN },
        { "", CONTRACT_UNKNOWN },
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        cr_expect_eq(contract_kind_parse(names[i].name), names[i].kind, "%s", names[i].name);
    cr_expect_str_eq(contract_kind_name(CONTRACT_DSTACK_APP), "DstackApp");
    cr_expect_str_eq(contract_kind_name(CONTRACT_UNKNOWN), "unknown");
}

Test(contracts, by_selector)
{
    static const uint8_t add_compose_hash[4] = { 0xdf, 0xc7, 0x72, 0x23 };
    static const uint8_t transfer_ownership[4] = { 0xf2, 0xfd, 0xe3, 0x8b };
    static const uint8_t nothing[4] = { 0xde, 0xad, 0xbe, 0xef };
    size_t num = 0;

    cr_assert_not_null(contract_find(CONTRACT_UNKNOWN, add_compose_hash, &num));
    cr_expect_eq(num, 1);
    cr_expect_eq(contract_find(CONTRACT_UNKNOWN, add_compose_hash, NULL)->kind,
                 CONTRACT_DSTACK_APP);
    cr_expect_null(contract_find(CONTRACT_DSTACK_KMS, add_compose_hash, &num));
    cr_expect_eq(num, 1);
    cr_assert_not_null(contract_find(CONTRACT_UNKNOWN, transfer_ownership, &num));
    cr_expect_eq(num, 3);
    cr_expect_eq(contract_find(CONTRACT_DSTACK_APP, transfer_ownership, NULL)->kind,
                 CONTRACT_DSTACK_APP);
    cr_expect_null(contract_find(CONTRACT_UNKNOWN, nothing, &num));
    cr_expect_eq(num, 0);
}

Test(contracts, by_name_and_signature)
{
    const struct contract_function *f = NULL;

    cr_expect_not_null(contract_find_name(CONTRACT_DSTACK_APP, "addComposeHash"));
    cr_expect_not_null(contract_find_name(CONTRACT_DSTACK_APP, "addComposeHash(bytes32)"));
    cr_expect_not_null(contract_find_name(CONTRACT_DSTACK_APP, "addComposeHash( bytes32 h )"));
    cr_expect_null(contract_find_name(CONTRACT_DSTACK_APP, "addComposeHash(bytes31)"));
    cr_expect_null(contract_find_name(CONTRACT_DSTACK_APP, "addComposeHash("));
    cr_expect_null(contract_find_name(CONTRACT_DSTACK_APP, "addcomposehash"));
    cr_expect_null(contract_find_name(CONTRACT_DSTACK_APP, "addComposeHas"));
    cr_expect_null(contract_find_name(CONTRACT_DSTACK_APP, ""));
    cr_expect_null(contract_find_name(CONTRACT_DSTACK_KMS, "addComposeHash"));
    cr_expect_null(contract_find_name(CONTRACT_DSTACK_KMS, "deployAndRegisterApp"));
    f = contract_find_name_args(CONTRACT_DSTACK_KMS, "deployAndRegisterApp", 6);
    cr_assert_not_null(f);
    cr_expect_str_eq(f->releases, "0.5.9 to next");
    cr_expect_null(contract_find_name_args(CONTRACT_DSTACK_KMS, "deployAndRegisterApp", 4));
    cr_expect_null(contract_find_name_args(CONTRACT_DSTACK_APP, "initialize", 6));
    cr_expect_not_null(contract_find_name_args(CONTRACT_DSTACK_APP, "initialize", 5));
    cr_expect_not_null(contract_find_name_args(CONTRACT_SAFE, "changeThreshold(uint256)", 1));
    cr_expect_null(contract_find_name_args(CONTRACT_SAFE, "changeThreshold(uint256)", 2));
}

/* Every state-changing method of the governed contracts, but for one-time initialisation. */
Test(contracts, governed_methods_have_actions)
{
    for (size_t i = 0; contract_at(i) != NULL; i++) {
        const struct contract_function *f = contract_at(i);
        bool governed = (f->kind == CONTRACT_DSTACK_APP || f->kind == CONTRACT_DSTACK_KMS) &&
                        !f->view && strncmp(f->signature, "initialize(", 11) != 0;

        if (f->kind == CONTRACT_DSTACK_APP || f->kind == CONTRACT_DSTACK_KMS)
            cr_expect_eq(f->action != NULL, governed, "%s", f->signature);
        cr_expect(f->action == NULL || !f->view, "%s", f->signature);
        if (f->action != NULL)
            cr_expect_eq(strspn(f->action, "abcdefghijklmnopqrstuvwxyz-"), strlen(f->action));
    }
}

static const struct {
    enum contract_kind kind;
    const char *action, *name;
} actions[] = {
    { CONTRACT_DSTACK_APP, "add-compose-hash", "addComposeHash" },
    { CONTRACT_DSTACK_APP, "set-require-tcb-up-to-date", "setRequireTcbUpToDate" },
    { CONTRACT_DSTACK_APP, "disable-upgrades", "disableUpgrades" },
    { CONTRACT_DSTACK_KMS, "set-kms-eventlog", "setKmsEventlog" },
    { CONTRACT_DSTACK_KMS, "add-app-image-mr", "addAppImageMr" },
    { CONTRACT_DSTACK_KMS, "set-app-auth-implementation", "setAppAuthImplementation" },
    { CONTRACT_DSTACK_KMS, "upgrade-to-and-call", "upgradeToAndCall" },
    { CONTRACT_DSTACK_KMS, "accept-ownership", "acceptOwnership" },
    { CONTRACT_TIMELOCK, "update-delay", "updateDelay" },
    { CONTRACT_TIMELOCK, "grant-role", "grantRole" },
    { CONTRACT_TIMELOCK, "revoke-role", "revokeRole" },
    { CONTRACT_SAFE, "add-owner", "addOwnerWithThreshold" },
    { CONTRACT_SAFE, "remove-owner", "removeOwner" },
    { CONTRACT_SAFE, "swap-owner", "swapOwner" },
    { CONTRACT_SAFE, "change-threshold", "changeThreshold" },
    { CONTRACT_SAFE, "set-fallback-handler", "setFallbackHandler" },
    { CONTRACT_OTHER, "transfer-ownership", "transferOwnership" },
};

Test(contracts, by_action)
{
    const struct contract_function *f = NULL;

    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        f = contract_find_action(actions[i].kind, actions[i].action);
        cr_assert_not_null(f, "%s", actions[i].action);
        cr_expect_eq(f, contract_find_name(actions[i].kind, actions[i].name), "%s",
                     actions[i].action);
    }
    cr_expect_null(contract_find_action(CONTRACT_SAFE, "approve-hash"));
    cr_expect_null(contract_find_action(CONTRACT_TIMELOCK, "schedule"));
    f = contract_find_action_args(CONTRACT_DSTACK_KMS, "deploy-and-register-app", 5);
    cr_assert_not_null(f);
    cr_expect_str_eq(f->releases, "0.5.2 to next");
    f = contract_find_action_args(CONTRACT_DSTACK_KMS, "deploy-and-register-app", 6);
    cr_assert_not_null(f);
    cr_expect_str_eq(f->releases, "0.5.9 to next");
    cr_expect_null(contract_find_action_args(CONTRACT_DSTACK_KMS, "deploy-and-register-app", 7));
}

static const struct {
    enum contract_kind kind;
    const char *name, *release;
    bool want;
} releases[] = {
    { CONTRACT_DSTACK_APP, "setRequireTcbUpToDate", "0.5.11", true },
    { CONTRACT_DSTACK_APP, "setRequireTcbUpToDate", "v0.5.11", true },
    { CONTRACT_DSTACK_APP, "setRequireTcbUpToDate", "0.5.10", true },
    { CONTRACT_DSTACK_APP, "setRequireTcbUpToDate", "0.5.9", true },
    { CONTRACT_DSTACK_APP, "setRequireTcbUpToDate", "0.5.8", false },
    { CONTRACT_DSTACK_APP, "setRequireTcbUpToDate", "next", true },
    { CONTRACT_DSTACK_APP, "acceptOwnership", "0.5.11", false },
    { CONTRACT_DSTACK_APP, "acceptOwnership", "next", true },
    { CONTRACT_DSTACK_APP, "addComposeHash", "0.5.12", false },
    { CONTRACT_DSTACK_APP, "addComposeHash", "0.4.3", false },
    { CONTRACT_DSTACK_APP, "addComposeHash", "0.5", false },
    { CONTRACT_DSTACK_APP, "addComposeHash", "0.5.01", false },
    { CONTRACT_DSTACK_APP, "addComposeHash", "0.5.1.1", false },
    { CONTRACT_DSTACK_APP, "addComposeHash", " 0.5.1", false },
    { CONTRACT_DSTACK_APP, "addComposeHash", "0.5.1 ", false },
    { CONTRACT_DSTACK_APP, "addComposeHash", "0.5.1+L2", false },
    { CONTRACT_DSTACK_APP, "addComposeHash", "latest", false },
    { CONTRACT_DSTACK_APP, "addComposeHash", "", false },
    { CONTRACT_DSTACK_KMS, "addAppImageMr", "0.5.0", true },
    { CONTRACT_DSTACK_KMS, "addAppImageMr", "0.5.1", false },
    { CONTRACT_DSTACK_KMS, "addAppImageMr", "next", false },
    { CONTRACT_SAFE, "setGuard", "1.2.0", false },
    { CONTRACT_SAFE, "setGuard", "1.3.0+L2", true },
    { CONTRACT_SAFE, "setGuard", "1.5.0", true },
    { CONTRACT_SAFE, "setGuard", "1.6.0", false },
    { CONTRACT_SAFE, "setModuleGuard", "1.4.1", false },
    { CONTRACT_SAFE, "setGuard", "next", false },
    { CONTRACT_TIMELOCK, "getOperationState", "4.9", false },
    { CONTRACT_TIMELOCK, "getOperationState", "5.4", true },
    { CONTRACT_TIMELOCK, "getOperationState", "5.4.0", true },
    { CONTRACT_TIMELOCK, "TIMELOCK_ADMIN_ROLE", "4.9.6", true },
    { CONTRACT_TIMELOCK, "TIMELOCK_ADMIN_ROLE", "5.0", false },
    { CONTRACT_TIMELOCK, "schedule", "5.7.0", true },
    { CONTRACT_TIMELOCK, "schedule", "6.0", false },
    { CONTRACT_TIMELOCK, "schedule", "5", false },
    { CONTRACT_OTHER, "transferOwnership", "anything", true },
};

Test(contracts, releases)
{
    for (size_t i = 0; i < sizeof(releases) / sizeof(releases[0]); i++) {
        const struct contract_function *f = contract_find_name(releases[i].kind, releases[i].name);

        cr_assert_not_null(f, "%s", releases[i].name);
        cr_expect_eq(contract_function_in_release(f, releases[i].release), releases[i].want,
                     "%s in '%s'", releases[i].name, releases[i].release);
    }
    cr_expect(contract_release_known(CONTRACT_DSTACK_KMS, "0.5.11"));
    cr_expect_not(contract_release_known(CONTRACT_DSTACK_KMS, "0.5.12"));
    cr_expect_not(contract_release_known(CONTRACT_OTHER, "1.0.0"));
}

/* Selectors as the documentation that names these functions would give them. */
static const struct {
    const char *signature, *selector, *instead;
} ghosts[] = {
    { "setAdmin(address)", "704b6c02", "transferOwnership" },
    { "setKms(address)", "83f700a1", "fixed" },
    { "upgradeTo(address)", "3659cfe6", "upgradeToAndCall" },
    { "addMeasurement(bytes32)", "6d088bf9", "addComposeHash" },
    { "addAllowedComposeHash(bytes32)", "186f9225", "addComposeHash" },
    { "addKmsMr(bytes32)", "5b5170c4", "addKmsAggregatedMr" },
    { "nextAppSequence(address)", "b7b556eb", "0.5.4" },
};

Test(contracts, ghost_functions_are_explained)
{
    for (size_t i = 0; i < sizeof(ghosts) / sizeof(ghosts[0]); i++) {
        struct diag d = { 0 };
        struct abi_function fn;
        char hex[HEX_LEN(4)];
        const char *hint = NULL;

        cr_assert_eq(abi_function_parse(&d, &fn, ghosts[i].signature), OK);
        cr_expect_str_eq(hex_encode(hex, fn.selector, 4), ghosts[i].selector);
        hint = contract_ghost_hint(fn.selector);
        cr_assert_not_null(hint, "%s", ghosts[i].signature);
        cr_expect_not_null(strstr(hint, fn.name));
        cr_expect_not_null(strstr(hint, ghosts[i].instead));
        cr_expect_eq(contract_ghost_hint_name(fn.name), hint);
        cr_expect_eq(contract_ghost_hint_name(ghosts[i].signature), hint);
        abi_function_clear(&fn);
    }
    cr_expect_null(contract_ghost_hint((const uint8_t[4]){ 0xdf, 0xc7, 0x72, 0x23 }));
    cr_expect_null(contract_ghost_hint_name("addComposeHash"));
    cr_expect_null(contract_ghost_hint_name("set"));
}
