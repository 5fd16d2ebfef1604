import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { mapUrl } from '../../plugins/shared/links.ts';
import slack from '../../plugins/slack/index.ts';
import type { Block, SlackMessage } from '../../plugins/slack/message.ts';
import type { Alert } from '../../src/plugin/api.ts';
import { closedPort } from '../support/broker.ts';
import { type Answering, answer, serve } from '../support/http-server.ts';
import { configure, contextFor, failureOf, fullAlert, sampleAlert, withoutFields } from '../support/plugin-context.ts';

const PATH = '/services/T0123/B4567/s3cr3tT0KEN';
const STUCK = { handler: 'slew', outcome: 'the mount is busy', attempts: 3, endedAt: '2026-11-22T10:00:10.000Z' };

interface Attempt {
  readonly alert?: Alert;
  readonly options?: Record<string, unknown>;
  readonly changes?: object;
}

/** One attempt: the promise of its end, and its context. */
function attempt(url: string, { alert = sampleAlert(), options = {}, changes = {} }: Attempt = {}) {
  const context = contextFor(configure(slack, { url: `${url}${PATH}`, ...options }), changes);
  return { context, ended: slack.handle(alert, context) };
}

/** Every text in a message, with the most that Slack takes of it. */
function textsOf({ text, blocks }: SlackMessage): [string, number][] {
  const inBlock = (block: Block): [string, number][] => {
    if (block.type === 'header') return [[block.text.text, 150]];
    if (block.type === 'context') return block.elements.map((element) => [element.text, 3_000]);
    return 'fields' in block ? block.fields.map((field) => [field.text, 2_000]) : [[block.text.text, 3_000]];
  };
  return [[text, 4_000], ...blocks.flatMap(inBlock)];
}

/** As Slack would refuse it. */
function checkLimits(message: SlackMessage): void {
  assert.ok(message.blocks.length <= 50);
  for (const block of message.blocks) {
    if (block.type === 'section' && 'fields' in block) assert.ok(block.fields.length >= 1 && block.fields.length <= 10);
    if (block.type === 'context') assert.ok(block.elements.length <= 10);
  }
  for (const [text, most] of textsOf(message)) assert.ok(text.length >= 1 && text.length <= most, `${text.length}`);
}

/** What arrives at Slack for an alert. */
async function messageOf(test: TestContext, given: Attempt = {}): Promise<SlackMessage> {
  const { url, heard } = await serve(test, answer(200, {}, 'ok'));
  await attempt(url, given).ended;
  const message: SlackMessage = JSON.parse(heard[0]?.body.toString() ?? '');
  checkLimits(message);
  return message;
}

const fieldsOf = ({ blocks }: SlackMessage): string[] =>
  blocks.flatMap((block) => ('fields' in block ? block.fields.map(({ text }) => text) : []));

const sectionsOf = ({ blocks }: SlackMessage): string[] =>
  blocks.flatMap((block) => (block.type === 'section' && 'text' in block ? [block.text.text] : []));

const headerOf = ({ blocks: [first] }: SlackMessage): string => (first?.type === 'header' ? first.text.text : '');

