// SPDX-License-Identifier: Apache-2.0
#ifndef BASE_LIMITS_H
#define BASE_LIMITS_H

/*
 * Every limit on what outside bytes may make this program do, each with its reason. Over a limit
 * is an error (ERR_LIMIT) that names the limit.
 */

/* A Safe transaction has to fit into a block; 128 KiB is what nodes relay per transaction. */
#define LIMIT_CALLDATA_BYTES (128 * 1024)
/* A proposal with evidence: four Sigstore bundles, a commit chain, two compose files. */
#define LIMIT_PROPOSAL_BYTES (8 * 1024 * 1024)
#define LIMIT_EVIDENCE_BYTES (4 * 1024 * 1024)
#define LIMIT_EVIDENCE_FILES 512
/* An app-compose holds a compose file and a script; Phala's largest published one is 20 kB. */
#define LIMIT_COMPOSE_BYTES (1024 * 1024)
/* An app-compose that is only hashed: what a guest takes. Source: Dstack-TEE/dstack next@312dc605,
 * dstack-util/src/system_setup.rs, HostShared; 256 KiB up to v0.5.11. */
#define LIMIT_MEASURED_BYTES (50 * 1024 * 1024)
/* What 'compose explain' hashes in search of a form: under a second for files of usual size. */
#define LIMIT_EXPLAIN_BYTES (256 * 1024 * 1024)
/* Lines that differ, before two texts are shown whole; memory goes with the square: 1 MB. */
#define LIMIT_DIFF_EDITS 500
/* Git trees of monorepos stay under this; blobs are bounded by LIMIT_COMPOSE_BYTES. */
#define LIMIT_GIT_OBJECT_BYTES (1024 * 1024)
#define LIMIT_GIT_PATH_DEPTH   32
/* Commits between a branch's tip and a release: evidence files, 300 bytes to 1 kB each; a release
 * that is further behind is proposed from a branch of its own. */
#define LIMIT_GIT_CHAIN 256
/* Annotated tags that name tags; a signed tag of a signed tag is two. */
#define LIMIT_GIT_TAGS 8
/* Commits that the walk along a clone's branch may read: a fraction of a second. */
#define LIMIT_GIT_VISITED 20000
/* A quote is 5 kB, an event log of dstack with the firmware's events 60 kB. */
#define LIMIT_MEASUREMENT_BYTES (512 * 1024)
#define LIMIT_EVENTS            1024
/* sha256sum.txt of an OS image lists under ten files. */
#define LIMIT_OS_IMAGE_BYTES (64 * 1024)
#define LIMIT_OS_IMAGE_FILES 256
/* A key of RSA-16384 is 2 kB, its signature as well; a file of allowed signers has some hundred. */
#define LIMIT_SSH_KEY_BYTES         (8 * 1024)
#define LIMIT_SSH_SIG_BYTES         (32 * 1024)
#define LIMIT_ALLOWED_SIGNERS_BYTES (256 * 1024)
/* YAML profiles and compose files. Nodes are counted after alias expansion. */
#define LIMIT_YAML_BYTES (1024 * 1024)
#define LIMIT_YAML_DEPTH 64
#define LIMIT_YAML_NODES 100000
/* Keys of one mapping and anchors of one document are searched one after the other. */
#define LIMIT_YAML_MEMBERS 1024
#define LIMIT_YAML_ANCHORS 1024
/* JSON documents. jansson's own parser depth is 2048. */
#define LIMIT_JSON_DEPTH 64
#define LIMIT_JSON_NODES 200000
/* Members of one object; json_member counts through them. */
#define LIMIT_JSON_MEMBERS 4096
/* Names in one directory of a queue. */
#define LIMIT_DIR_NAMES 20000
/* One line of `hash --lines`. */
#define LIMIT_LINE_BYTES (512 * 1024)
/* One HTTP answer; the service's largest page is 200 transactions. */
#define LIMIT_HTTP_BYTES     (16 * 1024 * 1024)
#define LIMIT_HTTP_TIME_MS   30000
#define LIMIT_HTTP_REDIRECTS 3
/* Safe: more owners than any known Safe has; signatures follow owners. */
#define LIMIT_OWNERS     128
#define LIMIT_MODULES    64
#define LIMIT_SIGNATURES LIMIT_OWNERS
/* Pending transactions of one Safe that a queue vouches for, and what a service may answer about
 * them: any owner can post some, each as large as LIMIT_CALLDATA_BYTES three times in hex. */
