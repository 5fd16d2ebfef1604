import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { before, describe, it } from 'node:test';
import { composeForRelay } from '../../src/alert/compose/relay.ts';
import { createDecoder, type Decoder } from '../../src/alert/decode.ts';
import { createExaminer, type Examiner } from '../../src/alert/validate/submission.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const FILES = ['test/fixtures/igwn/*.json', 'node_modules/@nasa-gcn/schema/**/*.example.json'].flatMap((pattern) =>
  globSync(pattern, { cwd: ROOT }),
);

describe('a VOEvent made of an alert in another format', () => {
  let decoder: Decoder;
  let examiner: Examiner;
  before(async () => {
    [decoder, examiner] = await Promise.all([createDecoder(), createExaminer()]);
  });
  const read = (packet: Buffer, source = 'kafka', receivedAt = '2026-11-26T00:00:00.000Z') =>
    decoder.decode(packet, { source, receivedAt });

  it('is one that a receiver takes, of all that GCN and LVK send', () => {
    assert.ok(FILES.length > 50);
    for (const file of FILES) {
      const packet = Buffer.from(composeForRelay(read(readFileSync(join(ROOT, file)))));
      assert.equal(examiner.examine(packet, true), undefined, file);
    }
  });

  it('is the same to the byte on every node, and another for another alert', () => {
    const composed = new Set<string>();
    for (const file of FILES) {
      const packet = readFileSync(join(ROOT, file));
      const here = composeForRelay(read(packet));
      assert.equal(composeForRelay(read(packet, 'elsewhere', '2027-01-01T00:00:00.000Z')), here, file);
      composed.add(here);
    }
    assert.equal(composed.size, FILES.length);
  });

  it('says where it points, when, and that it is a test, as the alert does', () => {
    for (const file of FILES) {
      const alert = read(readFileSync(join(ROOT, file)));
      const again = read(Buffer.from(composeForRelay(alert)));
      assert.deepEqual([again.ra, again.dec, again.test], [alert.ra, alert.dec, alert.test], file);
      if (!alert.test) assert.equal(again.role, alert.role, file);
    }
  });
});
