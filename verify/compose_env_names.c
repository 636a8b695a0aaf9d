// SPDX-License-Identifier: Apache-2.0
/* Names of environment variables that replace code, wherever the app's own files mention them or
 * not. */
#include <string.h>

#include "verify/compose_envs.h"

/* clang-format off */
static const struct {
    const char *pattern; /* "NAME", "PREFIX*" or "*SUFFIX" */
    const char *reader;
} names[] = {
    /* app-compose.sh of next reads the first and the third before anything else */
    { "APP_COMPOSE_FILE", "the guest's script, as the app-compose to start" },
    { "PCCS_URL", "the guest's script, as the source of attestation collateral" },
    { "COMPOSE_*", "Docker Compose, as the file, the project or the profiles to start" },
    { "DOCKER_*", "Docker, as the daemon or the configuration to use" },
    { "BUILDX_*", "Docker's builder" },
    { "BUILDKIT_*", "Docker's builder" },
    { "NERDCTL_*", "nerdctl" },
    { "CONTAINERD_*", "containerd's tools" },
    { "CNI_*", "nerdctl's network plugins" },
    { "NETCONFPATH", "nerdctl's network plugins" },
    { "DSTACK_*", "dstack's tools and launch scripts" },
    { "TAPPD_*", "dstack's tools" },
    /* bash(1) */
    { "BASH*", "bash, as code or options" },
    { "ENV", "sh, as code to run first" },
    { "SHELLOPTS", "bash" },
    { "SHELL", "programs that start a shell" },
    { "IFS", "bash, as what separates words" },
    { "PS4", "bash, as code when it traces" },
    { "PROMPT_COMMAND", "bash" },
    { "CDPATH", "bash" },
    { "FPATH", "shells, as where functions are" },
    { "GLOBIGNORE", "bash" },
    { "EXECIGNORE", "bash" },
    { "POSIXLY_CORRECT", "bash" },
    { "PATH", "everything, as where programs are" },
    { "HOME", "Docker and jq, as where their configuration is" },
    { "PWD", "shells, as where they are" },
    { "OLDPWD", "shells" },
    { "TMPDIR", "programs, as where temporary files are" },
    { "XDG_*", "programs, as where their configuration is" },
    { "JQ_*", "jq" },
    /* ld.so(8), libc */
    { "LD_*", "the dynamic loader, as code to load" },
    { "GLIBC_TUNABLES", "the C library" },
    { "GCONV_PATH", "the C library, as code to load" },
    { "GETCONF_DIR", "the C library" },
    { "LOCPATH", "the C library" },
    { "NLSPATH", "the C library" },
    { "MALLOC_*", "the C library" },
    { "HOSTALIASES", "the resolver" },
    { "LOCALDOMAIN", "the resolver" },
    { "RES_OPTIONS", "the resolver" },
    { "RESOLV_*", "the resolver" },
    { "NOTIFY_SOCKET", "systemd" },
    { "LISTEN_*", "systemd" },
    { "SYSTEMD_*", "systemd" },
    { "DBUS_*", "D-Bus" },
    { "MODPROBE_OPTIONS", "modprobe" },
    /* where programs fetch from, and whom they trust there */
    { "*_PROXY", "everything that fetches, as the proxy" },
    { "*_proxy", "everything that fetches, as the proxy" },
    { "SSL_CERT_*", "Docker and others, as the certificates to trust" },
    { "SSLKEYLOGFILE", "TLS, as where to write its keys" },
    { "OPENSSL_*", "OpenSSL, as configuration and code to load" },
    { "GNUTLS_*", "GnuTLS" },
    { "CURL_*", "curl" },
    { "REQUESTS_CA_BUNDLE", "Python, as the certificates to trust" },
    { "WGETRC", "wget" },
    { "GIT_*", "git" },
    { "SSH_*", "ssh" },
    { "GODEBUG", "Docker and every program in Go" },
    /* languages: programs of the containers, and what scripts start */
    { "PYTHON*", "Python" },
    { "PIP_*", "pip" },
    { "NODE_OPTIONS", "Node.js, as code to load" },
    { "NODE_PATH", "Node.js, as where code is" },
    { "NODE_REPL_*", "Node.js" },
    { "NODE_EXTRA_CA_CERTS", "Node.js, as the certificates to trust" },
    { "NODE_TLS_REJECT_UNAUTHORIZED", "Node.js" },
    { "NPM_CONFIG_*", "npm" },
    { "npm_config_*", "npm" },
    { "BUN_*", "Bun" },
    { "DENO_*", "Deno" },
    { "PERL*", "Perl" },
    { "RUBY*", "Ruby" },
    { "GEM_*", "Ruby" },
    { "BUNDLE_*", "Ruby" },
    { "JAVA_TOOL_OPTIONS", "Java, as code to load" },
    { "_JAVA_OPTIONS", "Java, as code to load" },
    { "JDK_*", "Java, as code to load" },
    { "JAVA_OPTS", "Java" },
    { "JAVA_HOME", "Java, as where it is" },
    { "CLASSPATH", "Java, as where code is" },
    { "DOTNET_*", ".NET" },
    { "CORECLR_*", ".NET, as code to load" },
    { "COR_*", ".NET, as code to load" },
    { "COMPlus_*", ".NET" },
    { "PHPRC", "PHP" },
    { "PHP_INI_*", "PHP" },
    { "LUA_*", "Lua" },
    { "ERL_*", "Erlang" },
    { "R_PROFILE*", "R" },
    { "R_ENVIRON*", "R" },
    { "AWKPATH", "awk, as where code is" },
    { "AWKLIBPATH", "awk, as where code is" },
    { "TAR_OPTIONS", "tar" },
    { "LESSOPEN", "less, as a command" },
    { "LESSCLOSE", "less, as a command" },
    { "PAGER", "programs, as a command" },
    { "EDITOR", "programs, as a command" },
    { "VISUAL", "programs, as a command" },
    { "BROWSER", "programs, as a command" },
    { "EXINIT", "vi, as commands" },
    { "VIMINIT", "vim, as commands" },
    { "ZDOTDIR", "zsh, as where its code is" },
    { "MAKEFILES", "make, as code" },
    { "MAKEFLAGS", "make" },
    { "TCLLIBPATH", "Tcl, as where code is" },
    { "PSModulePath", "PowerShell, as where code is" },
    { "HGRCPATH", "Mercurial, as configuration" },
    { "PSQLRC", "psql, as commands" },
    { "KUBECONFIG", "Kubernetes, as configuration with commands in it" },
    { "MKE2FS_CONFIG", "mke2fs" },
    { "LIBMOUNT_*", "mount" },
    { "WG_QUICK_*", "wg-quick, as a program" },
    { "CREDENTIALS_DIRECTORY", "systemd" },
    /* how programs by the hundred call what they take for code, options or places of code */
    { "*_OPTS", "programs of such a name, as options" },
    { "*_OPTIONS", "programs of such a name, as options" },
    { "*_FLAGS", "programs of such a name, as options" },
    { "*_ARGS", "programs of such a name, as arguments" },
    { "*_CMD", "programs of such a name, as a command" },
    { "*_COMMAND", "programs of such a name, as a command" },
    { "*_PROG", "programs of such a name, as a command" },
    { "*_RSH", "programs of such a name, as a command" },
    { "*_SSH", "programs of such a name, as a command" },
    { "*_ASKPASS", "programs of such a name, as a command" },
    { "*_PRELOAD", "programs of such a name, as code to load" },
    { "*_MODULES", "programs of such a name, as code to load" },
    { "*_LIBS", "programs of such a name, as where code is" },
    { "*_LIBDIR", "programs of such a name, as where code is" },
    { "*_LIB_DIR", "programs of such a name, as where code is" },
    { "*_PATH", "programs of such a name, as where code is" },
    { "*_CONFIG_FILE", "programs of such a name, as configuration" },
};
/* clang-format on */

static bool matches(const char *pattern, const char *name)
{
    size_t len = strlen(pattern);
    size_t name_len = strlen(name);

    if (pattern[0] == '*')
        return name_len >= len - 1 && strcmp(name + name_len - (len - 1), pattern + 1) == 0;
    if (pattern[len - 1] == '*')
        return strncmp(name, pattern, len - 1) == 0;
    return strcmp(name, pattern) == 0;
}

const char *compose_env_reader(const char *name)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (matches(names[i].pattern, name))
            return names[i].reader;
    }
    return NULL;
}

const char *compose_env_pattern_at(size_t i)
{
    return i < sizeof(names) / sizeof(names[0]) ? names[i].pattern : NULL;
}
