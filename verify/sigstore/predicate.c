// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "src/base/limits.h"
#include "verify/sigstore/dsse.h"
#include "verify/sigstore/sigstore.h"

#define SLSA_V1   "https://slsa.dev/provenance/v1"
#define SLSA_V0_2 "https://slsa.dev/provenance/v0.2"

/* The string at a path of member names; NULL if there is none. */
static const char *text_at(const struct json *j, const char *const path[])
{
    for (size_t i = 0; path[i] != NULL; i++)
        j = part_get(j, path[i]);
    return json_string(j);
}

struct rule {
    const char *const path[5];
    enum sigstore_field field;
};

static const struct rule rules_v1[] = {
    { { "externalParameters", "workflow", "repository" }, SIGSTORE_SOURCE_URI },
    { { "externalParameters", "workflow", "ref" }, SIGSTORE_SOURCE_REF },
    { { "internalParameters", "github", "event_name" }, SIGSTORE_TRIGGER },
    { { "internalParameters", "github", "repository_id" }, SIGSTORE_SOURCE_ID },
    { { "internalParameters", "github", "repository_owner_id" }, SIGSTORE_OWNER_ID },
    { { "internalParameters", "github", "runner_environment" }, SIGSTORE_RUNNER },
};

static bool differ(const char *claimed, const char *certified)
{
    return claimed != NULL && certified != NULL && strcmp(claimed, certified) != 0;
}

/* "git+<repository>@<ref>" */
static bool source_differs(const char *uri, char *const *fields)
{
    const char *repository = fields[SIGSTORE_SOURCE_URI];
    const char *ref = fields[SIGSTORE_SOURCE_REF];
    bool differs = false;
    struct buf wanted;

    if (uri == NULL || repository == NULL || ref == NULL)
        return false;
    buf_init(&wanted, LIMIT_SIGSTORE_BYTES);
    buf_addf(&wanted, "git+%s@%s", repository, ref);
    differs = !buf_ok(&wanted) || strcmp(buf_str(&wanted), uri) != 0;
    buf_clear(&wanted);
    return differs;
}

static bool is_github_build(const char *type)
{
    return type != NULL &&
           (strcmp(type, "https://actions.github.io/buildtypes/workflow/v1") == 0 ||
            strcmp(type, "https://slsa-framework.github.io/github-actions-buildtypes/"
                         "workflow/v1") == 0);
}

static const char *check_v1(const struct json *predicate, char *const *fields)
{
    const struct json *definition = part_get(predicate, "buildDefinition");
    const struct json *run = part_get(predicate, "runDetails");
    const struct json *source = json_at(part_get(definition, "resolvedDependencies"), 0);

    if (!is_github_build(json_string(part_get(definition, "buildType"))))
        return NULL;
    for (size_t i = 0; i < sizeof(rules_v1) / sizeof(rules_v1[0]); i++) {
        const struct rule *rule = &rules_v1[i];

        if (differ(text_at(definition, rule->path), fields[rule->field]))
            return rule->path[2];
    }
    if (source_differs(json_string(part_get(source, "uri")), fields))
        return "resolvedDependencies.uri";
    if (differ(json_string(part_get(part_get(source, "digest"), "gitCommit")),
               fields[SIGSTORE_SOURCE_DIGEST]))
        return "gitCommit";
    if (differ(json_string(part_get(part_get(run, "metadata"), "invocationId")),
               fields[SIGSTORE_RUN_URI]))
        return "invocationId";
    return NULL;
}

static const char *check_v0_2(const struct json *predicate, char *const *fields)
{
    const struct json *source = part_get(part_get(predicate, "invocation"), "configSource");
    const char *uri = json_string(part_get(source, "uri"));

    /* Other builders name other sources. */
    if (uri == NULL || strncmp(uri, "git+https://github.com/", 23) != 0)
        return NULL;
    if (source_differs(uri, fields))
        return "configSource.uri";
    if (differ(json_string(part_get(part_get(source, "digest"), "sha1")),
               fields[SIGSTORE_SOURCE_DIGEST]))
        return "configSource.digest";
    return NULL;
}

const char *predicate_disagrees(const struct statement *s, char *const *fields)
{
    if (strcmp(s->predicate_type, SLSA_V1) == 0)
        return check_v1(s->predicate, fields);
    if (strcmp(s->predicate_type, SLSA_V0_2) == 0)
        return check_v0_2(s->predicate, fields);
    return NULL;
}
