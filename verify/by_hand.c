// SPDX-License-Identifier: Apache-2.0
/* The commands of --explain: each check with other people's tools, on the same file. */
#include <string.h>

#include "src/base/address.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/u256.h"
#include "verify/checks.h"

/*
 * One row a line; rows of one check belong together. In the text:
 *   @P  the proposal's path, quoted for a shell     @S  the profile's Safe
 *   @T  its timelock                                @N  its chain id
 *   @H  the SafeTx hash                             @I  the operation id
 *   @G  COMMIT:PATH of the git evidence, quoted     @C  the commit
 *   @F  the signature of the function that the SafeTx calls, quoted
 * $RPC is for the reader to set: endpoints of a profile may contain keys.
 */
enum only_if { ANY = 0, FORM_1_3, FORM_1_0, SINGLE, BATCH, OPERATION, GIT, FUNCTION };

static const struct {
    const char *id;
    enum only_if only_if;
    const char *command;
} rows[] = {
    { "tx.hash", FORM_1_3,
      "D=$(cast keccak $(cast abi-encode 'f(bytes32,uint256,address)' "
      "0x47e79534a245952e8b16893a336b85a3d9ea9fa8c573f3d803afb92a79469218 "
      "$(jq -r '.safeTx|\"\\(.chainId) \\(.safe)\"' @P))); echo $D" },
    { "tx.hash", FORM_1_0,
      "D=$(cast keccak $(cast abi-encode 'f(bytes32,address)' "
      "0x035aff83d86937d35b32e04f0ddc6ff469290eef2f1b692d8a815c89404d4749 "
      "$(jq -r .safeTx.safe @P))); echo $D" },
    { "tx.hash", ANY,
      "M=$(cast keccak $(cast abi-encode "
      "'f(bytes32,address,uint256,bytes32,uint8,uint256,uint256,uint256,address,address,uint256)' "
      "0xbb8310d486368db6bd6f849402fdd73ad53d316b5a4b2644ad6efe0f941286d8 "
      "$(jq -r '.safeTx|\"\\(.to) \\(.value)\"' @P) $(cast keccak $(jq -r .safeTx.data @P)) "
      "$(jq -r '.safeTx|\"\\(.operation) \\(.safeTxGas) \\(.baseGas) \\(.gasPrice) \\(.gasToken) "
      "\\(.refundReceiver) \\(.nonce)\"' @P))); echo $M" },
    { "tx.hash", ANY, "cast keccak 0x1901${D#0x}${M#0x}" },
    { "tx.chain", ANY, "jq -r .safeTx.chainId @P   # @N" },
    { "tx.safe", ANY, "jq -r .safeTx.safe @P   # @S" },
    { "tx.version", ANY, "jq -r .safeTx.version @P" },
    { "tx.step", ANY, "jq -r '.step, .safeTx.to' @P" },
    { "tx.step", FUNCTION, "cast sig @F; jq -r '.safeTx.data[0:10]' @P" },
    { "tx.operation", ANY, "jq -r .safeTx.operation @P   # 0 is CALL" },
    { "tx.value", ANY, "jq -r .safeTx.value @P" },
    { "tx.gas", ANY,
      "jq '.safeTx|{safeTxGas,baseGas,gasPrice,gasToken,refundReceiver}' @P   # all zero" },
    { "tx.nonce", ANY,
      "jq -r .safeTx.nonce @P; jq -r '.evidence.files[\"context.json\"]' @P | base64 -d | jq -r "
      ".nonce" },
    { "call.decoded", FUNCTION, "cast calldata-decode @F $(jq -r .safeTx.data @P)" },
    { "call.canonical", FUNCTION,
      "cast calldata @F ARGUMENTS...   # as decoded; the same bytes must come out" },
    { "call.action", ANY, "jq -c '.actions[]' @P" },
    { "call.action", OPERATION, "jq -r '.operation.calls[]|.to, .data' @P" },
    { "timelock.address", ANY, "jq -r '.operation.timelock, .safeTx.to' @P   # @T" },
    { "timelock.id", SINGLE,
      "cast keccak $(cast abi-encode 'f(address,uint256,bytes,bytes32,bytes32)' $(jq -r "
      "'.operation|\"\\(.calls[0].to) \\(.calls[0].value) \\(.calls[0].data) \\(.predecessor) "
      "\\(.salt)\"' @P))" },
    { "timelock.id", BATCH,
      "cast keccak $(cast abi-encode 'f(address[],uint256[],bytes[],bytes32,bytes32)' $(jq -r "
      "'.operation|\"[\\([.calls[].to]|join(\",\"))] [\\([.calls[].value]|join(\",\"))] "
      "[\\([.calls[].data]|join(\",\"))] \\(.predecessor) \\(.salt)\"' @P))" },
    { "timelock.delay", ANY, "jq -r .operation.delay @P" },
    { "timelock.predecessor", ANY, "jq -r .operation.predecessor @P" },
    { "timelock.salt", ANY,
      "cast keccak 0x$(jq -j .evidence.manifest @P | od -An -v -tx1 | tr -d ' \\n'); jq -r "
      ".operation.salt @P" },
    { "timelock.scheduled", ANY, "jq -r '.scheduled|.to, .data' @P" },
    { "evidence.manifest", ANY,
      "diff <(jq -r '.evidence.files|to_entries[]|\"\\(.key) \\(.value)\"' @P | while read -r n b; "
      "do echo \"$(echo \"$b\" | base64 -d | sha256sum | cut -c1-64)  $n\"; done) <(jq -j "
      ".evidence.manifest @P) && echo same" },
    { "evidence.context", ANY, "jq -r '.evidence.files[\"context.json\"]' @P | base64 -d | jq ." },
    { "compose.hash", ANY,
      "jq -r '.evidence.files[\"app-compose.json\"]' @P | base64 -d | sha256sum" },
    { "compose.pinned", ANY,
      "jq -r '.evidence.files[\"app-compose.json\"]' @P | base64 -d | jq -r .docker_compose_file | "
      "grep -nE 'image:|build:|extends:|include:'" },
    { "compose.file", ANY,
      "cmp <(jq -r '.evidence.files[\"app-compose.json\"]' @P | base64 -d | jq -j "
      ".docker_compose_file) <(jq -r '.evidence.files[\"compose.yaml\"]' @P | base64 -d) && echo "
      "same # or the profile's substitutions" },
    { "compose.dangers", ANY,
      "jq -r '.evidence.files[\"app-compose.json\"]' @P | base64 -d | jq -r "
      "'del(.docker_compose_file), .docker_compose_file' # beside policy.compose-allow" },
    { "compose.envs", ANY,
      "jq -r '.evidence.files[\"app-compose.json\"]' @P | base64 -d | jq -c .allowed_envs # and "
      "the "
      "use of each in compose file and scripts" },
    { "compose.accounted", ANY,
      "jq -r '.evidence.files[\"app-compose.json\"]' @P | base64 -d | jq "
      "'del(.docker_compose_file)' "
      "# beside the profile's compose.app and additions" },
    { "compose.form", ANY,
      "jq -r '.evidence.files[\"app-compose.json\"]' @P | base64 -d | jq -cSj . # phala-stored, "
      "ASCII" },
    { "git.commit", GIT,
      "git show @G | cmp - <(jq -r '.evidence.files[\"compose.yaml\"]' @P | base64 -d) && echo "
      "same   # in a clone" },
    { "git.commit", GIT,
      "jq -r '.evidence.files[\"git/commit\"]' @P | base64 -d | git hash-object -t commit --stdin  "
      " "
      "# @C" },
    { "git.age", GIT, "git log -1 --format=%ci @C   # in a clone" },
    { "git.on-branch", GIT,
      "git rev-list --first-parent BRANCH | grep -qx @C && echo yes   # in a clone" },
    { "git.signed", GIT,
      "git -c gpg.ssh.allowedSignersFile=SIGNERS verify-commit @C   # in a clone; verify-tag TAG" },
    { "os-image.digest", ANY,
      "jq -r '.evidence.files[\"os-image/sha256sum.txt\"]' @P | base64 -d | sha256sum" },
    { "os-image.files", ANY,
      "jq -r '.evidence.files[\"os-image/sha256sum.txt\"]' @P | base64 -d | (cd IMAGE_DIR && "
      "sha256sum --strict -c)" },
    { "measure.event-log", ANY,
      "jq -r '.evidence.files[\"measurement/0.json\"]' @P | base64 -d | python3 -c 'import "
      "json,sys,hashlib as h,functools as f; m=json.load(sys.stdin); print(f.reduce(lambda r,e: "
      "h.sha384(r+h.sha384(bytes.fromhex(\"01000008\")+b\":\"+e[\"event\"].encode()+b\":\"+"
      "bytes.fromhex(e[\"event_payload\"])).digest()).digest(), [e for e in m[\"eventLog\"] if "
      "e[\"imr\"]==3], bytes(48)).hex())'   # log version 1; RTMR3 of the quote" },
    { "measure.device", ANY,
      "jq -r '.evidence.files[\"measurement/0.json\"]' @P | base64 -d | jq -r .ppid | xxd -r -p | "
      "sha256sum" },
    { "image.root", ANY,
      "jq -r '.evidence.files[\"trusted_root.json\"]' @P | base64 -d | tee trusted_root.json | "
      "sha256sum" },
    { "image.signatures", ANY,
      "for f in $(jq -r '.evidence.files|keys[]|select(startswith(\"attestations/\"))' @P); do "
      "mkdir -p ${f%/*}; jq -r --arg f $f '.evidence.files[$f]' @P | base64 -d >$f; done; ls "
      "attestations/*" },
    { "image.signatures", ANY,
      "cosign verify-blob-attestation --bundle attestations/DIGEST/0.json --new-bundle-format "
      "--trusted-root trusted_root.json --digest DIGEST --digestAlg sha256 --certificate-identity "
      "ID --certificate-oidc-issuer URL   # or: countersign sigstore verify-bundle" },
    { "image.identity", ANY,
      "countersign sigstore inspect attestations/DIGEST/0.json   # unverified: what it says" },
    { "image.source", ANY,
      "jq -r .verificationMaterial.certificate.rawBytes attestations/DIGEST/0.json | base64 -d | "
      "openssl x509 -inform DER -noout -text   # 1.3.6.1.4.1.57264.1.12 to .20" },
    { "image.time", ANY,
      "jq -r '.verificationMaterial.tlogEntries[].integratedTime' attestations/DIGEST/0.json | "
      "while read -r t; do date -u -d @$t; done" },
    { "sig.valid", ANY,
      "jq -r '.signatures[]|select(.kind==\"EOA\")|\"\\(.signer) \\(.signature)\"' @P | while read "
      "-r a s; do cast wallet verify --no-hash --address $a @H $s; done" },
    { "sig.owner", ANY, "jq -r '.signatures[].signer' @P" },
    { "sig.threshold", ANY, "jq '.signatures|length' @P" },
    { "age.created", ANY, "date -u -d @$(jq -r .created @P)" },

    { "chain.agree", ANY, "cast block latest --rpc-url $RPC   # on two endpoints" },
    { "chain.safe-code", ANY, "cast keccak $(cast code @S --rpc-url $RPC)" },
    { "chain.version", ANY, "cast call @S 'VERSION()(string)' --rpc-url $RPC" },
    { "chain.owners", ANY, "cast call @S 'getOwners()(address[])' --rpc-url $RPC" },
    { "chain.threshold", ANY, "cast call @S 'getThreshold()(uint256)' --rpc-url $RPC" },
    { "chain.nonce", ANY, "cast call @S 'nonce()(uint256)' --rpc-url $RPC" },
    { "chain.modules", ANY,
      "cast call @S 'getModulesPaginated(address,uint256)(address[],address)' "
      "0x0000000000000000000000000000000000000001 64 --rpc-url $RPC" },
    { "chain.guard", ANY,
      "cast storage @S 0x4a204f620c8c5ccdca3fd54d003badd85ba500436a431f0cbda4f558c93c34c8 "
      "--rpc-url $RPC" },
    { "chain.fallback-handler", ANY,
      "cast storage @S 0x6c9a6c4a39284e37ed1cf53d337577d14212a4870fb976a4366c693b939918d5 "
      "--rpc-url $RPC" },
    { "chain.hash", ANY,
      "cast call @S 'getTransactionHash(address,uint256,bytes,uint8,uint256,uint256,uint256,"
      "address,address,uint256)(bytes32)' $(jq -r '.safeTx|\"\\(.to) \\(.value) \\(.data) "
      "\\(.operation) \\(.safeTxGas) \\(.baseGas) \\(.gasPrice) \\(.gasToken) \\(.refundReceiver) "
      "\\(.nonce)\"' @P) --rpc-url $RPC" },
    { "chain.signatures", ANY,
      "cast call @S 'approvedHashes(address,bytes32)(uint256)' OWNER @H --rpc-url $RPC" },
    { "chain.library-code", ANY, "cast keccak $(cast code $(jq -r .safeTx.to @P) --rpc-url $RPC)" },
    { "chain.min-delay", ANY, "cast call @T 'getMinDelay()(uint256)' --rpc-url $RPC" },
    { "chain.roles", ANY,
      "cast call @T 'hasRole(bytes32,address)(bool)' $(cast keccak PROPOSER_ROLE) @S --rpc-url "
      "$RPC" },
    { "chain.operation", ANY,
      "cast call @T 'getTimestamp(bytes32)(uint256)' @I --rpc-url $RPC   # 0 unset, 1 done" },
    { "chain.simulation", ANY,
      "cast call $(jq -r .safeTx.to @P) --data $(jq -r .safeTx.data @P) --from @S --rpc-url $RPC" },
};

