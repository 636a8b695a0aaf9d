// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <string.h>

#include "safe/deployments.h"
#include "src/base/address.h"
#include "src/base/bytes.h"
#include "src/base/hex.h"
#include "src/base/u256.h"

/* Rows as the Safe documentation and block explorers show them, not as our table spells them. */
static const struct {
    const char *version, *contract, *kind, *address, *code_hash;
    bool singleton, delegatecall_safe;
} rows[] = {
    { "1.0.0", "GnosisSafe", "canonical", "0xb6029EA3B2c51D09a50B53CA8012FeEB05bDa35A",
      "0xe1f1593df76e69abc2d692792c80f329457551d5e83dde597546a1d58764da80", true, false },
    { "1.3.0", "GnosisSafe", "canonical", "0xd9Db270c1B5E3Bd161E8c8503c55cEABeE709552",
      "0xbba688fbdb21ad2bb58bc320638b43d94e7d100f6f3ebaab0a4e4de6304b1c2e", true, false },
    { "1.3.0", "GnosisSafeL2", "eip155", "0xfb1bffC9d739B8D520DaF37dF666da4C687191EA",
      "0x21842597390c4c6e3c1239e434a682b054bd9548eee5e9b1d6a4482731023c0f", true, false },
    { "1.3.0", "MultiSend", "eip155", "0x998739BFdAAdde7C933B942a68053933098f9EDa",
      "0x81db0e4afdf5178583537b58c5ad403bd47a4ac7f9bde2442ef3e341d433126a", false, false },
    { "1.3.0", "SignMessageLib", "canonical", "0xA65387F16B013cf2Af4605Ad8aA5ec25a2cbA3a2",
      "0x3ac65dea3cc9dd0d7b7b800f834e3d73415b4e944bb94555c3e4a08fb137e918", false, true },
    { "1.4.1", "Safe", "canonical", "0x41675C099F32341bf84BFc5382aF534df5C7461a",
      "0x1fe2df852ba3299d6534ef416eefa406e56ced995bca886ab7a553e6d0c5e1c4", true, false },
    { "1.4.1", "SafeL2", "canonical", "0x29fcB43b46531BcA003ddC8FCB67FFE91900C762",
      "0xb1f926978a0f44a2c0ec8fe822418ae969bd8c3f18d61e5103100339894f81ff", true, false },
    { "1.4.1", "MultiSendCallOnly", "canonical", "0x9641d764fc13c8B624c04430C7356C1C7C8102e2",
      "0xecd5bd14a08c5d2122379900b2f272bdf107a7e92423c10dd5fe3254386c9939", false, true },
    { "1.4.1", "SafeMigration", "canonical", "0x526643F69b81B008F46d95CD5ced5eC0edFFDaC6",
      "0xc00d7921460cd5a05393e7772e634bd7d212f356356aa3a77f0120a9b8e25e99", false, true },
    { "1.4.1", "SafeToL2Setup", "canonical", "0xBD89A1CE4DDe368FFAB0eC35506eEcE0b1fFdc54",
      "0x2f25df28caf984366ee584e13241707e85dcd5a6ea0c14267928dafc1fd6274b", false, false },
    { "1.5.0", "Safe", "canonical", "0xFf51A5898e281Db6DfC7855790607438dF2ca44b",
      "0xdda019cbd7c867a533a2a86e5c53434fdc50b13122b5a5ddb4a8df61b31c20f2", true, false },
    { "1.5.0", "MultiSend", "canonical", "0x218543288004CD07832472D464648173c77D7eB7",
      "0xca1147a12963172a93910c5cb2bfa5ad0e941c7f03fc7eb017dd06a8ea4e5604", false, false },
    { "1.5.0", "TokenCallbackHandler", "canonical", "0x54e86d004d71a8D2112ec75FaCE57D730b0433F3",
      "0xcbc723172700efa52cc33ee26c7fc7e284edc8097f9dc307857fe525fec98cd8", false, false },
};

static const struct {
    const char *version, *code_hash;
} proxies[] = {
    { "1.3.0", "0xb89c1b3bdf2cf8827818646bce9a8f6e372885f8c55e5c07acbd307cb133b000" },
    { "1.4.1", "0xd7d408ebcd99b2b70be43e20253d6d92a8ea8fab29bd3be7f55b10032331fb4c" },
    { "1.5.0", "0x4e381985ca68b3e5d27b4425fa581c19cf33146d3f887a3cfca96f55528ea46f" },
};

#define LEN(table) (sizeof(table) / sizeof((table)[0]))

Test(deployments, unknown_is_null)
{
    struct address a = { { 0 } };
    struct hash32 h = { { 0 } };

    cr_expect_null(deployment_find(&a), "the zero address");
    cr_expect_null(deployment_by_name("1.4.1", "GnosisSafe", 0), "name of another version");
    cr_expect_null(deployment_by_name("1.4.1+L2", "Safe", 0), "suffix");
    cr_expect_null(deployment_by_name("1.5.0", "Safe", 1), "only one kind");
    cr_expect_null(deployment_at((size_t)-1));
    cr_expect_null(deployment_proxy_version(&h));
}

