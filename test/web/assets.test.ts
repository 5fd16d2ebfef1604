import assert from 'node:assert/strict';
import test from 'node:test';
import { webAssets } from '../../src/web/assets.ts';

const EMBEDDED = Symbol.for('voeventd.embedded');
const MOST_BYTES = { 'app.js': 40_000, 'style.css': 12_000, 'icon.svg': 2_000 };

test('what the browser is given is there, small, and needs nothing from elsewhere', async () => {
  const assets = await webAssets();
  assert.deepEqual(Object.keys(assets).sort(), Object.keys(MOST_BYTES).sort());
  for (const [name, most] of Object.entries(MOST_BYTES)) {
    const { body, type, etag } = assets[name as keyof typeof MOST_BYTES];
    assert.ok(body.length > 100 && Buffer.byteLength(body) <= most, `${name} has ${body.length} bytes`);
    assert.match(type, /^(text\/(javascript|css); charset=utf-8|image\/svg\+xml)$/);
    assert.match(etag, /^"[0-9a-f]{16}"$/);
    assert.doesNotMatch(
      body.replaceAll(/http:\/\/www\.w3\.org\/[\w/]*/g, ''),
      /https?:\/\/|@import|\bimport\b.*from/,
      name,
    );
  }
  assert.doesNotMatch(assets['app.js'].body, /eval\(|new Function/, 'nothing that the policy forbids');
});

test('the executable serves what it carries, and says which one it lacks', async (context) => {
  context.after(() => Reflect.deleteProperty(globalThis, EMBEDDED));
  const carried = { 'app.js': 'a', 'style.css': 'b', 'icon.svg': 'c' };
  Object.assign(globalThis, { [EMBEDDED]: { assets: () => carried } });
  const assets = await webAssets();
  assert.deepEqual([assets['app.js'].body, assets['style.css'].body, assets['icon.svg'].body], ['a', 'b', 'c']);
  assert.notEqual(assets['app.js'].etag, assets['style.css'].etag);
  Object.assign(globalThis, { [EMBEDDED]: { assets: () => ({}) } });
  await assert.rejects(webAssets(), { message: 'Cannot serve app.js: the executable does not carry it' });
});
