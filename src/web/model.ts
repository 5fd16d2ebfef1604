import { z } from 'zod';
import { alertSchema, CITE_KINDS, FORMATS, KINDS, ROLES } from '../alert/model.ts';

/**
 * What the page and the JSON API show. This declaration is the only one: the types, the OpenAPI document and the tests of
 * the answers are made from it. Times are ISO 8601 in UTC with a trailing `Z`, angles degrees, and what is not known is
 * absent.
 */

/** `red`: alerts may be missed or are not acted on. `warning`: somebody should look. */
export const LEVELS = ['ok', 'warning', 'red'] as const;
export type Level = (typeof LEVELS)[number];
const level = (description: string) => z.enum(LEVELS).describe(description);

const time = (description: string) => z.iso.datetime().describe(description);
const count = (description: string) => z.int().min(0).describe(description);
const text = (description: string) => z.string().describe(description);

/** Texts of strangers are cut in lists and in the status; everything is at `/alerts/ID.json`. */
export const LONGEST_TEXT = 2_000;

export const concernSchema = z
  .strictObject({
    level: z.enum(['warning', 'red']).describe('How bad it is.'),
    about: text('What it is about, as `source campus`, `handler slew`, `journal`.'),
    message: text('What is the matter, and what to do: a sentence for a person.'),
  })
  .meta({ id: 'Concern' });

export const sourceStatusSchema = z
  .strictObject({
    name: text('Its name in the configuration.'),
    type: text('`vtp`: we subscribe to a broker. `receiver`: authors connect to us.'),
    level: level('Whether it works.'),
    state: text('`connected`, `connecting`, `waiting`; of a receiver `listening`, `failed`; `idle`, `stopped`.'),
    address: text('The broker, or where it listens.').exactOptional(),
    since: time('Since when it is in this state.').exactOptional(),
    reason: text('Why it does not work.').exactOptional(),
    nextAttemptAt: time('When it connects again.').exactOptional(),
    lastMessageAt: time('When the last message came, an iamalive included.').exactOptional(),
    lastIamaliveAt: time('When the last iamalive came.').exactOptional(),
    lastAlertAt: time('When the last alert came.').exactOptional(),
    connections: count('Of a receiver: authors connected now.').exactOptional(),
    reconnects: count('How often it connected again, since the start.').exactOptional(),
    received: count('Documents received since the start, duplicates included.'),
    duplicates: count('Of them, those that the journal had already.'),
    bytes: count('Their bytes.'),
    acks: count('Acknowledgements sent since the start.'),
    refused: count('Events refused since the start (receivers).').exactOptional(),
    lastHour: count('Alerts kept in the last hour.'),
    lastDay: count('Alerts kept in the last 24 hours.'),
  })
  .meta({ id: 'Source' });

export const subscriberStatusSchema = z
  .strictObject({
    address: text('Where it connects from.'),
    identity: text('Who it says it is.').exactOptional(),
    since: time('When it connected.'),
    lastMessageAt: time('When it last said anything.').exactOptional(),
    sent: count('Alerts written to it.'),
    receipts: count('Receipts that came.'),
    owed: count('Receipts that it owes.'),
    waiting: count('Alerts in memory that are not written yet.'),
    isBehind: z.boolean().describe('Whether it gets its alerts from the journal, later than others.'),
    filters: z.array(z.string()).describe('The XPath expressions it asked for.'),
  })
  .meta({ id: 'Subscriber' });

export const broadcastStatusSchema = z
  .strictObject({
    level: level('Whether it works.'),
    state: text('`listening`, `failed`, `idle` or `stopped`.'),
    address: text('Where subscribers connect.').exactOptional(),
    since: time('Since when it listens.').exactOptional(),
    reason: text('Why it does not.').exactOptional(),
    subscribers: z.array(subscriberStatusSchema).describe('Who is connected.'),
  })
  .meta({ id: 'Broadcast' });

