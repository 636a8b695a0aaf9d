// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "src/base/clock.h"
#include "src/base/deadline.h"
#include "src/base/json.h"
#include "src/base/secret.h"
#include "src/base/term.h"
#include "src/cli/args.h"
#include "src/cli/commands.h"

// clang-format off
const struct command *const commands[] = {
    &cmd_hash,
    &cmd_decode,
    &cmd_timelock,
    &cmd_profile,
    &cmd_compose,
    &cmd_measure,
    &cmd_sigstore,
    &cmd_propose,
    &cmd_verify,
    &cmd_sign,
    &cmd_submit,
    &cmd_fetch,
    &cmd_delegate,
    &cmd_device,
    &cmd_execute,
    &cmd_status,
    &cmd_completion,
    &cmd_help,
    NULL,
};
// clang-format on

#define LONGEST_DEADLINE_S 86400

#ifndef VERSION
#define VERSION "0.0.0"
#endif

static const struct command *find_command(const char *name)
{
    for (size_t i = 0; commands[i] != NULL; i++) {
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    }
    return NULL;
}

static void print_usage(void)
{
    term_printf("countersign %s: build, check, sign and submit Safe governance transactions\n\n"
                "usage: countersign VERB [OPTIONS]\n\nverbs:\n",
                VERSION);
    for (size_t i = 0; commands[i] != NULL; i++)
        term_printf("  %-11s %s\n", commands[i]->name, commands[i]->summary);
    term_printf("\n'countersign VERB --help' shows the options of a verb.\n"
                "exit codes: 0 yes, 1 no, 2 could not tell, 3 refused\n");
}

static void print_options(const struct arg_option *options)
{
    for (size_t i = 0; options != NULL && options[i].name != NULL; i++) {
        char left[64];

        (void)snprintf(left, sizeof(left), "--%s%s%s", options[i].name,
                       options[i].metavar != NULL ? " " : "",
                       options[i].metavar != NULL ? options[i].metavar : "");
        term_printf("  %-28s ", left);
        term_wrapped(strlen(left) > 28 ? strlen(left) + 3 : 31, 31, options[i].help);
    }
}

static void print_command_help(const struct command *c)
{
    char usage[256];

    (void)snprintf(usage, sizeof(usage), "%s [OPTIONS]%s%s", c->name,
                   c->operands != NULL ? " " : "", c->operands != NULL ? c->operands : "");
    term_printf("usage: countersign ");
    term_wrapped(19, 4, usage);
    term_printf("\n%s\n", c->summary);
    if (c->details != NULL)
        term_printf("\n%s\n", c->details);
    term_printf("\noptions:\n");
    print_options(c->options);
    print_options(args_common_options);
}

/* The answer of a failed command under --json: {"result":2,"error":{…}}. */
static void print_json_error(const struct diag *d)
{
    struct json *j = json_new_object();
    struct json *error = json_new_object();
    struct buf text;
    struct diag ignored = { 0 };

    buf_init(&text, 64 * 1024);
    json_set_int(j, "result", err_exit_code(d->code));
    json_set_string(error, "code", err_name(d->code));
    json_set(error, "message", json_new_text(d->msg, strlen(d->msg)));
    if (d->hint[0] != '\0')
        json_set(error, "hint", json_new_text(d->hint, strlen(d->hint)));
    json_set(j, "error", error);
    if (json_write(&ignored, &text, j, JSON_PRETTY) == OK)
        term_write(text.data, text.len);
    buf_clear(&text);
    json_free(j);
}

static enum err set_up_terminal(struct diag *d, const struct args *a)
{
    const char *color = args_get(a, "color");
    enum term_color when = TERM_AUTO;

    if (color != NULL && strcmp(color, "always") == 0)
        when = TERM_ALWAYS;
    else if (color != NULL && strcmp(color, "never") == 0)
        when = TERM_NEVER;
    else if (color != NULL && strcmp(color, "auto") != 0)
        return diag_set(d, ERR_USAGE, "--color: expected auto, always or never, found '%.32s'",
                        color);
    term_init(when, args_flag(a, "quiet"));
    return OK;
}

/* --deadline, of the verbs that have it. */
static enum err set_up_deadline(struct diag *d, const struct args *a)
{
    const char *text = args_get(a, "deadline");
    uint64_t seconds = 0;

