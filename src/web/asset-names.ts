/** The files a page needs: `/assets/app.js` and so on. */
export const ASSET_NAMES = ['app.js', 'style.css', 'icon.svg'] as const;
export type AssetName = (typeof ASSET_NAMES)[number];
export type AssetTexts = Readonly<Record<AssetName, string>>;
