// SPDX-License-Identifier: Apache-2.0
/* The values that a call makes run or makes trusted. */
#include <string.h>

#include "src/base/digest.h"
#include "verify/checks.h"

enum value_form {
    FORM_WORD,
    FORM_MAYBE,  /* a word, where zero means none */
    FORM_BYTES,  /* the one argument: bytes or a string */
    FORM_MEMBER, /* bytes that are a member of the one argument, a tuple */
};

#define SELECTOR(x)                                                   \
    {                                                                 \
        (x) >> 24 & 0xff, (x) >> 16 & 0xff, (x) >> 8 & 0xff, (x)&0xff \
    }

static const struct value_row {
    uint8_t selector[4];
    enum node_word what;
    enum value_form form;
    uint8_t place; /* of the word or the member */
    const char *signature;
} rows[] = {
    { SELECTOR(0xdfc77223), WORD_COMPOSE_HASH, FORM_WORD, 0, "addComposeHash(bytes32)" },
    { SELECTOR(0x2a819728), WORD_DEVICE, FORM_WORD, 0, "addDevice(bytes32)" },
    { SELECTOR(0x4d5922a1), WORD_KMS_DEVICE, FORM_WORD, 0, "addKmsDevice(bytes32)" },
    { SELECTOR(0x3e32d346), WORD_KMS_MR, FORM_WORD, 0, "addKmsAggregatedMr(bytes32)" },
    { SELECTOR(0x06a3ae96), WORD_OS_IMAGE, FORM_WORD, 0, "addOsImageHash(bytes32)" },
    { SELECTOR(0xe0dc8b19), WORD_APP_MR, FORM_WORD, 0, "addAppImageMr(bytes32)" },
    { SELECTOR(0x1a6b3e01), WORD_APP_MR, FORM_WORD, 0, "addAppSystemMr(bytes32)" },

#define DEPLOY_5 "deployAndRegisterApp(address,bool,bool,bytes32,bytes32)"
#define DEPLOY_6 "deployAndRegisterApp(address,bool,bool,bool,bytes32,bytes32)"
    { SELECTOR(0x8618169d), WORD_OWNER, FORM_WORD, 0, DEPLOY_5 },
    { SELECTOR(0x8618169d), WORD_DEVICE, FORM_MAYBE, 3, DEPLOY_5 },
    { SELECTOR(0x8618169d), WORD_COMPOSE_HASH, FORM_MAYBE, 4, DEPLOY_5 },
    { SELECTOR(0x9cb9c31f), WORD_OWNER, FORM_WORD, 0, DEPLOY_6 },
    { SELECTOR(0x9cb9c31f), WORD_DEVICE, FORM_MAYBE, 4, DEPLOY_6 },
    { SELECTOR(0x9cb9c31f), WORD_COMPOSE_HASH, FORM_MAYBE, 5, DEPLOY_6 },
    { SELECTOR(0x17a1d80f), WORD_APP, FORM_WORD, 0, "registerApp(address)" },

#define INIT_5   "initialize(address,bool,bool,bytes32,bytes32)"
#define INIT_6   "initialize(address,bool,bool,bool,bytes32,bytes32)"
#define INIT_OLD "initialize(address,address,bool,bool,bytes32,bytes32)"
    { SELECTOR(0xc4d66de8), WORD_OWNER, FORM_WORD, 0, "initialize(address)" },
    { SELECTOR(0x485cc955), WORD_OWNER, FORM_WORD, 0, "initialize(address,address)" },
    { SELECTOR(0x485cc955), WORD_APP_IMPLEMENTATION, FORM_MAYBE, 1, "initialize(address,address)" },
    { SELECTOR(0x89287e0a), WORD_OWNER, FORM_WORD, 0, "initialize(address,address,bool,bool)" },
    { SELECTOR(0x187515ca), WORD_OWNER, FORM_WORD, 0, INIT_5 },
    { SELECTOR(0x187515ca), WORD_DEVICE, FORM_MAYBE, 3, INIT_5 },
    { SELECTOR(0x187515ca), WORD_COMPOSE_HASH, FORM_MAYBE, 4, INIT_5 },
    { SELECTOR(0x9ed28193), WORD_OWNER, FORM_WORD, 0, INIT_6 },
    { SELECTOR(0x9ed28193), WORD_DEVICE, FORM_MAYBE, 4, INIT_6 },
    { SELECTOR(0x9ed28193), WORD_COMPOSE_HASH, FORM_MAYBE, 5, INIT_6 },
    { SELECTOR(0x48d8a36a), WORD_OWNER, FORM_WORD, 0, INIT_OLD },
    { SELECTOR(0x48d8a36a), WORD_DEVICE, FORM_MAYBE, 4, INIT_OLD },
    { SELECTOR(0x48d8a36a), WORD_COMPOSE_HASH, FORM_MAYBE, 5, INIT_OLD },

    { SELECTOR(0x4f1ef286), WORD_IMPLEMENTATION, FORM_WORD, 0, "upgradeToAndCall(address,bytes)" },
    { SELECTOR(0x3659cfe6), WORD_IMPLEMENTATION, FORM_WORD, 0, "upgradeTo(address)" },
    { SELECTOR(0x99a88ec4), WORD_IMPLEMENTATION, FORM_WORD, 1, "upgrade(address,address)" },
    { SELECTOR(0x9623609d), WORD_IMPLEMENTATION, FORM_WORD, 1,
      "upgradeAndCall(address,address,bytes)" },
    { SELECTOR(0x3ceaaa11), WORD_APP_IMPLEMENTATION, FORM_WORD, 0,
      "setAppImplementation(address)" },
    { SELECTOR(0x2cb14032), WORD_APP_IMPLEMENTATION, FORM_WORD, 0,
      "setAppAuthImplementation(address)" },

    { SELECTOR(0x3971db27), WORD_GATEWAY, FORM_BYTES, 0, "setGatewayAppId(string)" },
#define KMS_INFO "setKmsInfo((bytes,bytes,bytes,bytes))"
    { SELECTOR(0x7d025352), WORD_K256_KEY, FORM_MEMBER, 0, KMS_INFO },
    { SELECTOR(0x7d025352), WORD_CA_KEY, FORM_MEMBER, 1, KMS_INFO },
    { SELECTOR(0x7d025352), WORD_KMS_QUOTE, FORM_MEMBER, 2, KMS_INFO },
    { SELECTOR(0x7d025352), WORD_KMS_EVENT_LOG, FORM_MEMBER, 3, KMS_INFO },
    { SELECTOR(0x18c1ecb2), WORD_KMS_QUOTE, FORM_BYTES, 0, "setKmsQuote(bytes)" },
    { SELECTOR(0x736ede7a), WORD_KMS_EVENT_LOG, FORM_BYTES, 0, "setKmsEventlog(bytes)" },
};
#define NUM_ROWS (sizeof(rows) / sizeof(rows[0]))

