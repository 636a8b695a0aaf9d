// SPDX-License-Identifier: Apache-2.0
#include "safe/compose_allow.h"

#include <string.h>

#define MAX_ENV_NAME 255

/* clang-format off */
static const struct compose_allow_kind kinds[] = {
    /* the app-compose */
    { "runner", ALLOW_VALUE, "something else than docker-compose starts the app" },
    { "key_provider", ALLOW_VALUE, "the app's keys come from no KMS" },
    { "kms_enabled", ALLOW_VALUE, "guests up to 0.4 get no keys from a KMS" },
    { "public_logs", ALLOW_FLAG, "anyone can read what the containers print" },
    { "public_sysinfo", ALLOW_FLAG, "anyone can read the guest's load and disks" },
    { "public_tcbinfo", ALLOW_FLAG, "anyone can read app-compose and event log; on unless false" },
    { "no_instance_id", ALLOW_FLAG, "instances of the app can not be told apart" },
    { "secure_time", ALLOW_VALUE, "the guest takes the time that its host shows" },
    { "features", ALLOW_VALUE, "a feature that no release knows" },
    { "verity_volumes", ALLOW_VALUE, "a file system from the host, of this hash, over this path" },
    { "gpu_policy", ALLOW_VALUE, "less is asked of a GPU than by default" },
    { "requirements", ALLOW_VALUE, "less of the guest is measured than by default" },
    /* a service of the compose file */
    { "privileged", ALLOW_SERVICE, "has every right over the guest" },
    { "cap_add", ALLOW_SERVICE_VALUE, "has a further right over the guest's kernel" },
    { "security_opt", ALLOW_SERVICE_VALUE, "changes what keeps the container in" },
    { "network_mode", ALLOW_SERVICE_VALUE, "shares another network" },
    { "networks", ALLOW_SERVICE_VALUE, "changes the kernel's settings of a network" },
    { "pid", ALLOW_SERVICE_VALUE, "sees other processes" },
    { "ipc", ALLOW_SERVICE_VALUE, "shares memory with others" },
    { "uts", ALLOW_SERVICE_VALUE, "shares the guest's host name" },
    { "userns_mode", ALLOW_SERVICE_VALUE, "shares the guest's users" },
    { "cgroup", ALLOW_SERVICE_VALUE, "shares the guest's control groups" },
    { "cgroup_parent", ALLOW_SERVICE_VALUE, "is put under another control group" },
    { "bind", ALLOW_SERVICE_VALUE, "has a path of the guest, which is in no image" },
    { "mount", ALLOW_SERVICE_VALUE, "has another image, or what is no volume, as a file system" },
    { "volumes_from", ALLOW_SERVICE_VALUE, "has the file systems of another container" },
    { "env_file", ALLOW_SERVICE_VALUE, "takes its environment from a file of the guest" },
    { "label_file", ALLOW_SERVICE_VALUE, "takes its labels from a file of the guest" },
    { "ports", ALLOW_SERVICE_VALUE, "is reached from outside through this port" },
    { "devices", ALLOW_SERVICE_VALUE, "has a device of the guest" },
    { "device_cgroup_rules", ALLOW_SERVICE_VALUE, "may make devices" },
    { "gpus", ALLOW_SERVICE_VALUE, "has GPUs of the guest" },
    { "deploy", ALLOW_SERVICE_VALUE, "has devices of the guest" },
    { "sysctls", ALLOW_SERVICE_VALUE, "changes the kernel's settings" },
    { "runtime", ALLOW_SERVICE_VALUE, "is run by another runtime than runc" },
    { "isolation", ALLOW_SERVICE_VALUE, "is kept in by other means" },
    { "credential_spec", ALLOW_SERVICE_VALUE, "takes credentials from outside" },
    { "use_api_socket", ALLOW_SERVICE, "has the Docker socket: it can start any container" },
    { "external_links", ALLOW_SERVICE_VALUE, "is linked to a container of nobody's file" },
    { "logging", ALLOW_SERVICE_VALUE, "sends its log elsewhere" },
    { "develop", ALLOW_SERVICE_VALUE, "is changed by files while it runs" },
    { "pre_start", ALLOW_SERVICE_VALUE, "runs another command before it starts" },
    { "post_start", ALLOW_SERVICE_VALUE, "runs another command after it started" },
    { "pre_stop", ALLOW_SERVICE_VALUE, "runs another command before it stops" },
    /* the top level of the compose file */
    { "volume", ALLOW_ENTRY, "is no volume of its own: a path, a file system from elsewhere" },
    { "network", ALLOW_ENTRY, "is no network of its own" },
    { "config", ALLOW_ENTRY, "puts a file into containers that is not in the compose file" },
    { "secret", ALLOW_ENTRY, "puts a file into containers that is not in the compose file" },
};
/* clang-format on */

const struct compose_allow_kind *compose_allow_kind_at(size_t i)
{
    return i < sizeof(kinds) / sizeof(kinds[0]) ? &kinds[i] : NULL;
}

const struct compose_allow_kind *compose_allow_kind_of(const char *text)
{
    const struct compose_allow_kind *k = NULL;
    size_t len = strcspn(text, ":");

    for (size_t i = 0; (k = compose_allow_kind_at(i)) != NULL; i++) {
        if (strlen(k->name) == len && memcmp(k->name, text, len) == 0)
            return k;
    }
    return NULL;
}

/* How many parts there are at least; a value may have colons of its own. */
static size_t parts_of(enum compose_allow_shape shape)
{
    switch (shape) {
    case ALLOW_FLAG:
        return 1;
    case ALLOW_VALUE:
    case ALLOW_SERVICE:
        return 2;
    case ALLOW_SERVICE_VALUE:
        return 3;
    case ALLOW_ENTRY:
        return 4;
    }
    return 0;
}

static size_t count_parts(const char *text)
{
    size_t n = 1;

    for (; *text != '\0'; text++)
        n += *text == ':';
    return n;
}

bool compose_allow_is(const char *text)
{
    const struct compose_allow_kind *k = compose_allow_kind_of(text);
    size_t n = count_parts(text);

    for (const char *c = text; *c != '\0'; c++) {
        if (*c < ' ' || *c > '~')
            return false;
    }
    if (k == NULL || text[strlen(text) - 1] == ':')
        return false;
    if (k->shape == ALLOW_FLAG || k->shape == ALLOW_SERVICE)
        return n == parts_of(k->shape);
    return n >= parts_of(k->shape);
}

bool compose_allow_covers(const char *entry, const char *danger)
{
    size_t len = strlen(entry);

    if (strncmp(entry, danger, len) != 0)
        return false;
    return danger[len] == '\0' ||
           (strncmp(entry, "bind:", 5) == 0 && strcmp(danger + len, ":ro") == 0);
}

bool compose_is_env_name(const char *text)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
    size_t len = strspn(text, letters);

    return len > 0 && len <= MAX_ENV_NAME && text[len] == '\0' && (text[0] < '0' || text[0] > '9');
}
