// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "safe/chain.h"
#include "src/base/abi.h"
#include "src/base/hex.h"
#include "src/base/term.h"
#include "src/base/u256.h"

/* Custom errors of TimelockController 5.x, DstackKms and DstackApp, and what they inherit. */
static const char *const custom_errors[] = {
    "AccessControlBadConfirmation()",
    "AccessControlUnauthorizedAccount(address account,bytes32 role)",
    "AddressEmptyCode(address target)",
    "AddressInsufficientBalance(address account)",
    "ERC1967InvalidImplementation(address implementation)",
    "ERC1967NonPayable()",
    "ERC1967ProxyUninitialized()",
    "FailedCall()",
    "FailedInnerCall()",
    "InsufficientBalance(uint256 balance,uint256 needed)",
    "InvalidInitialization()",
    "NotInitializing()",
    "OwnableInvalidOwner(address owner)",
    "OwnableUnauthorizedAccount(address account)",
    "TimelockInsufficientDelay(uint256 delay,uint256 minDelay)",
    "TimelockInvalidOperationLength(uint256 targets,uint256 payloads,uint256 values)",
    "TimelockUnauthorizedCaller(address caller)",
    "TimelockUnexecutedPredecessor(bytes32 predecessorId)",
    "TimelockUnexpectedOperationState(bytes32 operationId,bytes32 expectedStates)",
    "UUPSUnauthorizedCallContext()",
    "UUPSUnsupportedProxiableUUID(bytes32 slot)",
};

struct code_meaning {
    const char *code;
    const char *meaning;
};

/* Source: Safe 1.5.0, docs/error_codes.md. */
static const struct code_meaning safe_codes[] = {
    { "GS000", "the Safe could not be set up" },
    { "GS001", "the threshold has not been set" },
    { "GS002", "the set-up call went to an address without code" },
    { "GS010", "not enough gas for the call" },
    { "GS011", "the refund in ether could not be paid" },
    { "GS012", "the refund in a token could not be paid" },
    { "GS013", "the call that the Safe makes failed" },
    { "GS020", "too few signatures for the threshold" },
    { "GS021", "a contract signature points into the static part" },
    { "GS022", "the length of a contract signature is outside the data" },
    { "GS023", "a contract signature is outside the data" },
    { "GS024", "a contract that is an owner refused its signature" },
    { "GS025", "an owner has not approved this hash" },
    { "GS026", "a signature is by no owner, out of order, or over another hash (nonce or field)" },
    { "GS027", "the data of a contract signature does not hash to the expected hash" },
    { "GS030", "only an owner can approve a hash" },
    { "GS031", "only the Safe itself may do this" },
    { "GS100", "the modules are already set up" },
    { "GS101", "not a valid module address" },
    { "GS102", "the module is already enabled" },
    { "GS103", "not the module in front of it in the list" },
    { "GS104", "the caller is no enabled module" },
    { "GS105", "not a valid start for a page of modules" },
    { "GS106", "not a valid page size" },
    { "GS200", "the owners are already set up" },
    { "GS201", "the threshold is above the number of owners" },
    { "GS202", "the threshold is 0" },
    { "GS203", "not a valid owner address" },
    { "GS204", "the address is an owner already" },
    { "GS205", "not the owner in front of it in the list" },
    { "GS300", "the guard does not support the guard interface" },
    { "GS301", "the module guard does not support the module guard interface" },
    { "GS400", "the fallback handler is the Safe itself" },
};

/* Source: Solidity documentation, "Panic via assert and Error via require". */
static const struct {
    uint64_t code;
    const char *meaning;
} panics[] = {
    { 0x00, "generic" },
    { 0x01, "an assertion failed" },
    { 0x11, "arithmetic overflow or underflow" },
    { 0x12, "division by zero" },
    { 0x21, "not a value of the enumeration" },
    { 0x22, "a storage byte array is encoded wrongly" },
    { 0x31, "pop from an empty array" },
    { 0x32, "array index out of bounds" },
    { 0x41, "out of memory" },
    { 0x51, "call of a zero function pointer" },
};