describe('the message', () => {
  it('is posted as JSON, with headers that name the delivery', async (test) => {
    const { url, heard } = await serve(test, answer(200, {}, 'ok'));
    assert.match(await attempt(url, { changes: { attempt: 2 } }).ended, /^200 OK after \d/);
    const [request] = heard;
    assert.deepEqual([request?.method, request?.path], ['POST', PATH]);
    assert.equal(request?.headers['content-type'], 'application/json; charset=utf-8');
    assert.equal(request?.headers['x-voeventd-attempt'], '2');
    assert.equal(request?.headers['idempotency-key'], '0123456789abcdef/slew');
  });

  it('says who says what and where, and how sure', async (test) => {
    const message = await messageOf(test, { changes: { link: 'https://alerts.example.org/alerts/0123456789abcdef' } });
    assert.equal(headerOf(message), 'Swift BAT: new, 05:34:31.94 +22:00:52.2 ± 0.05 deg');
    assert.equal(message.text, headerOf(message));
    assert.deepEqual(fieldsOf(message), [
      '*Role*\nobservation',
      '*Kind*\nnew',
      '*Event*\n2026-11-22T09:59:58.12Z',
      '*Position*\n05:34:31.94 +22:00:52.2',
      '*Position (deg)*\n83.63310 +22.01450',
      '*Error radius*\n0.05 deg',
      '*Importance*\n0.95',
      '*Received*\n2026-11-22T10:00:07.250Z',
      '*Source*\ncampus',
    ]);
    assert.deepEqual(sectionsOf(message), [
      'Swift BAT position',
      '<https://alerts.example.org/alerts/0123456789abcdef|Alert> · ' +
        '<https://aladin.cds.unistra.fr/AladinLite/?target=83.63310%20%2B22.01450&amp;fov=0.25|Map>',
    ]);
    assert.deepEqual(message.blocks.at(-1), {
      type: 'context',
      elements: [
        { type: 'mrkdwn', text: '`ivo://nasa.gsfc.gcn/SWIFT#BAT_GRB_Pos_532871-729`', verbatim: true },
        { type: 'mrkdwn', text: 'slew', verbatim: true },
      ],
    });
  });

  it('leaves out what the alert does not say', async (test) => {
    const alert = withoutFields(
      sampleAlert(),
      'ra',
      'dec',
      'errorRadius',
      'time',
      'importance',
      'mission',
      'description',
    );
    const message = await messageOf(test, { alert });
    assert.equal(headerOf(message), 'nasa.gsfc.gcn/SWIFT BAT: new');
    assert.equal(fieldsOf(message).length, 4);
    assert.deepEqual(sectionsOf(message), []);
  });

  it('has more fields than one section holds, where the alert says so much', async (test) => {
    const fields = fieldsOf(await messageOf(test, { alert: fullAlert() }));
    assert.ok(fields.length > 10);
    assert.ok(fields.includes('*Classification*\nGRB 90 %, SGR 10 %'));
    assert.ok(fields.includes('*False alarms*\n0.0316 per year'));
    assert.ok(fields.includes('*Error radius*\n0.05 deg (90 %)'));
  });

  it('marks a test first of all', async (test) => {
    const message = await messageOf(test, { alert: sampleAlert({ test: true }) });
    assert.match(headerOf(message), /^TEST Swift/);
    assert.ok(fieldsOf(message).includes('*Role*\nobservation, marked as a test'));
  });

  it('tells what others have failed at', async (test) => {
    const message = await messageOf(test, { changes: { because: [STUCK] } });
    assert.match(headerOf(message), /^Failed: Swift BAT/);
    assert.equal(sectionsOf(message)[0], ':warning: slew failed after 3 attempts: the mount is busy');
    assert.match(message.text, /slew failed after 3 attempts: the mount is busy$/);
  });

  it('has a title and a paragraph of one’s own, in which only values are escaped', async (test) => {
    const options = { title: 'Look at {alert.local}', text: '<!here> {alert.stream}, *now*', description: false };
    const message = await messageOf(test, { options, alert: sampleAlert({ local: 'a<b', stream: '<!channel>' }) });
    assert.equal(headerOf(message), 'Look at a‹b');
    assert.equal(sectionsOf(message)[0], '<!here> &lt;!channel&gt;, *now*');
    assert.equal(sectionsOf(message).length, 2);
  });
});

describe('text of strangers', () => {
  const HOSTILE = '<!channel> & <https://evil.example|here> `x` \u001b[31m\u202e\r\n';

  it('calls nobody and links nowhere', async (test) => {
    const alert = sampleAlert({
      ...{ ivorn: `ivo://a/b#${HOSTILE}`, mission: HOSTILE, description: HOSTILE, source: HOSTILE, time: HOSTILE },
      references: [
        { uri: 'javascript:alert(1)' },
        { uri: 'https://example.org/?a=1&b=<!channel>|x', name: HOSTILE },
      ] as never,
    });
    const message = await messageOf(test, { alert, changes: { because: [{ ...STUCK, outcome: HOSTILE }] } });
    const texts = textsOf(message).map(([text]) => text);
    for (const text of texts) {
      const links = [...text.matchAll(/<([^>]*)>/g)].map(([, inside = '']) => inside);
      for (const inside of links)
        assert.match(inside, /^https:\/\/(?:aladin\.cds\.unistra\.fr|example\.org)\/[^|]*\|[^|]*/);
      assert.doesNotMatch(text, /&(?!amp;|lt;|gt;)|[\u0000-\u0009\u000b-\u001f\u202e]/);
    }
    assert.ok(texts.some((text) => text.includes('&lt;!channel&gt; &amp; &lt;https://evil.example')));
    assert.ok(texts.some((text) => text.includes('a=1&amp;b=%3C!channel%3E%7Cx|')));
    assert.ok(!texts.some((text) => text.includes('javascript:')));
  });

  it('of 100 kB is cut to what Slack takes, entities whole', async (test) => {
    const long = '&<>'.repeat(33_000);
    const alert = sampleAlert({
      ivorn: long,
      mission: long,
      description: long,
      source: long,
      instruments: [long, long],
    });
    const options = { title: `{alert.source}${'x'.repeat(200)}`, text: `{alert.source} ${'y'.repeat(4_000)}` };
    const message = await messageOf(test, { alert, options, changes: { because: [{ ...STUCK, outcome: long }] } });
    for (const [text] of textsOf(message)) assert.doesNotMatch(text, /&(?!amp;|lt;|gt;)/);
  });

  it('keeps within the limits, whatever it is', (test) =>
    fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 3_000 }), async (text) => {
        const alert = sampleAlert({ ivorn: text, mission: text, description: text, source: text });
        await messageOf(test, { alert, changes: { because: [{ ...STUCK, outcome: text }] } });
      }),
      { numRuns: 30 },
    ));
});

