import { type ComponentChildren, h } from 'preact';

interface Described {
  readonly paths?: Readonly<Record<string, { readonly get?: { readonly description?: string } }>>;
}

/** Text in which names stand between back quotes. */
function withCode(text: string): ComponentChildren[] {
  return text.split('`').map((part, index) => (index % 2 === 0 ? part : h('code', null, part)));
}

/** What programs can ask. @param openApi the API's own description */
export function apiPage(openApi: Described): ComponentChildren[] {
  const paths = Object.entries(openApi.paths ?? {}).flatMap(([path, { get }]) => [
    h('dt', { key: path }, h('code', null, path.includes('{') ? path : h('a', { href: path }, path))),
    h('dd', { key: `${path} text` }, withCode(get?.description ?? '')),
  ]);
  const others = [
    ['/healthz', 'Answers 200 while the daemon lives.'],
    ['/readyz', 'Answers 200 when nothing is red, and 503 with the reasons otherwise.'],
    ['/metrics', 'Metrics for Prometheus.'],
  ].flatMap(([path = '', text]) => [
    h('dt', { key: path }, h('code', null, h('a', { href: path }, path))),
    h('dd', { key: `${path} text` }, text),
  ]);
  return [
    h('h1', null, 'API'),
    h(
      'p',
      { class: 'lead' },
      'For programs: JSON, read-only, described for tools by ',
      h('a', { href: '/api/openapi.json' }, 'openapi.json'),
      '.',
    ),
    h('dl', { class: 'api' }, paths, others),
  ];
}
