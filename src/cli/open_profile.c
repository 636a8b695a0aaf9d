// SPDX-License-Identifier: Apache-2.0
#include "src/cli/open_profile.h"

#include <string.h>
#include <unistd.h>

#include "safe/profile_accept.h"
#include "safe/profile_diff.h"
#include "src/base/address.h"
#include "src/base/clock.h"
#include "src/base/hex.h"
#include "src/base/limits.h"
#include "src/base/term.h"
#include "src/base/u256.h"
#include "src/cli/profile_place.h"

#define DIFF_BYTES (4 * LIMIT_YAML_BYTES)

struct opening {
    const struct args *args;
    struct profile *profile;
    struct accepted_profiles list;
    const struct accepted_profile *before; /* borrowed from list */
    enum profile_standing standing;
    struct diag no_state; /* why nothing can be read or remembered; code OK if it can */
    bool once;            /* not remembered */
    bool named;           /* by the verb that is there to accept it */
};

static const char *hash_of(const struct profile *p, struct hash32_text *text)
{
    *text = hash32_format(&p->sha256);
    return text->s + 2;
}

/* --- what is known ------------------------------------------------------------------------- */

/* Without a place for it nothing is known; what is there and broken is an error. */
static enum err load(struct diag *d, struct opening *x)
{
    enum err e = accepted_profiles_load(&x->no_state, &x->list, x->profile);

    if (e == ERR_IO)
        return OK;
    if (e != OK) {
        *d = x->no_state;
        return e;
    }
    x->standing = accepted_profiles_judge(&x->list, &x->before, x->profile);
    return OK;
}

static void remember(const struct opening *x)
{
    struct diag d = x->no_state;

    if (x->once)
        return;
    if (d.code != OK || accepted_profiles_add(&d, x->profile, clock_now_s()) != OK)
        term_warning("the profile is accepted for this run alone: %.700s", d.msg);
}

/* --- how to say it ------------------------------------------------------------------------- */

static void describe(struct buf *out, const struct opening *x)
{
    const struct profile *p = x->profile;

    buf_addf(out, "for Safe %s on chain %s ", address_format(&p->safe.safe).s,
             u256_format(&p->chain_id).s);
    if (x->no_state.code != OK)
        buf_addf(out, "nothing is remembered on this machine: %s", x->no_state.msg);
    else if (x->standing == PROFILE_NEW)
        buf_add_str(out, "no profile was accepted on this machine yet");
    else if (x->standing == PROFILE_OTHER)
        buf_addf(out, "another profile, '%s', is accepted on this machine, not this one",
                 x->before->name);
    else if (x->standing == PROFILE_MOVED)
        buf_addf(out, "the profile '%s' is accepted, with its clone at another place", p->name);
    else
        buf_addf(out, "the profile '%s' has CHANGED since it was accepted on this machine (%s)",
                 p->name, clock_format_utc(x->before->accepted_s).s);
}

/* The difference as lines of standard error, each escaped already by profile_diff; the writer of
 * warnings escapes once more, which changes nothing but backslashes. */
static void warn_difference(const struct opening *x)
{
    struct buf text;
    char *line = NULL;

    if (x->before == NULL)
        return;
    buf_init(&text, DIFF_BYTES);
    profile_diff(&text, x->before, x->profile);
    line = text.len > 0 && buf_ok(&text) ? (char *)text.data : NULL;
    while (line != NULL && *line != '\0') {
        char *end = strchr(line, '\n');

        if (end != NULL)
            *end = '\0';
        term_warning("%.900s", line);
        line = end != NULL ? end + 1 : NULL;
    }
    buf_clear(&text);
}

/* place: where it lies, if that alone speaks against it. */
static enum err not_accepted(struct diag *d, const struct opening *x, const char *place)
{
    struct hash32_text hash;
    struct buf text;

    warn_difference(x);
    buf_init(&text, 2048);
    if (place != NULL)
        buf_addf(&text, "it lies %s and may have come with it; ", place);
    describe(&text, x);
    diag_hint(d,
              "compare the SHA-256 with another signer's 'countersign profile check', then "
              "'countersign profile accept%s%.200s' or --accept-profile SHA256",
              x->profile->found ? "" : " ", x->profile->found ? "" : x->profile->path);
    (void)diag_set(d, ERR_USAGE, "the profile '%.256s', SHA-256 %s, is not accepted: %s",
                   x->profile->path, hash_of(x->profile, &hash), buf_str(&text));
    buf_clear(&text);
    return ERR_USAGE;
}

