// SPDX-License-Identifier: Apache-2.0
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "safe/profile.h"
#include "src/base/address.h"
#include "src/base/file.h"
#include "src/base/json.h"
#include "src/base/u256.h"

#define OWNER_1 "\"0x1111111111111111111111111111111111111111\""
#define OWNER_2 "\"0x2222222222222222222222222222222222222222\""
#define SAFE_A  "\"0x6666666666666666666666666666666666666666\""
#define LOCK_A  "\"0x7777777777777777777777777777777777777777\""
#define APP_A   "\"0x9999999999999999999999999999999999999999\""

/* The required keys, in parts that a row can replace. */
#define FORMAT   "format: countersign/profile/1\n"
#define NAME     "name: example\n"
#define CHAIN    "chain: {id: 8453}\n"
#define SAFE_ETC "safe:\n  address: " SAFE_A "\n  version: 1.4.1\n  threshold: 2\n"
#define OWNERS   "  owners: [" OWNER_1 ", " OWNER_2 "]\n"
#define HEAD     FORMAT NAME CHAIN
#define REQUIRED HEAD SAFE_ETC OWNERS
#define TIMELOCK "timelock: {address: " LOCK_A ", release: \"5.4\", delay: 2d}\n"
#define APP      "contracts:\n  app: {type: DstackApp, address: " APP_A

static enum err parse(struct diag *d, struct profile **out, const char *text, const char *dir)
{
    return profile_parse(d, out, text, strlen(text), "p.yaml", dir);
}

static struct profile *parsed(const char *text)
{
    struct diag d = { 0 };
    struct profile *p = NULL;

    cr_assert_eq(parse(&d, &p, text, "/base"), OK, "%s\n%s", d.msg, text);
    return p;
}

