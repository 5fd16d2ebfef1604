import { createHash } from 'node:crypto';
import { embedded } from '../common/embedded.ts';
import { ASSET_NAMES, type AssetName } from './asset-names.ts';

/** A file for the browser. */
export interface Asset {
  readonly body: string;
  /** Its media type. */
  readonly type: string;
  /** Changes with its content; quoted. */
  readonly etag: string;
}

const TYPES: Record<AssetName, string> = {
  'app.js': 'text/javascript; charset=utf-8',
  'style.css': 'text/css; charset=utf-8',
  'icon.svg': 'image/svg+xml',
};

/**
 * What a page needs beside its HTML, by name: carried by the executable, built on the spot when running from the sources.
 * @throws when the executable does not carry one of them, or the sources cannot be built
 */
export async function webAssets(): Promise<Readonly<Record<AssetName, Asset>>> {
  const texts = embedded()?.assets() ?? (await (await import('./build-assets.ts')).buildAssets());
  const assets = ASSET_NAMES.map((name) => [name, asset(name, texts[name])] as const);
  return Object.fromEntries(assets) as Record<AssetName, Asset>;
}

function asset(name: AssetName, body: string | undefined): Asset {
  if (body === undefined) throw new Error(`Cannot serve ${name}: the executable does not carry it`);
  const digest = createHash('sha256').update(body).digest('hex').slice(0, 16);
  return { body, type: TYPES[name], etag: `"${digest}"` };
}