export const handlerStatusSchema = z
  .strictObject({
    name: text('Its name in the configuration.'),
    plugin: text(
      'The plugin it runs; absent when the configuration does not have the handler any more.',
    ).exactOptional(),
    level: level('Whether it works.'),
    state: text(
      '`running`; `held`: it has failed so often in a row that only probes are started; `restarting`: its plugin’s process has died, and is started again; `broken`: its plugin cannot be used; `gone`: the configuration does not have it any more.',
    ),
    reason: text('Why it does not run.').exactOptional(),
    since: time('Since when it is held.').exactOptional(),
    failures: count(
      'How many attempts have failed in a row, where it is held; how often its process has died, where it is restarting.',
    ).exactOptional(),
    nextProbeAt: time('When it is tried again, where it is held.').exactOptional(),
    refused: text('Why it goes on with its plugin as it was before the last change.').exactOptional(),
    pending: count('Deliveries that wait for their turn.'),
    running: count('Deliveries under way.'),
    retrying: count('Deliveries that failed and will be tried again.'),
    done: count('Deliveries that were carried out, ever.'),
    dead: count('Deliveries that failed for good, ever.'),
    skipped: count('Deliveries that were not made, such as of alerts too old, ever.'),
    retried: count('Attempts that failed and were tried again, ever.'),
    lastEndedAt: time('When an attempt last ended.').exactOptional(),
    lastState: text('How it ended: `done`, `retrying`, `dead`, `skipped`.').exactOptional(),
    lastOutcome: text('What the plugin said, or why not.').exactOptional(),
    lastErrorAt: time('When an attempt last failed.').exactOptional(),
    lastError: text('Why.').exactOptional(),
  })
  .meta({ id: 'Handler' });

export const journalStatusSchema = z
  .strictObject({
    level: level('Whether it can be written.'),
    path: text('Its file.'),
    bytes: count('Its size, the log beside it included.'),
    alerts: count('Documents it holds.'),
    undecided: count('Of them, those that no handler has been asked about yet.'),
    quarantined: count('Of them, those that cannot be read.'),
    oldestAt: time('When the oldest came.').exactOptional(),
    newestAt: time('When the newest came.').exactOptional(),
    lastQuarantinedAt: time('When the newest of those that cannot be read came.').exactOptional(),
    problem: text('Why it cannot be written.').exactOptional(),
    undecidable: text('Why decisions cannot be recorded.').exactOptional(),
  })
  .meta({ id: 'Journal' });

export const statusSchema = z
  .strictObject({
    level: level('The worst of all.'),
    concerns: z.array(concernSchema).describe('What somebody should look at, worst first.'),
    version: text('Version of voeventd.'),
    identity: text('Who we are to others.'),
    now: time('The time of this status, by the clock of the daemon’s host.'),
    startedAt: time('When the daemon started.'),
    sources: z.array(sourceStatusSchema),
    broadcast: broadcastStatusSchema.describe('Absent when the configuration has none.').exactOptional(),
    handlers: z.array(handlerStatusSchema),
    journal: journalStatusSchema,
  })
  .meta({ id: 'Status' });

export const deliverySchema = z
  .strictObject({
    state: z.enum(['pending', 'running', 'retrying', 'done', 'dead', 'skipped']).describe('How far it is.'),
    attempts: count('Attempts so far.'),
    dueAt: time('Not to be started before.'),
    startedAt: time('When the last attempt began.').exactOptional(),
    endedAt: time('When it ended.').exactOptional(),
    outcome: text('What the plugin said, or why not.').exactOptional(),
  })
  .meta({ id: 'Delivery' });

export const verdictSchema = z
  .strictObject({
    handler: text('Name of the handler.'),
    fired: z.boolean().describe('Whether it gets the alert.'),
    why: text('Why, or why not.'),
    mode: z.literal('pretend').describe('Everything happens but the plugin.').exactOptional(),
    retraction: z.literal(true).describe('With the options of the handler for retractions.').exactOptional(),
    delivery: deliverySchema.describe('What became of it; absent when it did not fire.').exactOptional(),
  })
  .meta({ id: 'Verdict' });