static const struct {
    const char *name;
    const char *text;
    enum err want;
    const char *message; /* part of it */
} refused[] = {
    { "empty", "", ERR_FORMAT, "empty" },
    { "a list", "[]\n", ERR_FORMAT, "p.yaml:1:1: expected a mapping" },
    { "no format", NAME CHAIN SAFE_ETC OWNERS, ERR_FORMAT, "'format' is missing" },
    { "other format", "format: countersign/profile/2\n" NAME CHAIN SAFE_ETC OWNERS, ERR_UNSUPPORTED,
      "p.yaml:1:9: expected countersign/profile/1" },
    { "no name", FORMAT CHAIN SAFE_ETC OWNERS, ERR_FORMAT, "'name' is missing" },
    { "bad name", FORMAT "name: An Example\n" CHAIN SAFE_ETC OWNERS, ERR_FORMAT,
      "expected a name" },
    { "no chain", FORMAT NAME SAFE_ETC OWNERS, ERR_FORMAT, "'chain' is missing" },
    { "no chain id", FORMAT NAME "chain: {}\n" SAFE_ETC OWNERS, ERR_FORMAT, "'id' is missing" },
    { "chain id 0", FORMAT NAME "chain: {id: 0}\n" SAFE_ETC OWNERS, ERR_FORMAT, "no chain id" },
    { "chain id in hex", FORMAT NAME "chain: {id: 0x2105}\n" SAFE_ETC OWNERS, ERR_FORMAT,
      "expected a decimal number, found '0x2105'" },
    { "unknown key", REQUIRED "threshold: 2\n", ERR_FORMAT,
      "p.yaml:9:1: unknown key 'threshold' in a profile" },
    { "unknown key below", HEAD SAFE_ETC OWNERS "  treshold: 2\n", ERR_FORMAT,
      "p.yaml:9:3: unknown key 'treshold' in 'safe'" },
    { "duplicate key", REQUIRED NAME, ERR_FORMAT, "p.yaml:9:1: key 'name' is there already" },
    { "no safe", HEAD, ERR_FORMAT, "'safe' is missing" },
    { "no owners", HEAD SAFE_ETC, ERR_FORMAT, "'owners' is missing" },
    { "empty owners", HEAD SAFE_ETC "  owners: []\n", ERR_FORMAT, "at least one owner" },
    { "owners is a text", HEAD SAFE_ETC "  owners: " OWNER_1 "\n", ERR_FORMAT,
      "p.yaml:8:11: expected a list, found a text" },
    { "duplicate owner", HEAD SAFE_ETC "  owners: [" OWNER_1 ", " OWNER_1 "]\n", ERR_FORMAT,
      "in the list already" },
    { "zero owner", HEAD SAFE_ETC "  owners: [\"0x0000000000000000000000000000000000000000\"]\n",
      ERR_FORMAT, "zero address" },
    { "Safe owns itself", HEAD SAFE_ETC "  owners: [" OWNER_1 ", " SAFE_A "]\n", ERR_FORMAT,
      "its own owner" },
    { "bad checksum",
      HEAD SAFE_ETC "  owners: [\"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD\", " OWNER_2 "]\n"
                    "  guard: \"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1Beaed\"\n",
      ERR_FORMAT, "p.yaml:8:12: " },
    { "short address", HEAD SAFE_ETC "  owners: [\"0x1234\"]\n", ERR_FORMAT, "p.yaml:8:12: " },
    { "threshold 0",
      HEAD "safe: {address: " SAFE_A ", version: 1.4.1, threshold: 0, owners: [" OWNER_1 "]}\n",
      ERR_FORMAT, "threshold from 1 to 1" },
    { "threshold over owners",
      HEAD "safe: {address: " SAFE_A ", version: 1.4.1, threshold: 2, owners: [" OWNER_1 "]}\n",
      ERR_FORMAT, "threshold from 1 to 1" },
    { "unknown version",
      HEAD "safe: {address: " SAFE_A ", version: 2.0.0, threshold: 1, owners: [" OWNER_1 "]}\n",
      ERR_UNSUPPORTED, "unknown Safe version '2.0.0'" },
    { "delegate is an owner", HEAD SAFE_ETC OWNERS "  delegates: [" OWNER_1 "]\n", ERR_FORMAT,
      "p.yaml:9:15: an owner needs no delegation" },
    { "guard is a word", HEAD SAFE_ETC OWNERS "  guard: off\n", ERR_FORMAT, "p.yaml:9:10: " },
    { "rpc is no URL", FORMAT NAME "chain: {id: 1, rpc: [example.org]}\n" SAFE_ETC OWNERS,
      ERR_FORMAT, "expected a URL" },
    { "rpc by another scheme", FORMAT NAME "chain: {id: 1, rpc: [\"ws://x\"]}\n" SAFE_ETC OWNERS,
      ERR_FORMAT, "expected a URL" },
    { "too many rpc",
      FORMAT NAME "chain: {id: 1, rpc: [a, b, c, d, e, f, g, h, i]}\n" SAFE_ETC OWNERS, ERR_LIMIT,
      "over the limit of 8" },
    { "timelock without delay", REQUIRED "timelock: {address: " LOCK_A "}\n", ERR_FORMAT,
      "'delay' is missing" },
    { "timelock release", REQUIRED "timelock: {address: " LOCK_A ", release: 9.9, delay: 1d}\n",
      ERR_FORMAT, "unknown release of TimelockController: '9.9'" },
    { "timelock is the Safe", REQUIRED "timelock: {address: " SAFE_A ", delay: 1d}\n", ERR_FORMAT,
      "address of the Safe" },
    { "contract without address", REQUIRED "contracts: {app: {type: DstackApp}}\n", ERR_FORMAT,
      "'address' is missing" },
    { "contract type", REQUIRED "contracts: {app: {type: Safe, address: " APP_A "}}\n", ERR_FORMAT,
      "expected the type DstackKms, DstackApp or other, found 'Safe'" },
    { "contract name", REQUIRED "contracts: {safe: {type: DstackApp, address: " APP_A "}}\n",
      ERR_FORMAT, "found 'safe'" },
    { "contract release", REQUIRED APP ", release: 0.9.9}\n", ERR_FORMAT,
      "unknown release of DstackApp" },
    { "contract at the Safe", REQUIRED "contracts: {app: {type: DstackApp, address: " SAFE_A "}}\n",
      ERR_FORMAT, "'app' has the address of 'safe'" },
    { "contract at the timelock",
      REQUIRED TIMELOCK "contracts: {app: {type: DstackApp, address: " LOCK_A "}}\n", ERR_FORMAT,
      "'app' has the address of 'timelock'" },
    { "two contracts at one address",
      REQUIRED APP "}\n  two: {type: DstackKms, address: " APP_A "}\n", ERR_FORMAT,
      "'two' has the address of 'app'" },
    { "owner without timelock", REQUIRED APP ", owner: timelock}\n", ERR_FORMAT,
      "no 'timelock' section" },
    { "owner is a word", REQUIRED APP ", owner: me}\n", ERR_FORMAT, "expected safe or timelock" },
    { "ABI of a known type", REQUIRED APP ", abi: x.json}\n", ERR_FORMAT, "takes an ABI" },
    { "ABI file missing",
      REQUIRED "contracts: {x: {type: other, address: " APP_A ", abi: no.json}}\n", ERR_IO,
      "/base/no.json" },
    { "git branch", REQUIRED "git: {branch: main}\n", ERR_FORMAT, "expected a branch" },
    { "tag as branch", REQUIRED "git: {branch: refs/tags/v1}\n", ERR_FORMAT, "expected a branch" },
    { "expression as branch", REQUIRED "git: {branch: 'refs/heads/main~1'}\n", ERR_FORMAT,
      "expected a branch" },
    { "reflog as branch", REQUIRED "git: {branch: 'refs/heads/main@{1}'}\n", ERR_FORMAT,
      "expected a branch" },
    { "branch with an empty part", REQUIRED "git: {branch: refs/heads//main}\n", ERR_FORMAT,
      "expected a branch" },
    { "commits of no age", REQUIRED "policy: {max-commit-age: 0s}\n", ERR_FORMAT, "over zero" },
    { "max-age without expiry",
      REQUIRED "images: {policies: [{image: a.b/c, issuer: i, identity: e, commit: any, max-age: "
               "1d}]}\n",
      ERR_FORMAT, "without 'expiry'" },
    { "git path climbs", REQUIRED "git: {path: ../x.yml}\n", ERR_FORMAT, "expected a path" },
    { "git path absolute", REQUIRED "git: {path: /x.yml}\n", ERR_FORMAT, "expected a path" },
    { "git path with dot", REQUIRED "git: {path: a/./x.yml}\n", ERR_FORMAT, "expected a path" },
    { "git path ends in slash", REQUIRED "git: {path: a/}\n", ERR_FORMAT, "expected a path" },
    { "git signers are not there", REQUIRED "git: {allowed-signers: none}\n", ERR_IO,
      "/base/none" },
    { "git signers empty", REQUIRED "git: {allowed-signers: ''}\n", ERR_FORMAT, "empty" },
    { "git clone empty", REQUIRED "git: {clone: ''}\n", ERR_FORMAT, "empty" },
    { "git repository", REQUIRED "git: {repository: git@example.org}\n", ERR_FORMAT,
      "expected a web address" },
    { "queue empty", REQUIRED "queue: {}\n", ERR_FORMAT, "'directory' or 'service' is missing" },
    { "queue null", REQUIRED "queue:\n", ERR_FORMAT, "expected a mapping, found nothing" },
    { "queue both", REQUIRED "queue: {directory: q, service: \"https://x\"}\n", ERR_FORMAT,
      "not both" },
    { "queue word", REQUIRED "queue: somewhere\n", ERR_FORMAT, "expected the service's address" },
    { "queue with password", REQUIRED "queue: \"https://me:pass@x\"\n", ERR_FORMAT,
      "without user, query" },
    { "queue file: alone", REQUIRED "queue: \"file:\"\n", ERR_FORMAT, "must not be empty" },
    { "queue key in place of its name",
      REQUIRED "queue: {service: \"https://x\", api-key-env: eyJhbGciOi.J9}\n", ERR_FORMAT,
      "not the key itself" },
    { "queue two keys",
      REQUIRED "queue: {service: \"https://x\", api-key-env: SAFE_API_KEY, api-key-file: b}\n",
      ERR_FORMAT, "not both" },
    { "queue key of another program",
      REQUIRED "queue: {service: \"https://x\", api-key-env: GITHUB_TOKEN}\n", ERR_FORMAT,
      "begins with SAFE_API_KEY or COUNTERSIGN_API_KEY" },
    { "queue key that ends as ours begin",
      REQUIRED "queue: {service: \"https://x\", api-key-env: MY_SAFE_API_KEY}\n", ERR_FORMAT,
      "begins with SAFE_API_KEY or COUNTERSIGN_API_KEY" },
    { "directory with key", REQUIRED "queue: {directory: q, api-key-env: SAFE_API_KEY}\n",
      ERR_FORMAT, "only a service" },
    { "action", REQUIRED "policy: {actions: [add-compose-hash, add-compose]}\n", ERR_FORMAT,
      "found 'add-compose'" },
    { "change", REQUIRED "policy: {allow-changes: [owner]}\n", ERR_FORMAT,
      "unknown kind of change 'owner'" },
    { "a compose hash is never accepted unproved", REQUIRED "policy: {unproved: [compose]}\n",
      ERR_FORMAT, "unknown kind of unproved value 'compose'" },
    { "unproved without a list", REQUIRED "policy: {unproved: device}\n", ERR_FORMAT,
      "expected a list" },
    { "expiry", REQUIRED "policy: {expiry: never}\n", ERR_FORMAT, "expected a duration" },
    { "bool in other words", REQUIRED "policy: {allow-value: yes}\n", ERR_FORMAT,
      "expected true or false, found 'yes'" },
    { "bool in quotes", REQUIRED "policy: {allow-value: \"true\"}\n", ERR_FORMAT,
      "expected true or false" },
    { "require", REQUIRED "policy: {require: [owners]}\n", ERR_FORMAT, "expected a check" },
    { "a check without its family", REQUIRED "policy: {require: [.owners]}\n", ERR_FORMAT,
      "expected a check" },
    { "a family without its check", REQUIRED "policy: {require: [chain.]}\n", ERR_FORMAT,
      "expected a check" },
    { "a check with a capital", REQUIRED "policy: {require: [chain.Owners]}\n", ERR_FORMAT,
      "expected a check" },
    { "a check of 65 characters",
      REQUIRED "policy: {require: "
               "[chain.aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]}\n",
      ERR_FORMAT, "expected a check" },
    { "delay without timelock", REQUIRED "policy: {min-delay: 1d}\n", ERR_FORMAT,
      "needs a 'timelock' section" },
    { "greatest delay below least", REQUIRED TIMELOCK "policy: {max-delay: 1d}\n", ERR_FORMAT,
      "below the least, 2d" },
    { "tag", REQUIRED "policy: {expiry: !!int 30}\n", ERR_FORMAT, "tag" },
};