bool node_word_at(struct hash32 *out, const struct call_node *n, size_t i)
{
    *out = (struct hash32){ { 0 } };
    if (n->data_len < 4 + 32 * (i + 1))
        return false;
    memcpy(out->b, n->data + 4 + 32 * i, sizeof(out->b));
    return true;
}

/* A number at a position of the calldata that is itself a position or a length in it. */
static bool size_at(size_t *out, const struct call_node *n, size_t at)
{
    *out = 0;
    if (n->data_len < 32 || at > n->data_len - 32 || !bytes_is_zero(n->data + at, 28))
        return false;
    for (size_t i = 28; i < 32; i++)
        *out = *out << 8 | n->data[at + i];
    return *out <= n->data_len;
}

/* Item i of the head that begins at base. */
static bool bytes_at(struct node_value *out, const struct call_node *n, size_t base, size_t i)
{
    size_t offset = 0;
    size_t len = 0;

    if (!size_at(&offset, n, base + 32 * i) || !size_at(&len, n, base + offset) ||
        len > n->data_len - (base + offset + 32))
        return false;
    out->bytes = n->data + base + offset + 32;
    out->bytes_len = len;
    return true;
}

static bool read_bytes(struct node_value *out, const struct call_node *n,
                       const struct value_row *row)
{
    struct diag ignored = { 0 };
    size_t offset = 0;
    size_t base = 4;

    if (row->form == FORM_MEMBER && !size_at(&offset, n, base))
        return false;
    base += offset;
    return bytes_at(out, n, base, row->form == FORM_MEMBER ? row->place : 0) &&
           sha256(&ignored, &out->word, out->bytes, out->bytes_len) == OK;
}

/* False if the row gives no value, because zero means none. */
static bool read_value(struct node_value *out, const struct call_node *n,
                       const struct value_row *row)
{
    *out = (struct node_value){ .what = row->what, .target = n->to };
    if (row->form == FORM_BYTES || row->form == FORM_MEMBER)
        out->malformed = !read_bytes(out, n, row);
    else
        out->malformed = !node_word_at(&out->word, n, row->place);
    /* An administrator of proxies names the proxy in front of its new implementation. */
    if (!out->malformed && row->what == WORD_IMPLEMENTATION && row->place == 1)
        memcpy(out->target.b, n->data + 4 + 12, sizeof(out->target.b));
    return out->malformed || row->form != FORM_MAYBE || !hash32_is_zero(&out->word);
}

bool node_value_next(struct node_value *out, const struct call_node *n, size_t *index)
{
    while (n->data_len >= 4 && *index < NUM_ROWS) {
        const struct value_row *row = &rows[(*index)++];

        if (memcmp(row->selector, n->data, 4) == 0 && read_value(out, n, row))
            return true;
    }
    *out = (struct node_value){ .what = WORD_COMPOSE_HASH };
    return false;
}

bool node_word(struct hash32 *out, const struct call_node *n, enum node_word what)
{
    struct node_value value;
    size_t index = 0;

    *out = (struct hash32){ { 0 } };
    while (node_value_next(&value, n, &index)) {
        if (value.what != what || value.malformed)
            continue;
        *out = value.word;
        return true;
    }
    return false;
}

bool node_compose_hash(struct hash32 *out, const struct call_node *n)
{
    return node_word(out, n, WORD_COMPOSE_HASH);
}

const char *node_value_selector_at(size_t i, uint8_t selector[4])
{
    if (i >= NUM_ROWS)
        return NULL;
    memcpy(selector, rows[i].selector, 4);
    return rows[i].signature;
}
