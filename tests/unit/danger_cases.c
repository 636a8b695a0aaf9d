// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/danger_cases.h"

#include <stdio.h>
#include <string.h>

#define R64       "1111111111111111111111111111111111111111111111111111111111111111"
#define GPU(text) ",\"requirements\":{\"gpu_policy\":{" text "}}"
#define LONG \
    "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567"

static const struct danger_case cases[] = {
    /* the app-compose */
    { "another runner", ",\"runner\":\"nerdctl-compose\"", "", "", "runner:nerdctl-compose" },
    { "a script is the app", ",\"runner\":\"bash\",\"bash_script\":\"id\"", "", "", "runner:bash" },
    { "no KMS", ",\"kms_enabled\":false", "", "", "key_provider:none" },
    { "no KMS, by leaving the field out", ",\"kms_enabled\":", "", "", "key_provider:none" },
    { "a key of the machine", ",\"kms_enabled\":false,\"local_key_provider_enabled\":true", "", "",
      "key_provider:local" },
    { "the provider wins over the flag", ",\"key_provider\":\"none\"", "", "",
      "key_provider:none" },
    { "a TPM's keys", ",\"key_provider\":\"tpm\"", "", "", "key_provider:tpm" },
    { "older guests read the flag", ",\"kms_enabled\":false,\"key_provider\":\"kms\"", "", "",
      "kms_enabled:false" },
    { "logs for all", ",\"public_logs\":true", "", "", "public_logs" },
    { "load for all", ",\"public_sysinfo\":true", "", "", "public_sysinfo" },
    { "measurements for all", ",\"public_tcbinfo\":true", "", "", "public_tcbinfo" },
    { "measurements for all, by leaving the field out", ",\"public_tcbinfo\":", "", "",
      "public_tcbinfo" },
    { "instances alike", ",\"no_instance_id\":true", "", "", "no_instance_id" },
    { "the host's time", ",\"secure_time\":false", "", "", "secure_time:false" },
    { "an unknown feature", ",\"features\":[\"kms\",\"debug\"]", "", "", "features:debug" },
    { "a file system of the host's",
      ",\"verity_volumes\":[{\"source\":\"a.img\",\"verity_root\":\"" R64
      "\",\"target\":\"/usr\"}]",
      "", "", "verity_volumes:" R64 ":/usr" },
    { "GPU debugging tools", GPU("\"allow_devtools\":true"), "", "", "gpu_policy:allow_devtools" },
    { "GPU debugging", GPU("\"allow_debug\":true"), "", "", "gpu_policy:allow_debug" },
    { "GPU boot", GPU("\"allow_insecure_boot\":true"), "", "", "gpu_policy:allow_insecure_boot" },
    { "no GPU attestation", GPU("\"attest_gpu\":false"), "", "", "gpu_policy:attest_gpu:false" },
    { "another GPU policy", GPU("\"rego\":\"package policy\""), "", "",
      "gpu_policy:rego:package policy" },
    { "ACPI tables unmeasured", ",\"requirements\":{\"tdx_measure_acpi_tables\":false}", "", "",
      "requirements:tdx_measure_acpi_tables:false" },
    { "a field of nobody", ",\"debug_shell\":true", "", "", NULL },
    { "a field of nobody in a known one", ",\"requirements\":{\"skip\":true}", "", "", NULL },
    { "a field of nobody in the GPU policy", GPU("\"skip\":true"), "", "", NULL },
    { "a field of nobody in the port policy",
      ",\"port_policy\":{\"ports\":[{\"port\":1,\"open\":true}]}", "", "", NULL },
    { "a field of nobody in docker_config", ",\"docker_config\":{\"insecure\":true}", "", "",
      NULL },
    { "docker_config that is a text", ",\"docker_config\":\"x\"", "", "", NULL },
    { "a port policy that is a number", ",\"port_policy\":5", "", "", NULL },
    { "a port that is a number", ",\"port_policy\":{\"ports\":[5]}", "", "", NULL },
    { "a flag that is a text", ",\"public_logs\":\"false\"", "", "", NULL },
    { "a flag that is a number", ",\"no_instance_id\":0", "", "", NULL },
    { "a flag that is null", ",\"public_tcbinfo\":null", "", "", NULL },
    { "a verity volume without a hash", ",\"verity_volumes\":[{\"target\":\"/usr\"}]", "", "",
      NULL },
    { "requirements that are none", ",\"requirements\":[]", "", "", NULL },
    { "no runner", ",\"runner\":", "", "", NULL },
    /* what keeps a container in */
    { "every right", "", "    privileged: true\n", "", "privileged:api" },
    { "every right, as a text", "", "    privileged: \"true\"\n", "", "privileged:api" },
    { "every right, by a variable", "", "    privileged: ${P}\n", "", "privileged:api" },
    { "every right, through an anchor", "", "    <<: *all\n", "x-all: &all {privileged: yes}\n",
      "privileged:api" },
    { "rights over the kernel", "", "    cap_add: [SYS_ADMIN]\n", "", "cap_add:api:SYS_ADMIN" },
    { "no seccomp", "", "    security_opt: [\"seccomp:unconfined\"]\n", "",
      "security_opt:api:seccomp:unconfined" },
    { "the guest's network", "", "    network_mode: host\n", "", "network_mode:api:host" },
    { "settings of a network", "", "    networks: {default: {driver_opts: {a: b}}}\n", "",
      "networks:api:{\"a\":\"b\"}" },
    { "another container's network", "", "    network_mode: service:db\n", "",
      "network_mode:api:service:db" },
    { "the guest's processes", "", "    pid: host\n", "", "pid:api:host" },
    { "another container's processes", "", "    pid: container:x\n", "", "pid:api:container:x" },
    { "the guest's memory", "", "    ipc: host\n", "", "ipc:api:host" },
    { "the guest's name", "", "    uts: host\n", "", "uts:api:host" },
    { "the guest's users", "", "    userns_mode: host\n", "", "userns_mode:api:host" },
    { "the guest's control groups", "", "    cgroup: host\n", "", "cgroup:api:host" },
    { "another control group", "", "    cgroup_parent: /a\n", "", "cgroup_parent:api:/a" },
    { "another runtime", "", "    runtime: other\n", "", "runtime:api:other" },
    { "another isolation", "", "    isolation: process\n", "", "isolation:api:process" },
    { "kernel settings", "", "    sysctls: [net.ipv4.ip_forward=1]\n", "",
      "sysctls:api:net.ipv4.ip_forward=1" },
    { "kernel settings, as a mapping", "", "    sysctls: {net.ipv4.ip_forward: 1}\n", "",
      "sysctls:api:{\"net.ipv4.ip_forward\":\"1\"}" },
    /* paths */
    { "all of the guest", "", "    volumes: [\"/:/host\"]\n", "", "bind:api:/:/host" },
    { "the Docker socket", "", "    volumes: [\"/var/run/docker.sock:/var/run/docker.sock:rw\"]\n",
      "", "bind:api:/var/run/docker.sock:/var/run/docker.sock" },
    { "the dstack socket, read-only", "", "    volumes: [\"/var/run/dstack.sock:/d.sock:ro\"]\n",
      "", "bind:api:/var/run/dstack.sock:/d.sock:ro" },
    { "the dstack socket, in the long form", "",
      "    volumes: [{type: bind, source: /var/run/dstack.sock, target: /d.sock, read_only: "
      "true}]\n",
      "", "bind:api:/var/run/dstack.sock:/d.sock:ro" },
    { "what the host wrote", "", "    volumes: [\"./user_config:/app/main.py\"]\n", "",
      "bind:api:./user_config:/app/main.py" },
    { "a path that a variable names", "", "    volumes: [\"${D}:/data\"]\n", "",
      "bind:api:${D}:/data" },
    { "a home directory", "", "    volumes: [\"~/x:/data\"]\n", "", "bind:api:~/x:/data" },
    { "a mount that spreads", "",
      "    volumes: [{type: bind, source: /a, target: /b, bind: {propagation: shared}}]\n", "",
      "bind:api:{\"type\":\"bind\",\"source\":\"/a\",\"target\":\"/"
      "b\",\"bind\":{\"propagation\":\"shared\"}}" },
    { "another image's files", "", "    volumes: [{type: image, source: x, target: /app}]\n", "",
      "mount:api:image:/app" },
    { "a pipe", "", "    volumes: [{type: npipe, source: a, target: b}]\n", "",
      "mount:api:{\"type\":\"npipe\",\"source\":\"a\",\"target\":\"b\"}" },
    { "a volume that is a path", "", "    volumes: [{type: volume, source: /etc, target: /b}]\n",
      "", "mount:api:{\"type\":\"volume\",\"source\":\"/etc\",\"target\":\"/b\"}" },
    { "another container's files", "", "    volumes_from: [container:x]\n", "",
      "volumes_from:api:container:x" },
    { "a volume that is a bind", "", "    volumes: [\"data:/d\"]\n",
      "volumes: {data: {driver_opts: {type: none, o: bind, device: /}}}\n",
      "volume:data:driver_opts:{\"type\":\"none\",\"o\":\"bind\",\"device\":\"/\"}" },
    { "a volume of another driver", "", "", "volumes: {data: {driver: nfs}}\n",
      "volume:data:driver:nfs" },
    { "a volume of somebody else", "", "", "volumes: {data: {external: true}}\n",
      "volume:data:external:true" },
    { "a volume whose name is a path", "", "", "volumes: {data: {name: /etc}}\n",
      "volume:data:name:/etc" },
    { "a config of the guest", "", "", "configs: {c: {file: ./user_config}}\n",
      "config:c:file:./user_config" },
    { "a config of somebody else", "", "", "configs: {c: {external: true}}\n",
      "config:c:external:true" },
    { "a secret of the guest", "", "", "secrets: {s: {file: /dstack/.host-shared/.user-config}}\n",
      "secret:s:file:/dstack/.host-shared/.user-config" },
    { "a secret by a driver", "", "", "secrets: {s: {driver: x}}\n", "secret:s:driver:x" },
    { "an environment of the guest", "", "    env_file: user_config\n", "",
      "env_file:api:user_config" },
    { "an environment of the guest, in the long form", "",
      "    env_file: [{path: a, format: raw}]\n", "",
      "env_file:api:{\"path\":\"a\",\"format\":\"raw\"}" },
    { "labels of the guest", "", "    label_file: [a]\n", "", "label_file:api:a" },
    /* networks */
    { "the guest's network, as a network", "", "", "networks: {n: {external: true}}\n",
      "network:n:external:true" },
    { "the guest's network, by its driver", "", "", "networks: {n: {driver: host}}\n",
      "network:n:driver:host" },
    { "the guest's network, by its name", "", "", "networks: {default: {name: host}}\n",
      "network:default:name:host" },
    { "an option of a network", "", "", "networks: {n: {driver_opts: {parent: eth0}}}\n",
      "network:n:driver_opts:{\"parent\":\"eth0\"}" },
    { "a port", "", "    ports: [\"8080:80\"]\n", "", "ports:api:8080:80" },
    { "a port, in the long form", "",
      "    ports: [{target: 80, published: \"8080\", protocol: tcp}]\n", "", "ports:api:8080:80" },
    { "a port of UDP", "", "    ports: [\"53:53/udp\"]\n", "", "ports:api:53:53/udp" },
    { "a port of one address", "", "    ports: [\"127.0.0.1:22:22\"]\n", "",
      "ports:api:127.0.0.1:22:22" },
    { "any port", "", "    ports: [80]\n", "", "ports:api:0:80" },
    { "a port of a kind that nobody knows", "", "    ports: [{target: 80, x: 1}]\n", "",
      "ports:api:{\"target\":\"80\",\"x\":\"1\"}" },
    { "a link to outside", "", "    external_links: [x]\n", "", "external_links:api:x" },
    { "a log that leaves", "", "    logging: {driver: syslog}\n", "",
      "logging:api:{\"driver\":\"syslog\"}" },
    /* devices */
    { "a device", "", "    devices: [\"/dev/tdx_guest\"]\n", "", "devices:api:/dev/tdx_guest" },
    { "devices made", "", "    device_cgroup_rules: [\"a *:* rwm\"]\n", "",
      "device_cgroup_rules:api:a *:* rwm" },
    { "GPUs", "", "    gpus: all\n", "", "gpus:api:all" },
    { "reserved devices", "",
      "    deploy: {resources: {reservations: {devices: [{driver: nvidia}]}}}\n", "",
      "deploy:api:[{\"driver\":\"nvidia\"}]" },
    { "a credential", "", "    credential_spec: {file: x}\n", "",
      "credential_spec:api:{\"file\":\"x\"}" },
    { "the socket by its flag", "", "    use_api_socket: true\n", "", "use_api_socket:api" },
    /* other code */
    { "a hook before", "", "    pre_start: [{command: id}]\n", "",
      "pre_start:api:{\"command\":\"id\"}" },
    { "a hook behind", "", "    post_start: [{command: id, user: root}]\n", "",
      "post_start:api:{\"command\":\"id\",\"user\":\"root\"}" },
    { "a hook at the end", "", "    pre_stop: [{command: id}]\n", "",
      "pre_stop:api:{\"command\":\"id\"}" },
    { "changed while it runs", "", "    develop: {watch: [{path: .}]}\n", "",
      "develop:api:{\"watch\":[{\"path\":\".\"}]}" },
    { "extends", "", "    extends: {service: a}\n", "", NULL },
    { "build", "", "    build: .\n", "", NULL },
    { "a provider", "", "    provider: {type: x}\n", "", NULL },
    { "a model", "", "    models: [m]\n", "", NULL },
    { "a key of nobody", "", "    entry_point: id\n", "", NULL },
    { "a part of deploy that nobody knows", "", "    deploy: {hooks: x}\n", "", NULL },
    { "volumes that are no list", "", "    volumes: /:/host\n", "", NULL },
    { "include", "", "", "include: [a.yml]\n", NULL },
    { "models at the top", "", "", "models: {m: {model: x}}\n", NULL },
    /* values that a profile names by their hash */
    { "a value too long to name", "", "    cap_add: [" LONG LONG LONG "]\n", "",
      "cap_add:api:sha256:3d138a5fa943398393d81b3462dc7241b4d18e399bfa1254347499d1c9206eda" },
    { "a value that is no ASCII", "", "    cap_add: [\xc3\xa4]\n", "",
      "cap_add:api:sha256:33e6d73fee82904c8d7afb78de1154d1e8dc2a0edb08120e63df5b9385c2d9cc" },
};

