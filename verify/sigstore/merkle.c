// SPDX-License-Identifier: Apache-2.0
#include "verify/sigstore/merkle.h"

#include "src/base/digest.h"

static bool hash_leaf(struct hash32 *out, const uint8_t *content, size_t content_len)
{
    static const uint8_t prefix = 0x00;
    const struct bytes_view parts[] = { { &prefix, 1 }, { content, content_len } };
    struct diag ignored = { 0 };

    return sha256_parts(&ignored, out, parts, 2) == OK;
}

static bool hash_node(struct hash32 *out, const struct hash32 *left, const struct hash32 *right)
{
    static const uint8_t prefix = 0x01;
    const struct bytes_view parts[] = { { &prefix, 1 },
                                        { left->b, sizeof(left->b) },
                                        { right->b, sizeof(right->b) } };
    struct diag ignored = { 0 };
    struct hash32 node;

    if (sha256_parts(&ignored, &node, parts, 3) != OK)
        return false;
    *out = node;
    return true;
}

bool merkle_root(struct hash32 *out, const uint8_t *content, size_t content_len, uint64_t index,
                 uint64_t tree_size, const struct hash32 *path, size_t num_path)
{
    uint64_t node = index;
    uint64_t last = tree_size - 1;
    struct hash32 hash;
    bool ok = index < tree_size && hash_leaf(&hash, content, content_len);

    *out = (struct hash32){ 0 };
    for (size_t i = 0; ok && i < num_path; i++) {
        if (last == 0)
            return false; /* longer than the tree is high */
        if ((node & 1) != 0 || node == last) {
            ok = hash_node(&hash, &path[i], &hash);
            /* A last node without a sibling moves up unhashed. */
            while ((node & 1) == 0 && node != 0) {
                node >>= 1;
                last >>= 1;
            }
        } else {
            ok = hash_node(&hash, &hash, &path[i]);
        }
        node >>= 1;
        last >>= 1;
    }
    if (!ok || last != 0)
        return false;
    *out = hash;
    return true;
}