static void add_git_object(struct buf *out, const struct subject *s)
{
    struct buf word;

    buf_init(&word, 64 * 1024);
    buf_addf(&word, "%s:%s", s->context.git_commit, s->context.git_path);
    buf_add_shell_word(out, buf_str(&word));
    buf_clear(&word);
}

static void add_function(struct buf *out, const struct subject *s)
{
    struct buf signature;

    buf_init(&signature, 64 * 1024);
    abi_signature_write(&signature, &s->tree.root.fn);
    buf_add_shell_word(out, buf_str(&signature));
    buf_clear(&signature);
}

static void add_value(struct buf *out, const struct subject *s, char name)
{
    switch (name) {
    case 'P':
        buf_add_str(out, buf_str(&s->path));
        return;
    case 'S':
        buf_add_str(out, address_format(&s->profile->safe.safe).s);
        return;
    case 'T':
        buf_add_str(out, address_format(&s->profile->timelock).s);
        return;
    case 'N':
        buf_add_str(out, u256_format(&s->profile->chain_id).s);
        return;
    case 'H':
        buf_add_str(out, hash32_format(&s->hashes.safe_tx).s);
        return;
    case 'I':
        buf_add_str(out, hash32_format(&s->operation_id).s);
        return;
    case 'G':
        add_git_object(out, s);
        return;
    case 'F':
        add_function(out, s);
        return;
    case 'C':
        buf_add_shell_word(out, s->context.git_commit);
        return;
    default:
        buf_addf(out, "@%c", name);
        return;
    }
}

