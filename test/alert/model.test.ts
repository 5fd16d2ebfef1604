import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ALERT_FIELDS, SCALAR_FIELDS } from '../../src/alert/fields.ts';
import { alertJsonSchema, alertSchema, PLACES } from '../../src/alert/model.ts';
import { fullAlert } from '../support/plugin-context.ts';

interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly properties?: Record<string, Schema>;
  readonly items?: Schema;
  readonly anyOf?: Schema[];
}

/** Paths of the fields that say nothing of themselves. */
function silent(schema: Schema, path: string): string[] {
  const fields = Object.entries(schema.properties ?? {}).flatMap(([name, field]) => [
    ...(field.description === undefined ? [`${path}${name}`] : []),
    ...silent(field, `${path}${name}.`),
  ]);
  return schema.items === undefined ? fields : [...fields, ...silent(schema.items, `${path}[].`)];
}

describe('the model of an alert', () => {
  it('describes every field, and says where it stands in at least one format', () => {
    const schema = alertJsonSchema() as Schema;
    assert.ok(Object.keys(schema.properties ?? {}).length > 40);
    assert.deepEqual(silent(schema, ''), []);
    const placeless = Object.entries(alertSchema.shape).flatMap(([name, field]) =>
      Object.keys(PLACES.get(field) ?? {}).length === 0 ? [name] : [],
    );
    assert.deepEqual(placeless, ['source', 'topic', 'receivedAt'], 'only what no packet says');
  });

  it('is the shape of an alert that says everything', () => {
    const alert = fullAlert();
    assert.deepEqual(alertSchema.parse(alert), alert);
    assert.deepEqual(Object.keys(ALERT_FIELDS).sort(), Object.keys(alert).sort());
    for (const name of SCALAR_FIELDS) assert.equal(typeof alert[name], ALERT_FIELDS[name].type, name);
    assert.equal(alertSchema.safeParse({ ...alert, more: 1 }).success, false);
    assert.equal(alertSchema.safeParse({ ...alert, ra: undefined }).success, false, 'absent, not undefined');
  });
});
