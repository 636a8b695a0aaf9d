// SPDX-License-Identifier: Apache-2.0
#include "safe/contracts.h"

#include <string.h>

#define SELECTOR(n)                                                   \
    {                                                                 \
        (n) >> 24 & 0xff, (n) >> 16 & 0xff, (n) >> 8 & 0xff, (n)&0xff \
    }

#include "safe/contracts_table.inc"

#define NUM_ROWS (sizeof(rows) / sizeof(rows[0]))

/* --- kinds ------------------------------------------------------------------------------------ */

/* The first name of a kind is its own, further ones are accepted. */
static const struct {
    enum contract_kind kind;
    const char *name;
} kinds[] = {
    { CONTRACT_TIMELOCK, "TimelockController" },
    { CONTRACT_DSTACK_KMS, "DstackKms" },
    { CONTRACT_DSTACK_KMS, "KmsAuth" },
    { CONTRACT_DSTACK_APP, "DstackApp" },
    { CONTRACT_DSTACK_APP, "AppAuth" },
    { CONTRACT_SAFE, "Safe" },
    { CONTRACT_SAFE, "SafeL2" },
    { CONTRACT_SAFE, "GnosisSafe" },
    { CONTRACT_SAFE, "GnosisSafeL2" },
    { CONTRACT_MULTISEND, "MultiSend" },
    { CONTRACT_MULTISEND, "MultiSendCallOnly" },
    { CONTRACT_SIGN_MESSAGE_LIB, "SignMessageLib" },
    { CONTRACT_SAFE_MIGRATION, "SafeMigration" },
    { CONTRACT_SAFE_MIGRATION, "SafeToL2Migration" },
    { CONTRACT_SAFE_MIGRATION, "SafeToL2Setup" },
    { CONTRACT_CREATE_CALL, "CreateCall" },
    { CONTRACT_OTHER, "other" },
};

const char *contract_kind_name(enum contract_kind kind)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (kinds[i].kind == kind)
            return kinds[i].name;
    }
    return "unknown";
}

enum contract_kind contract_kind_parse(const char *name)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i].name, name) == 0)
            return kinds[i].kind;
    }
    return CONTRACT_UNKNOWN;
}

/* --- rows ------------------------------------------------------------------------------------- */

const struct contract_function *contract_at(size_t i)
{
    return i < NUM_ROWS ? &rows[i] : NULL;
}

const struct contract_function *contract_find(enum contract_kind kind, const uint8_t selector[4],
                                              size_t *num_kinds)
{
    const struct contract_function *found = NULL;
    size_t n = 0;

    for (size_t i = 0; i < NUM_ROWS; i++) {
        if (memcmp(rows[i].selector, selector, 4) != 0)
            continue;
        n++; /* a selector stands once in each kind */
        if (rows[i].kind == kind || (kind == CONTRACT_UNKNOWN && found == NULL))
            found = &rows[i];
    }
    if (num_kinds != NULL)
        *num_kinds = n;
    return found;
}

size_t contract_function_num_args(const struct contract_function *f)
{
    const char *at = strchr(f->signature, '(') + 1;
    size_t n = *at == ')' ? 0 : 1;
    unsigned depth = 0;

    for (; *at != '\0'; at++) {
        depth += *at == '(' ? 1 : 0;
        depth -= *at == ')' && depth > 0 ? 1 : 0;
        n += *at == ',' && depth == 0 ? 1 : 0;
    }
    return n;
}

static bool has_name(const struct contract_function *f, const char *name)
{
    size_t len = strcspn(f->signature, "(");

    return strlen(name) == len && memcmp(f->signature, name, len) == 0;
}

/* A signature as a person writes it; its spelling is judged by the selector that it gives. */
static const struct contract_function *find_signature(enum contract_kind kind,
                                                      const char *signature)
{
    struct diag ignored = { 0 };
    struct abi_function wanted;
    const struct contract_function *found = NULL;

    if (abi_function_parse(&ignored, &wanted, signature) != OK)
        return NULL;
    found = contract_find(kind, wanted.selector, NULL);
    if (found != NULL && !has_name(found, wanted.name))
        found = NULL;
    abi_function_clear(&wanted);
    return found;
}