/* --- a person ------------------------------------------------------------------------------ */

static bool has_terminal(const struct args *a)
{
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && !args_json(a) && !term_is_quiet();
}

static void show(const struct opening *x)
{
    struct buf text;

    buf_init(&text, DIFF_BYTES);
    describe(&text, x);
    term_styled(x->before != NULL ? TERM_RED : TERM_BOLD, "The profile ");
    term_untrusted(x->profile->path, strlen(x->profile->path));
    term_printf(": ");
    term_untrusted(buf_str(&text), text.len);
    term_printf("\n\n");
    buf_clear(&text);
    profile_print(x->profile);
    if (x->before == NULL)
        return;
    buf_init(&text, DIFF_BYTES);
    profile_diff(&text, x->before, x->profile);
    term_styled(TERM_BOLD, "\nWhat is not as in '%s', accepted on %s\n", x->before->name,
                clock_format_utc(x->before->accepted_s).s);
    term_printf("%s", buf_ok(&text) ? buf_str(&text) : "too much to show\n");
    buf_clear(&text);
}

/* yes, or the hash as another signer reads it out. */
static enum err ask(struct diag *d, const struct opening *x)
{
    static const char question[] =
        "\naccept this profile for this Safe? type yes, or the SHA-256 that you were given: ";
    struct hash32_text hash;
    char typed[80] = { 0 };
    enum err e = OK;

    show(x);
    if ((e = term_finish(d)) != OK || (e = term_ask(d, typed, sizeof(typed), question)) != OK)
        return e;
    if (strcmp(typed, "yes") == 0 || strcmp(typed, hash_of(x->profile, &hash)) == 0)
        return OK;
    return diag_set(d, ERR_REFUSED, "the profile was not accepted");
}

/* --- the rules ----------------------------------------------------------------------------- */

/* --accept-profile; *given tells whether it was there, and it fits then. */
static enum err check_option(struct diag *d, bool *given, const struct opening *x)
{
    const char *text = args_get(x->args, "accept-profile");
    struct hash32_text hash;

    *given = text != NULL;
    if (text == NULL || strcmp(text, hash_of(x->profile, &hash)) == 0)
        return OK;
    if (strlen(text) != 64 || strspn(text, "0123456789abcdef") != 64)
        return diag_set(d, ERR_USAGE,
                        "--accept-profile: expected a SHA-256, 64 lower-case hex digits, found "
                        "'%.80s'",
                        text);
    if (x->profile->num_files > 0)
        diag_hint(d, "'countersign profile check' tells it; it covers the files that the profile "
                     "names as well");
    return diag_set(d, ERR_USAGE, "--accept-profile: the profile '%.256s' has another SHA-256: %s",
                    x->profile->path, hash_of(x->profile, &hash));
}

static enum err decide(struct diag *d, struct opening *x)
{
    bool given = false;
    const char *place = NULL;
    enum err e = check_option(d, &given, x);

    if (e != OK || (e = load(d, x)) != OK)
        return e;
    if (x->standing == PROFILE_KNOWN)
        return OK;
    if (!given) {
        place = x->named ? profile_place_queue(x->profile) : profile_place(x->profile, x->args);
        if (place != NULL || !has_terminal(x->args))
            return not_accepted(d, x, place);
        e = ask(d, x);
    }
    if (e == OK)
        remember(x);
    return e;
}

static enum err run(struct diag *d, struct profile **out, struct opening *x, const char *path)
{
    enum err e = profile_load(d, &x->profile, path);

    *out = NULL;
    if (e == OK)
        e = decide(d, x);
    if (e == OK) {
        x->profile->accepted = true;
        *out = x->profile;
    } else {
        profile_free(x->profile);
    }
    accepted_profiles_clear(&x->list);
    return e;
}

enum err open_profile(struct diag *d, struct profile **out, const struct args *a)
{
    struct opening x = { .args = a };

    return run(d, out, &x, args_get(a, "profile"));
}

enum err open_profile_once(struct diag *d, struct profile **out, const struct args *a)
{
    struct opening x = { .args = a, .once = true };

    return run(d, out, &x, args_get(a, "profile"));
}

enum err open_profile_accept(struct diag *d, struct profile **out, bool *known,
                             const struct args *a, const char *path)
{
    struct opening x = { .args = a, .named = true };
    enum err e = run(d, out, &x, path);

    *known = x.standing == PROFILE_KNOWN;
    return e;
}