#define LIMIT_QUEUE_ENTRIES 10000
#define LIMIT_QUEUE_BYTES   (256 * 1024 * 1024)
/* The same for what anybody can post. */
#define LIMIT_QUEUE_UNTRUSTED       2000
#define LIMIT_QUEUE_UNTRUSTED_BYTES (64 * 1024 * 1024)
/* One contract signature (nested Safe of 20 owners). */
#define LIMIT_SIGNATURE_BYTES 5000
/* Calls in one batch, over all levels of nesting, and how deep calls may nest in calls. */
#define LIMIT_CALLS      256
#define LIMIT_CALL_DEPTH 8
/* ABI types: `(a,(b,c[])[2])[]` nests three deep; a value has at most this many leaves. */
#define LIMIT_ABI_TYPE_DEPTH 8
#define LIMIT_ABI_PARAMS     32
#define LIMIT_ABI_NODES      4096
/* Overlapping tails would let a decoded value be thousands of times as large as its calldata. */
#define LIMIT_ABI_BYTES (2 * LIMIT_CALLDATA_BYTES)
/* User ABI files; the largest diamonds have some hundred functions. */
#define LIMIT_ABI_FUNCTIONS  2048
#define LIMIT_ABI_FILE_BYTES (4 * 1024 * 1024)
/* Keystores are under 1 kB; scrypt memory is 128 * N * r bytes: N = 2^18, r = 8 is 256 MiB. */
#define LIMIT_KEYSTORE_BYTES (64 * 1024)
#define LIMIT_SCRYPT_BYTES   (512ULL * 1024 * 1024)
#define LIMIT_PBKDF2_ITERS   10000000
#define LIMIT_SECRET_BYTES   4096
/* RPC endpoints of one profile. */
#define LIMIT_RPC_URLS 8
/* Contracts, delegates and repositories in a profile. */
#define LIMIT_PROFILE_ITEMS 64
/* Dangers and environment names that a policy accepts: a compose file has many ports and mounts. */
#define LIMIT_PROFILE_ALLOWED 512
/* One Sigstore file: a hundred signatures with SBOM attestations would not fit, on purpose. */
#define LIMIT_SIGSTORE_BYTES (4 * 1024 * 1024)
/* Signatures in one file; cosign reads no more either. */
#define LIMIT_SIGSTORE_BUNDLES 100
/* Trusted roots in one file; gh prints two. */
#define LIMIT_SIGSTORE_ROOTS 16
/* Parts of one signature, each of which costs a public-key operation or two. */
#define LIMIT_SIGSTORE_CERTS      10
#define LIMIT_SIGSTORE_ENTRIES    8
#define LIMIT_SIGSTORE_TIMESTAMPS 8
#define LIMIT_SIGSTORE_SCTS       16
/* Signatures that are fetched for one image, and what a registry may list before they are found. */
#define LIMIT_REGISTRY_FILES   16
#define LIMIT_REGISTRY_ENTRIES 64
/* Signature lines of a checkpoint: the log and its witnesses. */
#define LIMIT_CHECKPOINT_LINES 64
/* Logs, or authorities, of one trusted root. */
#define LIMIT_SIGSTORE_KEYS 64
/* One message of a Trezor: the longest that is asked for, Features, is under 1 kB. */
#define LIMIT_TREZOR_MESSAGE_BYTES (16 * 1024)
/* Messages of a Trezor in one operation: 128 kB of calldata are 128, a SafeTx takes about 40. */
#define LIMIT_TREZOR_STEPS 1024

/* Screens of one device preview: the largest calldata on the smallest pages is far above what a
 * person compares. Text of one screen. */
#define LIMIT_PREVIEW_SCREENS 4096
#define LIMIT_PREVIEW_TEXT    (2 * LIMIT_CALLDATA_BYTES + 64)

#endif
