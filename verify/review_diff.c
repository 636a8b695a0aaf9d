// SPDX-License-Identifier: Apache-2.0
#include "src/base/digest.h"
#include "src/base/hex.h"
#include "src/base/json.h"
#include "src/base/limits.h"
#include "verify/compose_diff.h"
#include "verify/review.h"

/* False if the evidence holds no two releases. */
static bool find_sides(struct compose_side *old, struct compose_side *now, struct hash32 *previous,
                       const struct subject *s)
{
    const struct evidence_file *before = proposal_file(s->proposal, EVIDENCE_PREVIOUS);
    const struct evidence_file *app = proposal_file(s->proposal, EVIDENCE_APP_COMPOSE);
    struct diag ignored = { 0 };

    if (before == NULL || app == NULL ||
        sha256(&ignored, previous, before->data, before->data_len) != OK)
        return false;
    *old = (struct compose_side){ before->data, before->data_len, EVIDENCE_PREVIOUS };
    *now = (struct compose_side){ app->data, app->data_len, EVIDENCE_APP_COMPOSE };
    return true;
}

static void add_changes(struct buf *out, const struct compose_diff *diff)
{
    for (size_t i = 0; i < diff->num_changes; i++) {
        const struct compose_change *c = &diff->changes[i];

        buf_add_str(out, c->danger != NULL ? "  DANGER " : "  ");
        compose_change_text(out, c);
        if (c->danger != NULL)
            buf_addf(out, " (%s)", c->danger);
        buf_add_str(out, "\n");
    }
    if (diff->num_changes == 0)
        buf_add_str(out, diff->unified.len > 0 ? "  no change of meaning; the texts differ\n"
                                               : "  nothing\n");
    if (diff->unified.len > 0)
        buf_addf(out, "\n%s", buf_str(&diff->unified));
}

void review_add_diff(struct buf *out, const struct subject *s)
{
    struct compose_diff diff = { 0 };
    struct compose_side old;
    struct compose_side now;
    struct hash32 previous;
    struct diag why = { 0 };

    if (!find_sides(&old, &now, &previous, s))
        return;
    buf_addf(out, "against %s,\nwhich the proposer chose as the release before; %s:\n",
             hash32_format(&previous).s,
             s->options.online ? "chain.previous says whether it is whitelisted"
                               : "whether it is whitelisted, only the chain knows (--online)");
    if (compose_diff(&why, &diff, &old, &now) == OK)
        add_changes(out, &diff);
    else
        buf_add_str(out, "  could not be compared\n");
    compose_diff_clear(&diff);
}

struct json *review_diff_json(const struct subject *s)
{
    struct compose_diff diff = { 0 };
    struct compose_side old;
    struct compose_side now;
    struct hash32 previous;
    struct diag why = { 0 };
    struct json *j = NULL;

    if (!find_sides(&old, &now, &previous, s) || compose_diff(&why, &diff, &old, &now) != OK)
        return json_new_null();
    j = json_new_object();
    json_set_hash(j, "previous", &previous);
    json_set(j, "changes", compose_diff_json(&diff));
    json_set_int(j, "dangers", (int64_t)diff.num_dangers);
    json_set_string(j, "unified", buf_str(&diff.unified));
    compose_diff_clear(&diff);
    return j;
}
