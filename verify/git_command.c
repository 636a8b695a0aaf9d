// SPDX-License-Identifier: Apache-2.0
#include "verify/git_command.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/base/u256.h"

struct git_command {
    pid_t pid;
    int in;    /* what it reads */
    FILE *out; /* what it writes */
};

/* --- the process ----------------------------------------------------------------------------- */

static enum err start(struct diag *d, struct git_command *c, const char *path, int to_git,
                      int from_git)
{
    char path_of_user[4096];
    const char *search = getenv("PATH");
    char *const arguments[] = { (char[]){ "git" },       (char[]){ "-C" },
                                (char *)(uintptr_t)path, (char[]){ "cat-file" },
                                (char[]){ "--batch" },   NULL };
    char *const environment[] = { path_of_user,
                                  (char[]){ "LC_ALL=C" },
                                  (char[]){ "HOME=/" },
                                  (char[]){ "GIT_CONFIG_NOSYSTEM=1" },
                                  (char[]){ "GIT_CONFIG_GLOBAL=/dev/null" },
                                  (char[]){ "GIT_NO_REPLACE_OBJECTS=1" },
                                  (char[]){ "GIT_NO_LAZY_FETCH=1" },
                                  (char[]){ "GIT_ALLOW_PROTOCOL=none" },
                                  (char[]){ "GIT_TERMINAL_PROMPT=0" },
                                  NULL };
    posix_spawn_file_actions_t actions;
    int error = posix_spawn_file_actions_init(&actions);

    (void)snprintf(path_of_user, sizeof(path_of_user), "PATH=%s",
                   search != NULL ? search : "/usr/bin:/bin");
    if (error != 0)
        return diag_set(d, ERR_NOMEM, "out of memory");
    if ((error = posix_spawn_file_actions_adddup2(&actions, to_git, 0)) == 0 &&
        (error = posix_spawn_file_actions_adddup2(&actions, from_git, 1)) == 0 &&
        (error = posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)) == 0)
        error = posix_spawnp(&c->pid, "git", &actions, NULL, arguments, environment);
    (void)posix_spawn_file_actions_destroy(&actions);
    if (error != 0) {
        diag_hint(d, "a SHA-256 repository is read with the git command");
        return diag_set(d, ERR_UNSUPPORTED, "cannot run git: %s", strerror(error));
    }
    return OK;
}

static void close_pipe(const int fds[2])
{
    for (size_t i = 0; i < 2; i++) {
        if (fds[i] >= 0)
            (void)close(fds[i]);
    }
}

/* So that the child inherits no end of its own pipes but the two it is given. */
static bool make_pipe(int fds[2])
{
    return pipe(fds) == 0 && fcntl(fds[0], F_SETFD, FD_CLOEXEC) == 0 &&
           fcntl(fds[1], F_SETFD, FD_CLOEXEC) == 0;
}

static enum err spawn(struct diag *d, struct git_command **out, const char *path)
{
    struct git_command *c = calloc(1, sizeof(*c));
    int in[2] = { -1, -1 };
    int from[2] = { -1, -1 };
    enum err e = OK;

    *out = NULL;
    if (c == NULL)
        return diag_set(d, ERR_NOMEM, "out of memory");
    if (!make_pipe(in) || !make_pipe(from))
        e = diag_set(d, ERR_IO, "cannot make a pipe: %s", strerror(errno));
    else
        e = start(d, c, path, in[0], from[1]);
    if (e == OK && (c->out = fdopen(from[0], "rb")) == NULL)
        e = diag_set(d, ERR_NOMEM, "out of memory");
    if (e != OK) {
        close_pipe(in);
        close_pipe(from);
        if (c->pid > 0)
            (void)waitpid(c->pid, NULL, 0);
        free(c);
        return e;
    }
    (void)close(in[0]);
    (void)close(from[1]);
    c->in = in[1];
    *out = c;
    return OK;
}

/* Without its input it ends; with a full pipe it would not. */
void git_command_close(struct git_command *c)
{
    if (c == NULL)
        return;
    (void)close(c->in);
    (void)fclose(c->out);
    (void)kill(c->pid, SIGTERM);
    while (waitpid(c->pid, NULL, 0) < 0 && errno == EINTR)
        ;
    free(c);
}

/* --- requests -------------------------------------------------------------------------------- */