Test(profile, refusals)
{
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        struct diag d = { 0 };
        struct profile *p = NULL;
        enum err e = parse(&d, &p, refused[i].text, "/base");

        cr_expect_eq(e, refused[i].want, "%s: got %d (%s)", refused[i].name, (int)e, d.msg);
        cr_expect_not_null(strstr(d.msg, refused[i].message), "%s: %s", refused[i].name, d.msg);
        cr_expect_null(p, "%s", refused[i].name);
        profile_free(p);
    }
}

Test(profile, a_key_in_place_of_its_name_is_not_repeated)
{
    struct diag d = { 0 };
    struct profile *p = NULL;

    cr_expect_eq(
        parse(&d, &p, REQUIRED "queue: {service: \"https://x\", api-key-env: s-ecret}\n", NULL),
        ERR_FORMAT);
    cr_expect_null(strstr(d.msg, "s-ecret"), "%s", d.msg);
}

Test(profile, defaults)
{
    struct profile *p = parsed(REQUIRED APP "}\n");

    cr_expect_str_eq(p->name, "example");
    cr_expect_str_eq(u256_format(&p->chain_id).s, "8453");
    cr_expect(u256_eq(&p->chain_id, &p->safe.chain_id));
    cr_expect_str_eq(p->safe.version, "1.4.1");
    cr_expect_eq(p->safe.form, SAFE_FORM_1_3);
    cr_expect_eq(p->safe.safe.b[19], 0x66);
    cr_expect_eq(p->num_owners, 2);
    cr_expect_eq(p->threshold, 2);
    cr_expect_not(p->has_timelock);
    cr_expect_not(p->has_fallback_handler);
    cr_expect(address_is_zero(&p->guard));
    cr_expect_eq(p->contracts[0].owner, OWNER_SAFE);
    cr_expect_null(p->contracts[0].release);
    cr_expect_eq(p->queue.kind, QUEUE_NONE);
    cr_expect_null(p->policy.actions);
    cr_expect_eq(p->policy.allowed_changes, 0);
    cr_expect_eq(p->policy.unproved, 0);
    cr_expect_eq(p->policy.expiry_s, 0);
    cr_expect_eq(p->policy.min_delay_s, 0);
    cr_expect(p->policy.require_git);
    cr_expect_not(p->policy.allow_value);
    cr_expect_not(p->policy.allow_override_salt);
    cr_expect_not(p->policy.unattended_delegates);
    profile_free(p);
}

