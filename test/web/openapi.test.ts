import assert from 'node:assert/strict';
import { it } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { openApi } from '../../src/web/openapi.ts';

it('the description of the API is valid OpenAPI, and every reference in it leads somewhere', async () => {
  const described = openApi();
  const { valid, errors } = await new Validator().validate(structuredClone(described));
  assert.equal(valid, true, JSON.stringify(errors));
  const { schemas } = described.components as { schemas: Record<string, unknown> };
  const references = [...JSON.stringify(described).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(
    ([, name = '']) => name,
  );
  assert.ok(references.length > 10);
  for (const name of references) assert.ok(Object.hasOwn(schemas, name), name);
  for (const [name, schema] of Object.entries(schemas))
    assert.ok(!Object.hasOwn(schema as object, '$ref'), `${name} is only a reference`);
});
