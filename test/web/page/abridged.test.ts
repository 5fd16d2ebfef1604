import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { h } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { AlertDetail } from '../../../src/web/model.ts';
import { alertPage } from '../../../src/web/page/alert-page.ts';
import { DETAIL } from './samples.ts';

type Fields = Partial<NonNullable<AlertDetail['alert']>>;

const LEFT_OUT = /It says more than a page has room for; .*<a href="\/alerts\/[0-9a-f]{16}\.json">/;

const many = <Item>(count: number, item: Item): Item[] => Array.from({ length: count }, () => item);
const param = { name: '', value: '' };

/** The page of an alert with these fields. */
function pageOf(fields: Fields): string {
  if (DETAIL.alert === undefined) throw new Error('The sample is no alert.');
  const alert = { ...DETAIL.alert, params: [], groups: [], tables: [], ...fields };
  return renderToString(h('main', null, alertPage({ ...DETAIL, alert }, undefined)));
}

describe('the page of an alert that has no end', () => {
  const tables = many(1, { params: [], columns: many(25_000, {}), rows: many(50_000, []) });
  const endless: Record<string, Fields> = {
    Params: { params: many(60_000, param) },
    'empty groups': { groups: many(60_000, { params: [] }) },
    'groups of one Param each': { groups: many(20_000, { params: [param] }) },
    'a group of Params': { groups: [{ params: many(60_000, param) }] },
    'empty tables': { tables: many(50_000, { params: [], columns: [], rows: [] }) },
    'a table of more cells than fit into memory': { tables },
    'a table of one column': { tables: [{ params: [], columns: [{}], rows: many(60_000, []) }] },
    references: { references: many(40_000, { uri: 'a' }) },
    inferences: { inferences: many(40_000, {}) },
    classes: { classification: Object.fromEntries(many(40_000, 0).map((_, index) => [`a${index}`, 0])) },
  };
  for (const [name, fields] of Object.entries(endless)) {
    test(`ends all the same, and says so: ${name}`, () => {
      const html = pageOf(fields);
      assert.ok(html.length < 1_000_000, String(html.length));
      assert.match(html, LEFT_OUT);
    });
  }

  test('one that fits is there whole, and nothing is said', () => {
    const html = pageOf({
      params: many(500, param),
      groups: many(100, { name: 'g', params: many(4, param) }),
      tables: [{ params: many(100, param), columns: many(20, {}), rows: many(1_000, many(20, '1')) }],
    });
    assert.doesNotMatch(html, LEFT_OUT);
    assert.equal(html.match(/\(no name\)/g)?.length, 1_000);
    assert.equal(html.match(/<bdi>1<\/bdi>/g)?.length, 20_000);
  });
});