Test(profile, with_a_timelock)
{
    struct profile *p =
        parsed(REQUIRED TIMELOCK APP "}\n  kms: {type: KmsAuth, owner: safe, address: "
                                     "\"0x8888888888888888888888888888888888888888\"}\n");

    cr_expect(p->has_timelock);
    cr_expect_str_eq(p->timelock_release, "5.4");
    cr_expect_eq(p->timelock_delay_s, 172800);
    cr_expect_eq(p->policy.min_delay_s, 172800);
    cr_expect_eq(p->contracts[0].owner, OWNER_TIMELOCK);
    cr_expect_eq(p->contracts[1].owner, OWNER_SAFE);
    cr_expect_eq(p->contracts[1].kind, CONTRACT_DSTACK_KMS);
    cr_expect_eq(profile_contract_by_name(p, "kms"), &p->contracts[1]);
    cr_expect_null(profile_contract_by_name(p, "safe"));
    cr_expect_eq(profile_contract_at(p, &p->contracts[0].address), &p->contracts[0]);
    cr_expect_null(profile_contract_at(p, &p->timelock));
    cr_expect(profile_is_owner(p, &p->owners[1]));
    cr_expect_not(profile_is_owner(p, &p->timelock));
    cr_expect_not(profile_is_delegate(p, &p->owners[1]));
    profile_free(p);
}