static bool fits(const struct subject *s, enum only_if only_if)
{
    switch (only_if) {
    case ANY:
        return true;
    case FORM_1_3:
        return s->proposal->domain.form == SAFE_FORM_1_3;
    case FORM_1_0:
        return s->proposal->domain.form == SAFE_FORM_1_0;
    case SINGLE:
        return s->proposal->has_operation && !s->proposal->operation.batch;
    case BATCH:
        return s->proposal->has_operation && s->proposal->operation.batch;
    case OPERATION:
        return s->proposal->has_operation;
    case FUNCTION:
        return s->tree_ok && s->tree.root.decoded && s->tree.root.fn.name != NULL;
    case GIT:
        return s->context_ok && s->context.git_commit != NULL && s->context.git_path != NULL;
    }
    return false;
}

static void add_row(struct report *r, const struct subject *s, const char *id, const char *text)
{
    struct buf line;

    buf_init(&line, 256 * 1024);
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '@' && p[1] >= 'A' && p[1] <= 'Z')
            add_value(&line, s, *++p);
        else
            buf_add_u8(&line, (uint8_t)*p);
    }
    if (buf_ok(&line))
        check_by_hand(r, id, "%s", buf_str(&line));
    buf_clear(&line);
}

void checks_by_hand(struct report *r, const struct subject *s)
{
    /* Below 1.0.0 the struct has another type; those Safes have no service and no wallet left. */
    bool hashable = s->proposal->domain.form != SAFE_FORM_0_1;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        bool needs_file = strstr(rows[i].command, "@P") != NULL;

        if (!report_applies(r, rows[i].id) || !fits(s, rows[i].only_if) ||
            (needs_file && s->options.path == NULL) ||
            (!hashable && strcmp(rows[i].id, "tx.hash") == 0))
            continue;
        if (strcmp(rows[i].id, "tx.hash") == 0 && s->options.path == NULL)
            continue;
        add_row(r, s, rows[i].id, rows[i].command);
    }
}
