// SPDX-License-Identifier: Apache-2.0
#include "verify/line_diff.h"

#include <stdlib.h>
#include <string.h>

#include "src/base/limits.h"
#include "src/base/term.h"

#define CONTEXT 3

struct line {
    const char *at;
    size_t len; /* with its newline */
};

struct lines {
    struct line *items;
    size_t num;
};

/* One line of the edit script, in order. */
struct edit {
    char kind; /* ' ', '-', '+' */
    const struct line *line;
};

struct script {
    struct edit *edits;
    size_t num;
};

static bool split(struct lines *out, const char *text, size_t len)
{
    size_t n = 1;
    size_t from = 0;

    for (size_t i = 0; i < len; i++)
        n += text[i] == '\n';
    *out = (struct lines){ calloc(n, sizeof(struct line)), 0 };
    if (out->items == NULL)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (text[i] != '\n' && i + 1 < len)
            continue;
        out->items[out->num++] = (struct line){ text + from, i + 1 - from };
        from = i + 1;
    }
    return true;
}

static bool same(const struct line *a, const struct line *b)
{
    return a->len == b->len && memcmp(a->at, b->at, a->len) == 0;
}

static void push(struct script *s, char kind, const struct line *line)
{
    s->edits[s->num++] = (struct edit){ kind, line };
}

/* --- Myers -------------------------------------------------------------------------------------
 */

/* The row for d: furthest x on the diagonals -d to d. Rows are kept for the way back. */
static int *row(int *rows, int d)
{
    return rows + (size_t)d * (size_t)d + (size_t)d; /* rows of 1, 3, 5, … begin at d²; middle */
}

static int start_of(const int *before, int d, int k)
{
    if (d == 0)
        return 0;
    if (k == -d || (k != d && before[k - 1] < before[k + 1]))
        return before[k + 1];
    return before[k - 1] + 1;
}

/* The least number of edits; -1 if it is over the limit. */
static int search(int *rows, const struct lines *a, const struct lines *b)
{
    const int n = (int)a->num;
    const int m = (int)b->num;

    for (int d = 0; d <= LIMIT_DIFF_EDITS; d++) {
        int *here = row(rows, d);

        for (int k = -d; k <= d; k += 2) {
            int x = start_of(d > 0 ? row(rows, d - 1) : NULL, d, k);

            while (x < n && x - k < m && same(&a->items[x], &b->items[x - k]))
                x++;
            here[k] = x; /* beyond an end is never on the shortest way */
            if (x >= n && x - k >= m)
                return d;
        }
    }
    return -1;
}

/* From the end back to the start; edits come out in reverse. */
static void walk_back(struct script *s, int *rows, int d, const struct lines *a,
                      const struct lines *b)
{
    int x = (int)a->num;
    int y = (int)b->num;

    for (; d >= 0; d--) {
        const int k = x - y;
        const int from = start_of(d > 0 ? row(rows, d - 1) : NULL, d, k);

        while (x > from) {
            push(s, ' ', &a->items[x - 1]);
            x--;
            y--;
        }
        if (d == 0)
            return;
        if (k == -d || (k != d && row(rows, d - 1)[k - 1] < row(rows, d - 1)[k + 1]))
            push(s, '+', &b->items[--y]);
        else
            push(s, '-', &a->items[--x]);
    }
}

static void reverse(struct script *s)
{
    for (size_t i = 0; i < s->num / 2; i++) {
        struct edit e = s->edits[i];

        s->edits[i] = s->edits[s->num - 1 - i];
        s->edits[s->num - 1 - i] = e;
    }
}

/* The parts in the middle, between equal heads and tails. */
static bool compare_middle(struct script *s, const struct lines *a, const struct lines *b)
{
    const size_t max = LIMIT_DIFF_EDITS + 1;
    int *rows = malloc((max + 1) * (max + 1) * sizeof(*rows));
    struct script back = { s->edits + s->num, 0 };
    int d = -1;

    if (rows == NULL)
        return false;
    d = search(rows, a, b);
    if (d >= 0) {
        walk_back(&back, rows, d, a, b);
        reverse(&back);
    } else {
        for (size_t i = 0; i < a->num; i++)
            push(&back, '-', &a->items[i]);
        for (size_t i = 0; i < b->num; i++)
            push(&back, '+', &b->items[i]);
    }
    s->num += back.num;
    free(rows);
    return true;
}

