import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ASSET_NAMES, type AssetTexts } from './asset-names.ts';

/**
 * Makes what the browser is given from its sources, with esbuild: for the executable when that is built, else when the
 * daemon that runs from the sources is asked.
 * @param folder holds `client/app.ts`, `style/style.css` and `style/icon.svg` @default src/web
 */
export async function buildAssets(folder = import.meta.dirname): Promise<AssetTexts> {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    entryPoints: { app: join(folder, 'client', 'app.ts'), style: join(folder, 'style', 'style.css') },
    bundle: true,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    minify: true,
    write: false,
    outdir: folder,
    logLevel: 'warning',
  });
  const built = (name: string) => outputFiles.find(({ path }) => path.endsWith(name))?.text ?? '';
  const icon = await readFile(join(folder, 'style', 'icon.svg'), 'utf8');
  const texts = { 'app.js': built('app.js'), 'style.css': built('style.css'), 'icon.svg': icon.trim() };
  const missing = ASSET_NAMES.find((name) => texts[name] === '');
  if (missing !== undefined) throw new Error(`Cannot build the web page: ${missing} is empty`);
  return texts;
}