static const char *const timelock_states[] = { "Unset", "Waiting", "Ready", "Done" };

static void explain_text(struct buf *out, const struct abi_value *text)
{
    buf_add_str(out, "\"");
    buf_add_untrusted(out, (const char *)text->data, text->data_len);
    buf_add_str(out, "\"");
    for (size_t i = 0; i < sizeof(safe_codes) / sizeof(safe_codes[0]); i++) {
        if (text->data_len == strlen(safe_codes[i].code) &&
            memcmp(text->data, safe_codes[i].code, text->data_len) == 0)
            buf_addf(out, " (%s)", safe_codes[i].meaning);
    }
}

static void explain_panic(struct buf *out, const struct abi_value *code)
{
    struct u256 wide = abi_as_u256(code);
    uint64_t value = 0;
    bool small = u256_to_u64(&wide, &value);

    buf_addf(out, "panic %s", u256_format_quantity(&wide).s);
    for (size_t i = 0; small && i < sizeof(panics) / sizeof(panics[0]); i++) {
        if (panics[i].code == value)
            buf_addf(out, " (%s)", panics[i].meaning);
    }
}

/* The second word of TimelockUnexpectedOperationState: one bit for each state it would accept. */
static void explain_states(struct buf *out, const struct abi_value *bitmap)
{
    const char *separator = "";

    if (!bytes_is_zero(bitmap->word, 31) || (bitmap->word[31] & 0xf0) != 0)
        return;
    buf_add_str(out, ": the operation would have to be ");
    for (unsigned i = 0; i < 4; i++) {
        if ((bitmap->word[31] >> i & 1) == 0)
            continue;
        buf_addf(out, "%s%s", separator, timelock_states[i]);
        separator = " or ";
    }
}

static void explain_custom(struct buf *out, const struct abi_function *fn,
                           const struct abi_value *args)
{
    buf_addf(out, "%s(", fn->name);
    for (size_t i = 0; i < args->num_items; i++) {
        buf_addf(out, "%s%s ", i > 0 ? ", " : "", fn->params.names[i]);
        abi_value_write(out, &fn->params.inner[i], &args->items[i]);
    }
    buf_add_str(out, ")");
    if (strcmp(fn->name, "TimelockUnexpectedOperationState") == 0)
        explain_states(out, &args->items[1]);
}

/* False, with nothing written, if the data is not exactly this error. */
static bool explain_as(struct buf *out, const char *signature, const uint8_t *data, size_t data_len)
{
    struct abi_function fn = { 0 };
    struct abi_value args = { 0 };
    struct diag ignored = { 0 };
    bool known = abi_function_parse(&ignored, &fn, signature) == OK &&
                 memcmp(fn.selector, data, sizeof(fn.selector)) == 0 &&
                 abi_decode(&ignored, &args, &fn.params, data + 4, data_len - 4) == OK;

    if (known && strcmp(fn.name, "Error") == 0)
        explain_text(out, &args.items[0]);
    else if (known && strcmp(fn.name, "Panic") == 0)
        explain_panic(out, &args.items[0]);
    else if (known)
        explain_custom(out, &fn, &args);
    abi_value_clear(&args);
    abi_function_clear(&fn);
    return known;
}

void chain_explain_revert(struct buf *out, const uint8_t *data, size_t data_len)
{
    if (data_len == 0) {
        buf_add_str(out, "no reason given");
        return;
    }
    if (data_len >= 4) {
        if (explain_as(out, "Error(string reason)", data, data_len) ||
            explain_as(out, "Panic(uint256 code)", data, data_len))
            return;
        for (size_t i = 0; i < sizeof(custom_errors) / sizeof(custom_errors[0]); i++) {
            if (explain_as(out, custom_errors[i], data, data_len))
                return;
        }
    }
    buf_add_str(out, "unknown error ");
    buf_add_hex_0x(out, data, data_len < 256 ? data_len : 256);
    if (data_len > 256)
        buf_addf(out, " and %zu bytes more", data_len - 256);
}