#define ANY_ARGS ((size_t)-1)

static const struct contract_function *find_unique(enum contract_kind kind, const char *name,
                                                   size_t num_args)
{
    const struct contract_function *found = NULL;

    for (size_t i = 0; i < NUM_ROWS; i++) {
        if (rows[i].kind != kind || !has_name(&rows[i], name))
            continue;
        if (num_args != ANY_ARGS && contract_function_num_args(&rows[i]) != num_args)
            continue;
        if (found != NULL)
            return NULL;
        found = &rows[i];
    }
    return found;
}

const struct contract_function *contract_find_name(enum contract_kind kind, const char *name)
{
    if (strchr(name, '(') != NULL)
        return find_signature(kind, name);
    return find_unique(kind, name, ANY_ARGS);
}

const struct contract_function *contract_find_name_args(enum contract_kind kind, const char *name,
                                                        size_t num_args)
{
    const struct contract_function *found = NULL;

    if (strchr(name, '(') == NULL)
        return find_unique(kind, name, num_args);
    found = find_signature(kind, name);
    return found != NULL && contract_function_num_args(found) == num_args ? found : NULL;
}

const struct contract_function *contract_find_action(enum contract_kind kind, const char *action)
{
    for (size_t i = 0; i < NUM_ROWS; i++) {
        if (rows[i].kind == kind && rows[i].action != NULL && strcmp(rows[i].action, action) == 0)
            return &rows[i];
    }
    return NULL;
}

const struct contract_function *contract_find_action_args(enum contract_kind kind,
                                                          const char *action, size_t num_args)
{
    for (size_t i = 0; i < NUM_ROWS; i++) {
        if (rows[i].kind == kind && rows[i].action != NULL && strcmp(rows[i].action, action) == 0 &&
            contract_function_num_args(&rows[i]) == num_args)
            return &rows[i];
    }
    return NULL;
}

/* --- ghosts ----------------------------------------------------------------------------------- */

static const struct {
    uint8_t selector[4];
    const char *signature, *hint;
} ghosts[] = {
    { SELECTOR(0x704b6c02), "setAdmin(address)",
      "setAdmin exists in documentation only, no release of dstack has it: use transferOwnership" },
    { SELECTOR(0x83f700a1), "setKms(address)",
      "setKms exists in documentation only, no release of dstack has it: the KMS of an app is "
      "fixed" },
    { SELECTOR(0x3659cfe6), "upgradeTo(address)",
      "upgradeTo is in no release of dstack, only in documentation: use upgradeToAndCall" },
    { SELECTOR(0x6d088bf9), "addMeasurement(bytes32)",
      "addMeasurement exists in documentation only, no release of dstack has it: use "
      "addComposeHash, addKmsAggregatedMr or addOsImageHash" },
    { SELECTOR(0x186f9225), "addAllowedComposeHash(bytes32)",
      "addAllowedComposeHash exists in documentation only, no release of dstack has it: use "
      "addComposeHash" },
    { SELECTOR(0x5b5170c4), "addKmsMr(bytes32)",
      "addKmsMr exists in documentation only, no release of dstack has it: use "
      "addKmsAggregatedMr" },
    { SELECTOR(0xb7b556eb), "nextAppSequence(address)",
      "nextAppSequence is gone since release 0.5.4 of dstack: nothing takes its place" },
};
#define NUM_GHOSTS (sizeof(ghosts) / sizeof(ghosts[0]))

const char *contract_ghost_hint(const uint8_t selector[4])
{
    for (size_t i = 0; i < NUM_GHOSTS; i++) {
        if (memcmp(ghosts[i].selector, selector, 4) == 0)
            return ghosts[i].hint;
    }
    return NULL;
}

const char *contract_ghost_hint_name(const char *name)
{
    size_t len = strcspn(name, "(");

    for (size_t i = 0; i < NUM_GHOSTS; i++) {
        if (strcspn(ghosts[i].signature, "(") == len && memcmp(ghosts[i].signature, name, len) == 0)
            return ghosts[i].hint;
    }
    return NULL;
}