static bool compare(struct script *s, const struct lines *a, const struct lines *b)
{
    size_t head = 0;
    size_t tail = 0;
    struct lines left;
    struct lines right;

    while (head < a->num && head < b->num && same(&a->items[head], &b->items[head]))
        push(s, ' ', &a->items[head++]);
    while (tail < a->num - head && tail < b->num - head &&
           same(&a->items[a->num - 1 - tail], &b->items[b->num - 1 - tail]))
        tail++;
    left = (struct lines){ a->items + head, a->num - head - tail };
    right = (struct lines){ b->items + head, b->num - head - tail };
    if (!compare_middle(s, &left, &right))
        return false;
    for (size_t i = a->num - tail; i < a->num; i++)
        push(s, ' ', &a->items[i]);
    return true;
}

/* --- unified format ----------------------------------------------------------------------------
 */

static void print_line(struct buf *out, const struct edit *e)
{
    const bool ends = e->line->len > 0 && e->line->at[e->line->len - 1] == '\n';

    buf_add_u8(out, (uint8_t)e->kind);
    buf_add_untrusted(out, e->line->at, e->line->len - (ends ? 1 : 0));
    buf_add_str(out, ends ? "\n" : "\n\\ No newline at end of file\n");
}

/* A hunk ends where more than two contexts of equal lines follow. */
static size_t hunk_end(const struct script *s, size_t from)
{
    size_t end = from;
    size_t equal = 0;

    for (size_t i = from; i < s->num && equal <= 2 * (size_t)CONTEXT; i++) {
        equal = s->edits[i].kind == ' ' ? equal + 1 : 0;
        if (equal == 0)
            end = i + 1;
    }
    return end + CONTEXT < s->num ? end + CONTEXT : s->num;
}

static void print_hunk(struct buf *out, const struct script *s, size_t from, size_t to,
                       const size_t at[2])
{
    size_t count[2] = { 0, 0 };

    for (size_t i = from; i < to; i++) {
        count[0] += s->edits[i].kind != '+';
        count[1] += s->edits[i].kind != '-';
    }
    buf_addf(out, "@@ -%zu,%zu +%zu,%zu @@\n", at[0] + (count[0] > 0), count[0],
             at[1] + (count[1] > 0), count[1]);
    for (size_t i = from; i < to; i++)
        print_line(out, &s->edits[i]);
}

static void print(struct buf *out, const char *what, const struct script *s)
{
    size_t at[2] = { 0, 0 }; /* lines before edit i, old and new */
    size_t i = 0;

    buf_addf(out, "--- old %s\n+++ new %s\n", what, what);
    while (i < s->num) {
        size_t next = i;
        size_t to = 0;

        while (next < s->num && s->edits[next].kind == ' ')
            next++;
        if (next == s->num)
            return;
        if (next - i > CONTEXT) {
            at[0] += next - i - CONTEXT;
            at[1] += next - i - CONTEXT;
            i = next - CONTEXT;
        }
        to = hunk_end(s, next);
        print_hunk(out, s, i, to, at);
        for (; i < to; i++) {
            at[0] += s->edits[i].kind != '+';
            at[1] += s->edits[i].kind != '-';
        }
    }
}

enum err line_diff(struct diag *d, struct buf *out, const char *what, const char *old,
                   size_t old_len, const char *new_text, size_t new_len)
{
    struct lines a = { NULL, 0 };
    struct lines b = { NULL, 0 };
    struct script s = { NULL, 0 };
    enum err e = OK;

    if (old_len == new_len && (old_len == 0 || memcmp(old, new_text, old_len) == 0))
        return OK;
    if (!split(&a, old, old_len) || !split(&b, new_text, new_len) ||
        (s.edits = calloc(a.num + b.num + 1, sizeof(*s.edits))) == NULL || !compare(&s, &a, &b))
        e = diag_set(d, ERR_NOMEM, "out of memory");
    else
        print(out, what, &s);
    free(a.items);
    free(b.items);
    free(s.edits);
    return e == OK ? buf_check(d, out, "difference") : e;
}