Test(profile, policy)
{
    struct profile *p =
        parsed(REQUIRED TIMELOCK "policy: {actions: [], allow-changes: [owners, approvals], "
                                 "expiry: 30d, min-delay: 0, max-delay: 1w, allow-value: true, "
                                 "allow-salt-override: true, unattended-delegates: true, "
                                 "require-git: false, require: [chain.owners]}\n");

    cr_expect_not_null(p->policy.actions);
    cr_expect_eq(p->policy.num_actions, 0);
    cr_expect_eq(p->policy.allowed_changes, CHANGE_OWNERS | CHANGE_APPROVALS);
    cr_expect_eq(p->policy.expiry_s, 2592000);
    cr_expect_eq(p->policy.min_delay_s, 0);
    cr_expect_eq(p->policy.max_delay_s, 604800);
    cr_expect(p->policy.allow_value && p->policy.allow_override_salt);
    cr_expect(p->policy.unattended_delegates && !p->policy.require_git);
    cr_expect_str_eq(p->policy.require[0], "chain.owners");
    profile_free(p);
}

static const struct {
    const char *text;
    enum queue_kind kind;
    const char *location;
} queues[] = {
    { "queue: file:q", QUEUE_DIRECTORY, "/base/q" },
    { "queue: {directory: q/r}", QUEUE_DIRECTORY, "/base/q/r" },
    { "queue: {directory: /abs/q}", QUEUE_DIRECTORY, "/abs/q" },
    { "queue: https://x.example/tx-service/base/", QUEUE_SERVICE,
      "https://x.example/tx-service/base" },
    { "queue: {service: \"http://127.0.0.1:8000\", plain-http: true}", QUEUE_SERVICE,
      "http://127.0.0.1:8000" },
};