    if (text == NULL)
        return OK;
    if (duration_parse(d, &seconds, text) != OK)
        return diag_prefix(d, "--deadline");
    if (seconds < 1 || seconds > LONGEST_DEADLINE_S)
        return diag_set(d, ERR_USAGE, "--deadline: expected 1 to %d seconds, found '%.32s'",
                        LONGEST_DEADLINE_S, text);
    deadline_set(seconds * 1000);
    return OK;
}

static int run_command(const struct command *c, int argc, char **argv)
{
    struct diag d = { 0 };
    struct args a = { 0 };
    int exit_code = 0;
    enum err e = args_parse(&d, &a, c, argc, argv);

    if (e == OK)
        e = set_up_terminal(&d, &a);
    if (e == OK)
        e = set_up_deadline(&d, &a);
    if (e == OK)
        e = clock_check_override(&d);
    if (e == OK && args_flag(&a, "help"))
        print_command_help(c);
    else if (e == OK)
        e = c->run(&d, &a, &exit_code);
    if (e != OK && d.code == OK)
        (void)diag_set(&d, e, "internal error");
    if (e != OK && args_ask_for_json(argc, argv))
        print_json_error(&d);
    if (e == OK)
        e = term_finish(&d);
    if (e != OK)
        term_error(&d); /* flushes standard output, too */
    args_free(&a);
    return e != OK ? err_exit_code(e) : exit_code;
}

static enum err run_help(struct diag *d, const struct args *a, int *exit_code)
{
    const struct command *c = NULL;

    (void)exit_code;
    if (a->num_operands == 0) {
        print_usage();
        return OK;
    }
    c = find_command(a->operands[0]);
    if (c == NULL) {
        diag_hint(d, "'countersign help' lists the verbs");
        return diag_set(d, ERR_USAGE, "help: unknown verb '%.32s'", a->operands[0]);
    }
    print_command_help(c);
    return OK;
}

const struct command cmd_help = {
    .name = "help",
    .operands = "[VERB]",
    .summary = "show the verbs, or the options of one",
    .max_operands = 1,
    .run = run_help,
};

/* Ctrl-C is a person's no, wherever it comes: nothing is half written, files are replaced whole. */
static void on_interrupt(int number)
{
    static const char text[] = "\ncountersign: error: interrupted\n";

    number = (int)write(STDERR_FILENO, text, sizeof(text) - 1);
    (void)number; /* there is nowhere else to say it */
    _exit(err_exit_code(ERR_REFUSED));
}

/*
 * A descriptor that is closed at the start would be given to the first file that is opened, and
 * what is printed would go into that. It is taken by /dev/null, the wrong way round: reading from
 * it, or writing to it, fails as before.
 */
static bool secure_descriptors(void)
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
        const int way = fd == STDIN_FILENO ? O_WRONLY : O_RDONLY;

        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", way | O_NOCTTY) != fd)
            return false;
    }
    return true;
}

static void set_up_signals(void)
{
    const struct sigaction interrupt = { .sa_handler = on_interrupt };
    struct sigaction before;

    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN); /* writing fails, and the temporary file is removed */
    /* a shell starts what runs in the background without it */
    if (sigaction(SIGINT, NULL, &before) == 0 && before.sa_handler != SIG_IGN)
        (void)sigaction(SIGINT, &interrupt, NULL);
}

int main(int argc, char **argv)
{
    struct diag d = { 0 };
    const struct command *c = NULL;

    if (!secure_descriptors())
        return err_exit_code(ERR_IO); /* there is nowhere to say why */
    secret_protect_process();
    set_up_signals();
    term_init(TERM_AUTO, false);
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        print_usage();
        return term_finish(&d) == OK && argc >= 2 ? 0 : 2;
    }
    if (strcmp(argv[1], "--version") == 0) {
        term_printf("countersign %s\n", VERSION);
        return term_finish(&d) == OK ? 0 : 2;
    }
    c = find_command(argv[1]);
    if (c == NULL) {
        (void)diag_set(&d, ERR_USAGE, "unknown verb '%.32s'", argv[1]);
        diag_hint(&d, "'countersign help' lists the verbs");
        if (args_ask_for_json(argc - 2, argv + 2))
            print_json_error(&d);
        term_error(&d);
        return 2;
    }
    return run_command(c, argc - 2, argv + 2);
}
