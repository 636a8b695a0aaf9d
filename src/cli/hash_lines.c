// SPDX-License-Identifier: Apache-2.0
#include "src/cli/hash_lines.h"

#include <string.h>

#include "safe/safe_tx_line.h"
#include "src/base/hex.h"
#include "src/base/lines.h"
#include "src/base/term.h"
#include "src/base/u256.h"

/* Written out once this much has come together. */
#define CHUNK_BYTES (64 * 1024)

struct lines_run {
    const struct safe_tx_hints *hints;
    struct buf out;
    uint64_t num_lines;
    bool any_refused;
    bool any_differs;
    struct safe_tx_line_memo memo;
    struct safe_domain domain; /* of separator; form SAFE_FORM_NONE: none yet */
    struct hash32 separator;
};

static bool has_hints(const struct safe_tx_hints *h)
{
    return h->has_chain_id || h->has_safe || h->has_version;
}

static enum err read_any(struct diag *d, struct safe_tx_input *out, const char *line,
                         size_t line_len, const struct safe_tx_hints *hints)
{
    struct json *j = NULL;
    enum err e = ERR_INTERNAL;

    *out = (struct safe_tx_input){ 0 };
    if (line_len == 0)
        return diag_set(d, ERR_FORMAT, "an empty line");
    if ((e = json_parse(d, &j, line, line_len, "line")) == OK)
        e = safe_tx_from_json(d, out, j, hints);
    json_free(j);
    return e;
}

/* Lines of one Safe usually come together: its domain separator is kept. */
static enum err hash_input(struct diag *d, struct lines_run *run, struct safe_hashes *out,
                           const struct safe_tx_input *in)
{
    const struct safe_domain *domain = &in->domain;

    if (domain->form == SAFE_FORM_NONE)
        return diag_set(d, ERR_UNSUPPORTED, "no Safe version, so no way to hash");
    if (run->domain.form != domain->form || !address_eq(&run->domain.safe, &domain->safe) ||
        !u256_eq(&run->domain.chain_id, &domain->chain_id)) {
        safe_domain_hash(&run->separator, domain);
        run->domain = *domain;
    }
    return safe_tx_hash_in(d, out, &in->tx, domain, &run->separator);
}

static void add_hash(struct buf *out, const char *before, const struct hash32 *h)
{
    buf_add_str(out, before);
    buf_add_hex_0x(out, h->b, sizeof(h->b));
}

static void add_answer(struct lines_run *run, const struct safe_tx_input *in,
                       const struct safe_hashes *hashes)
{
    add_hash(&run->out, "{\"domainHash\":\"", &hashes->domain);
    add_hash(&run->out, "\",\"messageHash\":\"", &hashes->message);
    add_hash(&run->out, "\",\"safeTxHash\":\"", &hashes->safe_tx);
    if (in->has_claimed_hash && !hash32_eq(&in->claimed_hash, &hashes->safe_tx)) {
        add_hash(&run->out, "\",\"claimedSafeTxHash\":\"", &in->claimed_hash);
        run->any_differs = true;
    }
    buf_add_str(&run->out, "\"}\n");
}

static enum err add_error(struct diag *d, struct lines_run *run, const struct diag *why)
{
    struct json *j = json_new_object();
    struct json *error = json_new_object();
    enum err e = ERR_INTERNAL;

    run->any_refused = true;
    json_set_string(error, "code", err_name(why->code));
    json_set(error, "message", json_new_text(why->msg, strlen(why->msg)));
    json_set_int(j, "line", (int64_t)run->num_lines);
    json_set(j, "error", error);
    e = json_write(d, &run->out, j, 0);
    buf_add_u8(&run->out, '\n');
    json_free(j);
    return e;
}

static enum err answer_line(struct diag *d, struct lines_run *run, const char *line,
                            size_t line_len)
{
    struct diag why = { 0 };
    struct safe_tx_input in;
    struct safe_hashes hashes;
    enum err e = OK;

    if (has_hints(run->hints) || !safe_tx_read_line(&in, &run->memo, line, line_len))
        e = read_any(&why, &in, line, line_len, run->hints);
    if (e == OK)
        e = hash_input(&why, run, &hashes, &in);
    if (e == OK)
        add_answer(run, &in, &hashes);
    else
        e = add_error(d, run, &why);
    safe_tx_input_clear(&in);
    return e;
}

static enum err next_line(struct diag *d, struct lines_run *run, struct line_reader *reader,
                          bool *at_end)
{
    struct diag why = { 0 };
    const char *line = NULL;
    size_t line_len = 0;
    enum err e = line_reader_next(&why, reader, &line, &line_len);

    *at_end = e == OK && line == NULL;
    if (*at_end)
        return OK;
    run->num_lines++;
    if (e == OK)
        return answer_line(d, run, line, line_len);
    if (e == ERR_LIMIT)
        return add_error(d, run, &why);
    *d = why;
    return e;
}

static void write_out(struct lines_run *run, size_t at_least)
{
    if (run->out.len < at_least)
        return;
    term_write(run->out.data, run->out.len);
    run->out.len = 0;
}

enum err hash_lines(struct diag *d, const char *path, const struct safe_tx_hints *hints,
                    int *exit_code)
{
    struct lines_run run = { .hints = hints };
    struct line_reader reader = { 0 };
    bool at_end = false;
    enum err e = line_reader_open(d, &reader, path);

    buf_init(&run.out, 4 * CHUNK_BYTES);
    while (e == OK && !at_end) {
        if ((e = next_line(d, &run, &reader, &at_end)) == OK)
            e = buf_check(d, &run.out, "answer");
        if (e == OK)
            write_out(&run, CHUNK_BYTES);
    }
    write_out(&run, 1);
    buf_clear(&run.out);
    line_reader_clear(&reader);
    if (e == OK && run.num_lines == 0)
        e = diag_set(d, ERR_FORMAT, "'%.200s' has no line: nothing was hashed",
                     strcmp(path, "-") == 0 ? "standard input" : path);
    *exit_code = run.any_refused ? 2 : run.any_differs ? 1 : 0;
    return e;
}