Test(profile, queue_forms)
{
    for (size_t i = 0; i < sizeof(queues) / sizeof(queues[0]); i++) {
        char text[1024];
        struct profile *p = NULL;

        (void)snprintf(text, sizeof(text), REQUIRED "%s\n", queues[i].text);
        p = parsed(text);
        cr_expect_eq(p->queue.kind, queues[i].kind, "%s", queues[i].text);
        cr_expect_str_eq(p->queue.location, queues[i].location, "%s", queues[i].text);
        profile_free(p);
    }
}

Test(profile, fallback_handler_and_guard)
{
    struct profile *none = parsed(REQUIRED "  fallback-handler: none\n  guard: none\n");
    struct profile *published = parsed(REQUIRED "  fallback-handler: published\n");
    struct profile *given = parsed(REQUIRED "  fallback-handler: " LOCK_A "\n  guard: " APP_A "\n");

    cr_expect(none->has_fallback_handler && address_is_zero(&none->fallback_handler));
    cr_expect_not(published->has_fallback_handler);
    cr_expect(given->has_fallback_handler && given->fallback_handler.b[0] == 0x77);
    cr_expect_eq(given->guard.b[0], 0x99);
    profile_free(none);
    profile_free(published);
    profile_free(given);
}

Test(profile, change_names)
{
    for (unsigned i = 0; i < NUM_PRIVILEGED_CHANGES; i++)
        cr_expect_str_neq(privileged_change_name(1U << i), "unknown", "bit %u", i);
    cr_expect_str_eq(privileged_change_name(CHANGE_FALLBACK_HANDLER), "fallback-handler");
    cr_expect_str_eq(privileged_change_name(CHANGE_APPROVALS), "approvals");
    cr_expect_str_eq(privileged_change_name(3), "unknown");
}

Test(profile, unproved_takes_exactly_nine_words)
{
    struct profile *p =
        parsed(REQUIRED "policy: {unproved: [device, kms-device, kms-measurement, os-image, "
                        "implementation, kms-info, gateway, app, age]}\n");

    cr_expect_eq(p->policy.unproved, (1U << NUM_UNPROVED) - 1);
    profile_free(p);
    p = parsed(REQUIRED "policy: {unproved: [kms-info, device]}\n");
    cr_expect_eq(p->policy.unproved, UNPROVED_KMS_INFO | UNPROVED_DEVICE);
    profile_free(p);
    cr_expect_str_eq(unproved_name(UNPROVED_AGE), "age");
    cr_expect_str_eq(unproved_name(1U << NUM_UNPROVED), "unknown");
}

static void expect_kind(const struct call_lookup *l, const char *text, enum contract_kind kind,
                        const char *want)
{
    struct diag d = { 0 };
    struct address a;
    const char *name = "before";
    const struct user_abi *abi = NULL;

    cr_assert_eq(address_parse(&d, &a, text), OK, "%s", d.msg);
    cr_expect_eq(l->kind_of(l->ctx, &a, &name, &abi), kind, "%s", text);
    cr_expect((name == NULL) == (want == NULL) && (want == NULL || strcmp(name, want) == 0),
              "%s: %s", text, name != NULL ? name : "NULL");
}

