// SPDX-License-Identifier: Apache-2.0
/* A release: app-compose, compose file, and the git objects from a commit to that file. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/bytes.h"
#include "tests/forger/forger.h"
#include "verify/git_object.h"

#define DIGEST "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static const struct danger dangers[] = {
    { "privileged: true", NULL, "privileged:web" },
    { "network_mode: host", NULL, "network_mode:web:host" },
    { "pid: host", NULL, "pid:web:host" },
    { "ipc: host", NULL, "ipc:web:host" },
    { "cap_add: [SYS_ADMIN]", NULL, "cap_add:web:SYS_ADMIN" },
    { "security_opt: ['seccomp:unconfined']", NULL, "security_opt:web:seccomp:unconfined" },
    { "volumes: ['/:/host']", NULL, "bind:web:/:/host" },
    { "volumes: [/var/run/docker.sock:/var/run/docker.sock]", NULL,
      "bind:web:/var/run/docker.sock:/var/run/docker.sock" },
    { "volumes: [/var/run/dstack.sock:/var/run/dstack.sock]", NULL,
      "bind:web:/var/run/dstack.sock:/var/run/dstack.sock" },
    { "ports: ['8080:80']", NULL, "ports:web:8080:80" },
    { "env_file: other.env", NULL, "env_file:web:other.env" },
    { "volumes_from: [web]", NULL, "volumes_from:web:web" },
    { NULL, "\"public_logs\":true", "public_logs" },
    { NULL, "\"public_sysinfo\":true", "public_sysinfo" },
    { NULL, "\"no_instance_id\":true", "no_instance_id" },
};

const struct danger *danger_at(unsigned i)
{
    return i > 0 && i <= sizeof(dangers) / sizeof(dangers[0]) ? &dangers[i - 1] : NULL;
}

static const char *const envs[] = {
    "COMPOSE_FILE",     "COMPOSE_PROFILES",
    "APP_COMPOSE_FILE", "DOCKER_HOST",
    "DOCKER_CONFIG",    "LD_PRELOAD",
    "LD_LIBRARY_PATH",  "PATH",
    "BASH_ENV",         "IFS",
    "NODE_OPTIONS",     "PYTHONPATH",
    "https_proxy",
};

const char *env_at(unsigned i)
{
    return i > 0 && i <= sizeof(envs) / sizeof(envs[0]) ? envs[i - 1] : NULL;
}

/* newline: as JSON writes it, or as it is. */
static void add_compose(struct buf *out, const struct world *w, const char *newline)
{
    buf_addf(out, "services:%s  web:%s", newline, newline);
    buf_addf(out, "    image: ghcr.io/example/web%s%s", w->tag ? ":1.0" : "@sha256:" DIGEST,
             newline);
    if (w->danger != 0 && danger_at(w->danger)->service != NULL)
        buf_addf(out, "    %s%s", danger_at(w->danger)->service, newline);
}

void build_app(struct buf *out, const struct world *w)
{
    buf_add_str(out, "{\"manifest_version\":2,\"name\":\"web\",\"runner\":\"docker-compose\",");
    if (w->script)
        buf_add_str(out, "\"pre_launch_script\":\"echo\",");
    if (w->danger != 0 && danger_at(w->danger)->field != NULL)
        buf_addf(out, "%s,", danger_at(w->danger)->field);
    if (w->env != 0)
        buf_addf(out, "\"allowed_envs\":[\"API_KEY\",\"%s\"],", env_at(w->env));
    buf_add_str(out, "\"docker_compose_file\":\"");
    add_compose(out, w, "\\n");
    buf_add_str(out, "\"}");
}

const char *evidence_path(const struct world *w)
{
    return w->other_path ? "other/compose.yaml" : "deploy/compose.yaml";
}

static struct gitobj_id hash_object(enum gitobj_type type, const struct buf *data)
{
    struct gitobj_id id;

    NEED(gitobj_hash(d, &id, GITOBJ_SHA1_LEN, type, data->data, data->len));
    return id;
}

/* A tree with one entry, added as evidence. */
static struct gitobj_id add_tree(struct proposal *out, const char *name, const char *mode,
                                 const char *entry, struct gitobj_id id)
{
    struct buf tree;

    buf_init(&tree, 4096);
    buf_addf(&tree, "%s %s", mode, entry);
    buf_add_u8(&tree, 0);
    buf_add(&tree, id.b, id.len);
    NEED(proposal_add_file(d, out, name, tree.data, tree.len));
    id = hash_object(GITOBJ_TREE, &tree);
    buf_clear(&tree);
    return id;
}

static void add_git(struct proposal *out, const struct world *w, const struct buf *file,
                    char commit[65])
{
    struct buf text;
    struct gitobj_id id;

    buf_init(&text, 65536);
    buf_add(&text, file->data, file->len);
    if (w->other_blob)
        buf_add_str(&text, "# another\n");
    id = hash_object(GITOBJ_BLOB, &text);
    buf_clear(&text);
    id = add_tree(out, EVIDENCE_GIT_TREE "1", "100644", "compose.yaml", id);
    id = add_tree(out, EVIDENCE_GIT_TREE "0", "40000", w->other_path ? "other" : "deploy", id);

    buf_init(&text, 65536);
    buf_addf(&text, "tree %s\n", gitobj_id_format(&id).s);
    buf_addf(&text, "author E <e@example.org> %" PRIu64 " +0000\n", w->committed_s);
    buf_addf(&text, "committer E <e@example.org> %" PRIu64 " +0000\n\nrelease\n", w->committed_s);
    NEED(proposal_add_file(d, out, EVIDENCE_GIT_COMMIT, text.data, text.len));
    id = hash_object(GITOBJ_COMMIT, &text);
    memcpy(commit, gitobj_id_format(&id).s, 41);
    buf_clear(&text);
}

void build_evidence(struct proposal *out, const struct world *w, const struct buf *app,
                    char commit[65])
{
    struct buf file;

    commit[0] = '\0';
    if (w->has_app)
        NEED(proposal_add_file(d, out, EVIDENCE_APP_COMPOSE, app->data, app->len));
    if (!w->has_file)
        return;
    buf_init(&file, 65536);
    add_compose(&file, w, "\n");
    if (w->other_file)
        buf_add_str(&file, "# reviewed\n");
    NEED(proposal_add_file(d, out, EVIDENCE_COMPOSE, file.data, file.len));
    if (w->has_git)
        add_git(out, w, &file, commit);
    buf_clear(&file);
}