export const alertRowSchema = z
  .strictObject({
    seq: z.int().min(1).describe('Its number in the journal: order of arrival.'),
    id: z
      .string()
      .regex(/^[0-9a-f]{16}$/)
      .describe('Stable key of these exact bytes; the address is `/alerts/ID`.'),
    ivorn: text(
      `Its identifier. Here and in the other fields, texts of authors are cut after ${LONGEST_TEXT} characters.`,
    ).exactOptional(),
    source: text('The source that heard it.'),
    receivedAt: time('When it came.'),
    bytes: count('Length of the packet.'),
    problem: text('Why it cannot be read: it is in quarantine.').exactOptional(),
    isDecided: z.boolean().describe('Whether the handlers have been asked.'),
    role: z.enum(ROLES).describe('As it counts here: anything marked as a test is a test.').exactOptional(),
    kind: z.enum(KINDS).exactOptional(),
    format: z.enum(FORMATS).exactOptional(),
    stream: text('Who publishes.').exactOptional(),
    thread: text('Key shared by all alerts about one event.').exactOptional(),
    date: text('When it was written.').exactOptional(),
    time: text('When the event happened.').exactOptional(),
    ra: z.number().exactOptional(),
    dec: z.number().exactOptional(),
    errorRadius: z.number().describe('Radius of the error circle, degrees.').exactOptional(),
    handlers: z.array(verdictSchema).describe('What was decided for each handler, and what became of it.'),
  })
  .meta({ id: 'AlertRow' });

export const alertLinkSchema = z
  .strictObject({
    id: text('Its key.'),
    ivorn: text('Its identifier.').exactOptional(),
    receivedAt: time('When it came.'),
    kind: z.enum(KINDS).exactOptional(),
    role: z.enum(ROLES).exactOptional(),
  })
  .meta({ id: 'AlertLink' });

export const attemptSchema = z
  .strictObject({
    handler: text('Name of the handler.'),
    attempt: z.int().min(1).describe('1 for the first.'),
    state: z
      .enum(['done', 'failed', 'skipped'])
      .describe('How it ended; absent while it runs, and where the daemon was ended meanwhile.')
      .exactOptional(),
    startedAt: time('When it began.'),
    endedAt: time('When it ended.').exactOptional(),
    outcome: text('What the plugin said, or why not.').exactOptional(),
    output: text('The last that it printed.').exactOptional(),
  })
  .meta({ id: 'Attempt' });

export const alertDetailSchema = alertRowSchema
  .extend({
    peer: text('The broker or author it came from.'),
    alert: alertSchema.omit({ raw: true }).describe('The decoded alert, without the document itself.').exactOptional(),
    attempts: z
      .array(attemptSchema)
      .describe('What handlers have tried with it: of each the last 20 attempts, oldest first.'),
    cites: z
      .array(
        z.strictObject({
          ivorn: text('The identifier that is cited.'),
          cite: z.enum(CITE_KINDS),
          description: text('What the author says of it.').exactOptional(),
          alerts: z.array(alertLinkSchema).describe('The newest alerts with that identifier in the journal.'),
        }),
      )
      .describe('The alerts it cites.'),
    citedBy: z.array(alertLinkSchema.extend({ cite: z.enum(CITE_KINDS) })).describe('The alerts that cite it.'),
    threadAlerts: z.array(alertLinkSchema).describe('The alerts of its thread, itself included, oldest first.'),
  })
  .meta({ id: 'AlertDetail' });

export const alertPageSchema = z
  .strictObject({
    alerts: z.array(alertRowSchema).describe('Newest first.'),
    next: z.int().describe('Pass it as `before` for older ones; absent when there are none.').exactOptional(),
  })
  .meta({ id: 'AlertPage' });

export const deliveryChangeSchema = z
  .strictObject({
    seq: z.int().describe('Number of the alert in the journal.'),
    id: text('Key of the alert.'),
    handler: text('Name of the handler.'),
    delivery: deliverySchema,
  })
  .meta({ id: 'DeliveryChange' });

export type Concern = z.infer<typeof concernSchema>;
export type SourceStatus = z.infer<typeof sourceStatusSchema>;
export type BroadcastStatus = z.infer<typeof broadcastStatusSchema>;
export type HandlerStatus = z.infer<typeof handlerStatusSchema>;
export type JournalStatus = z.infer<typeof journalStatusSchema>;
export type Status = z.infer<typeof statusSchema>;
export type Attempt = z.infer<typeof attemptSchema>;
export type Delivery = z.infer<typeof deliverySchema>;
export type Verdict = z.infer<typeof verdictSchema>;
export type AlertRow = z.infer<typeof alertRowSchema>;
export type AlertLink = z.infer<typeof alertLinkSchema>;
export type AlertDetail = z.infer<typeof alertDetailSchema>;
export type AlertPage = z.infer<typeof alertPageSchema>;
export type DeliveryChange = z.infer<typeof deliveryChangeSchema>;
