import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

interface AxeResult {
  violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[];
}

/** What axe finds, of any severity, in words. The page needs `bypassCSP`: axe is put into it from outside. */
export async function axeFindings(page: Page): Promise<string[]> {
  const { violations } = (await page.evaluate(
    `${AXE}; axe.run(document, { resultTypes: ['violations'] })`,
  )) as AxeResult;
  return violations.map(({ id, impact, nodes }) => {
    return `${impact} ${id}: ${nodes.map(({ html, failureSummary }) => `${html.slice(0, 200)} ${failureSummary}`).join('; ')}`;
  });
}