Test(deployments, published_rows)
{
    for (size_t i = 0; i < LEN(rows); i++) {
        struct diag d = { 0 };
        struct address a;
        struct hash32 h;
        const struct deployment *dep = NULL;

        cr_assert_eq(address_parse(&d, &a, rows[i].address), OK, "%s", d.msg);
        cr_assert_eq(hash32_parse(&d, &h, rows[i].code_hash), OK, "%s", d.msg);
        dep = deployment_find(&a);
        cr_assert_not_null(dep, "%s", rows[i].address);
        cr_expect_str_eq(dep->version, rows[i].version);
        cr_expect_str_eq(dep->contract, rows[i].contract);
        cr_expect_str_eq(dep->kind, rows[i].kind);
        cr_expect(hash32_eq(&dep->code_hash, &h), "%s: code hash", rows[i].address);
        cr_expect_eq(deployment_is_singleton(dep), rows[i].singleton, "%s", dep->contract);
        cr_expect_eq(deployment_is_delegatecall_safe(dep), rows[i].delegatecall_safe, "%s",
                     dep->contract);
    }
}

Test(deployments, one_changed_bit_is_unknown)
{
    for (size_t i = 0; deployment_at(i) != NULL; i++) {
        struct address a = deployment_at(i)->address;

        cr_assert_eq(deployment_find(&a), deployment_at(i));
        for (size_t bit = 0; bit < 160; bit++) {
            a.b[bit / 8] ^= (uint8_t)(1U << bit % 8);
            cr_assert_null(deployment_find(&a));
            a.b[bit / 8] ^= (uint8_t)(1U << bit % 8);
        }
    }
}

Test(deployments, kinds_by_name)
{
    const struct deployment *canonical = deployment_by_name("1.3.0", "GnosisSafeL2", 0);
    const struct deployment *eip155 = deployment_by_name("1.3.0", "GnosisSafeL2", 1);
    const struct deployment *zksync = deployment_by_name("1.3.0", "GnosisSafeL2", 2);

    cr_assert_not_null(canonical);
    cr_assert_not_null(eip155);
    cr_assert_not_null(zksync);
    cr_expect_str_eq(canonical->kind, "canonical");
    cr_expect_str_eq(eip155->kind, "eip155");
    cr_expect_str_eq(zksync->kind, "zksync");
    cr_expect(hash32_eq(&canonical->code_hash, &eip155->code_hash));
    cr_expect_not(hash32_eq(&canonical->code_hash, &zksync->code_hash));
    cr_expect_null(deployment_by_name("1.3.0", "GnosisSafeL2", 3));
}

Test(deployments, proxy_code)
{
    for (size_t i = 0; i < LEN(proxies); i++) {
        struct diag d = { 0 };
        struct hash32 h;

        cr_assert_eq(hash32_parse(&d, &h, proxies[i].code_hash), OK, "%s", d.msg);
        cr_expect_str_eq(deployment_proxy_version(&h), proxies[i].version);
        h.b[31] ^= 1;
        cr_expect_null(deployment_proxy_version(&h));
    }
}

static const struct {
    const char *name;
    const char *chain_id, *short_name, *slug;
} chains[] = {
    { "ethereum", "1", "eth", "eth" },
    { "base", "8453", "base", "base" },
    { "polygon: the names differ", "137", "matic", "pol" },
    { "monad: the names differ", "143", "mon", "monad" },
    { "only in the service's documentation", "3637", "BTNX", "btc" },
    { "no service", "5", "gor", NULL },
    { "largest id", "920637907288165", "kkrt-starknet-sepolia", NULL },
    { "unknown", "31337", NULL, NULL },
    { "beyond 64 bits, low word 1", "18446744073709551617", NULL, NULL },
};

static bool same(const char *a, const char *b)
{
    return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

Test(deployments, chain_names)
{
    for (size_t i = 0; i < LEN(chains); i++) {
        struct u256 id, back;

        cr_assert(u256_from_dec(&id, chains[i].chain_id));
        cr_expect(same(chain_short_name(&id), chains[i].short_name), "%s", chains[i].name);
        cr_expect(same(chain_slug(&id), chains[i].slug), "%s", chains[i].name);
        if (chains[i].short_name != NULL)
            cr_expect(chain_id_by_short_name(&back, chains[i].short_name) && u256_eq(&id, &back),
                      "%s", chains[i].name);
        if (chains[i].slug != NULL)
            cr_expect(chain_id_by_short_name(&back, chains[i].slug) && u256_eq(&id, &back), "%s",
                      chains[i].name);
    }
}

Test(deployments, unknown_chain_names)
{
    static const char *const names[] = { "", "Base", "base ", "bas", "peaQ", "0x1", "1" };

    for (size_t i = 0; i < LEN(names); i++) {
        struct u256 id;

        cr_expect_not(chain_id_by_short_name(&id, names[i]), "'%s'", names[i]);
        cr_expect(u256_is_zero(&id), "'%s'", names[i]);
    }
}