static bool ask(struct git_command *c, const char *name)
{
    struct buf line;
    bool ok = false;

    buf_init(&line, 4096);
    buf_addf(&line, "%s\n", name);
    ok = buf_ok(&line) && write(c->in, line.data, line.len) == (ssize_t)line.len;
    buf_clear(&line);
    return ok;
}

/* The line that answers, whole even if it does not fit. */
static bool take_line(struct git_command *c, char *out, size_t out_len)
{
    size_t n = 0;
    int ch = 0;

    while ((ch = getc(c->out)) != EOF && ch != '\n') {
        if (n + 1 < out_len)
            out[n++] = (char)ch;
    }
    out[n] = '\0';
    return ch == '\n';
}

/* Up to the end character, which may be the NUL; *at moves behind it. */
static bool take_word(const char **at, char out[static GIT_COMMAND_WORD_LEN], char end)
{
    size_t len = strcspn(*at, " ");

    if (len == 0 || len >= GIT_COMMAND_WORD_LEN || (*at)[len] != end)
        return false;
    memcpy(out, *at, len);
    out[len] = '\0';
    *at += len + (end != '\0');
    return true;
}

/* "<id> <type> <size>\n"; "<name> missing\n" and "<name> ambiguous\n" have fewer words. */
static bool take_header(struct git_command *c, char id[static GIT_COMMAND_WORD_LEN],
                        char type[static GIT_COMMAND_WORD_LEN], size_t *size)
{
    char line[3 * GIT_COMMAND_WORD_LEN];
    char text[GIT_COMMAND_WORD_LEN];
    const char *at = line;
    struct u256 number;
    uint64_t value = 0;

    if (!take_line(c, line, sizeof(line)) || !take_word(&at, id, ' ') ||
        !take_word(&at, type, ' ') || !take_word(&at, text, '\0') ||
        !u256_from_dec_len(&number, text, strlen(text)) || !u256_to_u64(&number, &value) ||
        value > SIZE_MAX)
        return false;
    *size = (size_t)value;
    return true;
}

static bool take_content(struct git_command *c, struct buf *content, size_t size)
{
    uint8_t piece[4096];

    while (size > 0) {
        size_t want = size < sizeof(piece) ? size : sizeof(piece);

        if (fread(piece, 1, want, c->out) != want)
            return false;
        buf_add(content, piece, want);
        size -= want;
    }
    return getc(c->out) == '\n' && buf_ok(content);
}

/* After ERR_USAGE the next request may follow; every other failure is final: what is still in the
 * pipe belongs to no later one. */
enum err git_command_read(struct diag *d, struct git_command *c,
                          char id[static GIT_COMMAND_WORD_LEN],
                          char type[static GIT_COMMAND_WORD_LEN], struct buf *content,
                          const char *name, size_t max)
{
    size_t size = 0;

    id[0] = '\0';
    type[0] = '\0';
    if (name[0] == '\0' || strchr(name, '\n') != NULL)
        return diag_set(d, ERR_USAGE, "git revision '%.200s': malformed", name);
    if (!ask(c, name))
        return diag_set(d, ERR_IO, "git revision '%.200s': the git command does not answer", name);
    if (!take_header(c, id, type, &size)) {
        diag_hint(d, "git cat-file knows no such object, or refuses the repository");
        return diag_set(d, ERR_USAGE, "git revision '%.200s': not found", name);
    }
    if (size > max)
        return diag_set(d, ERR_LIMIT, "git object %.64s: %zu bytes, over the limit of %zu", id,
                        size, max);
    if (!take_content(c, content, size))
        return diag_set(d, ERR_IO, "git object %.64s: cut short", id);
    return OK;
}

/* "0000… missing" is an answer; a repository that git refuses has none. */
static bool answers(struct git_command *c)
{
    char line[3 * GIT_COMMAND_WORD_LEN];

    return ask(c, "0000000000000000000000000000000000000000") && take_line(c, line, sizeof(line));
}

enum err git_command_open(struct diag *d, struct git_command **out, const char *path)
{
    enum err e = spawn(d, out, path);

    if (e != OK || answers(*out))
        return e;
    git_command_close(*out);
    *out = NULL;
    return diag_set(d, ERR_UNSUPPORTED, "the git command refuses it as well");
}