const struct danger_case *danger_case_at(size_t i)
{
    return i < sizeof(cases) / sizeof(cases[0]) ? &cases[i] : NULL;
}

static void add_escaped(struct buf *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '\n')
            buf_add_str(out, "\\n");
        else if (*text == '"' || *text == '\\')
            buf_addf(out, "\\%c", *text);
        else
            buf_add(out, text, 1);
    }
}

/* A case may give the value of a harmless member, or take it away: ",\"runner\":". */
static void add_member(struct buf *out, const struct danger_case *c, const char *key,
                       const char *value)
{
    char named[64];
    const char *found = NULL;

    (void)snprintf(named, sizeof(named), ",\"%s\":", key);
    found = strstr(c->app, named);
    if (found == NULL)
        buf_addf(out, "%s%s", named, value);
}

void danger_case_write(struct buf *out, const struct danger_case *c)
{
    size_t len = strlen(c->app);

    buf_add_str(out, "{\"manifest_version\":2,\"name\":\"a\"");
    add_member(out, c, "runner", "\"docker-compose\"");
    add_member(out, c, "kms_enabled", "true");
    add_member(out, c, "public_tcbinfo", "false");
    if (len > 0 && c->app[len - 1] != ':')
        buf_add_str(out, c->app);
    buf_add_str(out, ",\"docker_compose_file\":\"");
    add_escaped(out, c->top);
    add_escaped(out, "services:\n  api:\n    image: a@sha256:" R64 "\n");
    add_escaped(out, c->service);
    buf_add_str(out, "\"}");
}
