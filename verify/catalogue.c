// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "safe/proposal.h"
#include "verify/report.h"

#define S (1U << STEP_SCHEDULE)
#define E (1U << STEP_EXECUTE)
#define C (1U << STEP_CANCEL)
#define D (1U << STEP_DIRECT)

/* docs/checks.md explains each row; ids are stable. */
static const struct check_info catalogue[] = {
    { "tx.hash", "Are the hashes those of exactly these fields?", 0, IF_ALWAYS, NEED_ALWAYS },
    { "tx.chain", "Is it for the profile's chain?", 0, IF_ALWAYS, NEED_ALWAYS },
    { "tx.safe", "Is it for the profile's Safe?", 0, IF_ALWAYS, NEED_ALWAYS },
    { "tx.version", "Is it hashed as the profile's Safe version hashes?", 0, IF_ALWAYS,
      NEED_ALWAYS },
    { "tx.step", "Is the transaction the step that the proposal names?", 0, IF_ALWAYS,
      NEED_ALWAYS },
    { "tx.operation", "Does the Safe keep other contracts' code out (no DELEGATECALL)?", 0,
      IF_ALWAYS, NEED_ALWAYS },
    { "tx.value", "Does the Safe pay nothing?", 0, IF_ALWAYS, NEED_ALWAYS },
    { "tx.gas", "Is nobody refunded for gas?", 0, IF_ALWAYS, NEED_ALWAYS },
    { "tx.nonce", "Is it the nonce that the proposal was made for?", 0, IF_ALWAYS, NEED_ALWAYS },

    { "call.decoded", "Is every call known, to its last argument?", 0, IF_ALWAYS, NEED_ALWAYS },
    { "call.canonical", "Is every call encoded in the one proper way?", 0, IF_ALWAYS, NEED_ALWAYS },
    { "call.target", "Does every call go to a contract of the profile that has that function?",
      S | E | D, IF_ALWAYS, NEED_ALWAYS },
    { "call.action", "Are the calls exactly the actions that the proposal names?", 0, IF_ALWAYS,
      NEED_ALWAYS },
    { "call.allowed", "Does the policy allow these actions?", S | E | D, IF_ALWAYS, NEED_ALWAYS },
    { "call.privileged", "Does control of Safe, timelock and contracts stay where it is?",
      S | E | D, IF_ALWAYS, NEED_ALWAYS },
    { "call.values", "Is every value that is made to run or to be trusted shown by evidence?",
      S | E | D, IF_ALWAYS, NEED_ALWAYS },
    { "call.value", "Do the calls pay nothing?", S | E | D, IF_ALWAYS, NEED_ALWAYS },

    { "timelock.address", "Is it the profile's timelock?", S | E | C, IF_ALWAYS, NEED_ALWAYS },
    { "timelock.id", "Is the operation id that of the calldata?", S | E | C, IF_ALWAYS,
      NEED_ALWAYS },
    { "timelock.delay", "Is the delay what the policy wants?", S, IF_ALWAYS, NEED_ALWAYS },
    { "timelock.predecessor", "Is the predecessor the one that the proposal names?", S | E | C,
      IF_ALWAYS, NEED_ALWAYS },
    { "timelock.salt", "Does the salt bind the evidence?", S | E | C, IF_ALWAYS, NEED_ALWAYS },
    { "timelock.scheduled", "Is it exactly the operation that was scheduled?", E | C, IF_ALWAYS,
      NEED_ALWAYS },

    { "evidence.manifest", "Is the evidence the evidence that was listed?", 0, IF_ALWAYS,
      NEED_ALWAYS },
    { "evidence.context", "Was the evidence collected for this proposal?", 0, IF_ALWAYS,
      NEED_ALWAYS },
    { "compose.hash", "Is the compose hash that of the app-compose in the evidence?", S | E | D,
      IF_COMPOSE, 0 },
    { "compose.pinned", "Is every image pinned by its digest?", S | E | D, IF_COMPOSE,
      NEED_ALWAYS },
    { "compose.file", "Is the compose file inside the app-compose the reviewed file?", S | E | D,
      IF_COMPOSE, 0 },
    { "compose.previous", "Is the release that the difference is shown to another one?", S | E | D,
      IF_PREVIOUS, NEED_ALWAYS },
    { "compose.scripts", "Does nothing else run that nobody reviewed?", S | E | D, IF_COMPOSE,
      NEED_ALWAYS },
    { "compose.dangers", "Does the release do nothing dangerous that the profile does not allow?",
      S | E | D, IF_COMPOSE, NEED_ALWAYS },
    { "compose.envs", "Can nobody who sets the environment change which code runs?", S | E | D,
      IF_COMPOSE, NEED_ALWAYS },
    { "compose.accounted", "Does every field come from git, the profile or a known provider?",
      S | E | D, IF_COMPOSE, NEED_COMPOSE_RULES },
    { "compose.form", "Are the bytes as the profile's producer writes them?", S | E | D, IF_COMPOSE,
      NEED_COMPOSE_RULES },
    { "git.commit", "Is that file in the named commit?", S | E | D, IF_GIT, NEED_ALWAYS },
    { "git.age", "Is that commit young enough, and not from the future?", S | E | D, IF_GIT_AGE,
      NEED_ALWAYS },
    { "git.on-branch", "Is that commit on the profile's branch?", S | E | D, IF_GIT_BRANCH,
      NEED_ALWAYS },
    { "git.signed", "Is that commit, or its tag, signed by an allowed signer?", S | E | D,
      IF_GIT_SIGNERS, NEED_ALWAYS },
    { "image.policy", "Does the profile say who may sign each image?", S | E | D, IF_COMPOSE,
      NEED_IMAGES },
    { "image.root", "Are the signatures checked with the root that the profile trusts?", S | E | D,
      IF_COMPOSE, NEED_IMAGES },
    { "image.signatures", "Is every image signed, exactly as it is pinned?", S | E | D, IF_COMPOSE,
      NEED_IMAGES },
    { "image.identity", "Is every image signed by the right signer?", S | E | D, IF_COMPOSE,
      NEED_IMAGES },
    { "image.source", "Is every image built from the right source?", S | E | D, IF_COMPOSE,
      NEED_IMAGES },
    { "image.time", "Was every image signed when it may have been?", S | E | D, IF_COMPOSE,
      NEED_IMAGES },

    { "os-image.digest", "Is the OS image hash that of the list of files in the evidence?",
      S | E | D, IF_OS_IMAGE, NEED_POLICY },
    { "os-image.files", "Are the files of the OS image those that are listed?", S | E | D,
      IF_OS_IMAGE, NEED_IMAGE_DIR },
    { "measure.event-log", "Does the event log give the measured RTMR3?", S | E | D, IF_MEASUREMENT,
      NEED_POLICY },
    { "measure.kms-mr", "Is the KMS measurement that of the quote and the event log?", S | E | D,
      IF_KMS_MR, NEED_POLICY },
    { "measure.device", "Is the device id that of the machine that was measured?", S | E | D,
      IF_DEVICE, NEED_POLICY },

    { "sig.valid", "Is every signature made by the key that it names?", 0, IF_SIGNED, NEED_ALWAYS },
    { "sig.owner", "Is every signer an owner or a delegate of the profile?", 0, IF_SIGNED,
      NEED_ALWAYS },
    { "sig.unique", "Does every signer sign once?", 0, IF_SIGNED, NEED_ALWAYS },
    { "sig.threshold", "Are there enough signatures of owners?", 0, IF_ALWAYS, NEED_EXECUTABLE },
    { "sig.nonce", "Was nothing else signed here under this nonce?", 0, IF_JOURNAL, NEED_ALWAYS },
    { "age.created", "Is the proposal fresh?", 0, IF_ALWAYS, NEED_ALWAYS },

    { "chain.agree", "Do the endpoints tell the same about one block?", 0, IF_ALWAYS, NEED_ONLINE },
    { "chain.safe-code", "Is the Safe's code the published one?", 0, IF_ALWAYS, NEED_ONLINE },
    { "chain.version", "Is the Safe the profile's version?", 0, IF_ALWAYS, NEED_ONLINE },
    { "chain.owners", "Are the owners those of the profile?", 0, IF_ALWAYS, NEED_ONLINE },
    { "chain.threshold", "Is the threshold that of the profile?", 0, IF_ALWAYS, NEED_ONLINE },
    { "chain.nonce", "Is the nonce still free?", 0, IF_ALWAYS, NEED_ONLINE },
    { "chain.modules", "Can nobody act for the Safe without signatures?", 0, IF_ALWAYS,
      NEED_ONLINE },
    { "chain.guard", "Is the guard that of the profile?", 0, IF_ALWAYS, NEED_ONLINE },
    { "chain.fallback-handler", "Is the fallback handler a known one?", 0, IF_ALWAYS, NEED_ONLINE },
    { "chain.hash", "Does the Safe itself compute the same hash?", 0, IF_ALWAYS, NEED_ONLINE },
    { "chain.signatures", "Does the chain confirm approvals and contract signatures?", 0,
      IF_CHAIN_SIGNATURES, NEED_ALWAYS },
    { "chain.library-code", "Is the code that the Safe is to run the published one?", D,
      IF_DELEGATECALL, NEED_ONLINE },
    { "chain.target-owner", "Do Safe or timelock own the contracts?", S | E | D, IF_ALWAYS,
      NEED_ONLINE },
    { "chain.min-delay", "Is the delay enough for the timelock?", S, IF_ALWAYS, NEED_ONLINE },
    { "chain.roles", "Do the roles of the timelock fit?", S | E | C, IF_ALWAYS, NEED_ONLINE },
    { "chain.operation", "Is the operation in the right state?", S | E | C, IF_ALWAYS,
      NEED_ONLINE },
    { "chain.whitelist", "Does the change change anything?", S | E | D, IF_WHITELIST, NEED_ONLINE },
    { "chain.implementation", "Is the code that is to run there, and of the right kind?", S | E | D,
      IF_IMPLEMENTATION, NEED_ONLINE },
    { "chain.app", "Is what is registered an app?", S | E | D, IF_APP, NEED_ONLINE },
    { "chain.gateway", "Is the gateway a registered app of the KMS?", S | E | D, IF_GATEWAY,
      NEED_ONLINE },
    { "chain.previous", "Is the release that the difference is shown to whitelisted now?", S | D,
      IF_PREVIOUS, NEED_ONLINE },
    { "chain.simulation", "Does it run, tried now?", 0, IF_ALWAYS, NEED_ONLINE },
};

const struct check_info *check_info_at(size_t i)
{
    return i < sizeof(catalogue) / sizeof(catalogue[0]) ? &catalogue[i] : NULL;
}

const struct check_info *check_info_find(const char *id)
{
    for (size_t i = 0; check_info_at(i) != NULL; i++) {
        if (strcmp(catalogue[i].id, id) == 0)
            return &catalogue[i];
    }
    return NULL;
}
