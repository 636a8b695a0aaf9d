// SPDX-License-Identifier: Apache-2.0
// The peer of `countersign sigstore verify-bundle`: sigstore-js, with the same inputs.
//     node sigstore_peer.mjs ROOT BUNDLE IDENTITY ISSUER ARTIFACT
// Prints who has signed, or the library's code for why not; 0 only if the bundle is good.
import { readFileSync } from 'node:fs';
import { bundleFromJSON } from '@sigstore/bundle';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import {
    PolicyError,
    toSignedEntity,
    toTrustMaterial,
    VerificationError,
    Verifier,
} from '@sigstore/verify';

const [root, bundle, identity, issuer, artifact] = process.argv.slice(2);
const json = (path) => JSON.parse(readFileSync(path, 'utf8'));
// The library takes a pattern; exactly this text is meant.
const subjectAlternativeName = `^${identity.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`;

try {
    const verifier = new Verifier(toTrustMaterial(TrustedRoot.fromJSON(json(root))));
    const entity = toSignedEntity(bundleFromJSON(json(bundle)), readFileSync(artifact));
    const signer = verifier.verify(entity, { subjectAlternativeName, extensions: { issuer } });
    const { subjectAlternativeName: found, extensions } = signer.identity;
    console.log(JSON.stringify({ identity: found, issuer: extensions.issuer }));
} catch (error) {
    if (!(error instanceof VerificationError || error instanceof PolicyError)) throw error;
    console.log(JSON.stringify({ refused: error.code }));
    process.exitCode = 1;
}