describe('the map', () => {
  it('holds the error circle, and the whole sky at most', () => {
    const fov = (radius: number | undefined) => new URL(mapUrl(10, -5, radius)).searchParams.get('fov');
    assert.deepEqual([0.5, 0.001, undefined, 100].map(fov), ['2.00', '0.25', '0.25', '180.00']);
    assert.equal(new URL(mapUrl(10, -5, 1)).searchParams.get('target'), '10.00000 -5.00000');
  });
});

describe('trouble', () => {
  const cases: [number, string, boolean][] = [
    [400, 'invalid_payload', false],
    [403, 'action_prohibited', false],
    [404, 'no_service', false],
    [410, 'channel_is_archived', false],
    [302, '', false],
    [429, 'rate_limited', true],
    [500, 'rollup_error', true],
    [503, '', true],
  ];
  for (const [status, said, retryable] of cases) {
    it(`${status} ${said} ${retryable ? 'may be tried again' : 'is the end of the delivery'}`, async (test) => {
      const { url } = await serve(test, answer(status, { 'retry-after': '7' }, said));
      const failure = await failureOf(() => attempt(url).ended);
      assert.equal(failure.retryable, retryable);
      assert.equal(failure.afterMs, retryable ? 7_000 : undefined);
      assert.ok(failure.message.startsWith(`${url} answered ${status} `) && failure.message.endsWith(said));
    });
  }

  it('a server that is down may be tried again', async () => {
    const url = `http://127.0.0.1:${await closedPort()}`;
    const failure = await failureOf(() => attempt(url).ended);
    assert.equal(failure.retryable, true);
    assert.equal(failure.message, `Cannot deliver to ${url}: connection refused, nothing listens there (ECONNREFUSED)`);
  });

  it('a server that does not answer in time is a timeout', async (test) => {
    let gone: Promise<unknown> = Promise.resolve();
    const asked = Promise.withResolvers<void>();
    const { url } = await serve(test, (_, response) => {
      gone = once(response, 'close');
      asked.resolve();
    });
    const { context, ended } = attempt(url);
    await asked.promise;
    context.expire();
    const failure = await failureOf(() => ended);
    assert.equal(failure.retryable, true);
    assert.equal(failure.message, `Cannot deliver to ${url}: timeout, no answer in time`);
    await gone;
  });

  it('never names the address, even when the server echoes it', async (test) => {
    const echo: Answering = ({ path }, response) => response.writeHead(400).end(`no such hook: ${path}`);
    const { url } = await serve(test, echo);
    const { context, ended } = attempt(url);
    const { message } = await failureOf(() => ended);
    const said = JSON.stringify([message, context.logged, context.config]);
    assert.ok(!said.includes('T0KEN') && !said.includes('/services/'), said);
    assert.match(message, /no such hook: \[secret\]$/);
  });
});

it('says what it would post, without the address', () => {
  const context = contextFor(configure(slack, { url: `https://hooks.slack.com${PATH}` }));
  assert.equal(
    slack.pretend(sampleAlert(), context),
    'post to https://hooks.slack.com/… "Swift BAT: new, 05:34:31.94 +22:00:52.2 ± 0.05 deg" (5 blocks)',
  );
});

it('takes no options that do not fit', () => {
  const url = 'https://hooks.slack.com/services/x';
  for (const options of [{}, { url: 'hooks.slack.com' }, { url, title: '{alert.nonsense}' }, { url, channel: '#a' }]) {
    assert.throws(() => configure(slack, options), { name: 'ZodError' }, JSON.stringify(options));
  }
});