/* Addresses of Safe's own contracts: npm @safe-global/safe-deployments 1.37.63. */
Test(profile, lookup_knows_the_profile_and_the_published_libraries)
{
    struct profile *p = parsed(REQUIRED TIMELOCK APP "}\n");
    struct call_lookup l = profile_call_lookup(p);

    expect_kind(&l, "0x6666666666666666666666666666666666666666", CONTRACT_SAFE, "safe");
    expect_kind(&l, "0x7777777777777777777777777777777777777777", CONTRACT_TIMELOCK, "timelock");
    expect_kind(&l, "0x9999999999999999999999999999999999999999", CONTRACT_DSTACK_APP, "app");
    expect_kind(&l, "0x9641d764fc13c8B624c04430C7356C1C7C8102e2", CONTRACT_MULTISEND,
                "MultiSendCallOnly");
    expect_kind(&l, "0xd53cd0aB83D845Ac265BE939c57F53AD838012c9", CONTRACT_SIGN_MESSAGE_LIB,
                "SignMessageLib");
    expect_kind(&l, "0x41675C099F32341bf84BFc5382aF534df5C7461a", CONTRACT_SAFE, "Safe");
    expect_kind(&l, "0x1111111111111111111111111111111111111111", CONTRACT_UNKNOWN, NULL);
    profile_free(p);
}

Test(profile, examples_are_complete)
{
    static const struct {
        const char *path;
        const char *name;
        size_t num_owners;
        size_t num_contracts;
        bool has_timelock;
    } examples[] = {
        { "docs/examples/lit-chipotle/countersign.yaml", "lit-chipotle", 4, 1, false },
        { "docs/examples/safe-timelock/countersign.yaml", "safe-timelock", 3, 3, true },
    };

    for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
        struct diag d = { 0 };
        struct profile *p = NULL;

        cr_assert_eq(profile_load(&d, &p, examples[i].path), OK, "%s", d.msg);
        cr_expect_str_eq(p->path, examples[i].path);
        cr_expect_str_eq(p->name, examples[i].name);
        cr_expect_eq(p->num_owners, examples[i].num_owners);
        cr_expect_eq(p->num_contracts, examples[i].num_contracts);
        cr_expect_eq(p->has_timelock, examples[i].has_timelock);
        profile_free(p);
    }
}

Test(profile, example_in_the_manual)
{
    struct diag d = { 0 };
    struct profile *p = NULL;
    struct buf text;
    const char *start = NULL;
    const char *end = NULL;

    buf_init(&text, 1 << 20);
    cr_assert_eq(file_read(&d, &text, "docs/profile.md"), OK, "%s", d.msg);
    start = strstr(buf_str(&text), "\n```yaml\n");
    end = start != NULL ? strstr(start + 9, "```\n") : NULL;
    cr_assert_not_null(end);
    cr_expect_eq(profile_parse(&d, &p, start + 9, (size_t)(end - start - 9), "docs", NULL), OK,
                 "%s", d.msg);
    profile_free(p);
    buf_clear(&text);
}

Test(profile, loads_the_abi_and_says_all_as_json)
{
    struct diag d = { 0 };
    struct profile *p = NULL;
    struct json *j = NULL;
    struct buf text;

    buf_init(&text, 65536);
    cr_assert_eq(profile_load(&d, &p, "docs/examples/safe-timelock/countersign.yaml"), OK, "%s",
                 d.msg);
    cr_expect_not_null(user_abi_find_name(p->contracts[2].abi, "setEntry"));
    j = profile_json(p);
    cr_expect_eq(json_write(&d, &text, j, 0), OK, "%s", d.msg);
    cr_expect_not_null(strstr(buf_str(&text), "\"delay\":\"172800\""));
    cr_expect_eq(json_len(j), 13);
    buf_clear(&text);
    json_free(j);
    profile_free(p);
}

Test(profile, hosts_without_paths)
{
    static const struct {
        const char *url;
        const char *want;
    } urls[] = {
        { "https://rpc.example/v3/KEY", "https://rpc.example/..." },
        { "https://rpc.example:8545", "https://rpc.example:8545" },
        { "https://rpc.example/", "https://rpc.example" },
        { "https://rpc.example?key=KEY", "https://rpc.example/..." },
    };

    for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
        struct buf out;

        buf_init(&out, 256);
        profile_add_host(&out, urls[i].url);
        cr_expect_str_eq(buf_str(&out), urls[i].want);
        buf_clear(&out);
    }
}

