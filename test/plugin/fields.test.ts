import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { inspect } from 'node:util';
import type { z } from 'zod';
import { createFields } from '../../src/plugin/fields.ts';

const directory = mkdtempSync(join(tmpdir(), 'fields-test-'));
const fields = createFields(directory);

after(() => rmSync(directory, { recursive: true, force: true }));

/** The sentences with which a value is refused. */
function complaints(field: z.ZodType, value: unknown): string[] {
  return field.safeParse(value).error?.issues.map(({ message }) => message) ?? [];
}

describe('a duration', () => {
  it('is milliseconds, from text with a unit', () => {
    assert.equal(fields.duration().parse('1h30m'), 5_400_000);
    assert.equal(fields.duration().parse('250ms'), 250);
  });

  it('without a unit is refused with an example', () => {
    assert.match(complaints(fields.duration(), '30')[0] ?? '', /^"30" is not a duration\. Write a number and a unit/);
    assert.equal(complaints(fields.duration(), 30).length, 1);
  });
});

describe('a path', () => {
  it('starts at the configuration file, unless it is absolute', () => {
    assert.equal(fields.path().parse('a/../b'), join(directory, 'b'));
    assert.equal(fields.path().parse('/etc/voeventd'), '/etc/voeventd');
  });

  it('is not empty', () => {
    assert.equal(complaints(fields.path(), '').length, 1);
  });
});

describe('a secret', () => {
  it('comes from a file beside the configuration, without the line end that editors add', () => {
    writeFileSync(join(directory, 'token'), ' tr0ub4dor \r\n');
    assert.equal(fields.secret().parse({ file: 'token' }).reveal(), ' tr0ub4dor ');
  });

  it('comes from the environment, or stands in the file', () => {
    process.env.FIELDS_TEST_SECRET = 'tr0ub4dor';
    try {
      assert.equal(fields.secret().parse({ env: 'FIELDS_TEST_SECRET' }).reveal(), 'tr0ub4dor');
    } finally {
      delete process.env.FIELDS_TEST_SECRET;
    }
    assert.equal(fields.secret().parse('plain').reveal(), 'plain');
  });

  it('shows itself in no way but reveal', () => {
    const secret = fields.secret().parse('tr0ub4dor');
    for (const shown of [
      `${secret}`,
      JSON.stringify({ secret }),
      inspect({ secret }, { depth: 9, showHidden: true }),
    ]) {
      assert.doesNotMatch(shown, /tr0ub4dor/);
      assert.match(shown, /\[secret\]/);
    }
    assert.deepEqual(Object.keys(secret), []);
  });

  it('that cannot be had is refused once, also when a plugin has a check of its own', () => {
    const checked = fields.secret().refine((secret) => secret.reveal() !== '', 'It is empty.');
    assert.deepEqual(complaints(checked, ''), ['It is empty.']);
    assert.deepEqual(complaints(checked, { env: 'FIELDS_TEST_NONE' }), [
      'The environment variable FIELDS_TEST_NONE is not set.',
    ]);
    const [complaint = '', ...more] = complaints(checked, { file: 'none' });
    assert.match(complaint, /^Cannot read the secret file .*\/none: no such file or directory \(ENOENT\)\.$/);
    assert.deepEqual(more, []);
    assert.equal(complaints(checked, { file: 'a', env: 'b' }).length, 1);
  });
});

describe('a template', () => {
  it('that names no field of an alert is refused with its own sentence', () => {
    assert.deepEqual(complaints(fields.template(), '{alert.rra}'), [
      '{alert.rra} names no field of an alert (did you mean ra?).',
    ]);
  });
});
