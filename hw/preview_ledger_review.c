// SPDX-License-Identifier: Apache-2.0
#include "hw/preview_build.h"

/*
 * What stands around the values in the Ethereum app: warnings, the first and the last screen, and
 * the refusal. Source: as in preview_ledger.c.
 */

bool preview_ledger_is_since_1_20(const struct device_setup *s)
{
    return device_version_at_least(&s->version, 1, 20, 0);
}

bool preview_ledger_touch(enum device_model model)
{
    return model == LEDGER_STAX || model == LEDGER_FLEX || model == LEDGER_APEX;
}

bool preview_ledger_is_old(const struct device_setup *setup)
{
    return !preview_ledger_touch(setup->model) &&
           !device_version_at_least(&setup->version, 1, 18, 0);
}

/* --- screens ---------------------------------------------------------------------------------- */

void preview_ledger_refusal(struct preview *p, bool raw_helps)
{
    if (preview_ledger_touch(p->setup.model)) {
        preview_words(p, SCREEN_PROMPT, "This transaction cannot be clear-signed",
                      "Enable blind signing in the settings to sign this transaction.",
                      "tap 'Reject transaction', or 'Go to settings'");
    } else if (p->setup.model == LEDGER_NANO_S) {
        preview_words(p, SCREEN_PROMPT, "Error (1/2)", "Blind signing must be", NULL);
        preview_words(p, SCREEN_PROMPT, "Error (2/2)", "enabled in Settings", "press both buttons");
    } else {
        preview_words(p, SCREEN_PROMPT, "", "Blind signing must be enabled in settings",
                      "press both buttons");
    }
    if (!raw_helps)
        preview_note(p, "to sign: Ethereum app, App settings, Blind signing: Enabled");
    else
        preview_note(p, "to sign: Ethereum app, App settings, Raw messages: Enabled (shows every "
                        "field), or Blind signing: Enabled");
}

static void add_blind_warning(struct preview *p)
{
    if (!preview_ledger_touch(p->setup.model))
        preview_words(p, SCREEN_PROMPT, "Blind signing ahead", "To accept risk, press both buttons",
                      "press both buttons");
    else if (preview_ledger_is_since_1_20(&p->setup))
        preview_words(p, SCREEN_PROMPT, "Blind signing ahead",
                      "If you sign this transaction, you could loose your assets. Explore safer "
                      "alternatives: ledger.com/integrated-apps",
                      "tap 'Accept risk and continue'");
    else
        preview_words(p, SCREEN_PROMPT, "Blind signing ahead",
                      "This transaction's details are not fully verifiable. If you sign, you "
                      "could lose all your assets.",
                      "tap 'Continue anyway'");
}

/* Apps for Nano S, Nano S Plus and Nano X before 1.18.0. */
static void old_review(struct preview *p, const struct preview_pairs *pairs,
                       const struct preview_review *r)
{
    const bool friction = device_version_at_least(&p->setup.version, 1, 12, 0);

    if (friction && r->blind)
        preview_words(p, SCREEN_PROMPT, "", "Blind signing", NULL);
    preview_words(p, SCREEN_PROMPT, "", r->title, NULL);
    preview_old_nano_pairs(p, pairs);
    preview_words(p, SCREEN_FINAL, "", friction && r->blind ? r->old_risk_end : r->old_end,
                  "press both buttons to sign");
}

void preview_ledger_review(struct preview *p, const struct preview_pairs *pairs,
                           const struct preview_review *r)
{
    const bool touch = preview_ledger_touch(p->setup.model);
    size_t num_pages = 0;

    if (preview_ledger_is_old(&p->setup)) {
        old_review(p, pairs, r);
        return;
    }
    if (r->blind)
        add_blind_warning(p);
    preview_words(p, SCREEN_PROMPT, r->title,
                  !touch     ? ""
                  : r->blind ? "Blind signing required."
                             : "Swipe to review",
                  NULL);
    num_pages = preview_ledger_pairs(p, pairs, r);
    preview_words(p, SCREEN_FINAL, touch ? r->touch_end : r->nano_end, touch ? "Hold to sign" : "",
                  touch ? "hold to sign" : "press both buttons to sign");
    if (num_pages > 0)
        preview_foot(p, "%zu of %zu", num_pages, num_pages);
}