/* --- finding one --------------------------------------------------------------------------- */

Test(profile, is_found_above)
{
    char dir[] = "/tmp/countersign-profile-XXXXXX";
    char command[64];
    struct diag d = { 0 };
    struct profile *p = NULL;

    cr_assert_not_null(mkdtemp(dir));
    cr_assert_eq(chdir(dir), 0);
    cr_assert_eq(file_make_dirs(&d, "a/b"), OK);
    cr_assert_eq(chdir("a/b"), 0);
    cr_assert_eq(file_write(&d, "../../countersign.yaml", REQUIRED "queue: file:q\n",
                            strlen(REQUIRED "queue: file:q\n"), 0),
                 OK);
    cr_expect_eq(profile_load(&d, &p, NULL), OK, "%s", d.msg);
    cr_assert_not_null(p);
    cr_expect_eq(strncmp(p->queue.location, dir, strlen(dir)), 0, "%s", p->queue.location);
    cr_expect_str_eq(p->queue.location + strlen(dir), "/q");
    profile_free(p);
    (void)snprintf(command, sizeof(command), "rm -r '%s'", dir);
    cr_expect_eq(system(command), 0);
}

Test(profile, is_found_nowhere)
{
    struct diag d = { 0 };
    struct profile *p = NULL;

    cr_assert_eq(chdir("/"), 0);
    cr_expect_eq(profile_load(&d, &p, NULL), ERR_USAGE);
    cr_expect_null(p);
}

Test(profile, of_somebody_else_must_be_named)
{
    char dir[] = "/tmp/countersign-profile-XXXXXX";
    char command[64];
    struct diag d = { 0 };
    struct profile *p = NULL;

    if (geteuid() != 0)
        cr_skip_test("only root can give a file away");
    cr_assert_not_null(mkdtemp(dir));
    cr_assert_eq(chdir(dir), 0);
    cr_assert_eq(file_write(&d, "countersign.yaml", REQUIRED, strlen(REQUIRED), 0), OK);
    cr_assert_eq(chown("countersign.yaml", 12345, 12345), 0);
    cr_expect_eq(profile_load(&d, &p, NULL), ERR_USAGE);
    cr_expect_null(p);
    cr_expect_eq(profile_load(&d, &p, "countersign.yaml"), OK, "%s", d.msg);
    profile_free(p);
    (void)snprintf(command, sizeof(command), "rm -r '%s'", dir);
    cr_expect_eq(system(command), 0);
}

/* --- damage -------------------------------------------------------------------------------- */

static const char whole[] = REQUIRED TIMELOCK APP ", release: 0.5.11}\n"
                                                  "queue: file:q\npolicy: {expiry: 30d}\n";

/* A cut profile is refused, or what was cut off was optional and what is left is sound. */
Test(profile, every_truncation_is_refused_or_sound)
{
    for (size_t len = 0; len < sizeof(whole) - 1; len++) {
        struct diag d = { 0 };
        struct profile *p = NULL;

        if (profile_parse(&d, &p, whole, len, "p", NULL) == OK)
            cr_expect(p->threshold == 2 && p->num_owners == 2 && len >= strlen(REQUIRED) - 1,
                      "at %zu", len);
        else
            cr_expect(p == NULL && d.msg[0] != '\0', "at %zu", len);
        profile_free(p);
    }
}

Test(profile, every_bit_flip_is_refused_or_sound)
{
    for (size_t bit = 0; bit < 8 * (sizeof(whole) - 1); bit++) {
        char text[sizeof(whole)];
        struct diag d = { 0 };
        struct profile *p = NULL;

        memcpy(text, whole, sizeof(text));
        text[bit / 8] = (char)(text[bit / 8] ^ (1 << bit % 8));
        if (profile_parse(&d, &p, text, sizeof(text) - 1, "p", NULL) == OK)
            cr_expect(p->threshold >= 1 && p->threshold <= p->num_owners, "bit %zu", bit);
        profile_free(p);
    }
}
