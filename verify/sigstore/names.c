// SPDX-License-Identifier: Apache-2.0
#include <assert.h>
#include <stdlib.h>

#include "verify/sigstore/sigstore.h"

const char *sigstore_check_name(enum sigstore_check check)
{
    static const char *const names[SIGSTORE_NUM_CHECKS] = {
        [SIGSTORE_NONE] = "none",
        [SIGSTORE_SHAPE] = "shape",
        [SIGSTORE_KEY] = "key",
        [SIGSTORE_DIGEST] = "digest",
        [SIGSTORE_TIMESTAMP] = "timestamp",
        [SIGSTORE_TIMESTAMP_TIME] = "timestamp-time",
        [SIGSTORE_LOG] = "log",
        [SIGSTORE_LOG_TIME] = "log-time",
        [SIGSTORE_SET] = "set",
        [SIGSTORE_PROOF] = "inclusion-proof",
        [SIGSTORE_CHECKPOINT_ORIGIN] = "checkpoint-origin",
        [SIGSTORE_CHECKPOINT] = "checkpoint",
        [SIGSTORE_CHECKPOINT_ROOT] = "checkpoint-root",
        [SIGSTORE_SIGNING_TIME] = "signing-time",
        [SIGSTORE_CERT_USAGE] = "certificate-usage",
        [SIGSTORE_CERT_TIME] = "certificate-time",
        [SIGSTORE_CHAIN] = "certificate-chain",
        [SIGSTORE_SCT] = "sct",
        [SIGSTORE_LOG_ENTRY] = "log-entry",
        [SIGSTORE_ENTRY_KIND] = "entry-kind",
        [SIGSTORE_ENTRY_SIGNATURE] = "entry-signature",
        [SIGSTORE_ENTRY_CERT] = "entry-certificate",
        [SIGSTORE_ENTRY_DIGEST] = "entry-digest",
        [SIGSTORE_PAYLOAD_TYPE] = "payload-type",
        [SIGSTORE_SIGNATURE] = "signature",
        [SIGSTORE_SUBJECT] = "subject",
        [SIGSTORE_SIMPLESIGNING] = "simplesigning",
        [SIGSTORE_ISSUER] = "issuer",
        [SIGSTORE_IDENTITY] = "identity",
        [SIGSTORE_PREDICATE] = "predicate",
    };

    assert((unsigned)check < SIGSTORE_NUM_CHECKS);
    return names[check];
}

const char *sigstore_field_name(enum sigstore_field field)
{
    static const char *const names[SIGSTORE_NUM_FIELDS] = {
        [SIGSTORE_ISSUER_V1] = "issuerV1",
        [SIGSTORE_EVENT_V1] = "githubWorkflowTrigger",
        [SIGSTORE_COMMIT_V1] = "githubWorkflowSHA",
        [SIGSTORE_WORKFLOW_V1] = "githubWorkflowName",
        [SIGSTORE_REPOSITORY_V1] = "githubWorkflowRepository",
        [SIGSTORE_REF_V1] = "githubWorkflowRef",
        [SIGSTORE_ISSUER_V2] = "issuer",
        [SIGSTORE_SIGNER_URI] = "buildSignerURI",
        [SIGSTORE_SIGNER_DIGEST] = "buildSignerDigest",
        [SIGSTORE_RUNNER] = "runnerEnvironment",
        [SIGSTORE_SOURCE_URI] = "sourceRepositoryURI",
        [SIGSTORE_SOURCE_DIGEST] = "sourceRepositoryDigest",
        [SIGSTORE_SOURCE_REF] = "sourceRepositoryRef",
        [SIGSTORE_SOURCE_ID] = "sourceRepositoryIdentifier",
        [SIGSTORE_OWNER_URI] = "sourceRepositoryOwnerURI",
        [SIGSTORE_OWNER_ID] = "sourceRepositoryOwnerIdentifier",
        [SIGSTORE_CONFIG_URI] = "buildConfigURI",
        [SIGSTORE_CONFIG_DIGEST] = "buildConfigDigest",
        [SIGSTORE_TRIGGER] = "buildTrigger",
        [SIGSTORE_RUN_URI] = "runInvocationURI",
        [SIGSTORE_VISIBILITY] = "sourceRepositoryVisibilityAtSigning",
        [SIGSTORE_ENVIRONMENT] = "deploymentEnvironment",
        [SIGSTORE_TOKEN_SUBJECT] = "tokenSubject",
    };

    assert((unsigned)field < SIGSTORE_NUM_FIELDS);
    return names[field];
}

const char *sigstore_field(const struct sigstore_result *r, enum sigstore_field field)
{
    assert((unsigned)field < SIGSTORE_NUM_FIELDS);
    return r->fields[field];
}

const char *sigstore_issuer(const struct sigstore_result *r)
{
    return r->fields[SIGSTORE_ISSUER_V2] != NULL ? r->fields[SIGSTORE_ISSUER_V2]
                                                 : r->fields[SIGSTORE_ISSUER_V1];
}

void sigstore_result_clear(struct sigstore_result *r)
{
    free(r->san);
    free(r->ca_organization);
    free(r->log_url);
    free(r->predicate_type);
    free(r->note);
    for (size_t i = 0; i < SIGSTORE_NUM_FIELDS; i++)
        free(r->fields[i]);
    *r = (struct sigstore_result){ 0 };
}
